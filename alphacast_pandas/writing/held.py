"""A frame as the service will give it back: an Arrow table at the types of the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from alphacast_pandas.writing.kinds import kind_of
from alphacast_pandas.writing.values import as_timestamps, one_array, to_arrow

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from alphacast_pandas.api.records import ColumnType

_TYPES: dict[ColumnType, pa.DataType] = {
    "Date": pa.timestamp("us"),
    "String": pa.string(),
    "Decimal": pa.float64(),
    "Short Integer": pa.int16(),
}


def held_table(frame: pd.DataFrame, types: Mapping[str, ColumnType]) -> pa.Table:
    """
    Return the columns of a checked frame as they come back.

    Empty text is missing, a Period is its first day, Decimal objects are the nearest doubles.
    """
    return pa.table({name: _held(frame[name], types[name]) for name in frame.columns})


def column_type(kind: pa.DataType) -> ColumnType:
    """Return the type of a column whose values come back like this."""
    return next((word for word, known in _TYPES.items() if known == kind), "String")


def _held(values: pd.Series, type_: ColumnType) -> pa.Array:
    if type_ == "Date":
        return one_array(as_timestamps(values)).cast(_TYPES[type_], safe=False)
    array = to_arrow(values, kind_of(values))
    if type_ == "Short Integer" and pa.types.is_string(array.type):
        array = array.cast(pa.float64())  # digits of Decimal objects, perhaps "3.0"
    return array.cast(_TYPES[type_])
