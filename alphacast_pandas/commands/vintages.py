"""The commands ``vintages`` and ``revisions``: what a vintage store holds, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import (
    dataset_argument,
    filter_arguments,
    joined_filter,
    store_argument,
)
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    import argparse
    import datetime

    from alphacast_pandas.vintage_store.store import VintageStore
    from alphacast_pandas.vintage_store.verification import Holding

_HEAD = ("address", "dataset_id", "name", "vintages", "looks", "last_look", "bytes")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    parser.set_defaults(fail=parser.error)
    parser.add_argument(
        "dataset",
        nargs="?",
        metavar="DATASET",
        help="list the vintages of this one: its number, address or name",
    )
    store_argument(parser)
    what = parser.add_mutually_exclusive_group()
    add_json_argument(what)
    what.add_argument(
        "--verify",
        action="store_true",
        help="check the hash of every file; the exit status is 1 if one is damaged or missing",
    )


def _run(options: argparse.Namespace) -> int:
    """List the datasets or the vintages of one, or verify the files; return the exit status."""
    from alphacast_pandas.commands.output import print_frame
    from alphacast_pandas.errors import ConfigurationError
    from alphacast_pandas.vintage_store.store import open_store

    if options.dataset is not None and options.verify:
        options.fail("--verify checks the files of all datasets: leave DATASET out")
    store = open_store(options.store)
    if options.store is not None and not store.folder.exists():
        msg = f"There is no folder {store.folder}. Pass --store the folder of a vintage store."
        raise ConfigurationError(msg)
    if options.verify:
        return _verify(store)
    if options.dataset is None:
        _list(store, as_json=options.json)
    else:
        print_frame(ap.vintages(options.dataset, store=options.store), as_json=options.json)
    return 0


def _list(store: VintageStore, *, as_json: bool) -> None:
    import pandas as pd

    from alphacast_pandas.commands.output import print_frame
    from alphacast_pandas.vintage_store.verification import describe

    found = [each for folder in store.datasets() if (each := describe(folder)) is not None]
    listed = pd.DataFrame([_row(each) for each in found], columns=[*_HEAD])
    columns = [*_HEAD[1:], _HEAD[0]]
    print_frame(listed, as_json=as_json, columns=columns, to_the_minute=["last_look"])


def _row(holding: Holding) -> tuple[str | int | datetime.datetime, ...]:
    last_look = holding.last_look.replace(microsecond=0)
    return (
        *(holding.address, holding.number, holding.name or ""),
        *(holding.vintages, holding.looks, last_look, holding.bytes),
    )


def _verify(store: VintageStore) -> int:
    from alphacast_pandas.commands.output import print_lines, print_note
    from alphacast_pandas.display import plural
    from alphacast_pandas.text import printable
    from alphacast_pandas.vintage_store.verification import find_damage

    folders = store.datasets()
    damaged = 0
    for folder in folders:
        for error in find_damage(folder):
            damaged += 1
            print_lines([f"dataset {folder.number} of {printable(folder.address)}: {error}"])
    where = f"{plural(len(folders), 'dataset')} in {printable(str(store.folder))}"
    if damaged:
        print_note(
            f"error: {plural(damaged, 'file')} of {where} cannot be used. Restore them from a "
            "backup; without one, the other vintages can still be read."
        )
        return 1
    print_lines([f"Every file is whole: {where}."])
    return 0


VINTAGES = Command(
    description="List the datasets of which the command snapshot has kept vintages, or the "
    "vintages of one of them.",
    examples="  alphacast-pandas vintages\n  alphacast-pandas vintages 5515\n"
    "  alphacast-pandas vintages --verify",
    add_arguments=_add_arguments,
    run=_run,
)


def _add_revisions_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    dataset_argument(parser)
    filter_arguments(parser)
    parser.add_argument(
        "--since", metavar="DATE", help="only what changed on this day or later, such as 2026-05"
    )
    store_argument(parser)
    add_json_argument(parser)


def _revisions(options: argparse.Namespace) -> int:
    from alphacast_pandas.commands.output import print_frame

    changes = ap.revisions(
        options.dataset,
        select=options.select,
        filter=joined_filter(options.filter),
        since=options.since,
        store=options.store,
    )
    print_frame(changes, as_json=options.json)
    return 0


REVISIONS = Command(
    description="List every value of a dataset that changed between the vintages that the command "
    "snapshot has kept of it, a row a value. Nothing is requested.",
    examples="  alphacast-pandas revisions 5515\n"
    "  alphacast-pandas revisions 5515 --select CPI --since 2026-05",
    add_arguments=_add_revisions_arguments,
    run=_revisions,
)
