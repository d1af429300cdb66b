"""The commands ``search`` and ``datasets``, which list datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import count_or_all
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    import argparse

    import pandas as pd

# What a table on a terminal shows, as far as the service tells it; CSV and JSON have every column.
_SHOWN = ("id", "name", "repository", "frequency", "start", "end", "updated_at")
_ALWAYS = frozenset({"id", "name"})


def _add_common_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    parser.add_argument(
        "--repository",
        metavar="REPOSITORY",
        help="only datasets of this one: its number, address or exact name",
    )
    add_json_argument(parser)


def _add_search_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+", metavar="WORD", help="what to look for")
    parser.add_argument("--mine", action="store_true", help="only the account's own datasets")
    parser.add_argument(
        "--deprecated", action="store_true", help="also datasets that are deprecated"
    )
    parser.add_argument(
        "--limit",
        type=count_or_all,
        default=25,
        metavar="N|all",
        help="list N datasets at most (%(default)s)",
    )
    _add_common_arguments(parser)


def _search(options: argparse.Namespace) -> int:
    from alphacast_pandas.commands.output import print_note
    from alphacast_pandas.display import plural

    found = ap.search(
        " ".join(options.words),
        repository=options.repository,
        mine=options.mine,
        deprecated=options.deprecated,
        limit=options.limit,
    )
    _print(found, as_json=options.json)
    total = found.attrs["alphacast"]["total"]
    if total is not None and total > len(found) == options.limit:
        print_note(f"The best {len(found):,} of {plural(total, 'dataset')}; --limit all lists all.")
    return 0


def _add_datasets_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name", metavar="PART", help="only datasets whose name has this part, in any case"
    )
    _add_common_arguments(parser)


def _datasets(options: argparse.Namespace) -> int:
    _print(ap.datasets(options.repository, name=options.name), as_json=options.json)
    return 0


def _print(found: pd.DataFrame, *, as_json: bool) -> None:
    from alphacast_pandas.commands.output import print_frame

    shown = [name for name in _SHOWN if name in _ALWAYS or found[name].notna().any()]
    print_frame(found, as_json=as_json, columns=shown, wide=["name"], to_the_minute=["updated_at"])


SEARCH = Command(
    description="Search all of Alphacast for datasets, the best first.",
    examples="  alphacast-pandas search consumer prices argentina\n"
    "  alphacast-pandas search gdp --mine --limit all --json",
    add_arguments=_add_search_arguments,
    run=_search,
)
DATASETS = Command(
    description="List the datasets that the key owns or shares. Public datasets of others are "
    "found by the command search only.",
    examples="  alphacast-pandas datasets\n"
    '  alphacast-pandas datasets --repository "My data" --name prices',
    add_arguments=_add_datasets_arguments,
    run=_datasets,
)
