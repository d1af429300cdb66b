"""Frames as lines of text that programs read: CSV and JSON."""

from __future__ import annotations

import datetime
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from alphacast_pandas.text import is_unsafe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

_ROWS_AT_ONCE = 50_000
_NEEDS_QUOTES = re.compile('[,"\r\n]')


def csv_lines(frame: pd.DataFrame) -> Iterator[str]:
    """
    Yield a frame as lines of CSV without their line breaks, the names first.

    Numbers are in the shortest form that reads back, dates in ISO 8601, missing values empty.
    """
    if frame.columns.empty:
        return
    # Not with Python's csv, which before 3.13 leaves a carriage return without quotes, where
    # readers see the end of a row; nor with to_csv, which stands on it, and which writes the time
    # of all columns of dates if one of them has it.
    yield _csv_line([_quoted(str(name)) for name in frame.columns])
    for columns, have_times in _blocks(frame):
        yield from map(_csv_line, zip(*map(_csv_fields, columns, have_times), strict=True))


def json_lines(frame: pd.DataFrame) -> Iterator[str]:
    """Yield one JSON object for each row: dates in ISO 8601, missing values as null."""
    names = [*map(str, frame.columns)]
    for columns, have_times in _blocks(frame):
        for row in zip(*map(_json_values, columns, have_times), strict=True):
            yield json_line(dict(zip(names, row, strict=True)))


def json_line(record: Mapping[str, object]) -> str:
    """
    Return one JSON object, whose dates are in ISO 8601.

    A terminal can show it: characters that would act on one are escapes of JSON, not themselves.
    """
    line = json.dumps(record, ensure_ascii=False, allow_nan=False, default=_json_value)
    if line.isprintable():
        return line
    return "".join(json.dumps(c)[1:-1] if is_unsafe(c) else c for c in line)


def texts_of(column: pd.Series[Any]) -> list[str | None]:
    """Return the values of a column as text, None for missing ones."""
    return [None if v is None else _text(v) for v in _json_values(column, _has_times(column))]


def _blocks(frame: pd.DataFrame) -> Iterator[tuple[list[pd.Series[Any]], list[bool]]]:
    """
    Yield the columns of so many rows that their texts take little room.

    With them, which of the whole columns have times.
    """
    places = range(frame.shape[1])
    have_times = [_has_times(frame.iloc[:, place]) for place in places]
    for begin in range(0, len(frame), _ROWS_AT_ONCE):
        rows = frame.iloc[begin : begin + _ROWS_AT_ONCE]
        yield [rows.iloc[:, place] for place in places], have_times


def _csv_line(fields: Iterable[str]) -> str:
    line = ",".join(fields)
    return line if line.strip() else f'"{line}"'  # readers leave out blank lines


def _csv_fields(column: pd.Series[Any], has_times: bool) -> list[str]:  # noqa: FBT001 - called by map
    values = _json_values(column, has_times)
    if column.dtype.kind in "biufM":
        return ["" if value is None else _text(value) for value in values]
    return ["" if value is None else _quoted(_text(value)) for value in values]


def _quoted(text: str) -> str:
    """Return a field of CSV, in quotes if it needs them."""
    if _NEEDS_QUOTES.search(text) is None:
        return text
    return '"{}"'.format(text.replace('"', '""'))


def _json_values(column: pd.Series[Any], has_times: bool) -> list[Any]:  # noqa: FBT001 - called by map
    """Return the values of a column, None for missing ones; dates are text in ISO 8601."""
    values: list[Any] = column.tolist()
    if column.dtype.kind == "M" and not has_times:
        values = np.datetime_as_string(column.to_numpy(), unit="D").tolist()
    elif column.dtype.kind == "M":
        values = [date.isoformat() for date in values]
    return [
        None if is_missing else value
        for value, is_missing in zip(values, column.isna().tolist(), strict=True)
    ]


def _json_value(value: object) -> object:
    """Return a value that JSON does not have as one that it has."""
    return value.item() if isinstance(value, np.generic) else _text(value)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _has_times(column: pd.Series[Any]) -> bool:
    """Tell a column of dates of which at least one has a time of day or a zone."""
    if column.dtype.kind != "M":
        return False
    dates = column.dropna()
    return column.dt.tz is not None or bool((dates != dates.dt.normalize()).any())
