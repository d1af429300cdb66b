"""Conversion of a column's values to Arrow arrays that print as the service's CSV."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.column_types import DATE, SHORT_INTEGER, is_object
from alphacast_pandas.writing.dates import as_timestamps, format_dates, to_array
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.column_types import ColumnType


def to_arrow(values: pd.Series, kind: Kind, format_: str | None = None) -> pa.Array:
    """Return an array that prints exactly the values; missing ones are null."""
    if format_ is not None:
        return format_dates(to_array(as_timestamps(values)), format_)
    if kind is Kind.EMPTY:
        return pa.nulls(len(values), pa.string())
    if kind is Kind.TEXT:
        return _null_empty(_to_texts(values))
    if kind is Kind.DECIMAL:
        return pa.array([_to_digits(value) for value in values], pa.string())
    is_whole = kind in {Kind.INTEGER, Kind.SHORT}
    numbers = _to_numbers(values, is_whole=is_whole)
    is_done = is_whole or values.dtype == np.float64  # whose NaN is null already
    return numbers if is_done else _to_doubles(numbers)


def can_fail(dtype: Any) -> bool:
    """Tell whether `to_arrow` may fail for values of this dtype that are of a known kind."""
    return isinstance(dtype, pd.CategoricalDtype | pd.ArrowDtype) or is_object(dtype)


def count_empty_texts(values: pd.Series) -> int:
    """Return how many texts of a column are empty."""
    return int(pc.sum(pc.equal(_to_texts(values), "")).as_py() or 0)


def to_table(frame: pd.DataFrame, types: Mapping[str, ColumnType]) -> pa.Table:
    """
    Return a checked frame as the table that the dataset gives back once the frame is pushed.

    Empty text is missing, a Period is its first day, Decimal objects are the nearest doubles.
    """
    return pa.table({name: _typed_array(frame[name], types[name]) for name in frame.columns})


def _null_empty(texts: pa.Array) -> pa.Array:
    """Return texts with null for empty ones: an empty field comes back as missing."""
    empty = pc.equal(texts, "")
    # Not if_else, which in Arrow 16 gives a slice of texts offsets beyond its end.
    missing = pa.scalar(None, texts.type)
    return pc.replace_with_mask(texts, empty, missing) if pc.any(empty).as_py() else texts


def _to_texts(values: pd.Series) -> pa.Array:
    if isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype):
        return to_array(values)
    objects = values.astype(object)
    return to_array(objects.where(objects.notna(), None), pa.string())  # NaN of any class


def _to_digits(value: Any) -> str | None:
    if pd.isna(value):
        return None
    number = value if isinstance(value, Decimal) else Decimal(value)
    return format(number, "f") if number else "-0" if number.is_signed() else "0"


def _to_numbers(values: pd.Series, *, is_whole: bool) -> pa.Array:
    """Return numbers of any dtype, those of a NumPy or Arrow dtype at their own."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)  # integer categories cannot hold a missing value
    if values.dtype == object:  # of which Arrow takes only those that are all of one class
        convert = int if is_whole else float
        pairs = zip(values, values.isna(), strict=True)
        type_ = pa.int64() if is_whole else pa.float64()
        return pa.array([None if missing else convert(value) for value, missing in pairs], type_)
    if values.dtype == np.float16:  # which not every version of Arrow casts to double
        values = values.astype(np.float32)
    return to_array(values)


def _to_doubles(numbers: pa.Array) -> pa.Array:
    doubles = numbers.cast(pa.float64())
    return pc.if_else(pc.is_nan(doubles), pa.scalar(None, pa.float64()), doubles)


def _typed_array(values: pd.Series, type_: ColumnType) -> pa.Array:
    if type_ is DATE:
        return to_array(as_timestamps(values)).cast(type_.arrow, safe=False)
    array = to_arrow(values, kind_of(values))
    if type_ is SHORT_INTEGER and pa.types.is_string(array.type):
        array = array.cast(type_.parsed)  # digits of Decimal objects, perhaps "3.0"
    return array.cast(type_.arrow)
