"""Parsed blocks of rows: to columns that lie in one piece each, laid out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

# The types of Arrow whose values move into arrays of NumPy's.
_KINDS: dict[pa.DataType, Any] = {
    pa.float64(): np.dtype("float64"),
    pa.timestamp("us"): np.dtype("datetime64[us]"),
}
# Room beyond what the body so far promises: memory that nothing is written to costs nothing.
_SPARE = 1.02


class Block:
    """The rows of so many bytes, with NaN and NaT for missing; made by the thread that parses."""

    def __init__(self, table: pa.Table, size: int) -> None:
        self.size = size
        self.rows: int = table.num_rows
        self.columns = [c.to_numpy() if c.type in _KINDS else c.chunks for c in table.columns]


class Columns:
    """
    The columns of a table that grows block by block.

    Numbers and dates have one array each from the beginning, so that the table is never held twice.
    """

    def __init__(self, types: Mapping[str, pa.DataType]) -> None:
        self._types = types
        self._columns: list[Any] = [
            np.empty(0, _KINDS[kind]) if kind in _KINDS else [] for kind in types.values()
        ]
        self._rows = self._room = self._size = 0

    def add(self, block: Block, expected_size: float | None) -> None:
        """Append the rows of a block; the whole body has about `expected_size` bytes."""
        start, end = self._rows, self._rows + block.rows
        self._rows, self._size = end, self._size + block.size
        if end > self._room:
            promised = end * _SPARE * (expected_size or 0.0) / max(1, self._size)
            try:
                self._make_room(start, max(end, int(promised) if expected_size else 2 * start))
            except (MemoryError, ValueError):  # the first rows may be much shorter than the rest
                self._make_room(start, max(end, 2 * start))
        for column, values in zip(self._columns, block.columns, strict=True):
            if isinstance(column, list):
                column.extend(values)
            else:
                column[start:end] = values

    def table(self) -> pa.Table:
        """
        Return the rows as a table that shares the memory of these columns.

        A missing number is NaN, as the frame will have it: `with_nulls` gives Arrow's own form.
        """
        return pa.table(
            [
                pa.chunked_array(column, kind)
                if isinstance(column, list)
                else pa.array(column[: self._rows], kind)
                for column, kind in zip(self._columns, self._types.values(), strict=True)
            ],
            names=[*self._types],
        )

    def _make_room(self, used: int, rows: int) -> None:
        for place, column in enumerate(self._columns):
            if not isinstance(column, list):
                grown = np.empty(rows, column.dtype)
                grown[:used] = column[:used]
                self._columns[place] = grown
        self._room = rows


def with_nulls(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column in which a missing number is null; no value is copied."""
    if not pa.types.is_floating(values.type) or values.null_count:
        return values
    chunks = [pa.array(chunk.to_numpy(), from_pandas=True) for chunk in values.chunks]
    return pa.chunked_array(chunks, values.type)


def table_with_nulls(table: pa.Table) -> pa.Table:
    """Return a table in which missing numbers are null."""
    return pa.table([*map(with_nulls, table.columns)], names=table.column_names)
