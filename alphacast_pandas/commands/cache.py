"""The command ``cache``: what reads have kept on this computer, and its removal."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import duration
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN = ("dataset_id", "query", "rows", "bytes", "used_at")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    add_json_argument(parser)
    parser.set_defaults(act=_list)
    actions = parser.add_subparsers(metavar="clear")
    clear = actions.add_parser(
        "clear",
        help="remove what is kept, of all accounts of this user",
        description="Remove what the cache holds, of all accounts of this user.",
        epilog="examples:\n  alphacast-pandas cache clear\n"
        "  alphacast-pandas cache clear 5515\n  alphacast-pandas cache clear --older-than 30d",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    clear.add_argument(
        "dataset", nargs="?", metavar="DATASET", help="only this dataset: its number or address"
    )
    clear.add_argument(
        "--older-than",
        type=duration,
        metavar="AGE",
        help="only answers that were not used for so long, such as 30d",
    )
    clear.set_defaults(act=_clear)


def _run(options: argparse.Namespace) -> int:
    act: Callable[[argparse.Namespace], None] = options.act
    act(options)
    return 0


def _list(options: argparse.Namespace) -> None:
    from alphacast_pandas.commands.output import print_frame

    print_frame(ap.cache.info(), as_json=options.json, columns=_SHOWN)


def _clear(options: argparse.Namespace) -> None:
    from alphacast_pandas.commands.output import print_json, print_lines
    from alphacast_pandas.display import plural

    removed = ap.cache.clear(options.dataset, older_than=options.older_than)
    if options.json:
        print_json({"removed": removed})
    else:
        print_lines([f"Removed {plural(removed, 'answer')}."])


CACHE = Command(
    description="List what reads have kept on this computer, or remove it.",
    examples="  alphacast-pandas cache\n  alphacast-pandas cache clear --older-than 30d",
    add_arguments=_add_arguments,
    run=_run,
)
