"""Renders rows as a text file: csv, tsv or json."""

import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from alphacast_pandas.emulator.queries.selection import Rows
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, Store

PIECE = 2**18
DELIMITERS = {"csv": ",", "tsv": "\t"}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass
class Export:
    """A file on its way out, between two pieces of text."""

    file: IO[bytes]
    head: bytes = b""
    tail: bytes = b""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        here = self.file.seek(0, 2)
        self.file.seek(0)
        return len(self.head) + here + len(self.tail)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the bytes, piece by piece."""
        with self.file:
            if self.head:
                yield self.head
            while piece := self.file.read(PIECE):
                yield piece
            if self.tail:
                yield self.tail


def text_export(
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
        cells = ", ".join(cell(column, dates) for column in columns)
        cursor.execute(
            f"COPY (SELECT {cells} {rows.sql}) TO '{quoted(path)}'"
            f" (FORMAT csv, HEADER false, DELIMITER '{delimiter}', QUOTE '\"', ESCAPE '\"')",
            list(rows.parameters),
        )
    header = io.StringIO()
    csv.writer(header, delimiter=delimiter, lineterminator="\n").writerow(
        [column.name for column in columns]
    )
    return Export(opened(path), head=header.getvalue().encode())


def json_export(
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
        cells = ", ".join(f"{cell(column, dates)} AS {name(column)}" for column in columns)
        cursor.execute(
            f"COPY (SELECT {cells} {rows.sql}) TO '{quoted(path)}' (FORMAT json, ARRAY {is_array})",
            list(rows.parameters),
        )
    elif is_array:
        path.write_text(json.dumps([]))
    if shape == "data":
        return Export(opened(path), b'{"data": ', b"}\n")
    return Export(opened(path))


def cell(column: Column, dates: str) -> str:
    """Return the SQL of a cell as it is printed."""
    if not column.is_date:
        return column.field
    if dates == "days":
        return f"CAST({column.field} AS DATE)"
    separator = " " if dates == "blank" else "T"
    return f"replace(CAST({column.field} AS VARCHAR), ' ', '{separator}')"


def name(column: Column) -> str:
    """Return a column's name as SQL quotes it."""
    escaped = column.name.replace('"', '""')
    return f'"{escaped}"'


def date_style(readings: Readings, *, has_time: bool) -> str:
    """Return how dates are printed: as days when all times are midnight."""
    if readings.date_time == "always":
        return "T"
    return readings.date_time if has_time else "days"


def quoted(path: Path) -> str:
    """Return a path inside the quotes of SQL."""
    return str(path).replace("'", "''")


def opened(path: Path) -> IO[bytes]:
    """Open a file that is gone when it is closed."""
    file = path.open("rb")
    path.unlink()
    return file
