"""The bytes of a CSV body: to an Arrow table at declared types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from alphacast_pandas.api.learning import PLAIN_NUMBER
from alphacast_pandas.api.records import Column
from alphacast_pandas.errors import DecodeError
from alphacast_pandas.pipeline import side_by_side
from alphacast_pandas.reading.blocks import row_blocks
from alphacast_pandas.reading.columns import Block, Columns, with_nulls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.definitions import Definitions


def parse_table(
    stream: BodyStream,
    header: Sequence[str],
    keep: Sequence[str],
    definitions: Definitions,
    *,
    on_rows: Callable[[int], None] = lambda _: None,
) -> pa.Table:
    """Return the columns `keep` of the body at the types of their definitions, NaN for missing."""
    types = wire_types(keep, definitions)
    columns = Columns(types)
    for block in parse_blocks(stream, header, types):
        columns.add(block, stream.expected_size)
        on_rows(block.rows)
    check_whole(stream)
    return typed_table(columns.table(), definitions)


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


def typed_table(table: pa.Table, definitions: Definitions) -> pa.Table:
    """Return the table with each column at the type of its definition."""
    columns = [
        _typed(values, definitions.get(name) or Column(name), definitions)
        for name, values in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.table(columns, names=table.column_names)


def wire_types(keep: Sequence[str], definitions: Definitions) -> dict[str, pa.DataType]:
    """Return the types that columns are parsed at."""
    columns = [definitions.get(name) or Column(name) for name in keep]
    return {str(c.name): _wire_type(c, stated=definitions.stated) for c in columns}


def empty_table(keep: Sequence[str], definitions: Definitions) -> pa.Table:
    """Return a table without rows, at the types that rows would have."""
    columns = [definitions.get(name) or Column(name) for name in keep]
    return pa.table({str(c.name): pa.array([], _final_type(c)) for c in columns})


def _final_type(column: Column) -> pa.DataType:
    is_short = column.type == "Short Integer" and column.role != "date"
    return pa.int16() if is_short else _wire_type(column, stated=True)


def _wire_type(column: Column, *, stated: bool) -> pa.DataType:
    if column.role == "date":
        return pa.timestamp("us")
    if column.is_text or (column.type is None and not stated):
        return pa.string()
    return pa.float64()


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
        """Return options that check all text but ASCII, which is told at once."""
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


def _typed(values: pa.ChunkedArray, column: Column, definitions: Definitions) -> pa.ChunkedArray:
    if column.role == "date" and values.null_count:
        msg = f"The date column {column.name!r} has {values.null_count} empty fields."
        raise DecodeError(msg)
    if column.type == "Short Integer" and pa.types.is_floating(values.type):
        return _short(values, column)
    if column.type is None and column.role == "value" and not definitions.stated:
        return values.cast(pa.float64()) if _are_plain_numbers(values) else values
    return values


def _short(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    try:
        return with_nulls(values).cast(pa.int16())
    except pa.ArrowInvalid as error:
        msg = f"Column {column.name!r} is a Short Integer by its definition: {error}"
        raise DecodeError(msg) from error


def _are_plain_numbers(values: pa.ChunkedArray) -> bool:
    matches = pc.match_substring_regex(values, f"^({PLAIN_NUMBER.pattern})$")
    return bool(pc.all(matches, min_count=0).as_py())
