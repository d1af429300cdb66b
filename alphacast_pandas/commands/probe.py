"""The command ``probe``: finds out how the service behaves where its documentation is silent."""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from alphacast_pandas.api.client import get_client
from alphacast_pandas.atomic_files import new_file, replace_file
from alphacast_pandas.display import plural
from alphacast_pandas.errors import QueryError
from alphacast_pandas.probe.report import to_file, to_lines, to_records
from alphacast_pandas.probe.run import EXPERIMENTS, run_experiments
from alphacast_pandas.probe.workspace import NAMES, find_leftovers
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.records import Repository

DESCRIPTION = (
    "Find out by small experiments how the service behaves where its documentation contradicts "
    "itself or says nothing. They take place in a private repository, which is deleted at the end."
)
_STOP_SIGNALS = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of this command."""
    parser.description = DESCRIPTION
    parser.add_argument("--yes", action="store_true", help="do not ask before it starts")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("alphacast-readings.json"),
        metavar="PATH",
        help="file to write (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON a question")


def run(options: argparse.Namespace) -> int:
    """Probe the service; return the exit status."""
    if not options.yes:
        _check_terminal()
    client = get_client()
    leftovers = find_leftovers(client)
    _say(*_plan(client, leftovers, options.output))
    is_writable = _is_writable(options.output)
    if not options.yes and not _is_agreed():
        _say("Nothing was done.")
        return 1
    with _stopped_like_by_ctrl_c():
        for repository in leftovers:
            client.repositories.delete(repository.id)
        observations = run_experiments(client, _say)
    moment = datetime.datetime.now(datetime.UTC)
    content = to_file(observations, base_url=client.base_url, moment=moment)
    if is_writable:
        is_writable = _write(options.output, json.dumps(content, indent=2) + "\n")
    if options.json:
        lines = [json.dumps(record) for record in to_records(observations)]
    else:
        lines = to_lines(observations, shutil.get_terminal_size().columns)
    print(*lines, sep="\n")
    return 0 if is_writable else 1


def _plan(client: Client, leftovers: Sequence[Repository], output: Path) -> Iterator[str]:
    """Yield what the probe is going to do."""
    yield f"{plural(len(EXPERIMENTS), 'experiment')} with {printable(client.base_url)}:"
    yield f"- make a private repository, {NAMES!r}, with some 20 datasets of a few values each"
    yield "- read them in some 200 requests, and delete the repository, also after Ctrl-C"
    yield "- make a dataset without a repository, and delete it if the service takes it"
    yield "- store a made-up key for one provider that needs one and has none, and delete it"
    yield f"- write what was found to {printable(str(output))}, without the API key"
    for repository in leftovers:
        name = printable(repository.name)
        yield f"- delete {name!r} (number {repository.id}), which an earlier probe left"
    yield "It takes some minutes, and exports count as any others do. Nothing else is changed."


def _check_terminal() -> None:
    """Raise where nobody can be asked."""
    if not sys.stdin.isatty():
        msg = (
            "Nobody can be asked, since the input is not a terminal. Pass --yes to start the probe."
        )
        raise QueryError(msg)


def _is_agreed() -> bool:
    print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _is_writable(path: Path) -> bool:
    """Tell, before the experiments, whether the file can be written; say so if it cannot."""
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with new_file(path.parent, path.name, is_private=False, is_synced=False):
            return True
    except OSError as error:
        _say(_unwritable(path, error))
        return False


def _write(path: Path, text: str) -> bool:
    try:
        with replace_file(path, is_private=False) as file:
            file.write(text.encode())
    except OSError as error:
        _say(_unwritable(path, error))
        return False
    _say(f"Wrote {printable(str(path))}.")
    return True


def _unwritable(path: Path, error: OSError) -> str:
    reason = printable(error.strerror or str(error))
    return f"error: {printable(str(path))} cannot be written: {reason}. Pass another --output."


@contextlib.contextmanager
def _stopped_like_by_ctrl_c() -> Iterator[None]:
    """Let the signals that end a program delete the repository first, as Ctrl-C does."""
    is_main = threading.current_thread() is threading.main_thread()
    numbers = [getattr(signal, name) for name in _STOP_SIGNALS if is_main and hasattr(signal, name)]
    before = [(each, signal.signal(each, signal.default_int_handler)) for each in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler or signal.SIG_DFL)


def _say(*lines: str) -> None:
    """Print lines that are not the result."""
    print(*map(printable, lines), sep="\n", file=sys.stderr, flush=True)
