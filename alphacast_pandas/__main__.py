"""The program ``alphacast-pandas``, which runs the command that its first word names."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING

from alphacast_pandas import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS = {
    "demo": ("alphacast_pandas.demo", "push and read real data against a local Alphacast"),
    "model": ("alphacast_pandas.model", "write a dataset's contract as a typed pandera model"),
    "vintages": ("alphacast_pandas.history.command", "list or verify the vintages that are kept"),
    "emulator": ("alphacast_pandas.emulator.__main__", "run a local Alphacast"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    words = [*sys.argv[1:]] if arguments is None else [*arguments]
    parser = _parser()
    if not words:
        parser.print_help()
        return 0
    options = parser.parse_args(words[:1])
    module, _ = _COMMANDS[options.command]
    try:
        command = importlib.import_module(module)
    except ModuleNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    status: int = command.main(words[1:])
    return status


def _parser() -> argparse.ArgumentParser:
    lines = (f"  {name:10} {explanation}" for name, (_, explanation) in _COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="alphacast-pandas",
        description="Alphacast datasets as pandas DataFrames.",
        epilog="commands:\n" + "\n".join(lines) + "\n\nEach command explains itself with --help.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.add_argument("command", choices=[*_COMMANDS], metavar="command", help="see below")
    return parser


if __name__ == "__main__":
    sys.exit(main())
