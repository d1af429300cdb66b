"""Checks what .ci/release has built: check_release.py FOLDER MOST_BYTES [TAG]."""

import pathlib
import re
import sys
import zipfile
from email.parser import BytesParser

# What the wheel puts beside the package; see CONTRIBUTING.md.
TOP_LEVEL = {"alphacast_pandas", "alphacast_program.py", "pytest_alphacast.py"}


def main(folder: str, most_bytes: str, tag: str = "") -> None:
    """Say how large the wheel is, and end with an error if something is not as it should be."""
    (wheel,) = pathlib.Path(folder).glob("*.whl")
    size = wheel.stat().st_size
    sys.stdout.write(f"{wheel.name}: {size:,} bytes, of {int(most_bytes):,} at most\n")
    if size > int(most_bytes):
        sys.exit("The wheel has grown; see what is in it before you raise MOST_BYTES.")
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        (info,) = (name for name in names if re.fullmatch(r"[^/]*\.dist-info/METADATA", name))
        version = BytesParser().parsebytes(file.read(info))["Version"]
    found = {name.partition("/")[0] for name in names} - {info.partition("/")[0]}
    if found != TOP_LEVEL:
        sys.exit(f"The wheel has {sorted(found)} at the top, and {sorted(TOP_LEVEL)} were meant.")
    if tag and tag != f"v{version}":
        sys.exit(f"The tag is {tag}, and the version {version}.")
    changes = pathlib.Path("CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[(.*)\]", changes, re.MULTILINE)
    if tag and (newest is None or newest[1] != version):
        sys.exit(f"The newest entry of CHANGELOG.md is not that of {version}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
