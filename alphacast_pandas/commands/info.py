"""The command ``info``: what one dataset is, and its columns."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import dataset_argument
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    import argparse

    import pandas as pd


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    dataset_argument(parser)
    parser.add_argument(
        "--expect",
        metavar="NAME",
        help="fail unless this is the name; * and ? stand for any text and character",
    )
    parser.add_argument("--json", action="store_true", help="print everything as one line of JSON")


def _run(options: argparse.Namespace) -> int:
    """Print the facts and the columns; return the exit status."""
    from alphacast_pandas.commands.output import (
        is_terminal,
        print_facts,
        print_frame,
        print_json,
        print_lines,
    )

    info = ap.info(options.dataset, expect=options.expect)
    if options.json:
        facts = {each.name: getattr(info, each.name) for each in fields(info)}
        print_json({**facts, "columns": _records(info.columns)})
        return 0
    if is_terminal():
        print_facts(info.facts())
        print_lines([""])
    print_frame(info.columns)
    return 0


def _records(columns: pd.DataFrame) -> list[dict[str, object]]:
    objects = columns.astype(object).where(columns.notna(), None)
    rows = objects.itertuples(index=False)
    return [dict(zip(columns.columns, row, strict=True)) for row in rows]


INFO = Command(
    description="Show what one dataset is, and its columns, without its data. Where the output is "
    "piped, the columns are printed as CSV.",
    examples="  alphacast-pandas info 5515\n  alphacast-pandas info 5515 --json",
    add_arguments=_add_arguments,
    run=_run,
)
