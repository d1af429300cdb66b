"""The types that a column of a dataset can have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable


def text_dtype() -> Any:
    """Return pandas' own text type: ``str`` from pandas 3 on, before that object."""
    named = pd.api.types.pandas_dtype(str)  # much faster than to make a Series
    return named if isinstance(named, pd.StringDtype) else np.dtype(object)


@cache
def date_dtype() -> Any:
    """Return ``datetime64`` in pandas' own unit."""
    return pd.to_datetime(pd.Series(["2020-01-01"])).dtype


def is_object(dtype: Any) -> bool:
    """Tell the type of columns that hold any Python object."""
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


@dataclass(frozen=True)
class ColumnType:
    """
    One type of column: its names on the wire, and what its values are on this side.

    Parameters
    ----------
    name : str
        The service's name of it, which is sent in manifests.
    aliases : tuple of str
        What other releases of the service may call it, in lower case and without blanks.
    parsed : pyarrow.DataType
        What the fields of a CSV are parsed as. A number that may be missing is parsed as double.
    arrow : pyarrow.DataType
        What the column of a table is.
    dtype, nullable_dtype : callable
        Give the type of a frame's column by default, and with ``dtype_backend="numpy_nullable"``;
        with ``"pyarrow"`` it is `arrow`. They are called late: pandas' options may change it.
    annotation : str
        The type in the source of a pandera model.
    """

    name: str
    aliases: tuple[str, ...]
    parsed: pa.DataType
    arrow: pa.DataType
    dtype: Callable[[], Any]
    nullable_dtype: Callable[[], Any]
    annotation: str


DATE = ColumnType(
    name="Date",
    aliases=("date", "datetime"),
    parsed=pa.timestamp("us"),
    arrow=pa.timestamp("us"),
    dtype=date_dtype,
    nullable_dtype=date_dtype,
    annotation="pd.Timestamp",
)
STRING = ColumnType(
    name="String",
    aliases=("string", "text"),
    parsed=pa.string(),
    arrow=pa.string(),
    dtype=text_dtype,
    nullable_dtype=pd.StringDtype,
    annotation="str",
)
DECIMAL = ColumnType(
    name="Decimal",
    aliases=("decimal", "float", "double", "number"),
    parsed=pa.float64(),
    arrow=pa.float64(),
    dtype=lambda: np.dtype("float64"),
    nullable_dtype=pd.Float64Dtype,
    annotation="float",
)
SHORT_INTEGER = ColumnType(
    name="Short Integer",
    aliases=("shortinteger", "smallint", "int16"),
    parsed=pa.float64(),
    arrow=pa.int16(),
    dtype=pd.Int16Dtype,
    nullable_dtype=pd.Int16Dtype,
    annotation="pd.Int16Dtype",
)
COLUMN_TYPES = (DATE, STRING, DECIMAL, SHORT_INTEGER)

_BY_ALIAS = {alias: each for each in COLUMN_TYPES for alias in each.aliases}
_BY_ARROW = {each.arrow: each for each in COLUMN_TYPES}


def parse_type(text: str) -> ColumnType | None:
    """
    Return the type of a name that the service uses, None if it is not known.

    >>> parse_type("Short Integer").annotation, parse_type("GEOGRAPHY")
    ('pd.Int16Dtype', None)
    """
    return _BY_ALIAS.get("".join(text.split()).casefold())


def type_of_arrow(kind: pa.DataType) -> ColumnType:
    """Return the type of a column whose table has this type; any other is text."""
    return _BY_ARROW.get(kind, STRING)
