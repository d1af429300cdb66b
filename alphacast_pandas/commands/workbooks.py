"""Workbooks of Excel, read and written cell by cell."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import itertools
import re
import warnings
import zipfile
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.column_types import DATE, STRING
from alphacast_pandas.commands.cells import (
    Column,
    Misfits,
    inexact_integer,
    labelled_frame,
    parse_dates,
    parse_numbers,
    to_numbers,
)
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.text import printable, quoted, value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.commands.cells import TextForm

_MOST_ROWS = 2**20
_MOST_COLUMNS = 2**14
_MOST_CHARACTERS = 32_767
_FIRST_DAY = pd.Timestamp(1900, 1, 1)
_LARGEST_EXACT = 2**53
# Characters that no XML holds, or that come back as others, and escapes of Excel's own, which it
# turns into characters.
_NOT_HELD = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_x[0-9A-Fa-f]{4}_")
_PLAIN_FORMATS = frozenset({"General", "0", "@"})
_UNREADABLE = (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, AttributeError)


def read_header(path: Path, sheet: str | None) -> list[str]:
    """Return the names in the first row of a sheet."""
    with _cells_of(path, sheet) as rows:
        return _names(path, next(rows, ()))


def read_workbook(
    path: Path,
    types: Mapping[str, ColumnType],
    sheet: str | None,
    form: TextForm,
    assumed: Collection[str],
) -> pd.DataFrame:
    """Return a sheet as a frame at these types; rows are labelled with their number in it."""
    with _cells_of(path, sheet) as rows:
        names = _names(path, next(rows, ()))
        table = [_fitted(path, n, row, len(names)) for n, row in enumerate(rows, 2)]
    while table and all(cell.value is None for cell in table[-1]):
        table.pop()  # a row that is formatted and holds nothing
    labels = np.arange(2, len(table) + 2)
    misfits = Misfits("row", assumed)
    columns = [*zip(*table, strict=True)] or [()] * len(names)
    parsed = {
        name: _parse_column(Column(name, labels, misfits), cells, types[name], form)
        for name, cells in zip(names, columns, strict=True)
    }
    misfits.check(printable(str(path)))
    return labelled_frame(parsed, labels)


def check_workbook(frame: pd.DataFrame, path: Path) -> None:
    """Raise if Excel cannot hold a frame exactly."""
    rows, columns = frame.shape
    file = printable(str(path))
    if rows >= _MOST_ROWS or columns > _MOST_COLUMNS:
        msg = (
            f"{file} was not written: a sheet of Excel has at most {_MOST_ROWS - 1:,} rows below "
            f"the names and {_MOST_COLUMNS:,} columns, and there are {rows:,} and {columns:,}. "
            ".csv and .parquet hold them."
        )
        raise ValidationError(msg)
    for place in range(columns):
        column = frame.iloc[:, place]
        name = str(frame.columns[place])
        values = column.dropna()
        for text in (name, *_texts_of(values)):
            _check_text(file, name, text)
        problem = _problem_of_values(values)
        if problem is not None:
            msg = (
                f"{file} was not written: column {quoted(name)} holds {problem}, which Excel "
                "cannot hold. .csv and .parquet hold it."
            )
            raise ValidationError(msg)


def write_workbook(frame: pd.DataFrame, file: IO[bytes]) -> None:
    """Write the columns of a frame as the only sheet of a workbook; all text stays text."""
    openpyxl = _import_openpyxl("Writing")
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("data")
    sheet.freeze_panes = "A2"
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    makers = [_maker_of(column, openpyxl, sheet) for column in columns]
    values = (zip(column.isna(), column.astype(object), strict=True) for column in columns)
    sheet.append([_text_cell(openpyxl, sheet, str(name)) for name in frame.columns])
    for cells in zip(*values, strict=True):
        sheet.append(
            [
                None if is_missing else make(value)
                for make, (is_missing, value) in zip(makers, cells, strict=True)
            ]
        )
    workbook.save(file)


@contextlib.contextmanager
def _cells_of(path: Path, sheet: str | None) -> Iterator[Iterator[Sequence[Any]]]:
    """Give the rows of a sheet as openpyxl's cells, values in the place of formulas."""
    openpyxl = _import_openpyxl("Reading")
    with contextlib.ExitStack() as files:
        values, formulas = (
            _open_sheet(files, openpyxl, path, sheet, is_value=is_value)
            for is_value in (True, False)
        )
        yield _checked_rows(path, values, formulas)


def _open_sheet(
    files: contextlib.ExitStack, openpyxl: Any, path: Path, sheet: str | None, *, is_value: bool
) -> Any:
    file = files.enter_context(path.open("rb"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which hold no values
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=is_value)
    except _UNREADABLE as error:
        msg = (
            f"{printable(str(path))} cannot be read as a workbook of Excel (.xlsx): it is "
            "something else, damaged, or protected by a password."
        )
        raise ValidationError(msg) from error
    sheets = {each.title: each for each in workbook.worksheets}
    name = next(iter(sheets), None) if sheet is None else sheet
    if name not in sheets:
        listed = ", ".join(map(quoted, sheets)) or "none"
        what = "no sheet" if sheet is None else f"no sheet {quoted(sheet)}"
        msg = f"{printable(str(path))} has {what}; its sheets are: {listed}."
        raise QueryError(msg)
    found = sheets[str(name)]
    found.reset_dimensions()  # some programs state them wrong, and rows beyond them would be lost
    return found


def _checked_rows(path: Path, values: Any, formulas: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows of a sheet; raise for a cell whose value nobody knows."""
    for row, (cells, written) in enumerate(
        zip(values.iter_rows(), formulas.iter_rows(), strict=True), 1
    ):
        for column, (cell, formula) in enumerate(zip(cells, written, strict=True), 1):
            # A formula that gives an empty text has the type "str".
            if formula.data_type == "f" and cell.value is None and cell.data_type != "str":
                what = (
                    "holds a formula whose value is not in the file. Open the file in Excel and "
                    "save it, which calculates it"
                )
            elif cell.data_type == "e":
                what = f"holds the error {value_text(cell.value)}. Correct it, or empty the cell"
            else:
                continue
            msg = f"{printable(str(path))}: cell {_coordinate(row, column)} {what}."
            raise ValidationError(msg)
        yield cells


def _names(path: Path, row: Sequence[Any]) -> list[str]:
    """Return the names of the columns, less empty cells behind the last of them."""
    values = [cell.value for cell in row]
    while values and values[-1] is None:
        values.pop()
    if not values:
        msg = f"{printable(str(path))}: the first row of the sheet must hold the names of columns."
        raise ValidationError(msg)
    for place, value in enumerate(values, 1):
        if not (value is None or isinstance(value, str) or type(value) is int):
            msg = (
                f"{printable(str(path))}: cell {_coordinate(1, place)} must hold the name of a "
                f"column, not {value_text(value)}."
            )
            raise ValidationError(msg)
    return ["" if value is None else str(value) for value in values]


def _fitted(path: Path, number: int, row: Sequence[Any], width: int) -> list[Any]:
    """Return the cells of a row that are below names; there must be nothing beside them."""
    for place, cell in enumerate(row[width:], width + 1):
        if cell.value is not None:
            msg = (
                f"{printable(str(path))}: cell {_coordinate(number, place)} holds "
                f"{value_text(cell.value, 80)}, and its column has no name in the first row."
            )
            raise ValidationError(msg)
    return [*row[:width], *itertools.repeat(_EMPTY, width - len(row))]


class _Empty:
    """A cell that the file does not have."""

    value = None
    data_type = "n"
    number_format = "General"


_EMPTY = _Empty()


def _parse_column(
    column: Column, cells: Sequence[Any], type_: ColumnType, form: TextForm
) -> pa.ChunkedArray:
    """Return the cells of a column at its type; cells of text are parsed as those of CSV files."""
    if type_ is STRING:
        texts = [_text_of(column, place, cell) for place, cell in enumerate(cells)]
        return pa.chunked_array([pa.array(texts, pa.string())])
    written = pa.chunked_array([pa.array([_written(cell.value) for cell in cells], pa.string())])
    if type_ is DATE:
        parsed = parse_dates(column, written, form).to_pylist()
        dates = [
            _date_of(column, place, cell) if given is None else given
            for place, (given, cell) in enumerate(zip(parsed, cells, strict=True))
        ]
        return pa.chunked_array([pa.array(dates, pa.timestamp("us"))])
    numbers = parse_numbers(column, written, form)
    for place, cell in enumerate(cells):
        if cell.value is not None and not isinstance(cell.value, str):
            numbers[place] = _number_of(column, place, cell.value)
    return to_numbers(column, numbers, type_)


def _written(value: Any) -> str | None:
    """Return a text that a cell holds, None for an empty one."""
    return (value or None) if isinstance(value, str) else None


def _text_of(column: Column, place: int, cell: Any) -> str | None:
    """Return the text of a cell; a whole number is its digits if the cell shows them so."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or None
    if type(value) is int and cell.number_format in _PLAIN_FORMATS:
        return str(value)
    column.refuse(
        place,
        f"is {_kind(value)} in a column of text, and what the cell shows may be another text",
        "Make text of the column in Excel (Data, Text to Columns, Text).",
        value,
    )
    return None


def _date_of(column: Column, place: int, cell: Any) -> datetime.datetime | None:
    value = cell.value
    if value is None or isinstance(value, str):  # what is no date was refused when it was parsed
        return None
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as all dates here
    column.refuse(place, f"is {_kind(value)}, not a date", "Give the cells a date format.", value)
    return None


def _number_of(column: Column, place: int, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        column.refuse(place, f"is {_kind(value)}, not a number", "", value)
        return float("nan")
    why = inexact_integer(str(value))
    if why is not None:
        column.refuse(place, why, "", value)
    return float(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return "a number"
    return "a time" if isinstance(value, datetime.time | datetime.timedelta) else "a date"


def _coordinate(row: int, column: int) -> str:
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = f"{chr(ord('A') + place)}{letters}"
    return f"{letters}{row}"


def _texts_of(values: pd.Series) -> list[str]:
    if values.dtype.kind in "mMiufb":
        return []
    return [value for value in values.unique() if isinstance(value, str)]


def _check_text(file: str, name: str, text: str) -> None:
    """Raise if Excel would cut a text, or show another one."""
    found = _NOT_HELD.search(text)
    if found is None and len(text.encode("utf-16-le")) // 2 <= _MOST_CHARACTERS:
        return
    what = f"a text of more than {_MOST_CHARACTERS:,} characters"
    if found is not None:
        what = f"{value_text(found[0], 20)} in {value_text(text, 60)}"
    msg = (
        f"{file} was not written: column {quoted(name)} holds {what}, which Excel cannot hold. "
        ".csv and .parquet hold it."
    )
    raise ValidationError(msg)


def _problem_of_values(values: pd.Series) -> str | None:
    """Return what of numbers or dates Excel cannot hold, None if it holds all of them."""
    kind = values.dtype.kind
    if kind == "M":
        return _problem_of_dates(values)
    if kind == "f":
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        return "an infinite number" if np.isinf(numbers).any() else None
    if kind in "iu":
        is_large = (values > _LARGEST_EXACT) | (values < -_LARGEST_EXACT)
        return f"the integer {values[is_large].iloc[0]}" if is_large.any() else None
    others = (
        [value for value in values.unique() if not isinstance(value, str)] if kind == "O" else []
    )
    return f"{value_text(others[0])} of type {type(others[0]).__name__}" if others else None


def _problem_of_dates(dates: pd.Series) -> str | None:
    if dates.dt.tz is not None:
        return "instants with a time zone"
    early = dates[dates < _FIRST_DAY]
    if len(early):
        return f"the date {early.iloc[0].isoformat()}, before 1900"
    fine = dates[dates != dates.dt.floor("ms")]
    return (
        f"the instant {fine.iloc[0].isoformat()}, finer than a millisecond" if len(fine) else None
    )


def _maker_of(column: pd.Series, openpyxl: Any, sheet: Any) -> Callable[[Any], Any]:
    """Return what makes cells of the values of a column."""
    kind = column.dtype.kind
    if kind == "M":
        dates = column.dropna()
        has_time = bool((dates != dates.dt.normalize()).any())
        form = "yyyy-mm-dd hh:mm:ss" if has_time else "yyyy-mm-dd"
        return lambda date: _date_cell(openpyxl, sheet, date.to_pydatetime(), form)
    if kind == "b":
        return bool
    if kind in "iuf":
        return lambda number: _number_cell(openpyxl, sheet, number)
    return lambda text: _text_cell(openpyxl, sheet, str(text))


def _text_cell(openpyxl: Any, sheet: Any, text: str) -> Any:
    """Return a cell of text, also where openpyxl would take it for a formula or an error."""
    cell = openpyxl.cell.WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _number_cell(openpyxl: Any, sheet: Any, number: float) -> Any:
    """Return a cell of a number, written here: openpyxl writes 16 digits of a double, not 17."""
    cell = openpyxl.cell.WriteOnlyCell(sheet, repr(number))
    cell.data_type = "n"
    return cell


def _date_cell(openpyxl: Any, sheet: Any, date: datetime.datetime, form: str) -> Any:
    cell = openpyxl.cell.WriteOnlyCell(sheet, date)
    cell.number_format = form
    return cell


def _import_openpyxl(verb: str) -> Any:
    try:
        return importlib.import_module("openpyxl")
    except ModuleNotFoundError as error:
        if error.name != "openpyxl":
            raise
        msg = (
            f"{verb} files of Excel needs the package openpyxl, which is not installed. "
            "Install it with: pip install 'alphacast-pandas[excel]'"
        )
        raise ModuleNotFoundError(msg, name="openpyxl") from error
