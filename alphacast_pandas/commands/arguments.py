"""Arguments of commands: texts that argparse turns into values, or refuses with status 2."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from alphacast_pandas.api.cache_setting import Cache

_CACHE_WORDS: dict[str, Cache] = {"on": True, "off": False, "only": "only"}


def dataset_argument(parser: argparse.ArgumentParser) -> None:
    """Add the dataset that a command is about."""
    parser.add_argument(
        "dataset", metavar="DATASET", help="number, address or exact name of the dataset"
    )


def store_argument(parser: argparse.ArgumentParser) -> None:
    """Add the folder of a vintage store."""
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FOLDER",
        help="folder of the vintages; by default the user's own",
    )


def filter_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `joined_filter` and `select` take."""
    parser.add_argument(
        "--filter",
        action="append",
        metavar="TEXT",
        help="rows to keep, in the filter language of the service, such as \"country eq 'Chile' "
        "and Date ge '2020-01-01'\"; if it is repeated, all filters must hold",
    )
    parser.add_argument(
        "--select",
        action="append",
        metavar="COLUMN",
        help="value column to keep; repeat it for several",
    )


def joined_filter(filters: list[str] | None) -> str | None:
    """Return several filters as one."""
    if filters is None or len(filters) == 1:
        return filters[0] if filters else None
    return " and ".join(f"({each})" for each in filters)


def count(text: str) -> int:
    """Return a number of things, of which there is one at least."""
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        msg = f"must be an integer >= 1, got {value_text(text)}"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def count_or_all(text: str) -> int | None:
    """Return a number of things, None for all of them."""
    if text == "all":
        return None
    try:
        return count(text)
    except argparse.ArgumentTypeError:
        msg = f"must be an integer >= 1 or all, got {value_text(text)}"
        raise argparse.ArgumentTypeError(msg) from None


def duration(text: str) -> str:
    """Return a duration, unless it is none."""
    return _duration(text, "")


def cache(text: str) -> Cache:
    """Return what a read does with the cache."""
    word = _CACHE_WORDS.get(text)
    return _duration(text, "on, off, only or ") if word is None else word


def _duration(text: str, others: str) -> str:
    from alphacast_pandas.api.cache_setting import check_duration

    try:
        check_duration(text, "it")
    except QueryError:
        form = "a duration such as 6h, 15min or 30d"
        msg = f"must be {others}{form}, got {value_text(text)}"
        raise argparse.ArgumentTypeError(msg) from None
    return text


def output_file(text: str) -> Path:
    """Return a file to write, whose suffix says of which kind it is; ``-`` is stdout."""
    path = Path(text)
    if text != "-":
        from alphacast_pandas.commands.files import check_suffix

        try:
            check_suffix(path)
        except QueryError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    return path
