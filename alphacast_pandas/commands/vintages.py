"""The command ``vintages``: lists the datasets of a vintage store, and verifies its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from alphacast_pandas.commands.command import Command
from alphacast_pandas.commands.output import (
    add_json_argument,
    print_frame,
    print_lines,
    print_note,
)
from alphacast_pandas.display import plural
from alphacast_pandas.errors import ConfigurationError
from alphacast_pandas.text import printable
from alphacast_pandas.vintage_store.store import open_store
from alphacast_pandas.vintage_store.verification import describe, find_damage

if TYPE_CHECKING:
    import argparse

    from alphacast_pandas.vintage_store.store import VintageStore
    from alphacast_pandas.vintage_store.verification import Holding

_HEAD = ("address", "dataset_id", "name", "vintages", "looks", "last_look", "bytes")


def _run(options: argparse.Namespace) -> int:
    """List the datasets, or verify the files; return the exit status."""
    store = open_store(options.store)
    if options.store is not None and not store.folder.exists():
        msg = f"There is no folder {store.folder}. Pass --store the folder of a vintage store."
        raise ConfigurationError(msg)
    return _verify(store) if options.verify else _list(store, as_json=options.json)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, help="folder of the store; by default the user's own")
    what = parser.add_mutually_exclusive_group()
    add_json_argument(what)
    what.add_argument(
        "--verify",
        action="store_true",
        help="check the hash of every file; the exit status is 1 if one is damaged or missing",
    )


def _list(store: VintageStore, *, as_json: bool) -> int:
    found = [each for folder in store.datasets() if (each := describe(folder)) is not None]
    print_frame(pd.DataFrame([_row(each) for each in found], columns=[*_HEAD]), as_json=as_json)
    return 0


def _row(holding: Holding) -> tuple[str | int, ...]:
    last_look = holding.last_look.isoformat(timespec="seconds")
    return (
        *(holding.address, holding.number, holding.name or ""),
        *(holding.vintages, holding.looks, last_look, holding.bytes),
    )


def _verify(store: VintageStore) -> int:
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
    description="List the datasets of which the command snapshot has kept vintages.",
    examples="  alphacast-pandas vintages\n  alphacast-pandas vintages --verify",
    add_arguments=_add_arguments,
    run=_run,
)
