"""The cells of files, parsed at the types of a dataset's columns, which are never guessed."""

from __future__ import annotations

import datetime
import re
import shlex
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.column_types import DATE, SHORT_INTEGER, STRING
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.reading.frame import to_frame
from alphacast_pandas.text import printable, quoted, value_text
from alphacast_pandas.writing.date_remedies import ways_to_read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from alphacast_pandas.column_types import ColumnType

_NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
_INTEGER = re.compile(r"[+-]?[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}([,. '\u00a0\u202f][0-9]{3})+([.,][0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_WORDS_FOR_MISSING = frozenset(
    {"na", "n/a", "#n/a", "nan", "null", "none", "nd", "n.d.", "s/d", "-", "--", ".", "..", "..."}
)
_LARGEST_EXACT = 2**53  # up to which a double holds every integer
_SHORT = range(-(2**15), 2**15)
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?", re.ASCII)
_ZONE = re.compile(r".*\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)", re.ASCII)
_SAMPLE = datetime.datetime(2024, 12, 31)  # noqa: DTZ001 - dates of Alphacast have no time zone
_WAY = re.compile(r'pd\.to_datetime\(cells, format="([^"]+)"\)')
_MOST_CELLS = 3  # that a message names for each problem
_MOST_PROBLEMS = 10
# Why a cell does not fit, in words that follow "which".
_NO_NUMBER = "is not a number"
_NO_DATE = "is not a date of the form 2024-12-31 (ISO 8601)"


@dataclass(frozen=True)
class TextForm:
    """How a file writes its texts of numbers and dates; no `date_format` means ISO 8601."""

    decimal: str = "."
    date_format: str | None = None

    def __post_init__(self) -> None:
        if self.decimal not in {".", ","}:
            msg = f"--decimal is '.' or ',', not {value_text(self.decimal)}."
            raise QueryError(msg)
        if self.date_format is not None:
            _check_date_format(self.date_format)


@dataclass
class Misfits:
    """
    Cells that do not fit their columns, as a message lists them.

    `places` names a row, "line" or "row", and `assumed` are columns whose type nobody stated.
    """

    place: str
    assumed: Collection[str] = ()
    _cells: dict[tuple[str, str, str], list[tuple[int, str]]] = field(default_factory=dict)
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, column: str, why: str, remedy: str, row: int, shown: str) -> None:
        """Note a cell: why it does not fit, what to do, its row of the file, and what it holds."""
        key = (column, why, remedy)
        self._counts[key] += 1
        cells = self._cells.setdefault(key, [])
        if len(cells) < _MOST_CELLS:
            cells.append((row, shown))

    def check(self, file: str) -> None:
        """Raise if there are any."""
        if not self._counts:
            return
        problems = [*self._cells][:_MOST_PROBLEMS]
        more = len(self._cells) - len(problems)
        count = sum(self._counts.values())
        cells = "1 cell does" if count == 1 else f"{count:,} cells do"
        lines = [f"{file} was not read, since {cells} not fit the types of the columns:"]
        lines += map(self._line, problems)
        if more:
            lines.append(f"  ... and {more:,} more problems.")
        raise ValidationError("\n".join(lines))

    def _line(self, key: tuple[str, str, str]) -> str:
        column, why, remedy = key
        named = ", ".join(f"{self.place} {row}: {shown}" for row, shown in self._cells[key])
        more = self._counts[key] - len(self._cells[key])
        named += f" and {more:,} more" if more else ""
        if column in self.assumed and why == _NO_NUMBER:
            text = f"--text {shlex.quote(column)} makes {quoted(column)} a column of text."
            remedy = f"{remedy} {text}".lstrip()
        return f"  Column {quoted(column)}, {named}: {why}. {remedy}".rstrip()


@dataclass(frozen=True)
class Column:
    """A column of a file: its name, the row of each cell in the file, where misfits are noted."""

    name: str
    rows: np.ndarray
    misfits: Misfits

    def refuse(self, place: int, why: str, remedy: str, value: object) -> None:
        """Note that the cell at this place does not fit."""
        self.misfits.add(self.name, why, remedy, int(self.rows[place]), value_text(value))


def parse_texts(
    column: Column, texts: pa.ChunkedArray, type_: ColumnType, form: TextForm
) -> pa.ChunkedArray:
    """Return the texts of a column as values of its type; null is missing."""
    if type_ is STRING:
        return texts
    if type_ is DATE:
        return pa.chunked_array([parse_dates(column, texts, form)])
    return to_numbers(column, parse_numbers(column, texts, form), type_)


def to_numbers(column: Column, numbers: np.ndarray, type_: ColumnType) -> pa.ChunkedArray:
    """Return doubles, NaN for missing, as values of a numeric type."""
    if type_ is not SHORT_INTEGER:
        return pa.chunked_array([pa.array(numbers)])
    is_missing = np.isnan(numbers)
    is_short = (numbers >= _SHORT[0]) & (numbers <= _SHORT[-1]) & (numbers == np.floor(numbers))
    for n in np.flatnonzero(~(is_missing | is_short)).tolist():
        why = f"is not an integer from {_SHORT[0]:,} to {_SHORT[-1]:,}, which Short Integer holds"
        column.refuse(n, why, "", float(numbers[n]))
    whole = np.where(is_short, numbers, 0).astype("int16")
    return pa.chunked_array([pa.array(whole, pa.int16(), mask=~is_short)])


def labelled_frame(columns: Mapping[str, pa.ChunkedArray], rows: np.ndarray) -> pd.DataFrame:
    """Return columns as a read of the dataset gives them, with the numbers of rows as labels."""
    table = pa.table({**columns})
    frame = to_frame(table, Definitions(), dtype_backend=None, categories=False).copy()
    frame.index = pd.Index(rows)
    return frame


def inexact_integer(text: str) -> str | None:
    """Return why a number is not the one that is written, None if it is."""
    if _INTEGER.fullmatch(text) and abs(int(text)) > _LARGEST_EXACT and int(text) != float(text):
        return "is an integer beyond 2**53, which no double holds exactly"
    return None


def parse_numbers(column: Column, texts: pa.ChunkedArray, form: TextForm) -> np.ndarray:
    """Return the nearest doubles of texts, NaN for missing ones."""
    plain = pc.ascii_trim_whitespace(texts)
    is_number = pc.fill_null(_matches(plain, form), False).to_numpy()  # noqa: FBT003 - the value to fill with
    for n in np.flatnonzero(~is_number & texts.is_valid().to_numpy()).tolist():
        text = texts[n].as_py()
        column.refuse(n, *_number_problem(text.strip(), form), text)
    numbers = np.full(len(texts), np.nan)
    written = plain.filter(pa.array(is_number))
    if form.decimal == ",":
        written = pc.replace_substring(written, ",", ".")
    written = pc.replace_substring_regex(written, r"^\+", "")
    numbers[is_number] = written.cast(pa.float64()).to_numpy()
    for n in np.flatnonzero(np.abs(numbers) >= _LARGEST_EXACT).tolist():
        text = plain[n].as_py()
        why = inexact_integer(text)
        if np.isinf(numbers[n]):
            why = "is beyond the range of a double (about 1.8e308)"
        if why is not None:
            column.refuse(n, why, "", text)
    return numbers


def _matches(texts: pa.ChunkedArray, form: TextForm) -> pa.ChunkedArray:
    pattern = _NUMBER.replace(r"\.", form.decimal) if form.decimal == "," else _NUMBER
    return pc.match_substring_regex(texts, f"^({pattern})$")


def _number_problem(text: str, form: TextForm) -> tuple[str, str]:
    """Return why a text without blanks around is no number, and what to do."""
    if not text:
        return "holds blanks alone", "Missing values are empty fields."
    if text.casefold() in _WORDS_FOR_MISSING:
        return _NO_NUMBER, "Missing values are empty fields: empty it in the file."
    if _THOUSANDS.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return _separator_problem(text, form)
    if form.decimal == "," and re.fullmatch(_NUMBER, text):
        return "has a decimal point, and --decimal , was passed", "Leave --decimal out."
    percent = "Write percentages as numbers, without the sign." if text.endswith("%") else ""
    return _NO_NUMBER, percent


def _separator_problem(text: str, form: TextForm) -> tuple[str, str]:
    """Return the same of a number with separators of thousands or a decimal comma."""
    if form.decimal == "," or not _DECIMAL_COMMA.fullmatch(text):
        without = f"Write numbers without it, such as 1234{form.decimal}5."
        return "has a separator of thousands", without
    if not _THOUSANDS.fullmatch(text):
        return "has a decimal comma", "--decimal , reads it."
    return (
        "has a comma, which may separate thousands or begin the fraction",
        "If it begins the fraction: --decimal , reads it. If it separates thousands: write numbers "
        "without it.",
    )


def parse_dates(column: Column, texts: pa.ChunkedArray, form: TextForm) -> pa.Array:
    """Return texts as dates; each distinct text is parsed once."""
    distinct = pc.unique(texts)
    codes = pc.index_in(texts, value_set=distinct).to_numpy()
    written = distinct.to_pylist()
    parsed = [None if text is None else _parse_date(text.strip(), form) for text in written]
    is_misfit = np.array(
        [text is not None and date is None for text, date in zip(written, parsed, strict=True)],
        dtype=bool,
    )
    if is_misfit.any():
        remedy = _date_remedy([text for text in written if text is not None], form)
        for n in np.flatnonzero(is_misfit[codes]).tolist():
            text = written[codes[n]]
            column.refuse(n, *_date_problem(text.strip(), form, remedy), text)
    return pa.array(parsed, pa.timestamp("us")).take(pa.array(codes))


def _parse_date(text: str, form: TextForm) -> datetime.datetime | None:
    try:
        if form.date_format is not None:
            return datetime.datetime.strptime(text, form.date_format)  # noqa: DTZ007 - dates of Alphacast have no time zone
        return datetime.datetime.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def _date_problem(text: str, form: TextForm, remedy: str) -> tuple[str, str]:
    """Return why a text is no date, and what to do."""
    if form.date_format is not None:
        return f"is not a date of the form {printable(form.date_format)}", ""
    if _ZONE.fullmatch(text):
        return "has a time zone", "Dates of Alphacast have none: write them without it."
    if _ISO.fullmatch(text):
        return "is a date that does not exist", ""
    return _NO_DATE, remedy


def _date_remedy(texts: Iterable[str], form: TextForm) -> str:
    """Return the options that read all texts as dates, as far as there are any."""
    if form.date_format is not None:
        return ""
    stripped = pd.Series([text.strip() for text in texts], dtype=object)
    found = [_WAY.fullmatch(way) for way in ways_to_read(stripped, "cells")]
    options = [f"--date-format {shlex.quote(way[1])}" for way in found if way is not None]
    if len(options) > 1:
        return f"Say how they are written: {' or '.join(options)}."
    return f"{options[0]} reads it." if options else "--date-format reads dates of another form."


def _check_date_format(text: str) -> None:
    """Raise unless Python knows the format, and dates of it have a year and no time zone."""
    if re.search(r"(?<!%)(%%)*%[zZ]", text):
        msg = (
            f"--date-format {value_text(text)} has a time zone, and dates of Alphacast have none. "
            "Write them without it in the file."
        )
        raise QueryError(msg)
    try:
        read = datetime.datetime.strptime(_SAMPLE.strftime(text), text)  # noqa: DTZ007 - as above
    except (ValueError, re.error) as error:
        msg = (
            f"--date-format {value_text(text)} is not a format of dates: {error}. The format of "
            "31/12/2024 is %d/%m/%Y."
        )
        raise QueryError(msg) from error
    if read.year != _SAMPLE.year:
        msg = (
            f"--date-format {value_text(text)} has no year, and every date needs one: %Y stands "
            "for 2024, %y for 24."
        )
        raise QueryError(msg)
