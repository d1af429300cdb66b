"""The command ``snapshot``: keeps what datasets hold now as vintages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import store_argument
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    import argparse

_SHOWN = ("dataset_id", "name", "vintage", "is_new", "rows", "added", "revised", "deleted")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    parser.add_argument(
        "datasets",
        nargs="+",
        metavar="DATASET",
        help="numbers, addresses or exact names of datasets",
    )
    store_argument(parser)
    add_json_argument(parser)


def _run(options: argparse.Namespace) -> int:
    """Look at each dataset, tell what failed; return the exit status."""
    from alphacast_pandas.commands.output import is_terminal, print_frame, print_note
    from alphacast_pandas.commands.wording import in_commands

    looks = ap.snapshot(options.datasets, errors="collect", store=options.store)
    failed = looks["error"].notna()
    # On a terminal, what failed is told below the table alone.
    is_table = is_terminal() and not options.json
    if not (is_table and failed.all()):
        shown = looks[~failed] if is_table else looks
        print_frame(shown, as_json=options.json, columns=_SHOWN)
    for dataset, error in zip(options.datasets, looks["error"], strict=True):
        if error is not None:
            print_note(f"error: {dataset}: {in_commands(str(error))}")
    return 1 if failed.any() else 0


SNAPSHOT = Command(
    description="Look at datasets once and keep what they hold now, so that it can be read later "
    "as it was, with read --as-of. Call it regularly, for example every day: what happens between "
    "two looks is not seen. If a look fails, the other datasets are recorded all the same, and the "
    "exit status is 1.",
    examples="  alphacast-pandas snapshot 5515 7938\n"
    "  alphacast-pandas snapshot 5515 --store /archive/vintages",
    add_arguments=_add_arguments,
    run=_run,
)
