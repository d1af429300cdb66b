"""The command ``vintages``: lists the datasets of a vintage store, and verifies its files."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alphacast_pandas.display import plural, text_table
from alphacast_pandas.errors import AlphacastError, ConfigurationError
from alphacast_pandas.text import printable, printable_lines
from alphacast_pandas.vintage_store.store import open_store
from alphacast_pandas.vintage_store.verification import describe, find_damage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.vintage_store.store import VintageStore
    from alphacast_pandas.vintage_store.verification import Holding

_HEAD = ("address", "dataset_id", "name", "vintages", "looks", "last_look", "bytes")
_NUMBERS = ("dataset_id", "vintages", "looks", "bytes")


def main(arguments: Sequence[str]) -> int:
    """List the datasets, or verify the files; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        store = open_store(options.store)
        if options.store is not None and not store.folder.exists():
            msg = f"There is no folder {store.folder}. Pass --store the folder of a vintage store."
            raise ConfigurationError(msg)
        return _verify(store) if options.verify else _list(store, as_json=options.json)
    except AlphacastError as error:
        print(f"error: {printable_lines(str(error))}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="alphacast-pandas vintages",
        description="List the datasets of which alphacast_pandas.snapshot() has kept vintages: a "
        "table on a terminal, CSV elsewhere.",
    )
    parser.add_argument("--store", type=Path, help="folder of the store; by default the user's own")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--json", action="store_true", help="list them as JSON")
    what.add_argument(
        "--verify",
        action="store_true",
        help="check the hash of every file; the exit status is 1 if one is damaged or missing",
    )
    return parser


def _list(store: VintageStore, *, as_json: bool) -> int:
    found = [each for folder in store.datasets() if (each := describe(folder)) is not None]
    rows = [_row(each) for each in found]
    if as_json:
        print(json.dumps([dict(zip(_HEAD, row, strict=True)) for row in rows], indent=2))
    elif sys.stdout.isatty():
        texts = [[str(cell) for cell in row] for row in rows]
        print(*text_table(_HEAD, texts, numbers=(*_NUMBERS, "last_look")), sep="\n")
    else:
        csv.writer(sys.stdout, lineterminator="\n").writerows([_HEAD, *rows])
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
            print(f"dataset {folder.number} of {printable(folder.address)}: {error}")
    where = f"{plural(len(folders), 'dataset')} in {printable(str(store.folder))}"
    if damaged:
        print(
            f"error: {plural(damaged, 'file')} of {where} cannot be used. Restore them from a "
            "backup; without one, the other vintages can still be read.",
            file=sys.stderr,
        )
        return 1
    print(f"Every file is whole: {where}.")
    return 0
