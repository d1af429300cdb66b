"""The kinds of values that a column of a frame can have, whatever its dtype."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pandas as pd

from alphacast_pandas.column_types import is_object


class Kind(StrEnum):
    """A kind of values, in words for messages; the service cannot hold the last three."""

    DATE = "dates"
    TEXT = "text"
    FLOAT = "floats"
    INTEGER = "integers"
    SHORT = "short integers"
    DECIMAL = "Decimal objects"
    EMPTY = "nothing"
    ZONED = "dates with a time zone"
    BOOLEAN = "booleans"
    OTHER = "other values"


NUMBERS = frozenset({Kind.FLOAT, Kind.INTEGER, Kind.SHORT, Kind.DECIMAL})

_INFERRED = {
    "string": Kind.TEXT,
    "empty": Kind.EMPTY,
    "integer": Kind.INTEGER,
    "floating": Kind.FLOAT,
    "mixed-integer-float": Kind.FLOAT,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "datetime": Kind.DATE,
    "datetime64": Kind.DATE,
    "period": Kind.DATE,
    "boolean": Kind.BOOLEAN,
}

_MOST_TYPES = 3


def kind_of(values: pd.Series) -> Kind:
    """Return the kind of a column; objects are looked at one by one, as pandas does."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return kind_of(pd.Series(dtype.categories.to_numpy(), dtype=dtype.categories.dtype))
    if is_object(dtype):
        return _kind_of_objects(values)
    if isinstance(dtype, pd.ArrowDtype):
        return _kind_of_arrow(dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Kind.ZONED
    return _kind_of_dtype(dtype)


def describe_kind(kind: Kind, values: pd.Series) -> str:
    """Return the kind in words, the types of other values."""
    if kind is not Kind.OTHER:
        return kind
    if isinstance(values.dtype, pd.CategoricalDtype):
        return f"categories: {describe_kind(kind, pd.Series(values.cat.categories))}"
    if not is_object(values.dtype):
        return f"values of the type {values.dtype}"
    types = sorted({type(value).__name__ for value in values if value is not None})
    more = ", ..." if len(types) > _MOST_TYPES else ""
    return f"objects of the type{'s' * (len(types) > 1)} {', '.join(types[:_MOST_TYPES])}{more}"


def _kind_of_dtype(dtype: Any) -> Kind:
    types = pd.api.types
    if types.is_bool_dtype(dtype):
        return Kind.BOOLEAN
    if isinstance(dtype, pd.PeriodDtype) or types.is_datetime64_dtype(dtype):
        return Kind.DATE
    if isinstance(dtype, pd.StringDtype):
        return Kind.TEXT
    if types.is_integer_dtype(dtype):
        return Kind.SHORT if str(dtype).casefold() == "int16" else Kind.INTEGER
    # A float wider than a double would lose digits.
    if types.is_float_dtype(dtype) and getattr(dtype, "itemsize", 16) <= 8:
        return Kind.FLOAT
    return Kind.OTHER


def _kind_of_objects(values: pd.Series) -> Kind:
    inferred = pd.api.types.infer_dtype(values, skipna=True)
    kind = _INFERRED.get(inferred, Kind.OTHER)
    if kind is Kind.DATE and any(getattr(value, "tzinfo", None) for value in values.dropna()):
        return Kind.ZONED
    return kind


def _kind_of_arrow(dtype: pd.ArrowDtype) -> Kind:
    import pyarrow as pa

    types, kind = pa.types, dtype.pyarrow_dtype
    tests = (
        (types.is_boolean, Kind.BOOLEAN),
        (types.is_int16, Kind.SHORT),
        (types.is_integer, Kind.INTEGER),
        (types.is_floating, Kind.FLOAT),
        (types.is_decimal, Kind.DECIMAL),
        (types.is_string, Kind.TEXT),
        (types.is_large_string, Kind.TEXT),
        (types.is_date, Kind.DATE),
        (types.is_null, Kind.EMPTY),
    )
    if types.is_timestamp(kind):
        return Kind.ZONED if kind.tz else Kind.DATE
    return next((word for test, word in tests if test(kind)), Kind.OTHER)
