"""Renders rows as a workbook: one sheet, with dates as dates, numbers as numbers."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import xlsxwriter

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.queries.exports import Export, opened
from alphacast_pandas.emulator.queries.selection import Rows
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, Store

FETCHED = 5000
FIRST_YEAR = 1900  # Excel counts days from here: an earlier date is a text
FORMATS = {False: "yyyy-mm-dd", True: "yyyy-mm-dd hh:mm:ss"}
OUTSIDE = -1  # XlsxWriter's word for a cell beyond the sheet
TOO_LARGE = "A workbook holds 1048576 rows of 16384 columns: ask for less, or for csv"


class Exact(float):
    """A number that is written with all its digits: XlsxWriter asks for sixteen of seventeen."""

    def __format__(self, _: str) -> str:
        """Return the shortest text that names this very number."""
        return repr(float(self))


def xlsx_export(
    store: Store, cursor: Cursor, rows: Rows | None, columns: tuple[Column, ...], *, has_time: bool
) -> Export:
    """Return rows as a workbook, made row by row in bounded memory."""
    path = store.spool_file(".xlsx")
    try:
        fill(path, cursor, rows, columns, has_time=has_time)
        return Export(opened(path))
    finally:
        path.unlink(missing_ok=True)


def fill(
    path: Path, cursor: Cursor, rows: Rows | None, columns: tuple[Column, ...], *, has_time: bool
) -> None:
    """Write the workbook at `path`."""
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        style = book.add_format({"num_format": FORMATS[has_time]})
        lines = lines_of(cursor, rows, columns) if rows is not None and columns else iter([])
        for number, line in enumerate(chain([[column.name for column in columns]], lines)):
            for place, cell in enumerate(line):
                if cell is not None and write(sheet, number, place, cell, style) == OUTSIDE:
                    raise Refusal(400, TOO_LARGE)


def lines_of(cursor: Cursor, rows: Rows, columns: tuple[Column, ...]) -> Iterator[tuple[Any, ...]]:
    """Give the cells of each row as DuckDB's types."""
    fields = ", ".join(column.field for column in columns)
    cursor.execute(f"SELECT {fields} {rows.sql}", list(rows.parameters))
    while found := cursor.fetchmany(FETCHED):
        yield from found


def write(sheet: Any, row: int, place: int, cell: Any, style: Any) -> int:
    """Write one cell; a text of more than 32767 characters is cut."""
    if isinstance(cell, datetime) and cell.year >= FIRST_YEAR:
        return int(sheet.write_datetime(row, place, cell, style))
    if isinstance(cell, int | float):
        return int(sheet.write_number(row, place, Exact(cell)))
    return int(sheet.write_string(row, place, plain(cell)))


def plain(cell: object) -> str:
    """Return a cell as text; one that XlsxWriter would take for its own markup gets a blank."""
    text = str(cell).removesuffix(" 00:00:00") if isinstance(cell, datetime) else str(cell)
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text
