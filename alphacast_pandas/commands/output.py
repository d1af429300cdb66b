"""What commands print: frames as tables, CSV or lines of JSON, and notes beside them."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.display import plural, text_table
from alphacast_pandas.text import printable_lines

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

_SHOWN_ROWS = 40  # of a longer frame on a terminal: its first and last rows, half of them each


def add_json_argument(parser: argparse._ActionsContainer) -> None:
    """Add ``--json``, which `print_frame` takes as `as_json`."""
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each row")


def print_frame(
    frame: pd.DataFrame, *, as_json: bool = False, columns: Sequence[str] | None = None
) -> None:
    """
    Print a frame: as JSON on request, else as a table on a terminal, else as CSV.

    Only the table is limited: to `columns`, to the width of the terminal, and to the first and
    last rows of a long frame.
    """
    if as_json:
        print_lines(json_lines(frame))
    elif is_terminal():
        print_lines(_table(frame if columns is None else frame[[*columns]]))
    else:
        print_csv(frame)


def print_csv(frame: pd.DataFrame) -> None:
    """Print a frame as CSV: numbers at full precision, dates in ISO 8601, missing as empty."""
    try:
        names = [*map(str, frame.columns)]
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        frame.to_csv(sys.stdout, index=False, header=False, lineterminator="\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _print_nowhere()


def print_lines(lines: Iterable[str]) -> None:
    """
    Print lines at once.

    A reader that has gone, such as ``head``, has read enough: nothing more is printed, and the
    command ends as it would have ended.
    """
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        _print_nowhere()


def print_note(text: str) -> None:
    """Print text for a person, on stderr, where it is not part of the answer."""
    try:
        print(printable_lines(text), file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def is_terminal() -> bool:
    """Tell whether a person reads what is printed."""
    return sys.stdout is not None and sys.stdout.isatty()


def terminal_width() -> int:
    """Return the columns of the terminal, or 80."""
    return shutil.get_terminal_size().columns


def json_lines(frame: pd.DataFrame) -> Iterator[str]:
    """Return one JSON object for each row: dates in ISO 8601, missing as null."""
    names = [*map(str, frame.columns)]
    columns = [_json_values(frame.iloc[:, place]) for place in range(frame.shape[1])]
    for row in zip(*columns, strict=True):
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)


def _json_values(column: pd.Series) -> list[Any]:
    if isinstance(column.dtype, pd.DatetimeTZDtype) or column.dtype.kind == "M":
        return _dates(column)
    is_missing = column.isna().tolist()
    return [
        None if gone else value for value, gone in zip(column.tolist(), is_missing, strict=True)
    ]


def _dates(column: pd.Series) -> list[str | None]:
    """Return dates in ISO 8601, without a time where none of them has one."""
    dates = column.dropna()
    is_whole = column.dt.tz is None and bool((dates == dates.dt.normalize()).all())
    return [
        None if pd.isna(date) else (date.date() if is_whole else date).isoformat()
        for date in column
    ]


def _table(frame: pd.DataFrame) -> list[str]:
    """Return the lines of a table that fits the terminal."""
    is_long = len(frame) > _SHOWN_ROWS
    half = _SHOWN_ROWS // 2
    shown = pd.concat([frame.head(half), frame.tail(half)]) if is_long else frame
    head = [*map(str, frame.columns)]
    cells = [_texts(shown.iloc[:, place]) for place in range(shown.shape[1])]
    numbers = [str(name) for name in frame.select_dtypes("number").columns]
    width = terminal_width()
    lines = text_table(head, [*zip(*cells, strict=True)], numbers=numbers, width=width)
    if is_long:
        lines.insert(1 + half, "...")
        lines.append(plural(len(frame), "row"))
    elif frame.empty:
        lines.append("no rows")
    return lines


def _texts(column: pd.Series) -> list[str]:
    if column.dtype.kind == "M":
        return [date or "" for date in _dates(column)]
    return ["" if pd.isna(value) else str(value) for value in column.tolist()]


def _print_nowhere() -> None:
    """Send what is still to be printed, by Python at its end as well, nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
