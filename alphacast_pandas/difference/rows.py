"""Compares the rows of two tables by their key."""

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

# Codes of keys of several columns are products; beyond this one they could overflow 64 bits.
_LARGEST_CODE = 2**62


@dataclass(frozen=True, eq=False)
class Alignment:
    """
    Positions of rows in a table sent and a stored table, matched by their key.

    `shared_sent` and `shared_stored` are rows with the same key, in the same order; `only_sent` and
    `only_stored` have keys that the other table lacks. `repeated_sent` and `repeated_stored` are
    rows whose key another row of their own table has; where there are any, nothing is matched.
    """

    shared_sent: np.ndarray
    shared_stored: np.ndarray
    only_sent: np.ndarray
    only_stored: np.ndarray
    repeated_sent: np.ndarray
    repeated_stored: np.ndarray


def align(
    stored_table: pa.Table,
    sent_table: pa.Table,
    keys: Sequence[str],
    *,
    largest_code: int = _LARGEST_CODE,
) -> Alignment:
    """Return which rows of the two tables have the same key; missing equals missing."""
    codes = _key_codes(stored_table, sent_table, keys, largest_code)
    stored, sent = codes[: stored_table.num_rows], codes[stored_table.num_rows :]
    repeated_sent, repeated_stored = (
        np.flatnonzero(pd.Index(part).duplicated(keep=False)) for part in (sent, stored)
    )
    if len(repeated_sent) or len(repeated_stored):
        none = np.empty(0, dtype=np.intp)
        return Alignment(none, none, none, none, repeated_sent, repeated_stored)
    stored_position = pd.Index(stored).get_indexer(pd.Index(sent))
    shared_sent = np.flatnonzero(stored_position >= 0)
    shared_stored = stored_position[shared_sent]
    is_shared = np.zeros(len(stored), dtype=bool)
    is_shared[shared_stored] = True
    return Alignment(
        shared_sent,
        shared_stored,
        np.flatnonzero(stored_position < 0),
        np.flatnonzero(~is_shared),
        repeated_sent,
        repeated_stored,
    )


def align_nothing(stored_table: pa.Table, sent_table: pa.Table) -> Alignment:
    """Return the alignment of tables that have no row in common."""
    none = np.empty(0, dtype=np.intp)
    only_sent, only_stored = np.arange(sent_table.num_rows), np.arange(stored_table.num_rows)
    return Alignment(none, none, only_sent, only_stored, none, none)


def find_differences(left: pa.ChunkedArray, right: pa.ChunkedArray) -> np.ndarray:
    """Return where two columns of one length differ: numbers by value, missing equals missing."""
    if is_number(left.type) and is_number(right.type):
        return _find_different_numbers(to_doubles(left), to_doubles(right))
    left, right = to_common_type(left, right)
    unequal = pc.fill_null(pc.not_equal(left, right), False)  # noqa: FBT003 - the value to fill with
    one_missing = pc.xor(pc.is_null(left), pc.is_null(right))
    return np.flatnonzero(pc.or_(unequal, one_missing).to_numpy())


def take_rows(values: pa.ChunkedArray, rows: np.ndarray) -> pa.ChunkedArray:
    """Return the values of some rows, without a copy if they are all of them in order."""
    if len(rows) == len(values) and (len(rows) == 0 or bool((np.diff(rows) == 1).all())):
        return values
    return values.take(pa.array(rows))


def is_number(type_: pa.DataType) -> bool:
    """Tell the types whose values a double holds."""
    return bool(pa.types.is_floating(type_) or pa.types.is_integer(type_))


def to_doubles(values: pa.ChunkedArray) -> np.ndarray:
    """Return numbers as doubles, NaN for missing ones."""
    numbers: np.ndarray = values.to_numpy().astype(np.float64, copy=False)
    return numbers


def to_common_type(
    left: pa.ChunkedArray, right: pa.ChunkedArray
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return both at one type: of numbers doubles, of anything else text."""
    if left.type == right.type:
        return left, right
    both = pa.float64() if is_number(left.type) and is_number(right.type) else pa.string()
    return left.cast(both), right.cast(both)


def _find_different_numbers(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    found = left != right
    both_missing = np.isnan(left)
    both_missing &= np.isnan(right)
    found &= ~both_missing
    return np.flatnonzero(found)


def _key_codes(
    stored_table: pa.Table, sent_table: pa.Table, keys: Sequence[str], largest_code: int
) -> np.ndarray:
    """Return one number for each key, the stored rows first."""
    columns = (_column_codes(stored_table, sent_table, name) for name in keys)
    codes, _ = reduce(lambda left, right: _combine_codes(left, right, largest_code), columns)
    return codes


def _column_codes(
    stored_table: pa.Table, sent_table: pa.Table, name: str
) -> tuple[np.ndarray, int]:
    """Return the values of one column as whole numbers, and how many distinct ones there are."""
    stored, sent = to_common_type(stored_table.column(name), sent_table.column(name))
    values = pa.chunked_array([*stored.chunks, *sent.chunks], stored.type)
    distinct = pc.unique(values)
    return pc.index_in(values, value_set=distinct).to_numpy().astype(np.int64), len(distinct)


def _combine_codes(
    left: tuple[np.ndarray, int], right: tuple[np.ndarray, int], largest_code: int
) -> tuple[np.ndarray, int]:
    """Return one number for each pair; they are numbered anew where they would grow too large."""
    (codes, count), (more, factor) = left, right
    if count * factor > largest_code:
        codes, distinct = pd.factorize(codes)
        count = len(distinct)
    return codes * factor + more, count * factor
