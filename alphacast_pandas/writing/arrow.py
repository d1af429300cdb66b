"""A column's values as the Arrow array that prints as the service's CSV."""

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
    from collections.abc import Iterator, Mapping

    from alphacast_pandas.column_types import ColumnType


DATE_FORMAT = "%Y-%m-%d"
_SECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S"
_MICROSECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"
_ROWS_AT_A_TIME = 1 << 17


def row_spans(count: int) -> Iterator[slice]:
    """Return all rows in spans of so many that what is made of one takes little memory."""
    return (slice(n, min(n + _ROWS_AT_A_TIME, count)) for n in range(0, count, _ROWS_AT_A_TIME))


def date_format(values: pd.Series) -> str:
    """Return the format of a date column: with time only if a row is not at midnight."""
    if _divide(values, "D"):
        return DATE_FORMAT
    return _SECONDS_FORMAT if _divide(values, "s") else _MICROSECONDS_FORMAT


def _divide(values: pd.Series, unit: str) -> bool:
    """Tell whether every instant is a whole number of units; missing ones are."""
    for rows in row_spans(len(values)):
        instants = as_timestamps(values.iloc[rows]).to_numpy()
        whole = instants.astype(f"datetime64[{unit}]") == instants
        if not (whole | np.isnat(instants)).all():
            return False
    return True


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
        plain = [_plain_instant(value) for value in values]
        try:
            instants = pa.array(plain, pa.timestamp("us"))
        except pa.ArrowInvalid:  # finer than a microsecond
            instants = pa.array(plain, pa.timestamp("ns"))
        converted: pd.Series = instants.to_pandas().set_axis(values.index)
        return converted
    return values


def to_arrow(values: pd.Series, kind: Kind, format_: str | None = None) -> pa.Array:
    """Return an array that prints exactly the values; missing ones are null."""
    if format_ is not None:
        return _dates(as_timestamps(values), format_)
    if kind is Kind.EMPTY:
        return pa.nulls(len(values), pa.string())
    if kind is Kind.TEXT:
        return _texts(values)
    if kind is Kind.DECIMAL:
        return pa.array([_digits(value) for value in values], pa.string())
    if values.dtype == np.float64:
        return pa.array(values.to_numpy(), from_pandas=True)
    numbers = _numbers(values)
    return numbers if kind in {Kind.INTEGER, Kind.SHORT} else _doubles(numbers)


def _plain_instant(value: Any) -> Any:
    if isinstance(value, pd.Period):
        value = value.to_timestamp(how="start")
    elif type(value) is datetime.date:
        value = datetime.datetime.combine(value, datetime.time.min)
    elif isinstance(value, np.datetime64):  # Arrow takes those of a day for dates
        value = pd.Timestamp(value)
    return None if pd.isna(value) else value


def _numbers(values: pd.Series) -> pa.Array:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)  # the type of integers has no place for a missing one
    if values.dtype == np.float16:  # a cast that not every Arrow has
        values = values.astype(np.float32)
    if values.dtype == object:
        values = values.where(values.notna(), None)
    return one_array(values)


def _doubles(numbers: pa.Array) -> pa.Array:
    doubles = numbers.cast(pa.float64())
    return pc.if_else(pc.is_nan(doubles), pa.scalar(None, pa.float64()), doubles)


def one_array(values: pd.Series) -> pa.Array:
    """Return the values as one Arrow array at their own type."""
    made = pa.array(values, from_pandas=True)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def _dates(timestamps: pd.Series, format_: str) -> pa.Array:
    instants = one_array(timestamps)
    if format_ == DATE_FORMAT:
        return instants.cast(pa.date32(), safe=False)
    unit = "s" if format_ == _SECONDS_FORMAT else "us"
    # Arrow prints the fraction that the unit has with %S.
    return pc.strftime(instants.cast(pa.timestamp(unit), safe=False), format=_SECONDS_FORMAT)


def _texts(values: pd.Series) -> pa.Array:
    if isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype):
        texts = one_array(values)
    else:
        texts = pa.array(values.astype(object), pa.string(), from_pandas=True)
    empty = pc.equal(texts, "")
    # An empty text is an empty field, which comes back as missing: pushing warns of it.
    # Arrow 16's if_else leaves a slice of texts with places beyond its end.
    missing = pa.scalar(None, texts.type)
    return pc.replace_with_mask(texts, empty, missing) if pc.any(empty).as_py() else texts


def _digits(value: Any) -> str | None:
    if pd.isna(value):
        return None
    return format(value if isinstance(value, Decimal) else Decimal(value), "f")


def held_table(frame: pd.DataFrame, types: Mapping[str, ColumnType]) -> pa.Table:
    """
    Return the columns of a checked frame as they come back.

    Empty text is missing, a Period is its first day, Decimal objects are the nearest doubles.
    """
    return pa.table({name: _held(frame[name], types[name]) for name in frame.columns})


def _held(values: pd.Series, type_: ColumnType) -> pa.Array:
    if type_ is DATE:
        return one_array(as_timestamps(values)).cast(type_.arrow, safe=False)
    array = to_arrow(values, kind_of(values))
    if type_ is SHORT_INTEGER and pa.types.is_string(array.type):
        array = array.cast(type_.parsed)  # digits of Decimal objects, perhaps "3.0"
    return array.cast(type_.arrow)
