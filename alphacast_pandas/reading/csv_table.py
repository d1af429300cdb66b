"""Arrow tables at declared types from the bytes of CSV bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from alphacast_pandas.api.discovery import PLAIN_NUMBER
from alphacast_pandas.column_types import DATE, DECIMAL, STRING, ColumnType
from alphacast_pandas.errors import DecodeError
from alphacast_pandas.parallel import side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.answer import OpenAnswer

# Large enough that a parser does not notice their borders, small enough for a processor's cache.
_CHUNKS_PER_BLOCK = 4

# The types of Arrow whose values move into arrays of NumPy's.
_KINDS: dict[pa.DataType, Any] = {
    pa.float64(): np.dtype("float64"),
    pa.timestamp("us"): np.dtype("datetime64[us]"),
}
# Room beyond what the body so far promises: memory that nothing is written to costs nothing.
_SPARE = 1.02


def parse_table(answer: OpenAnswer, *, on_rows: Callable[[int], None] = lambda _: None) -> pa.Table:
    """Return the columns to keep of an answer at the types of their definitions."""
    types = wire_types(answer.keep, answer.definitions)
    columns = Columns(types)
    for block in parse_blocks(answer.stream, answer.header, types):
        columns.add(block, answer.stream.expected_size)
        on_rows(block.rows)
    check_whole(answer.stream)
    return typed_table(columns.table(), answer.definitions)


def parse_blocks(
    stream: BodyStream, header: Sequence[str], types: Mapping[str, pa.DataType]
) -> Iterator[Block]:
    """Yield the rows of the body as they arrive, parsed side by side."""
    options = _Options(header, types)
    return side_by_side(row_blocks(stream), lambda n, body: _parsed(n, body, options))


def check_whole(stream: BodyStream) -> None:
    """Raise unless the body is whole."""
    stream.check_ended()
    if stream.quotes % 2:
        msg = "The table ends inside a quoted field: it was cut short or is damaged."
        raise DecodeError(msg, retryable=True)
    if not stream.end_is_proven and stream.last_byte not in {b"\n", b""}:
        msg = "The body ends in the middle of a line and nothing proves that it is whole."
        raise DecodeError(msg, retryable=True)


def wire_types(keep: Sequence[str], definitions: Definitions) -> dict[str, pa.DataType]:
    """Return the types that columns are parsed as; a column without a type is parsed as text."""
    return {name: (definitions.type_of(name) or STRING).parsed for name in keep}


def empty_table(keep: Sequence[str], definitions: Definitions) -> pa.Table:
    """Return a table without rows, at the types that rows would have."""
    types = {name: definitions.type_of(name) or DECIMAL for name in keep}
    return pa.table({name: pa.array([], type_.arrow) for name, type_ in types.items()})


def typed_table(table: pa.Table, definitions: Definitions) -> pa.Table:
    """Return the table with each column at the type of its definition."""
    columns = [
        _typed(values, name, definitions.type_of(name))
        for name, values in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.table(columns, names=table.column_names)


def with_nulls(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column in which a missing number is null; no value is copied."""
    if not pa.types.is_floating(values.type) or values.null_count:
        return values
    chunks = [pa.array(chunk.to_numpy(), from_pandas=True) for chunk in values.chunks]
    return pa.chunked_array(chunks, values.type)


def table_with_nulls(table: pa.Table) -> pa.Table:
    """Return a table in which missing numbers are null."""
    return pa.table([*map(with_nulls, table.columns)], names=table.column_names)


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


class Block:
    """The rows of so many bytes, with NaN and NaT for missing; made by the thread that parses."""

    def __init__(self, table: pa.Table, size: int) -> None:
        self.size = size
        self.rows: int = table.num_rows
        self.columns = [c.to_numpy() if c.type in _KINDS else c.chunks for c in table.columns]
        for name, values in zip(table.column_names, self.columns, strict=True):
            if isinstance(values, np.ndarray) and values.dtype.kind == "f":
                _check_in_range(name, values)


def row_blocks(stream: BodyStream) -> Iterator[bytes]:
    """
    Yield the body in blocks that end where a row ends.

    A line break ends a row if an even number of quotes stands before it. What is left at the end
    is a block too, whether a row ends there or not.
    """
    block_bytes = _CHUNKS_PER_BLOCK * stream.chunk_bytes
    pieces: list[bytes] = []
    size = 0
    is_inside = False
    while chunk := stream.read_chunk():
        size += len(chunk)
        end = _end_of_rows(chunk, is_inside=is_inside) if size >= block_bytes else 0
        if end:
            yield b"".join([*pieces, memoryview(chunk)[:end]])
            pieces, chunk = [], chunk[end:]
            size, is_inside = len(chunk), False
        pieces.append(chunk)
        is_inside ^= _has_odd_quotes(chunk, 0, len(chunk))
    if size:
        yield b"".join(pieces)


class _Options:
    """How the parser is to read each block."""

    def __init__(self, header: Sequence[str], types: Mapping[str, pa.DataType]) -> None:
        self.header = [*header]
        self._converts = {
            is_checked: csv.ConvertOptions(
                check_utf8=is_checked,
                column_types=types,
                include_columns=[*types],
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            )
            for is_checked in (True, False)
        }

    def convert(self, body: bytes) -> csv.ConvertOptions:
        """Return options that validate UTF-8, unless the block is plain ASCII."""
        return self._converts[not body.isascii()]


def _parsed(number: int, body: bytes, options: _Options) -> Block:
    """Return the rows of a block; the first one begins with the header, which needs its end."""
    if not number and not body.endswith(b"\n"):
        body += b"\n"
    try:
        table = csv.read_csv(
            pa.BufferReader(body),
            read_options=csv.ReadOptions(
                use_threads=False,
                block_size=len(body) + 1,
                column_names=options.header if number else None,
            ),
            parse_options=csv.ParseOptions(
                newlines_in_values=b'"' in body, ignore_empty_lines=len(options.header) > 1
            ),
            convert_options=options.convert(body),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, OverflowError) as error:
        msg = f"The table is not what the dataset's definitions promise: {error}"
        raise DecodeError(msg) from error
    return Block(table, len(body))


def _check_in_range(name: str, values: np.ndarray) -> None:
    """Raise for numbers beyond the doubles, which parsers turn into infinity without a word."""
    if np.isinf(values).any():
        msg = (
            f"Column {name!r} holds a number beyond the range of a double (about 1.8e308). "
            "client.datasets.download() returns the text as it is; a read of the other columns "
            "leaves it out with select=."
        )
        raise DecodeError(msg)


def _typed(values: pa.ChunkedArray, name: str, type_: ColumnType | None) -> pa.ChunkedArray:
    if type_ is None:
        return values.cast(pa.float64()) if _are_plain_numbers(values) else values
    if type_ is DATE and values.null_count:
        msg = f"The date column {name!r} has {values.null_count} empty fields."
        raise DecodeError(msg)
    if type_.arrow == type_.parsed:
        return values
    try:
        return with_nulls(values).cast(type_.arrow)
    except pa.ArrowInvalid as error:
        msg = f"Column {name!r} is a {type_.name} by its definition: {error}"
        raise DecodeError(msg) from error


def _are_plain_numbers(values: pa.ChunkedArray) -> bool:
    matches = pc.match_substring_regex(values, f"^({PLAIN_NUMBER.pattern})$")
    return bool(pc.all(matches, min_count=0).as_py())


def _end_of_rows(chunk: bytes, *, is_inside: bool) -> int:
    """Return where the last whole row ends, 0 if there is none; it may begin inside quotes."""
    end = chunk.rfind(b"\n") + 1
    is_inside ^= _has_odd_quotes(chunk, 0, end)
    while is_inside and end:
        before = chunk.rfind(b"\n", 0, end - 1) + 1
        is_inside ^= _has_odd_quotes(chunk, before, end)
        end = before
    return end


def _has_odd_quotes(chunk: bytes, start: int, end: int) -> bool:
    # To look for one is much faster than to count, and most tables have none.
    return chunk.find(b'"', start, end) >= 0 and chunk.count(b'"', start, end) % 2 == 1
