"""DataFrames with pandas' types from the tables of answers."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.parameters import ROW_LIMITS
from alphacast_pandas.column_types import COLUMN_TYPES, DATE, STRING
from alphacast_pandas.contracts.validation import check_arrival
from alphacast_pandas.reading.csv_table import with_nulls

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.answer import SentQuery
    from alphacast_pandas.reading.options import ReadOptions


def to_frame(
    table: pa.Table,
    definitions: Definitions,
    *,
    dtype_backend: str | None,
    categories: bool,
    is_last_use: bool = False,
) -> pd.DataFrame:
    """
    Return the frame of `table`, where null and NaN are missing; no rows have the same types.

    With `is_last_use` the table is not read afterwards, and the frame takes over its memory.
    """
    to_values = _converter(dtype_backend, is_last_use=is_last_use)
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


def _converter(dtype_backend: str | None, *, is_last_use: bool) -> Callable[[pa.ChunkedArray], Any]:
    """Return what makes pandas' values of a column."""
    if dtype_backend == "pyarrow":
        return lambda column: pd.arrays.ArrowExtensionArray(with_nulls(column))
    types = {each.arrow: each for each in COLUMN_TYPES}
    dtypes = {
        kind: each.dtype() if dtype_backend is None else each.nullable_dtype()
        for kind, each in types.items()
    }

    def to_values(column: pa.ChunkedArray) -> Any:
        type_, dtype = types[column.type], dtypes[column.type]
        if type_ is DATE:
            return in_unit(_numpy(column, is_last_use=is_last_use), dtype)
        if type_ is STRING:
            return _texts(column, dtype)
        if isinstance(dtype, np.dtype):
            return _numpy(column, is_last_use=is_last_use)
        return dtype.__from_arrow__(with_nulls(column))

    return to_values


def _numpy(column: pa.ChunkedArray, *, is_last_use: bool) -> np.ndarray:
    """Return numbers or dates, NaN or NaT for missing, in the column's own memory if it may be."""
    only = column.chunk(0) if column.num_chunks == 1 else None
    values = None if only is None else only.buffers()[1]
    if not is_last_use or only is None or values is None or not values.is_mutable:
        copied: np.ndarray = column.to_numpy()
        return copied
    kind = np.dtype("datetime64[us]" if pa.types.is_timestamp(column.type) else "float64")
    taken = np.frombuffer(values, kind, len(only), only.offset * kind.itemsize)
    if only.null_count:
        taken[only.is_null().to_numpy(zero_copy_only=False)] = "NaT" if kind.kind == "M" else np.nan
    return taken


def in_unit(dates: np.ndarray, dtype: np.dtype[Any]) -> Any:
    """Return dates in pandas' own unit; those it cannot hold keep the unit that can."""
    if dates.dtype == dtype:
        return dates
    try:
        return pd.Series(dates).astype(dtype).array
    except pd.errors.OutOfBoundsDatetime:
        return dates


def _texts(column: pa.ChunkedArray, dtype: Any) -> Any:
    """Return text at pandas' type; if that is object, NaN is missing, as its own reader has it."""
    if isinstance(dtype, pd.StringDtype):
        return dtype.__from_arrow__(column)  # type: ignore[attr-defined] # not in pandas-stubs
    texts = column.to_pandas().to_numpy()
    if column.null_count:
        texts[column.is_null().to_numpy()] = np.nan
    return texts


def result_frame(
    table: pa.Table,
    sent: SentQuery,
    options: ReadOptions,
    *,
    is_last_use: bool,
    first_row: int = 0,
) -> pd.DataFrame:
    """
    Return the frame that a caller gets, checked against the schema that was asked for.

    Its rows are numbered from `first_row` on.
    """
    frame = to_frame(
        table,
        sent.definitions,
        dtype_backend=options.dtype_backend,
        categories=options.categories,
        is_last_use=is_last_use,
    )
    if not is_last_use:
        frame = frame.copy()  # a view of Arrow's memory cannot be written to
    if first_row:
        frame.index = frame.index + first_row
    names = index_names(options.index, sent.definitions)
    if options.schema is not None and options.schema is not False:
        frame = check_arrival(frame, options.schema, sent.definitions, names)
    return frame.set_index(names) if names else frame


def attributes(client: Client, dataset_id: int, sent: SentQuery) -> dict[str, Any]:
    """
    Return where a frame came from, for its attrs; the number of its rows is still to be added.

    The values are those of plain JSON: others would break `DataFrame.to_parquet`.
    """
    connection = client._connection
    return origin(dataset_id, sent, connection.page_of(dataset_id), connection.clock.now())


def origin(
    dataset_id: int, sent: SentQuery, url: str, retrieved_at: datetime.datetime
) -> dict[str, Any]:
    """Return the same of an answer that was retrieved at this instant, from any client."""
    dataset, date = sent.definitions.dataset, sent.definitions.date
    facts: dict[str, Any] = {
        "dataset_id": dataset_id,
        "name": dataset.name if dataset else None,
        "repository_id": dataset.repository_id if dataset else None,
        "url": url,
        "query": sent.params,
        "retrieved_at": retrieved_at.isoformat(timespec="seconds")
        if sent.origin is None
        else _in_seconds(sent.origin.retrieved_at),
        "date": date.name if date else None,
        "entities": [column.name for column in sent.definitions.entities],
    }
    if not sent.query.asks_for_every_row and not ROW_LIMITS & sent.params.keys():
        facts["every_row"] = False  # which the parameters that were sent do not tell
    if sent.origin is not None:
        facts |= {
            "cached": sent.origin.is_cached,
            "checked_at": _in_seconds(sent.origin.checked_at),
            "validator": sent.origin.validator,
            "doubt": sent.origin.doubt,
        }
    return facts


def _in_seconds(instant: str) -> str:
    return datetime.datetime.fromisoformat(instant).isoformat(timespec="seconds")
