"""Blocks: some rows of a dataset, cut at calendar dates, and the bytes of their files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_BLOCK = 16_384  # rows
_MICROSECONDS_OF_DAY = 86_400_000_000
_FIRST_DAY = -719_162  # the first of January of the year 1, counted from 1970
_DAYS = 2**22  # more than there are until the year 9999; a power of two
# A text that stands in so many rows or more is written once a block.
_ROWS_OF_ONE_TEXT = 2


def cut(table: pa.Table, date: str | None, *, largest: int = LARGEST_BLOCK) -> list[pa.Table]:
    """
    Return the rows, which come by date, in blocks of at most `largest` rows.

    Where a block ends depends on the dates in it, not on the rows before it: spans of days are
    halved until their rows fit. So a change leaves all other blocks as they are. Only the rows of a
    single day, and of a dataset without dates, are cut by their number.
    """
    if date is None:
        spans = _by_number(0, table.num_rows, largest)
    else:
        spans = _by_date(_days(table.column(date)), largest)
    return [table.slice(start, stop - start) for start, stop in spans]


def to_file(table: pa.Table) -> bytes:
    """Return the bytes of a block's file."""
    columns = [_compact(column) for column in table.columns]
    compact = pa.table(columns, names=table.column_names)
    sink = io.BytesIO()
    options = ipc.IpcWriteOptions(compression="zstd")
    with ipc.new_file(sink, compact.schema, options=options) as writer:
        writer.write_table(compact)
    return sink.getvalue()


def from_file(body: bytes) -> pa.Table:
    """Return the table in a block's file; what is none raises an error of Arrow."""
    table = ipc.open_file(pa.BufferReader(body)).read_all()
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    return pa.table(columns, names=table.column_names)


def _days(dates: pa.ChunkedArray) -> np.ndarray:
    """Return the days of dates, counted from the year 1; missing ones come last."""
    micros = pc.fill_null(dates.cast(pa.int64()), np.iinfo(np.int64).max).to_numpy()
    days: np.ndarray = np.minimum(micros // _MICROSECONDS_OF_DAY - _FIRST_DAY, _DAYS - 1)
    return days


def _by_date(days: np.ndarray, largest: int) -> Iterator[tuple[int, int]]:
    """Yield the first row of each block and the one after its last; rows come by date."""
    spans = [(0, len(days), 0, _DAYS)]
    while spans:
        start, stop, first_day, size = spans.pop()
        if stop - start <= largest:
            yield from [(start, stop)] * (stop > start)
            continue
        if size == 1:
            yield from _by_number(start, stop, largest)
            continue
        half = size // 2
        middle = start + int(np.searchsorted(days[start:stop], first_day + half))
        spans += [(middle, stop, first_day + half, half), (start, middle, first_day, half)]


def _by_number(start: int, stop: int, largest: int) -> Iterator[tuple[int, int]]:
    for first in range(start, stop, largest):
        yield first, min(first + largest, stop)


def _compact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts that repeat as a dictionary of them."""
    if not pa.types.is_string(column.type) or not len(column):
        return column
    encoded = pa.chunked_array([column.combine_chunks()]).dictionary_encode()
    words = len(encoded.chunk(0).dictionary) if encoded.num_chunks else 0
    return encoded if words * _ROWS_OF_ONE_TEXT <= len(column) else column
