"""Compares the outputs that a notebook stores with those of a run: STORED RUN."""

import difflib
import itertools
import json
import pathlib
import re
import sys
from collections.abc import Iterator

# What differs from run to run: the present, ports, durations.
VARIES = re.compile(
    r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d+|127\.0\.0\.1:\d+|\d+\.\d+ s(econds)?\b"
)


def outputs(path: str) -> Iterator[str]:
    """Yield each output as text: what was printed, or the text of what was shown."""
    for cell in json.loads(pathlib.Path(path).read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain", [])
            yield VARIES.sub("<varies>", "".join(text))


def main(stored: str, run: str) -> None:
    """End with an error that shows every line that differs."""
    lines = [
        line
        for pair in itertools.zip_longest(outputs(stored), outputs(run), fillvalue="")
        for line in difflib.unified_diff(*map(str.splitlines, pair), "stored", "run", lineterm="")
    ]
    if lines:
        sys.exit("\n".join([f"{stored} stores outputs of another run:", *lines]))


if __name__ == "__main__":
    main(*sys.argv[1:])
