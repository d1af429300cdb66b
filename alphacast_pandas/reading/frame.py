"""An Arrow table: to a DataFrame with pandas' types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.contracts.types import date_dtype, text_dtype
from alphacast_pandas.reading.columns import with_nulls

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.definitions import Definitions


def to_frame(
    table: pa.Table,
    definitions: Definitions,
    *,
    dtype_backend: str | None,
    categories: bool,
    used_up: bool = False,
) -> pd.DataFrame:
    """
    Return the frame of `table`, where null and NaN are missing; no rows have the same types.

    With `used_up` nobody looks at the table afterwards, and the frame takes over its memory.
    """
    to_values = _converter(dtype_backend, used_up=used_up)
    values = {
        name: to_values(column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    frame = pd.DataFrame(values, index=pd.RangeIndex(table.num_rows), copy=False)
    if categories:
        entities = [c.name for c in definitions.entities if c.name in frame.columns]
        frame = frame.astype(dict.fromkeys(entities, "category"))
    return frame


def index_names(index: bool | tuple[str, ...], definitions: Definitions) -> list[str]:  # noqa: FBT001 - the keyword as given
    """Return the columns that become the index."""
    return [*definitions.keys] if index is True else [*(index or ())]


def _converter(dtype_backend: str | None, *, used_up: bool) -> Callable[[pa.ChunkedArray], Any]:
    """Return what makes pandas' values of a column."""
    if dtype_backend == "pyarrow":
        return lambda column: pd.arrays.ArrowExtensionArray(with_nulls(column))
    text = pd.StringDtype() if dtype_backend == "numpy_nullable" else text_dtype()
    date = date_dtype()

    def to_values(column: pa.ChunkedArray) -> Any:
        if pa.types.is_timestamp(column.type):
            return _in_unit(_numpy(column, used_up=used_up), date)
        if pa.types.is_floating(column.type) and dtype_backend is None:
            return _numpy(column, used_up=used_up)
        if pa.types.is_floating(column.type):
            return _extension(pd.Float64Dtype(), with_nulls(column))
        if pa.types.is_integer(column.type):
            return _extension(pd.Int16Dtype(), column)
        if pa.types.is_string(column.type):
            return _texts(column, text)
        return column.to_pandas(date_as_object=False)

    return to_values


def _numpy(column: pa.ChunkedArray, *, used_up: bool) -> np.ndarray:
    """Return numbers or dates, NaN or NaT for missing, in the column's own memory if it may be."""
    only = column.chunk(0) if column.num_chunks == 1 else None
    values = None if only is None else only.buffers()[1]
    if not used_up or only is None or values is None or not values.is_mutable:
        copied: np.ndarray = column.to_numpy()
        return copied
    kind = np.dtype("datetime64[us]" if pa.types.is_timestamp(column.type) else "float64")
    taken = np.frombuffer(values, kind, len(only), only.offset * kind.itemsize)
    if only.null_count:
        taken[only.is_null().to_numpy(zero_copy_only=False)] = "NaT" if kind.kind == "M" else np.nan
    return taken


def _in_unit(dates: np.ndarray, dtype: np.dtype[Any]) -> Any:
    """Return dates in pandas' own unit; those it cannot hold keep the unit that can."""
    if dates.dtype == dtype:
        return dates
    try:
        return pd.Series(dates).astype(dtype).array
    except pd.errors.OutOfBoundsDatetime:
        return dates


def _extension(dtype: Any, column: pa.ChunkedArray) -> Any:
    """Return values of an extension type, which knows best how to make them of Arrow's."""
    return dtype.__from_arrow__(column)


def _texts(column: pa.ChunkedArray, dtype: Any) -> Any:
    """Return text at pandas' type; if that is object, NaN is missing, as its own reader has it."""
    if isinstance(dtype, pd.StringDtype):
        return _extension(dtype, column)
    texts = column.to_pandas().to_numpy()
    if column.null_count:
        texts[column.is_null().to_numpy()] = np.nan
    return texts
