"""The command ``read``: a dataset on the terminal, as CSV, or in a file."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import alphacast_pandas as ap
from alphacast_pandas.commands.arguments import (
    cache,
    count,
    dataset_argument,
    filter_arguments,
    joined_filter,
    output_file,
    store_argument,
)
from alphacast_pandas.commands.command import Command

if TYPE_CHECKING:
    import argparse

    import pandas as pd

_STDOUT = Path("-")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    from alphacast_pandas.commands.output import add_json_argument

    parser.set_defaults(fail=parser.error)
    dataset_argument(parser)
    filter_arguments(parser)
    dates = "such as 2020, 2020-06 or 2020-06-30; included"
    parser.add_argument("--start", metavar="DATE", help=f"first date, {dates}")
    parser.add_argument("--end", metavar="DATE", help=f"last date, {dates}")
    parser.add_argument(
        "--last", type=count, metavar="N", help="keep the rows of the last N distinct dates"
    )
    parser.add_argument("--top", type=count, metavar="N", help="keep the first N rows, by date")
    parser.add_argument(
        "--expect",
        metavar="NAME",
        help="fail unless this is the name; * and ? stand for any text and character",
    )
    parser.add_argument(
        "--cache",
        type=cache,
        metavar="on|off|only|AGE",
        help="on: keep the answer on this computer, and ask the service whether one that is kept "
        "is right; an age such as 6h: do not ask within that time; only: send no request. By "
        "default as ALPHACAST_CACHE says, and off without it",
    )
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        help="read the dataset as it was known then, from the vintages that the command snapshot "
        "has kept",
    )
    store_argument(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "-o",
        "--output",
        type=output_file,
        metavar="FILE",
        help="file to write: .csv, .parquet or .xlsx; one that exists is replaced. - prints CSV, "
        "on a terminal too",
    )
    add_json_argument(form)


def _run(options: argparse.Namespace) -> int:
    """Read, and print or write what was read; return the exit status."""
    from alphacast_pandas.commands.output import print_csv, print_frame

    if options.store is not None and options.as_of is None:
        options.fail("--store goes with --as-of: without it, no vintage is read")
    if options.as_of is not None and options.cache not in {None, False}:
        options.fail("--cache does not go with --as-of, which sends no request anyway")
    path: Path | None = options.output
    if path is not None and path != _STDOUT:
        _check_folder(path.parent)
    frame = ap.read_alphacast(
        options.dataset,
        filter=joined_filter(options.filter),
        select=options.select,
        start=options.start,
        end=options.end,
        last=options.last,
        top=options.top,
        expect=options.expect,
        cache=options.cache,
        as_of=options.as_of,
        store=options.store,
    )
    if path is None:
        print_frame(frame, as_json=options.json)
    elif path == _STDOUT:
        print_csv(frame)
    else:
        _write(frame, path)
    return 0


def _check_folder(folder: Path) -> None:
    """Raise if there is no such folder, before anything is read for a file in it."""
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))


def _write(frame: pd.DataFrame, path: Path) -> None:
    from alphacast_pandas.commands.files import write_file
    from alphacast_pandas.commands.output import print_note
    from alphacast_pandas.display import plural

    write_file(frame, path)
    print_note(f"Wrote {plural(len(frame), 'row')} to {path}.")


READ = Command(
    description="Read a dataset: a table of its first and last rows on a terminal, CSV where the "
    "output is piped, or a file.",
    examples="  alphacast-pandas read 5515 --last 12\n"
    "  alphacast-pandas read 5515 --filter \"country eq 'Chile'\" --select CPI --start 2020\n"
    "  alphacast-pandas read 5515 -o prices.xlsx\n"
    "  alphacast-pandas read 5515 --as-of 2026-05 > prices.csv",
    add_arguments=_add_arguments,
    run=_run,
)
