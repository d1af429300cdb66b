"""Whether a key tells rows apart, found out in memory that hardly grows with them."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.writing.arrow import as_timestamps, one_array, row_spans, to_arrow
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

# A mark a possible key is what counting them takes; beyond this pandas' table of hashes is smaller.
_MOST_MARKS_A_ROW = 16
_NUMBERED = frozenset({Kind.DATE, Kind.TEXT, Kind.FLOAT, Kind.INTEGER, Kind.SHORT, Kind.EMPTY})


def is_unique(frame: pd.DataFrame, keys: Sequence[str]) -> bool:
    """
    Return whether no two rows have the same values in the columns `keys`.

    Rows that ascend, by date or by entity first, need but one look; others are marked among all
    keys there could be, if these are not many more than rows. What Arrow cannot number, or tells
    apart though it is equal, is left to pandas.
    """
    columns = [_Numbered(frame[name]) for name in keys]
    found = None
    if all(column.is_exact for column in columns):
        with contextlib.suppress(ValueError, ArithmeticError, pa.ArrowException):
            found = _found_unique(columns, len(frame))
    return not bool(frame.duplicated(subset=[*keys]).any()) if found is None else found


def _found_unique(columns: Sequence[_Numbered], rows: int) -> bool | None:
    """Return whether the rows differ, None if there are too many possible keys to count them."""
    for order in (columns, [*columns[1:], columns[0]]):
        if _ascend(order, rows):
            return True
    possible = int(np.prod([column.count for column in columns], dtype=np.float64))
    if possible > _MOST_MARKS_A_ROW * rows:
        return None
    return _count(columns, rows, possible) == rows


class _Numbered:
    """A column whose distinct values are numbered in ascending order; a missing one is the last."""

    def __init__(self, values: pd.Series) -> None:
        self._values = values
        self._kind = kind_of(values)

    @property
    def is_exact(self) -> bool:
        """Whether different numbers are different values: 1.0 and 1.00 are one Decimal."""
        return self._kind in _NUMBERED

    @property
    def count(self) -> int:
        """The number of distinct values, with one for missing."""
        return len(self._distinct) + 1

    def numbers(self, rows: slice) -> np.ndarray:
        """Return the number of the value in each of `rows`."""
        found = pc.index_in(self._arrow(rows), value_set=self._distinct)
        numbers: np.ndarray = found.fill_null(len(self._distinct)).to_numpy()
        return numbers

    @cached_property
    def _distinct(self) -> pa.Array:
        parts = [self._arrow(rows).unique() for rows in row_spans(len(self._values))]
        distinct = pa.concat_arrays(parts).unique().drop_null()
        return distinct.take(pc.array_sort_indices(distinct))

    def _arrow(self, rows: slice) -> pa.Array:
        values = self._values.iloc[rows]
        if self._kind is Kind.DATE:
            return one_array(as_timestamps(values))
        array = to_arrow(values, self._kind)
        # Arrow tells -0.0 from 0.0.
        return pc.add(array, 0.0) if self._kind is Kind.FLOAT else array


def _ascend(columns: Sequence[_Numbered], count: int) -> bool:
    """Tell whether every row is greater than the one before it, compared column by column."""
    for rows in row_spans(count):
        overlapping = slice(max(0, rows.start - 1), rows.stop)
        greater = np.zeros(overlapping.stop - overlapping.start - 1, dtype=bool)
        equal = ~greater
        for column in columns:
            numbers = column.numbers(overlapping)
            greater |= equal & (numbers[1:] > numbers[:-1])
            equal &= numbers[1:] == numbers[:-1]
        if not greater.all():
            return False
    return True


def _count(columns: Sequence[_Numbered], count: int, possible: int) -> int:
    """Return the number of distinct keys among so many possible ones."""
    marks = np.zeros(possible, dtype=bool)
    for rows in row_spans(count):
        place = np.zeros(rows.stop - rows.start, dtype=np.int64)
        for column in columns:
            place = place * column.count + column.numbers(rows)
        marks[place] = True
    return int(np.count_nonzero(marks))
