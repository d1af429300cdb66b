"""Files that commands read and write: which kinds there are, CSV, Parquet."""

from __future__ import annotations

import codecs
import contextlib
import csv
import errno
import io
import itertools
import os
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, TextIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from alphacast_pandas.atomic_files import replace_file
from alphacast_pandas.commands.cells import Column, Misfits, TextForm, labelled_frame, parse_texts
from alphacast_pandas.commands.lines import csv_lines
from alphacast_pandas.commands.workbooks import (
    check_workbook,
    read_header,
    read_workbook,
    write_workbook,
)
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.text import printable, quoted, value_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from alphacast_pandas.column_types import ColumnType

SUFFIXES = (".csv", ".parquet", ".xlsx")
_ROWS_AT_ONCE = 50_000  # of a CSV as Python's lists of text, which take much more room than Arrow's
_MOST_LINES = 5  # that a message names
_OTHER_SEPARATORS = {";": "';'", "\t": "tab", "|": "'|'"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")  # as pandas calls it in a Parquet file


@dataclass(frozen=True)
class FileForm:
    """How a file is written, as far as its suffix does not tell; no separator means a comma."""

    encoding: str = "utf-8"
    separator: str | None = None
    texts: TextForm = field(default_factory=TextForm)
    sheet: str | None = None

    def __post_init__(self) -> None:
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '"\r\n'):
            msg = f"--sep is one character, or tab, not {value_text(self.separator)}."
            raise QueryError(msg)
        try:
            known = codecs.lookup(self.encoding)
        except LookupError:
            known = None
        # Those that are no encodings of text, such as base64, are not for files of text.
        if known is None or not getattr(known, "_is_text_encoding", True):
            msg = (
                f"There is no encoding {quoted(self.encoding)}. Usual ones are utf-8, cp1252 "
                "(Windows, Western Europe and Latin America), latin-1 and utf-16."
            )
            raise QueryError(msg)


def check_suffix(path: Path) -> str:
    """Return the suffix of a file that commands read or write, in lower case."""
    suffix = path.suffix.casefold()
    if suffix in SUFFIXES:
        return suffix
    kinds = "Files are .csv, .parquet or .xlsx, which their names tell"
    inner = PurePath(path.stem).suffix.casefold()
    if suffix in {".gz", ".zip", ".bz2", ".xz", ".zst"} and inner in SUFFIXES:
        msg = f"{_name(path)} is compressed. {kinds}: use the file without {suffix}."
    elif suffix == ".xls":
        msg = f"{_name(path)} is of the old form of Excel. {kinds}: save it as .xlsx."
    else:
        msg = f"{_name(path)} has {f'the suffix {suffix}' if suffix else 'no suffix'}. {kinds}."
    raise QueryError(msg)


def read_names(path: Path, form: FileForm) -> list[str]:
    """Return the names of the columns of a file, each of which it has once."""
    suffix = check_suffix(path)
    if suffix == ".parquet":
        with path.open("rb") as file, _as_parquet(path):
            names = pq.read_schema(file).names
        return [name for name in names if not _UNNAMED_INDEX.fullmatch(name)]
    if suffix == ".xlsx":
        header = read_header(path, form.sheet)
        _check_header(path, header)
        return header
    with _rows_of(path, form) as rows:
        return next(rows)[1]


def read_file(
    path: Path,
    types: Mapping[str, ColumnType],
    form: FileForm | None = None,
    *,
    assumed: Collection[str] = (),
) -> pd.DataFrame:
    """
    Return a file as a frame, at these types where the file has no types of its own.

    A cell that does not fit its type is an error, and `assumed` are columns whose type nobody has
    stated, so that it may be wrong. Rows of CSV files and workbooks are labelled with their number
    in the file, from 2 on.
    """
    form = form or FileForm()
    suffix = check_suffix(path)
    if suffix == ".parquet":
        with path.open("rb") as file, _as_parquet(path):
            return pd.read_parquet(file, engine="pyarrow")
    if suffix == ".xlsx":
        return read_workbook(path, types, form.sheet, form.texts, assumed)
    return _read_csv(path, types, form, assumed)


def write_file(frame: pd.DataFrame, path: Path) -> None:
    """
    Write the columns of a frame to a file, which is replaced when the new one is whole.

    CSV is as `csv_lines` has it, Parquet keeps types and attrs; a workbook is refused if Excel
    cannot hold a value exactly.
    """
    suffix = check_suffix(path)
    path = path.resolve()  # so that of a link, the file it leads to is replaced
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    if suffix == ".xlsx":
        check_workbook(frame, path)
        with replace_file(path, is_private=False) as file:
            write_workbook(frame, file)
        return
    with replace_file(path, is_private=False) as file:
        if suffix == ".parquet":
            frame.to_parquet(file, engine="pyarrow", index=False)
            return
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        text.writelines(f"{line}\n" for line in csv_lines(frame))
        text.flush()
        text.detach()


def _read_csv(
    path: Path, types: Mapping[str, ColumnType], form: FileForm, assumed: Collection[str]
) -> pd.DataFrame:
    numbers: list[np.ndarray] = []
    with _rows_of(path, form) as rows:
        header = next(rows)[1]
        columns: list[list[pa.Array]] = [[] for _ in header]
        while batch := [*itertools.islice(rows, _ROWS_AT_ONCE)]:
            numbers.append(np.array([line for line, _ in batch]))
            for column, texts in zip(
                columns, zip(*(row for _, row in batch), strict=True), strict=True
            ):
                column.append(pa.array([text or None for text in texts], pa.string()))
    lines = np.concatenate([*numbers, np.empty(0, dtype=np.int64)]).astype(np.int64)
    misfits = Misfits("line", assumed)
    table = {
        name: parse_texts(
            Column(name, lines, misfits),
            pa.chunked_array(column, pa.string()),
            types[name],
            form.texts,
        )
        for name, column in zip(header, columns, strict=True)
    }
    misfits.check(_name(path))
    return labelled_frame(table, lines)


@contextlib.contextmanager
def _rows_of(path: Path, form: FileForm) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """Give the rows of a CSV file, the header first, each with the number of its last line."""
    is_utf8 = codecs.lookup(form.encoding).name == "utf-8"
    encoding = "utf-8-sig" if is_utf8 else form.encoding  # which is without a byte order mark
    with path.open(encoding=encoding, newline="") as file:
        try:
            yield _checked_rows(path, file, form)
        except UnicodeError as error:
            raise _wrong_encoding(path, encoding) from error


def _checked_rows(path: Path, file: TextIO, form: FileForm) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows, each with as many fields as the header; empty lines are left out."""
    reader = csv.reader(file, delimiter=form.separator or ",", strict=True)
    header: list[str] | None = None
    wrong: list[tuple[int, int]] = []
    begin = 1
    try:
        for row in reader:
            if header is None and row:
                header = row
                _check_separator(path, header, form)
                _check_header(path, header)
            if row and len(row) == len(header or row):
                yield reader.line_num, row
            elif row:
                wrong.append((reader.line_num, len(row)))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise _wrong_quotes(path, begin, error) from error
    if header is None:
        msg = f"{_name(path)} is empty: its first line must hold the names of the columns."
        raise ValidationError(msg)
    if wrong:
        raise _wrong_lengths(path, len(header), wrong)


def _check_separator(path: Path, header: Sequence[str], form: FileForm) -> None:
    """Raise if the fields are separated by something else, which nobody has said."""
    line = ",".join(header)
    for mark, name in _OTHER_SEPARATORS.items():
        if form.separator is None and line.count(mark) > line.count(","):
            decimal = " If its numbers have decimal commas, pass --decimal , too." * (mark == ";")
            msg = (
                f"{_name(path)} seems to separate its fields by {name}, not by commas: its first "
                f"line is {value_text(line, 80)}. --sep {name} reads it; --sep , if the names of "
                f"its columns are like that.{decimal}"
            )
            raise ValidationError(msg)


def _check_header(path: Path, header: Sequence[str]) -> None:
    """Raise if a column has no name, or that of another one."""
    for place, name in enumerate(header, 1):
        if not name.strip():
            msg = (
                f"{_name(path)}: column {place} of {len(header)} has no name. Name it in the first "
                "line, or remove it."
            )
            raise ValidationError(msg)
        if name in header[: place - 1]:
            msg = (
                f"{_name(path)}: columns {header.index(name) + 1} and {place} are both named "
                f"{quoted(name)}. Rename one of them in the first line, or remove it."
            )
            raise ValidationError(msg)


def _wrong_lengths(path: Path, expected: int, wrong: Sequence[tuple[int, int]]) -> ValidationError:
    named = ", ".join(f"line {line} has {fields}" for line, fields in wrong[:_MOST_LINES])
    more = f", and {len(wrong) - _MOST_LINES:,} more lines" if len(wrong) > _MOST_LINES else ""
    too_many = (
        " A text that holds the separator stands in quotes, and numbers have no decimal comma."
    )
    return ValidationError(
        f"{_name(path)}: its first line has {expected} fields, but {named}{more}."
        + too_many * any(fields > expected for _, fields in wrong)
    )


def _wrong_quotes(path: Path, line: int, error: csv.Error) -> ValidationError:
    what = {
        "unexpected end of data": "a text begins with a quote that is never closed",
        "field larger than field limit": "a text is longer than 131,072 characters; a quote may "
        "not be closed",
    }.get(str(error).partition(" (")[0], "something follows the quote that closes a text")
    return ValidationError(
        f"{_name(path)}: in the row that begins in line {line}, {what}. Inside of quotes, a quote "
        'is written twice: "".'
    )


def _wrong_encoding(path: Path, encoding: str) -> ValidationError:
    """Return the error for bytes that are not text in an encoding, with the line of the first."""
    body = path.read_bytes()
    name = "UTF-8" if encoding == "utf-8-sig" else encoding
    try:
        body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].decode(encoding, "ignore").count("\n") + 1
        where = f"line {line} is not {name} (byte 0x{body[error.start]:02x})"
    else:
        where = f"it is not {name}"
    remedy = "--encoding names another one: cp1252 is usual for files of Windows and Excel."
    if body.startswith(_UTF_16):
        remedy = "The file begins like UTF-16: --encoding utf-16 reads it."
    return ValidationError(f"{_name(path)}: {where}. {remedy}")


@contextlib.contextmanager
def _as_parquet(path: Path) -> Iterator[None]:
    try:
        yield
    except pa.ArrowException as error:
        first = printable(str(error).splitlines()[0])
        msg = f"{_name(path)} cannot be read as a Parquet file: {first}"
        raise ValidationError(msg) from error


def _name(path: Path) -> str:
    return printable(str(path))
