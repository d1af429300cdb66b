"""Files that are whole or not there, whatever interrupts the process that writes them."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PARTIAL = ".partial"
# No file takes so long to write: an unfinished one that is older is of a process that was killed.
_SECONDS_OF_PARTIAL = 24 * 3600.0
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)  # the last on Windows


@dataclass
class NewFile:
    """A file that is being written, and the name that it is to have; without one it goes again."""

    file: IO[bytes]
    path: Path
    name: str | None = None


@contextlib.contextmanager
def replace_file(path: Path, *, is_private: bool, is_synced: bool = True) -> Iterator[IO[bytes]]:
    """
    Write a file beside `path`, which takes its place when the block ends without an error.

    Whoever reads `path` meanwhile, or after a kill at any moment, finds the file of before or the
    new one, whole. Missing folders are made. A private file and its folders are for their owner
    only; others are as the process makes files, but for no more users than the file of before.
    Unless it `is_synced`, a failure of the whole machine may leave a damaged file.
    """
    with new_file(path.parent, path.name, is_private=is_private, is_synced=is_synced) as new:
        yield new.file
        new.name = path.name


@contextlib.contextmanager
def new_file(folder: Path, label: str, *, is_private: bool, is_synced: bool) -> Iterator[NewFile]:
    """Write a file as `replace_file` does, whose name need not be known before its content is."""
    make_folder(folder, is_private=is_private)
    partial = folder / f"{label}.{os.getpid()}-{secrets.token_hex(4)}{_PARTIAL}"
    handle = os.open(partial, _FLAGS, 0o600 if is_private else _mode_of(folder / label))
    try:
        with os.fdopen(handle, "wb") as file:
            new = NewFile(file, partial)
            yield new
            file.flush()
            if is_synced:
                os.fsync(file.fileno())
        if new.name is None:
            partial.unlink()
        else:
            partial.replace(folder / new.name)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def _mode_of(path: Path) -> int:
    """Return who may read and write a file, or what new ones have."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return 0o666


def make_folder(folder: Path, *, is_private: bool) -> None:
    """Make a folder, and those above it that are missing."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700 if is_private else 0o777, exist_ok=True)


def remove_old_partials(folder: Path, now: float) -> None:
    """Remove the unfinished files of processes that were killed; `now` is seconds of the epoch."""
    for partial in folder.glob(f"*{_PARTIAL}"):
        with contextlib.suppress(OSError):
            if now - partial.stat().st_mtime > _SECONDS_OF_PARTIAL:
                partial.unlink()
