"""An Arrow table: to a DataFrame with pandas' types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.contracts.types import date_dtype, is_object, text_dtype

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.definitions import Definitions


def to_frame(
    table: pa.Table,
    definitions: Definitions,
    *,
    dtype_backend: str | None,
    categories: bool,
) -> pd.DataFrame:
    """Return the frame of `table`; rows and no rows have the same types."""
    frame = pd.DataFrame(
        table.to_pandas(
            types_mapper=_mapper(dtype_backend),
            date_as_object=False,
            split_blocks=True,
            ignore_metadata=True,
        )
    )
    if dtype_backend != "pyarrow":
        frame = _with_pandas_dates(frame)
    if dtype_backend is None:
        frame = _with_missing_text(frame, table)
    if categories:
        entities = [c.name for c in definitions.entities if c.name in frame.columns]
        frame = frame.astype(dict.fromkeys(entities, "category"))
    return frame


def index_names(index: bool | tuple[str, ...], definitions: Definitions) -> list[str]:  # noqa: FBT001 - the keyword as given
    """Return the columns that become the index."""
    return [*definitions.keys] if index is True else [*(index or ())]


def _mapper(dtype_backend: str | None) -> Callable[[pa.DataType], Any]:
    if dtype_backend == "pyarrow":
        return pd.ArrowDtype
    types = {pa.int16(): pd.Int16Dtype()}
    if dtype_backend == "numpy_nullable":
        types |= {pa.float64(): pd.Float64Dtype(), pa.string(): pd.StringDtype()}
    elif isinstance(text_dtype(), pd.StringDtype):
        types[pa.string()] = text_dtype()
    return types.get


def _with_pandas_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return dates in pandas' own unit; those it cannot hold keep the unit that can."""
    dates = frame.columns[[kind.kind == "M" for kind in frame.dtypes]]
    for name in dates:
        with_unit = frame[name].astype("datetime64[us]")
        try:
            frame[name] = with_unit.astype(date_dtype())
        except pd.errors.OutOfBoundsDatetime:
            frame[name] = with_unit
    return frame


def _with_missing_text(frame: pd.DataFrame, table: pa.Table) -> pd.DataFrame:
    """Return text columns of type object with NaN for missing, as pandas' own reader has it."""
    for position, name in enumerate(table.column_names):
        if is_object(frame.dtypes.iloc[position]) and table.column(position).null_count:
            frame[name] = frame[name].where(frame[name].notna(), np.nan)
    return frame
