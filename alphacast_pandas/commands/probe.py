"""The command ``probe``: finds out how the service behaves where its documentation is silent."""

from __future__ import annotations

import contextlib
import datetime
import errno
import json
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.command import Command
from alphacast_pandas.commands.questions import can_ask, is_agreed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from alphacast_pandas.api.records import Repository

_STOP_SIGNALS = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(fail=parser.error)
    parser.add_argument("--yes", action="store_true", help="do not ask before it starts")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("alphacast-readings.json"),
        metavar="FILE",
        help="file to write (default: %(default)s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one line of JSON for each question"
    )


def _run(options: argparse.Namespace) -> int:
    """Probe the service; return the exit status."""
    import pandas as pd

    from alphacast_pandas.commands.output import (
        is_terminal,
        print_frame,
        print_lines,
        print_note,
        terminal_width,
    )
    from alphacast_pandas.probe.report import to_file, to_lines, to_records
    from alphacast_pandas.probe.run import run_experiments

    if not (options.yes or can_ask()):
        options.fail("nobody can be asked, since the input is no terminal: --yes starts the probe")
    client = ap.get_client()
    leftovers = _find_leftovers(client)
    print_note("\n".join(_plan(client, leftovers, options.output)))
    is_writable = _is_writable(options.output)
    if not (options.yes or is_agreed("Go on?")):
        print_note("Nothing was done.")
        return 1
    with _stopped_like_by_ctrl_c():
        for repository in leftovers:
            client.repositories.delete(repository.id)
        observations = run_experiments(client, print_note)
    moment = datetime.datetime.now(datetime.UTC)
    content = to_file(observations, base_url=client.base_url, moment=moment)
    if is_writable:
        is_writable = _write(options.output, json.dumps(content, indent=2) + "\n")
    if is_terminal() and not options.json:
        print_lines(to_lines(observations, terminal_width()))
    else:
        print_frame(pd.DataFrame(to_records(observations)), as_json=options.json)
    return 0 if is_writable else 1


def _find_leftovers(client: ap.Client) -> list[Repository]:
    """Return what earlier probes have left, as far as this key may see it."""
    from alphacast_pandas.commands.output import print_note
    from alphacast_pandas.probe.workspace import find_leftovers

    try:
        return [*find_leftovers(client)]
    except ap.PermissionDenied as error:
        print_note(f"What earlier probes may have left is not looked for: {error}")
        return []


def _plan(client: ap.Client, leftovers: Sequence[Repository], output: Path) -> Iterator[str]:
    """Yield what the probe is going to do."""
    from alphacast_pandas.display import plural
    from alphacast_pandas.probe.run import EXPERIMENTS
    from alphacast_pandas.probe.workspace import NAMES

    yield f"{plural(len(EXPERIMENTS), 'experiment')} with {client.base_url}:"
    yield f"- make a private repository, {NAMES!r}, with some 20 datasets of a few values each"
    yield "- read them in some 250 requests, and delete the repository, also after Ctrl-C"
    yield "- make a dataset without a repository, and delete it if the service takes it"
    yield "- store a made-up key for one provider that needs one and has none, and delete it"
    yield f"- write what was found to {output}, without the API key"
    for repository in leftovers:
        yield f"- delete {repository.name!r} (number {repository.id}), which an earlier probe left"
    yield "All of this takes some minutes, and exports count as any others do."
    yield "Nothing else is changed."


def _is_writable(path: Path) -> bool:
    """Tell, before the experiments, whether the file can be written; say so if it cannot."""
    from alphacast_pandas.atomic_files import new_file

    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "its folder does not exist")
        with new_file(path.parent, path.name, is_private=False, is_synced=False):
            return True
    except OSError as error:
        _say_unwritable(path, error)
        return False


def _write(path: Path, text: str) -> bool:
    """Write the file; tell whether it could be written, and say so."""
    from alphacast_pandas.atomic_files import replace_file
    from alphacast_pandas.commands.output import print_note

    try:
        with replace_file(path, is_private=False) as file:
            file.write(text.encode())
    except OSError as error:
        _say_unwritable(path, error)
        return False
    print_note(f"Wrote {path}.")
    return True


def _say_unwritable(path: Path, error: OSError) -> None:
    from alphacast_pandas.commands.output import print_note

    reason = error.strerror or str(error)
    print_note(f"error: {path} cannot be written: {reason}. Pass another --output.")


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


PROBE = Command(
    description="Find out by small experiments how the service behaves where its documentation "
    "contradicts itself or says nothing. They take place in a private repository, which is deleted "
    "at the end. What it will do is said, and asked for, before it starts.",
    examples="  alphacast-pandas probe\n  alphacast-pandas probe --yes -o readings.json",
    add_arguments=_add_arguments,
    run=_run,
)
