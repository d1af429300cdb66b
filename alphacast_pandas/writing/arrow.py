"""Conversion of a column's values to Arrow arrays that print as the service's CSV."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.column_types import DATE, SHORT_INTEGER
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.column_types import ColumnType


DATE_FORMAT = "%Y-%m-%d"
_SECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S"
_MICROSECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"
# Rows looked at together: few calls, and little memory beyond the frame.
_ROWS_PER_SLICE = 1 << 17


def date_format(values: pd.Series, *, rows_per_slice: int = _ROWS_PER_SLICE) -> str:
    """Return the format of a date column: with time only if a row is not at midnight."""
    slices = [
        values.iloc[start : start + rows_per_slice]
        for start in range(0, len(values), rows_per_slice)
    ]
    if all(_are_whole(part, "D") for part in slices):
        return DATE_FORMAT
    has_whole_seconds = all(_are_whole(part, "s") for part in slices)
    return _SECONDS_FORMAT if has_whole_seconds else _MICROSECONDS_FORMAT


def to_arrow(values: pd.Series, kind: Kind, format_: str | None = None) -> pa.Array:
    """Return an array that prints exactly the values; missing ones are null."""
    if format_ is not None:
        return _format_dates(_to_array(as_timestamps(values)), format_)
    if kind is Kind.EMPTY:
        return pa.nulls(len(values), pa.string())
    if kind is Kind.TEXT:
        is_arrow = isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype)
        texts = _to_array(values) if is_arrow else _to_array(values.astype(object), pa.string())
        return _null_empty(texts)
    if kind is Kind.DECIMAL:
        return pa.array([_to_digits(value) for value in values], pa.string())
    if values.dtype == np.float64:
        return pa.array(values.to_numpy(), from_pandas=True)
    numbers = _to_array(_simplify_numbers(values))
    return numbers if kind in {Kind.INTEGER, Kind.SHORT} else _to_doubles(numbers)


def to_table(frame: pd.DataFrame, types: Mapping[str, ColumnType]) -> pa.Table:
    """
    Return a checked frame as the table that the dataset gives back once the frame is pushed.

    Empty text is missing, a Period is its first day, Decimal objects are the nearest doubles.
    """
    return pa.table({name: _typed_array(frame[name], types[name]) for name in frame.columns})


def as_timestamps(values: pd.Series) -> pd.Series:
    """Return dates of any kind as ``datetime64``; a Period is its first instant."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if isinstance(values.dtype, pd.PeriodDtype):
        firsts: pd.Series = values.dt.to_timestamp(how="start")
        return firsts
    if isinstance(values.dtype, pd.ArrowDtype):
        kind = values.dtype.pyarrow_dtype
        unit = kind.unit if pa.types.is_timestamp(kind) else "us"
        return values.astype(np.dtype(f"datetime64[{unit}]"))
    if values.dtype == object:
        objects = [_to_datetime(value) for value in values]
        try:
            instants = pa.array(objects, pa.timestamp("us"))
        except pa.ArrowInvalid:  # finer than a microsecond
            instants = pa.array(objects, pa.timestamp("ns"))
        converted: pd.Series = instants.to_pandas().set_axis(values.index)
        return converted
    return values


def _are_whole(values: pd.Series, unit: str) -> bool:
    """Tell whether every instant is a whole number of units; missing ones are."""
    instants = as_timestamps(values).to_numpy()
    whole = instants.astype(f"datetime64[{unit}]") == instants
    return bool((whole | np.isnat(instants)).all())


def _to_datetime(value: Any) -> Any:
    """Return a date object of any class as one that Arrow takes for an instant."""
    if isinstance(value, pd.Period):
        value = value.to_timestamp(how="start")
    elif type(value) is datetime.date:
        value = datetime.datetime.combine(value, datetime.time.min)
    elif isinstance(value, np.datetime64):  # Arrow takes those of a day for dates
        value = pd.Timestamp(value)
    return None if pd.isna(value) else value


def _format_dates(instants: pa.Array, format_: str) -> pa.Array:
    if format_ == DATE_FORMAT:
        return instants.cast(pa.date32(), safe=False)
    unit = "s" if format_ == _SECONDS_FORMAT else "us"
    # Arrow's %S prints as many digits of the second as the unit has.
    return pc.strftime(instants.cast(pa.timestamp(unit), safe=False), format=_SECONDS_FORMAT)


def _null_empty(texts: pa.Array) -> pa.Array:
    """Return texts with null for empty ones: an empty field comes back as missing."""
    empty = pc.equal(texts, "")
    # Not if_else, which in Arrow 16 gives a slice of texts offsets beyond its end.
    missing = pa.scalar(None, texts.type)
    return pc.replace_with_mask(texts, empty, missing) if pc.any(empty).as_py() else texts


def _to_digits(value: Any) -> str | None:
    if pd.isna(value):
        return None
    return format(value if isinstance(value, Decimal) else Decimal(value), "f")


def _simplify_numbers(values: pd.Series) -> pd.Series:
    """Return numbers of any dtype as those that Arrow takes."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)  # integer categories cannot hold a missing value
    if values.dtype == np.float16:  # which not every version of Arrow casts to double
        values = values.astype(np.float32)
    if values.dtype == object:
        values = values.where(values.notna(), None)
    return values


def _to_doubles(numbers: pa.Array) -> pa.Array:
    doubles = numbers.cast(pa.float64())
    return pc.if_else(pc.is_nan(doubles), pa.scalar(None, pa.float64()), doubles)


def _typed_array(values: pd.Series, type_: ColumnType) -> pa.Array:
    if type_ is DATE:
        return _to_array(as_timestamps(values)).cast(type_.arrow, safe=False)
    array = to_arrow(values, kind_of(values))
    if type_ is SHORT_INTEGER and pa.types.is_string(array.type):
        array = array.cast(type_.parsed)  # digits of Decimal objects, perhaps "3.0"
    return array.cast(type_.arrow)


def _to_array(values: pd.Series, type_: pa.DataType | None = None) -> pa.Array:
    """Return the values as one Arrow array, by default at their own type."""
    array = pa.array(values, type_, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
