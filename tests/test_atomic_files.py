import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alphacast_pandas.atomic_files import remove_old_partials, replace_file

KILLED = """
import os, signal, sys
from pathlib import Path
from alphacast_pandas.atomic_files import replace_file
with replace_file(Path(sys.argv[1]), is_private=True) as file:
    file.write(b"new")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_reader_finds_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    with replace_file(path, is_private=True) as file:
        file.write(b"old")
    with replace_file(path, is_private=True) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), replace_file(path, is_private=False):
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL and no modes of files")
def test_a_kill_leaves_the_old_file_and_a_partial_one_that_is_removed_later(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    killed = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    (partial,) = {*tmp_path.iterdir()} - {path}
    written = partial.stat().st_mtime
    remove_old_partials(tmp_path, written + 3600)
    assert partial.exists()
    remove_old_partials(tmp_path, written + 25 * 3600)
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")
def test_private_files_are_for_their_owner_only(tmp_path: Path) -> None:
    with replace_file(tmp_path / "a" / "b" / "file", is_private=True):
        pass
    modes = [(tmp_path / part).stat().st_mode & 0o777 for part in ("a", "a/b", "a/b/file")]
    assert modes == [0o700, 0o700, 0o600]
