"""The folder behind a store: temporary, or kept and locked while an emulator uses it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alphacast_pandas.emulator.text import to_printable

LOCK_FILE = "alphacast.lock"
PROCESS_FILE = "alphacast.pid"  # not in the lock file, which Windows lets nobody else read


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder, and remove it at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="alphacast-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked_folder(folder: Path) -> Iterator[Path]:
    """
    Lock a folder, made if it is not there, until the end of the block or of the process.

    Raises OSError if another emulator has locked it, in this process or in another one.
    """
    # Imported here: it takes as long as the start of an emulator in memory, which needs no lock.
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The lock belongs to the process, whichever of its threads closes the emulator.
        lock = FileLock(folder / LOCK_FILE, timeout=0, thread_local=False)
        lock.acquire()
    except Timeout:
        raise OSError(describe_holder(folder)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"cannot use the folder {to_printable(folder)}: {to_printable(reason)}"
        raise OSError(error.errno, message) from error
    process = folder / PROCESS_FILE
    try:
        process.write_text(str(os.getpid()), "ascii")
        yield folder
    finally:
        process.unlink(missing_ok=True)
        lock.release()


def describe_holder(folder: Path) -> str:
    """Return that a folder is in use, with the number of the process if it is known."""
    try:
        number = int((folder / PROCESS_FILE).read_text("ascii"))
    except (OSError, ValueError):  # the other one has just begun, or is about to end
        number = None
    process = f" (process {number})" if number else ""
    return f"the folder {to_printable(folder)} is in use by another emulator{process}"
