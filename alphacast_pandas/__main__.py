"""The program ``alphacast-pandas``, which runs the command that its first word names."""

from __future__ import annotations

import argparse
import importlib
import io
import shutil
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING, NoReturn

from alphacast_pandas import __version__
from alphacast_pandas.errors import AlphacastError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from _typeshed import SupportsWrite

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
_FILES = {
    "logout": "login",
    "whoami": "login",
    "datasets": "search",
    "diff": "push",
    "revisions": "vintages",
}
_INTERRUPTED = 130  # as shells report a program that Ctrl-C ended
_FAILED = 1
_MISUSED = 2
# How the errors of argparse begin to which its list of all arguments belongs.
_ABOUT_ARGUMENTS = ("unrecognized arguments: ", "the following arguments are required: ")


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose help fails like other output."""

    def error(self, message: str) -> NoReturn:
        """End the program; the list of all arguments would hide what is said of a value."""
        if message.startswith(_ABOUT_ARGUMENTS):
            super().error(message)
        self.exit(_MISUSED, f"{self.prog}: error: {message}\n")

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help, which argparse would do without a word if the disk is full."""
        from alphacast_pandas.commands.output import print_lines

        if file is None:
            print_lines(self.format_help().splitlines())
        else:
            super().print_help(file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    words = [*sys.argv[1:]] if arguments is None else [*arguments]
    _use_utf8()
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            return _run(words)
        except (AlphacastError, OSError, ModuleNotFoundError) as error:
            if _is_ours(error):
                raise
            _note(f"error: {_message(error)}")
            return _FAILED
        except KeyboardInterrupt as interrupt:
            # A terminal shows ^C at the end of a line, such as that of a question.
            start = [""] if sys.stderr is not None and sys.stderr.isatty() else []
            told = [_in_commands(str(each)) for each in interrupt.args]
            _note("\n".join([*start, "interrupted", *told]))
            return _INTERRUPTED


def _run(words: Sequence[str]) -> int:
    """Run the command that the first word names; what it has printed has left the process then."""
    from alphacast_pandas.commands.output import flush_output

    try:
        if not words:
            _parser().print_help()
            return 0
        name = words[0]
        _check_name(name)
        if name == "emulator":  # which is a program of its own
            emulator = importlib.import_module("alphacast_pandas.emulator.__main__")
            status: int = emulator.main(words[1:])
            return status
        command = _command(name)
        return command.run(_parser_of(name, command).parse_args(words[1:]))
    finally:
        flush_output()


def _check_name(word: str) -> None:
    """End the program unless the word is the name of a command."""
    if word in _COMMANDS:
        return
    parser = _parser()
    parser.parse_args([word])  # which ends the program for options, such as --help and --version
    from alphacast_pandas.names import close_matches

    close = close_matches(word, [*_COMMANDS])
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "--help lists them all."
    parser.error(f"there is no command {value_text(word)}; {hint}")


def _is_ours(error: Exception) -> bool:
    """Tell an import of the package itself that fails, which is a mistake here."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    return (name or "").partition(".")[0] == "alphacast_pandas"


def _message(error: Exception) -> str:
    """Return what a person is told of an error, with its notes."""
    text = _in_commands(str(error)) if isinstance(error, AlphacastError) else str(error)
    if isinstance(error, OSError) and error.strerror:
        text = error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
    return "\n".join([text, *getattr(error, "__notes__", [])])


def _in_commands(text: str) -> str:
    from alphacast_pandas.commands.wording import in_commands

    return in_commands(text)


def _note(text: str) -> None:
    from alphacast_pandas.commands.output import print_note

    print_note(text)


def _command(name: str) -> Command:
    module = importlib.import_module(f"{_FOLDER}.{_FILES.get(name, name)}")
    command: Command = getattr(module, name.upper())
    return command


def _parser_of(name: str, command: Command) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=f"alphacast-pandas {name}",
        description=textwrap.fill(command.description, _help_width()),
        epilog=f"examples:\n{command.examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_arguments(parser)
    return parser


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="alphacast-pandas",
        description="Alphacast datasets as pandas DataFrames.",
        epilog="\n".join(_overview()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("command", metavar="command", help="see below")
    return parser


def _overview() -> Iterator[str]:
    """Yield the lines of the help that list the commands."""
    indent = max(map(len, _COMMANDS)) + 4
    width = max(_help_width(), 2 * indent)
    yield "commands:"
    for name, explanation in _COMMANDS.items():
        start, rest = f"  {name:{indent - 2}}", " " * indent
        yield from textwrap.wrap(explanation, width, initial_indent=start, subsequent_indent=rest)
    yield from ["", *textwrap.wrap("Each command explains itself with --help.", width)]


def _help_width() -> int:
    return max(shutil.get_terminal_size().columns - 2, 11)  # as argparse has it


def _use_utf8() -> None:
    r"""
    Write UTF-8 and "\n" to files and pipes.

    A terminal has its own encoding, and shows a code for what it has no character for.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as one line, without the place in a program that nobody here wrote."""
    _note(f"warning: {_in_commands(str(message))}")


if __name__ == "__main__":
    sys.exit(main())
