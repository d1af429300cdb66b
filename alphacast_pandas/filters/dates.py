"""Parsing of dates as a pandas user writes them, to naive datetimes."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.month_names import MONTHS, is_english_month, to_english_month
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Callable

_LAST_INSTANT = datetime.datetime.max  # noqa: DTZ901 - dates of datasets have no zone
_ACCEPTED = (
    "text such as '2020', '2020-02' or '2020-02-29', date, datetime, Timestamp or Period, "
    "of the years 1 to 9999"
)
_TIME = r"([T ]\s*\d{1,2}(:\d{2}){0,2}([.]\d+)?\s*(Z|[+-]\d{2}(:?\d{2})?)?)?"
_MONTH_NAME = r"[^\W\d_]{3,}[.]?"
# The forms of text that can be read in one way only: the year comes first, or the month has a name
# and the year four digits. A point may be that of a decimal year.
_CLEAR = re.compile(
    rf"""\d{{4}} | \d{{8}}{_TIME} | \d{{4}}-\d{{1,2}}(-\d{{1,2}}{_TIME})?
    | \d{{4}}/\d{{1,2}}(/\d{{1,2}}{_TIME})? | \d{{4}}-?Q[1-4] | [1-4]Q-?\d{{4}}
    | {_MONTH_NAME}[-/ ]\d{{4}} | \d{{4}}[-/ ]{_MONTH_NAME}([-/ ]\d{{1,2}})?
    | \d{{1,2}}[-/ ]{_MONTH_NAME}[-/ ]\d{{4}} | {_MONTH_NAME}[ ]\d{{1,2}},?[ ]\d{{4}}""",
    re.VERBOSE | re.IGNORECASE,
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})[.](\d{{1,2}})([.](\d{{1,2}}){_TIME})?")
_NAMED = re.compile(
    rf"((?P<day>\d{{1,2}})[-/ ](de )?)?(?P<month>{_MONTH_NAME})[-/ ](del? )?(?P<year>\d{{4}})"
)
_FIRST_YEAR_OF_1900 = 69  # of two digits, as in POSIX
_NUMBERS = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{2}}|\d{{4}}){_TIME}")


def parse_instant(value: Any, what: str) -> datetime.datetime:
    """Return the instant that pandas compares with: ``"2020"`` is the first of January."""
    _check_form(value, what)
    _refuse_zone(value, what)
    period = _to_period(value, what)
    return _start_of(period, what) if period is not None else _to_exact(value, what)


def parse_end(value: Any, what: str) -> tuple[datetime.datetime, bool]:
    """
    Return the end of a date that may be partial, and whether the end itself belongs to it.

    A year ends before the next one, and so does a minute; an exact instant belongs to its range.
    """
    _check_form(value, what)
    _refuse_zone(value, what)
    period = _to_period(value, what)
    if period is None:
        first = _to_exact(value, what)
        return _end_of_time(first, value, what) if isinstance(value, str) else (first, True)
    _start_of(period, what)  # what is no date at all has no end either
    try:
        return _start_of(period + 1, what), False
    except (QueryError, ValueError, OverflowError):  # the last span of the calendar
        return _LAST_INSTANT, True


def _check_form(value: Any, what: str) -> None:
    """Raise for text that could be read as another date than the one that is meant."""
    if not isinstance(value, str) or _is_clear(value.strip()):
        return
    days = _readings(value.strip())
    decimal = re.fullmatch(r"\d{4}[.]\d+", value.strip())
    if decimal is not None:
        month = f"{days[0]!r} if that is the month" if days else "'2000-07' for July 2000"
        msg = (
            f"{what} {value_text(value)} may be a decimal year. "
            f"Write a date in ISO form, such as {month}."
        )
        raise QueryError(msg)
    if not days:
        raise _not_a_date(value, what)
    if len(days) == 1:
        msg = f"{what} {value_text(value)} is not in ISO form. Write {days[0]!r}."
    else:
        msg = (
            f"{what} {value_text(value)} can be read in {len(days)} ways. "
            f"Write the date that is meant in ISO form: {' or '.join(map(repr, days))}."
        )
    raise QueryError(msg)


def _is_clear(text: str) -> bool:
    """Tell a text that has one reading, whose name of a month, if it has one, pandas knows."""
    if _CLEAR.fullmatch(text) is None:
        return False
    named = _NAMED.fullmatch(text)
    return named is None or is_english_month(named["month"])


def _readings(text: str) -> list[str]:
    """Return what a text of day, month and year may mean, in ISO form."""
    time: str | None = None
    orders: list[tuple[str, str, str]] = []
    if (match := _NUMBERS.fullmatch(text)) is not None:
        one, _, two, three, time, *_ = match.groups()
        orders = [(three, two, one), (three, one, two)]
        orders += [(one, two, three)] if len(three) == 2 else []
    elif (match := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month, _, day, time, *_ = match.groups()
        orders = [(year, month, day or "")]
    elif (match := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text)) is not None:
        orders = [(match[2], match[1], "")]
    elif (match := _NAMED.fullmatch(text)) is not None:
        month = to_english_month(match["month"])
        number = "" if month is None else str(MONTHS.index(month) + 1)
        orders = [(match["year"], number, match["day"] or "")]
    elif re.fullmatch(r"\d{6}", text):
        pairs = text[:2], text[2:4], text[4:]
        orders = [(text[:4], text[4:], ""), pairs, pairs[::-1]]
    found = (_in_iso_form(*order) for order in orders)
    return [*dict.fromkeys(f"{day}{time or ''}" for day in found if day)]


def _in_iso_form(year: str, month: str, day: str) -> str:
    """Return a date, or a month if there is no day, in ISO form; "" if it does not exist."""
    century = "" if len(year) == 4 else "19" if int(year) >= _FIRST_YEAR_OF_1900 else "20"
    try:
        date = datetime.date(int(century + year), int(month), int(day or "1"))
    except ValueError:
        return ""
    return date.isoformat() if day else date.isoformat()[:7]


def _end_of_time(first: datetime.datetime, text: str, what: str) -> tuple[datetime.datetime, bool]:
    """Return the end of the minute, second or part of it that a text with a time of day names."""
    duration = pd.Timedelta(_parse(pd.Period, text.strip(), what).freq)
    try:
        return first + duration.to_pytimedelta(), False
    except OverflowError:
        return _LAST_INSTANT, True


def _to_period(value: Any, what: str) -> pd.Period | None:
    """Return the span that `value` names, None if it is an exact instant."""
    if isinstance(value, pd.Period):
        return value
    if isinstance(value, str) and ":" not in value:
        period: pd.Period = _parse(pd.Period, value.strip(), what)
        return period
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return pd.Period(value, freq="D")
    return None


def _to_exact(value: Any, what: str) -> datetime.datetime:
    if not isinstance(value, str | datetime.datetime | np.datetime64) or value is pd.NaT:
        raise _not_a_date(value, what)
    timestamp = _parse(pd.Timestamp, value, what)
    _refuse_zone(timestamp, what)
    if timestamp.nanosecond:
        msg = f"{what} {timestamp} is finer than a microsecond, which no dataset holds."
        raise QueryError(msg)
    try:
        exact: datetime.datetime = timestamp.to_pydatetime()
    except (ValueError, OverflowError) as error:
        raise _not_a_date(value, what) from error
    return exact


def _parse(kind: Callable[[Any], Any], value: Any, what: str) -> Any:
    try:
        parsed = kind(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise _not_a_date(value, what) from error
    if parsed is pd.NaT:
        raise _not_a_date(value, what)
    return parsed


def _start_of(period: pd.Period, what: str) -> datetime.datetime:
    try:
        return _to_exact(_first_instant(period), what)
    except (ValueError, OverflowError) as error:
        raise _not_a_date(period, what) from error


def _first_instant(period: pd.Period) -> datetime.datetime:
    try:
        instant: datetime.datetime = period.to_timestamp(how="start").to_pydatetime()
    except pd.errors.OutOfBoundsDatetime:  # pandas before 3 has nanoseconds only
        day = period.asfreq("D", how="start")
        instant = datetime.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as all dates here
    return instant


def _refuse_zone(value: Any, what: str) -> None:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        msg = (
            f"{what} {value!s} has a time zone; dates of Alphacast have none. "
            "Use .tz_localize(None) or .replace(tzinfo=None)."
        )
        raise QueryError(msg)


def _not_a_date(value: Any, what: str) -> QueryError:
    remedy = f"Pass {_ACCEPTED}."
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 < value < 10_000:
        remedy = f"Pass a year as text: '{value:04}'."
    return QueryError(f"{what} {value_text(value)} is not a date. {remedy}")
