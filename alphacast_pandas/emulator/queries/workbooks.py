"""Writes rows as a workbook of one sheet, with dates as dates and numbers as numbers."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import xlsxwriter

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.queries.selection import Rows
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor

FETCH_ROWS = 5000
FIRST_YEAR = 1900  # Excel counts days from here: an earlier date is a text
DATE_FORMATS = {False: "yyyy-mm-dd", True: "yyyy-mm-dd hh:mm:ss"}
OUTSIDE = -1  # what XlsxWriter returns for a cell beyond the sheet
TOO_LARGE = "A workbook holds 1048576 rows of 16384 columns: ask for less, or for csv"


class ExactFloat(float):
    """A number with all its digits: XlsxWriter formats with %.16G, which is one too few."""

    def __format__(self, _: str) -> str:
        """Return the shortest text that is read back as the same number."""
        return repr(float(self))


def write_workbook(
    path: Path, cursor: Cursor, rows: Rows | None, columns: tuple[Column, ...], *, has_time: bool
) -> None:
    """Write the workbook at `path`, row by row in bounded memory."""
    # In constant memory a row is written when the next begins, so cells must come row by row.
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        style = book.add_format({"num_format": DATE_FORMATS[has_time]})
        lines = fetch_rows(cursor, rows, columns) if rows is not None and columns else iter([])
        for number, line in enumerate(chain([[column.name for column in columns]], lines)):
            for place, cell in enumerate(line):
                if cell is not None and write_cell(sheet, number, place, cell, style) == OUTSIDE:
                    raise Refusal(400, TOO_LARGE)


def fetch_rows(
    cursor: Cursor, rows: Rows, columns: tuple[Column, ...]
) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each row in the types of DuckDB."""
    fields = ", ".join(column.field for column in columns)
    cursor.execute(f"SELECT {fields} {rows.sql}", list(rows.parameters))
    while found := cursor.fetchmany(FETCH_ROWS):
        yield from found


def write_cell(sheet: Any, row: int, place: int, cell: Any, style: Any) -> int:
    """Write one cell; XlsxWriter cuts a text of more than 32767 characters."""
    if isinstance(cell, datetime) and cell.year >= FIRST_YEAR:
        return int(sheet.write_datetime(row, place, cell, style))
    if isinstance(cell, int | float):
        return int(sheet.write_number(row, place, ExactFloat(cell)))
    return int(sheet.write_string(row, place, to_text(cell)))


def to_text(cell: object) -> str:
    """Return a cell as text; a blank follows what XlsxWriter would take for its own markup."""
    text = str(cell).removesuffix(" 00:00:00") if isinstance(cell, datetime) else str(cell)
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text
