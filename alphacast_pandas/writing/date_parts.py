"""Dates whose year and month stand in two columns, and the call that joins them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.names import canonical_name
from alphacast_pandas.writing.date_remedies import ways_to_read
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_YEARS = {"year", "ano", "anio"}
_MONTHS = {"month", "mes"}
_QUARTERS = {"quarter", "trimestre", "qtr", "trim"}
_DAYS = {"day", "dia"}


@dataclass(frozen=True)
class DateParts:
    """The columns that make dates together, and the call that does it."""

    columns: tuple[str, ...]
    call: str

    def remedy(self, date: str) -> str:
        """Return what makes the column `date` of them."""
        rest = [name for name in self.columns if name != date]
        told = f"makes dates of {' and '.join(map(repr, self.columns))} together"
        return f"df[{date!r}] = {self.call}; df = df.drop(columns={rest!r}) {told}."


def date_parts(frame: pd.DataFrame) -> DateParts | None:
    """Return the columns of years and of months or quarters, None if a frame has none."""
    year = _column(frame, _YEARS, range(1678, 2262))
    if year is None:
        return None
    month, day = _column(frame, _MONTHS, range(1, 13)), _column(frame, _DAYS, range(1, 32))
    parts = [year, *(part for part in (month, day) if part is not None)]
    if month is not None:
        first = "1" if day is None else _numbers(frame, day)
        call = _joined(frame, year, _numbers(frame, month), first)
    elif (quarter := _column(frame, _QUARTERS, range(1, 5))) is not None:
        parts = [year, quarter]
        call = _joined(frame, year, f"3 * {_numbers(frame, quarter)} - 2", "1")
    elif (named := _named_column(frame, _MONTHS)) is not None:
        parts = [year, named]
        source = f'(df[{year!r}].astype(str) + "-" + df[{named!r}])'
        texts = frame[year].astype(str) + "-" + frame[named].astype(object)
        calls = ways_to_read(texts, source)
        if len(calls) != 1:
            return None
        call = calls[0]
    else:
        return None
    return DateParts(tuple(parts), call)


def _joined(frame: pd.DataFrame, year: str, month: str, day: str) -> str:
    columns = f'"year": {_numbers(frame, year)}, "month": {month}, "day": {day}'
    return f"pd.to_datetime(pd.DataFrame({{{columns}}}))"


def _numbers(frame: pd.DataFrame, name: str) -> str:
    """Return the numbers of a column as source text: its own, or those in its texts."""
    if kind_of(frame[name]) in NUMBERS:
        return f"df[{name!r}]"
    return rf'df[{name!r}].str.extract(r"(\d+)", expand=False).astype(int)'


def _column(frame: pd.DataFrame, names: set[str], numbers: range) -> str | None:
    """Return the column of one of these names, if all its values are such numbers."""
    name = _named_column(frame, names)
    if name is None:
        return None
    values = frame[name]
    kind = kind_of(values)
    if kind is Kind.TEXT:
        values = values.astype(object).str.extract(r"^\D{0,9}(\d+)\D{0,9}$", expand=False)
    elif kind not in NUMBERS:
        return None
    return name if {*pd.to_numeric(values).unique()} <= {*numbers} else None


def _named_column(frame: pd.DataFrame, names: set[str]) -> str | None:
    columns: Sequence[Any] = [*frame.columns]
    found = [n for n in columns if isinstance(n, str) and canonical_name(n) in names]
    return found[0] if len(found) == 1 and frame[found[0]].notna().all() else None
