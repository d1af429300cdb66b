"""Columns of frames whose values come from several contents, at types that hold all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.difference.rows import is_number, to_doubles
from alphacast_pandas.reading.frame import to_frame

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence


def instant_column(instants: Iterable[datetime.datetime | None]) -> pd.Series[Any]:
    """Return instants as ``datetime64[us, UTC]``."""
    naive = [None if each is None else each.replace(tzinfo=None) for each in instants]
    return pd.Series(np.array(naive, "datetime64[us]")).dt.tz_localize("UTC")


def common_type(types: Sequence[pa.DataType]) -> pa.DataType | None:
    """Return the type that holds values of all of these; None if only objects do."""
    first = types[0] if types else pa.float64()
    if all(each == first for each in types):
        return first
    return pa.float64() if all(map(is_number, types)) else None


def key_type(types: Sequence[pa.DataType]) -> pa.DataType:
    """Return the type of a column that identifies rows; of several kinds of values it is text."""
    return common_type(types) or pa.string()


def column_or_nulls(table: pa.Table, name: str, type_: pa.DataType) -> pa.ChunkedArray:
    """Return a column at a type, all missing if the table has none of this name."""
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, type_)])
    return table.column(name).cast(type_)


def values_at(
    table: pa.Table, name: str, rows: np.ndarray, type_: pa.DataType | None
) -> np.ndarray:
    """Return the values of some rows: doubles if `type_` is a number, and objects otherwise."""
    is_numeric = type_ is not None and is_number(type_)
    if name not in table.column_names:
        return np.full(len(rows), np.nan, np.float64 if is_numeric else object)
    column = table.column(name).take(pa.array(rows, pa.int64()))
    if is_numeric:
        return to_doubles(column)
    objects: np.ndarray = np.array(column.to_pandas(integer_object_nulls=True), dtype=object)
    objects[column.is_null().to_numpy()] = np.nan
    return objects


def key_frame(table: pa.Table) -> pd.DataFrame:
    """Return a table with the types that `read_alphacast` gives."""
    return to_frame(table, Definitions(), dtype_backend=None, categories=False)


def ranks_of(keys: pa.Table) -> np.ndarray:
    """Return the place of each row among all of them, by date and entities."""
    order = pc.sort_indices(keys, [(name, "ascending") for name in keys.column_names])
    ranks = np.empty(keys.num_rows, np.int64)
    ranks[order.to_numpy()] = np.arange(keys.num_rows)
    return ranks


def free_name(name: str, taken: Sequence[str], role: str) -> str:
    """Return the name of a column of a dataset, told apart from those that a result adds."""
    return f"{role}: {name}" if name in taken else name
