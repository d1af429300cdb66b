"""Two columns, value by value: which differ."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence


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


_LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class Alignment:
    """
    Positions of rows: of those on both sides, place by place, and of those on one side only.

    `repeated` are rows whose key another row of the same table has, on either side; where there
    are any, nothing is aligned.
    """

    sent_shared: np.ndarray
    before_shared: np.ndarray
    sent_only: np.ndarray
    before_only: np.ndarray
    repeated_before: np.ndarray
    repeated_sent: np.ndarray


def align(before: pa.Table, sent: pa.Table, keys: Sequence[str]) -> Alignment:
    """Return which rows of the two tables have the same key; missing equals missing."""
    codes = _codes(before, sent, keys)
    there, here = codes[: before.num_rows], codes[before.num_rows :]
    repeated = [np.flatnonzero(pd.Index(part).duplicated(keep=False)) for part in (there, here)]
    if any(len(rows) for rows in repeated):
        nothing = np.empty(0, dtype=np.intp)
        return Alignment(nothing, nothing, nothing, nothing, *repeated)
    place = pd.Index(there).get_indexer(pd.Index(here))
    sent_shared = np.flatnonzero(place >= 0)
    before_shared = place[sent_shared]
    is_shared = np.zeros(len(there), dtype=bool)
    is_shared[before_shared] = True
    return Alignment(
        sent_shared,
        before_shared,
        np.flatnonzero(place < 0),
        np.flatnonzero(~is_shared),
        *repeated,
    )


def unaligned(before: pa.Table, sent: pa.Table) -> Alignment:
    """Return that no row of one table is a row of the other."""
    nothing = np.empty(0, dtype=np.intp)
    here, there = np.arange(sent.num_rows), np.arange(before.num_rows)
    return Alignment(nothing, nothing, here, there, nothing, nothing)


def _codes(before: pa.Table, sent: pa.Table, keys: Sequence[str]) -> np.ndarray:
    """Return one number for each key, the rows of `before` first."""
    numbers, _ = reduce(_joined, (_numbers(before, sent, name) for name in keys))
    return numbers


def _numbers(before: pa.Table, sent: pa.Table, name: str) -> tuple[np.ndarray, int]:
    """Return the values of one column as whole numbers, and how many there are."""
    there, here = of_one_type(before.column(name), sent.column(name))
    values = pa.chunked_array([*there.chunks, *here.chunks], there.type)
    distinct = pc.unique(values)
    return pc.index_in(values, value_set=distinct).to_numpy().astype(np.int64), len(distinct)


def _joined(left: tuple[np.ndarray, int], right: tuple[np.ndarray, int]) -> tuple[np.ndarray, int]:
    """Return numbers of pairs; they are made dense where they would grow too large."""
    (numbers, count), (more, factor) = left, right
    if count * factor > _LARGEST:
        numbers, distinct = pd.factorize(numbers)
        count = len(distinct)
    return numbers * factor + more, count * factor
