"""The file of a download: rows rendered in one of the formats, sent plain or compressed."""

import csv
import io
import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from starlette.responses import Response, StreamingResponse

from alphacast_pandas.emulator.queries.selection import Rows, Selection
from alphacast_pandas.emulator.queries.workbooks import write_workbook
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, Store

BLOCK_BYTES = 2**18
GZIP_WINDOW = 31  # zlib's window of 15 bits, and 16 for the head and tail of a gzip file
DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass
class Export:
    """A file to send, with bytes before and after it."""

    file: IO[bytes]
    head: bytes = b""
    tail: bytes = b""

    @property
    def size(self) -> int:
        """The number of bytes to send."""
        file_size = self.file.seek(0, 2)
        self.file.seek(0)
        return len(self.head) + file_size + len(self.tail)

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield the bytes in blocks, and close the file."""
        with self.file:
            if self.head:
                yield self.head
            while block := self.file.read(BLOCK_BYTES):
                yield block
            if self.tail:
                yield self.tail


def render_rows(
    store: Store,
    cursor: Cursor,
    rows: Rows | None,
    selection: Selection,
    readings: Readings,
    *,
    has_time: bool,
) -> Export:
    """Return rows as a file of the selected format; None is a dataset without rows."""
    columns, dates = selection.columns, date_style(readings, has_time=has_time)
    if selection.format == "xlsx":
        return render_workbook(store, cursor, rows, columns, has_time=dates != "days")
    if selection.format == "json":
        return render_json(store, cursor, rows, columns, shape=readings.json, dates=dates)
    delimiter = DELIMITERS[selection.format]
    return render_text(store, cursor, rows, columns, delimiter=delimiter, dates=dates)


def date_style(readings: Readings, *, has_time: bool) -> str:
    """Return how dates are printed: as days when all times are midnight."""
    if readings.date_time == "always":
        return "T"
    return readings.date_time if has_time else "days"


def render_text(
    store: Store,
    cursor: Cursor,
    rows: Rows | None,
    columns: tuple[Column, ...],
    *,
    delimiter: str,
    dates: str,
) -> Export:
    """Return rows as lines of text under a header."""
    path = store.spool_file(".txt")
    if rows is not None and columns:
        cells = ", ".join(cell_sql(column, dates) for column in columns)
        cursor.execute(
            f"COPY (SELECT {cells} {rows.sql}) TO '{quote_path(path)}'"
            f" (FORMAT csv, HEADER false, DELIMITER '{delimiter}', QUOTE '\"', ESCAPE '\"')",
            list(rows.parameters),
        )
    # The header is written here because in the store the columns have other names.
    header = io.StringIO()
    csv.writer(header, delimiter=delimiter, lineterminator="\n").writerow(
        [column.name for column in columns]
    )
    return Export(open_and_unlink(path), head=header.getvalue().encode())


def render_json(
    store: Store,
    cursor: Cursor,
    rows: Rows | None,
    columns: tuple[Column, ...],
    *,
    shape: str,
    dates: str,
) -> Export:
    """Return rows as JSON: a line each, an array, or an array under `data`."""
    path = store.spool_file(".json")
    is_array = shape != "lines"
    if rows is not None and columns:
        cells = ", ".join(
            f"{cell_sql(column, dates)} AS {quote_name(column.name)}" for column in columns
        )
        cursor.execute(
            f"COPY (SELECT {cells} {rows.sql}) TO '{quote_path(path)}'"
            f" (FORMAT json, ARRAY {is_array})",
            list(rows.parameters),
        )
    elif is_array:
        path.write_text(json.dumps([]))
    if shape == "data":
        return Export(open_and_unlink(path), b'{"data": ', b"}\n")
    return Export(open_and_unlink(path))


def render_workbook(
    store: Store, cursor: Cursor, rows: Rows | None, columns: tuple[Column, ...], *, has_time: bool
) -> Export:
    """Return rows as a workbook of Excel."""
    path = store.spool_file(".xlsx")
    try:
        write_workbook(path, cursor, rows, columns, has_time=has_time)
        return Export(open_and_unlink(path))
    finally:
        path.unlink(missing_ok=True)


def cell_sql(column: Column, dates: str) -> str:
    """Return the SQL of a cell as it is printed."""
    if not column.is_date:
        return column.field
    if dates == "days":
        return f"CAST({column.field} AS DATE)"
    separator = " " if dates == "blank" else "T"
    return f"replace(CAST({column.field} AS VARCHAR), ' ', '{separator}')"


def quote_name(name: str) -> str:
    """Return a column's name in the double quotes of SQL."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def quote_path(path: Path) -> str:
    """Return a path with its single quotes doubled: COPY takes no parameter for it."""
    return str(path).replace("'", "''")


def open_and_unlink(path: Path) -> IO[bytes]:
    """Open a file and remove its name: the disk is freed when it is closed, however that comes."""
    file = path.open("rb")
    path.unlink()
    return file


def file_reply(
    export: Export, media_type: str, *, accepted: str, readings: Readings, is_sized: bool = False
) -> Response:
    """Return a file as the answer; `accepted` is the client's `Accept-Encoding`."""
    headers = {"content-type": media_type}
    if readings.transfer == "gzip":
        headers["vary"] = "Accept-Encoding"
        if accepts_gzip(accepted):
            headers["content-encoding"] = "gzip"
            return StreamingResponse(compress(export.blocks()), headers=headers)
    if is_sized:  # object stores say the length of a file; a computed answer is chunked
        headers["content-length"] = str(export.size)
    return StreamingResponse(export.blocks(), headers=headers)


def accepts_gzip(accepted: str) -> bool:
    """Return whether an `Accept-Encoding` names gzip and does not exclude it."""
    for item in accepted.lower().split(","):
        coding, _, words = item.partition(";")
        if coding.strip() in {"gzip", "x-gzip", "*"}:
            weight = words.replace(" ", "").removeprefix("q=")
            return weight.strip("0.") != "" or not weight
    return False


async def compress(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the blocks of a gzip file that holds `blocks`."""
    deflater = zlib.compressobj(level=1, wbits=GZIP_WINDOW)
    async for block in blocks:
        if compressed := deflater.compress(block):
            yield compressed
    yield deflater.flush()
