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
    rows = zip(*(_csv_fields(frame.iloc[:, place]) for place in range(frame.shape[1])), strict=True)
    yield _csv_line([_quoted(str(name)) for name in frame.columns])
    yield from map(_csv_line, rows)


def json_lines(frame: pd.DataFrame) -> Iterator[str]:
    """Yield one JSON object for each row: dates in ISO 8601, missing values as null."""
    names = [*map(str, frame.columns)]
    columns = [_json_values(frame.iloc[:, place]) for place in range(frame.shape[1])]
    for row in zip(*columns, strict=True):
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
    if _is_dates(column):
        return _dates(column)
    return [
        None if is_missing else _text(value)
        for value, is_missing in zip(column.tolist(), column.isna().tolist(), strict=True)
    ]


def _csv_line(fields: Iterable[str]) -> str:
    line = ",".join(fields)
    return line if line.strip() else f'"{line}"'  # readers leave out blank lines


def _csv_fields(column: pd.Series[Any]) -> list[str]:
    texts = texts_of(column)
    if _is_dates(column) or column.dtype.kind in "biuf":
        return ["" if text is None else text for text in texts]
    return ["" if text is None else _quoted(text) for text in texts]


def _quoted(text: str) -> str:
    """Return a field of CSV, in quotes if it needs them."""
    if _NEEDS_QUOTES.search(text) is None:
        return text
    return '"{}"'.format(text.replace('"', '""'))


def _json_values(column: pd.Series[Any]) -> list[Any]:
    if _is_dates(column):
        return _dates(column)
    return [
        None if is_missing else value
        for value, is_missing in zip(column.tolist(), column.isna().tolist(), strict=True)
    ]


def _json_value(value: object) -> object:
    """Return a value that JSON does not have as one that it has."""
    return value.item() if isinstance(value, np.generic) else _text(value)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _is_dates(column: pd.Series[Any]) -> bool:
    return column.dtype.kind == "M"


def _dates(column: pd.Series[Any]) -> list[str | None]:
    """Return dates in ISO 8601, without a time where none of them has one."""
    dates = column.dropna()
    if column.dt.tz is None and bool((dates == dates.dt.normalize()).all()):
        texts: list[str] = np.datetime_as_string(column.to_numpy(), unit="D").tolist()
    else:
        texts = [date.isoformat() for date in column]
    return [
        None if is_missing else text
        for text, is_missing in zip(texts, column.isna().tolist(), strict=True)
    ]
