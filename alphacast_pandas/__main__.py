"""The program ``alphacast-pandas``, which runs the command that its first word names."""

from __future__ import annotations

import argparse
import importlib
import sys
import warnings
from typing import TYPE_CHECKING

from alphacast_pandas import __version__
from alphacast_pandas.errors import AlphacastError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.commands.command import Command

_COMMANDS = {
    "login": "store an API key on this computer",
    "logout": "forget the stored API key",
    "whoami": "where the API key comes from, and what it may do",
    "search": "find datasets by words, in all of Alphacast",
    "datasets": "list the datasets that this key may list",
    "info": "what one dataset is, and its columns",
    "read": "read a dataset: to the terminal, CSV, Parquet or Excel",
    "push": "send a file to a dataset, after it was shown what would change",
    "diff": "what pushing a file would change; the status is 3 if anything",
    "snapshot": "keep what datasets hold now as vintages",
    "revisions": "the values of a dataset that changed between its vintages",
    "vintages": "list or verify the vintages that are kept",
    "cache": "what reads have kept on this computer, and to clear it",
    "model": "write a dataset's contract as a typed pandera model",
    "demo": "push and read real data against a local Alphacast",
    "probe": "find out how the service behaves where its texts leave it open",
    "emulator": "run a local Alphacast",
}
_FOLDER = "alphacast_pandas.commands"
# Commands that share what they do stand in the file of the first of them.
_FILES = {"logout": "login", "whoami": "login", "diff": "push", "revisions": "vintages"}
_INTERRUPTED = 130  # as shells report a program that Ctrl-C ended
_FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    words = [*sys.argv[1:]] if arguments is None else [*arguments]
    parser = _parser()
    if not words:
        parser.print_help()
        return 0
    name = parser.parse_args(words[:1]).command
    if name == "emulator":
        return _run_emulator(words[1:])
    try:
        command = _command(name)
    except ModuleNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return _FAILED
    options = _parser_of(name, command).parse_args(words[1:])
    _use_utf8()
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        return _run(command, options)


def _run(command: Command, options: argparse.Namespace) -> int:
    """Run a command; errors and interrupts become a line on stderr and a status."""
    from alphacast_pandas.commands.output import print_note

    try:
        return command.run(options)
    except (AlphacastError, OSError, ModuleNotFoundError) as error:
        print_note(f"error: {_message(error)}")
        return _FAILED
    except KeyboardInterrupt as interrupt:
        # A terminal shows ^C at the end of a line, such as that of a question.
        start = [""] if sys.stderr.isatty() else []
        print_note("\n".join([*start, "interrupted", *map(str, interrupt.args)]))
        return _INTERRUPTED


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _run_emulator(words: Sequence[str]) -> int:
    """Run the emulator, which is a program of its own."""
    try:
        emulator = importlib.import_module("alphacast_pandas.emulator.__main__")
    except ModuleNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return _FAILED
    status: int = emulator.main(words)
    return status


def _command(name: str) -> Command:
    module = importlib.import_module(f"{_FOLDER}.{_FILES.get(name, name)}")
    command: Command = getattr(module, name.upper())
    return command


def _parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"alphacast-pandas {name}",
        description=command.description,
        epilog=f"examples:\n{command.examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return parser


def _parser() -> argparse.ArgumentParser:
    lines = (f"  {name:10} {explanation}" for name, explanation in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="alphacast-pandas",
        description="Alphacast datasets as pandas DataFrames.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nEach command explains itself with --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("command", choices=[*_COMMANDS], metavar="command", help="see below")
    return parser


def _use_utf8() -> None:
    """Write UTF-8 to files and pipes; a terminal shows a code for what it has no character for."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding=stream.encoding if stream.isatty() else "utf-8",
                errors="backslashreplace",
            )


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as one line, without the place in a program that nobody here wrote."""
    from alphacast_pandas.commands.output import print_note

    print_note(f"warning: {message}")


if __name__ == "__main__":
    sys.exit(main())
