"""Two columns, value by value: which differ."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def taken(values: pa.ChunkedArray, rows: np.ndarray) -> pa.ChunkedArray:
    """Return the values of some rows, without a copy if they are all of them in order."""
    if len(rows) == len(values) and (len(rows) == 0 or bool((np.diff(rows) == 1).all())):
        return values
    return values.take(pa.array(rows))


def taken_rows(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """Return some rows of a table."""
    return table.take(pa.array(rows))


def differing(left: pa.ChunkedArray, right: pa.ChunkedArray) -> np.ndarray:
    """Return where two columns of one length differ: numbers by value, missing equals missing."""
    if is_number(left.type) and is_number(right.type):
        return _differing_numbers(to_doubles(left), to_doubles(right))
    left, right = of_one_type(left, right)
    unequal = pc.fill_null(pc.not_equal(left, right), False)  # noqa: FBT003 - the value to fill with
    one_missing = pc.xor(pc.is_null(left), pc.is_null(right))
    return np.flatnonzero(pc.or_(unequal, one_missing).to_numpy())


def is_number(kind: pa.DataType) -> bool:
    """Tell the types whose values a double holds."""
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def to_doubles(values: pa.ChunkedArray) -> np.ndarray:
    """Return numbers as doubles, NaN for missing ones."""
    numbers: np.ndarray = values.to_numpy().astype(np.float64, copy=False)
    return numbers


def _differing_numbers(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    found = left != right
    both_missing = np.isnan(left)
    both_missing &= np.isnan(right)
    found &= ~both_missing
    return np.flatnonzero(found)


def of_one_type(
    left: pa.ChunkedArray, right: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return both at one type: of numbers doubles, of anything else text."""
    if left.type == right.type:
        return left, right
    both = pa.float64() if is_number(left.type) and is_number(right.type) else pa.string()
    return left.cast(both), right.cast(both)
