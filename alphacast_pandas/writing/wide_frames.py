"""Frames whose columns are dates, as World Bank files have them: how they become rows."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.writing.date_remedies import remedy_to_dates
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Names of columns that are dates; DataBank's are like "2020 [YR2020]".
_DATE_NAME = re.compile(
    r"\d{4}(-?Q[1-4]|-?M\d{2}|[-/]\d{2}([-/]\d{2})?| \[YR\d{4}\])", re.IGNORECASE
)


def date_columns(frame: pd.DataFrame) -> list[Any]:
    """Return the columns whose names are dates, if there are several and no column holds dates."""
    years = [name for name in frame.columns if _is_date(name)]
    are_alike = len({type(name) for name in years}) == 1 or all(map(_is_year, years))
    if len(years) < 2 or not are_alike:
        return []
    others = (n for n, name in enumerate(frame.columns) if not _is_date(name))
    has_dates = any(kind_of(frame.iloc[:, n]) in {Kind.DATE, Kind.ZONED} for n in others)
    return [] if has_dates else years


def _is_date(name: Any) -> bool:
    is_date = isinstance(name, datetime.date | pd.Period)
    is_text = isinstance(name, str) and _DATE_NAME.fullmatch(name.strip()) is not None
    return is_date or is_text or _is_year(name)


def _is_year(name: Any) -> bool:
    is_text = isinstance(name, str) and re.fullmatch(r"\d{4}", name.strip()) is not None
    is_number = pd.api.types.is_integer(name) or (isinstance(name, float) and name % 1 == 0)
    return (is_text or is_number) and int(name) in range(1700, 2200)


def remedy_to_rows(names: Sequence[Any], years: Sequence[Any], date: str, value: str) -> str:
    """Return what makes rows of columns that are dates, and dates of their names."""
    others = [name for name in names if name not in {*years}]
    date, value = (_new_name(name, others) for name in (date, value))
    melt = f"df = df.melt(id_vars={others!r}, var_name={date!r}, value_name={value!r})"
    return f"{melt}; {_remedy_to_date_names(years, f'df[{date!r}]', date)}"


def _remedy_to_date_names(names: Sequence[Any], column: str, date: str) -> str:
    """Return what makes dates of names of columns, which stand in a column now."""
    if all(isinstance(name, str) and "[YR" in name for name in names):
        return f'{column} = pd.to_datetime({column}.str[:4], format="%Y").'
    if all(isinstance(name, pd.Period) for name in names):
        return f"{column} = pd.PeriodIndex({column}).to_timestamp()."
    if all(isinstance(name, datetime.date) for name in names):
        return f"{column} = pd.to_datetime({column})."
    if all(isinstance(name, str) for name in names):
        return remedy_to_dates(pd.Series([*names], name=date, dtype=object))
    to_text = ".astype(int)" if any(isinstance(name, float) for name in names) else ""
    return f'{column} = pd.to_datetime({column}{to_text}.astype(str), format="%Y").'


def _new_name(name: str, taken: Sequence[Any]) -> str:
    names: Iterator[str] = (name + suffix for suffix in ("", "_2", "_3", "_4"))
    return next(each for each in names if each not in {*taken})
