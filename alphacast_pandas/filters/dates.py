"""Dates as a pandas user writes them: to naive datetimes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable

_LAST_INSTANT = datetime.datetime.max  # noqa: DTZ901 - dates of datasets have no zone
_ACCEPTED = "text such as '2020', '2020-02' or '2020-02-29', date, datetime, Timestamp or Period"


def instant(value: Any, what: str) -> datetime.datetime:
    """Return the instant that pandas compares with: ``"2020"`` is the first of January."""
    _refuse_zone(value, what)
    period = _period(value, what)
    return _first_of(period, what) if period is not None else _exact(value, what)


def after(value: Any, what: str) -> tuple[datetime.datetime, bool]:
    """
    Return the end of a date that may be partial, and whether the end itself belongs to it.

    A year ends before the next one, and so does a minute; an exact instant belongs to its range.
    """
    _refuse_zone(value, what)
    period = _period(value, what)
    if period is None:
        first = _exact(value, what)
        return _ended(first, value, what) if isinstance(value, str) else (first, True)
    try:
        return _first_of(period + 1, what), False
    except QueryError:
        return _LAST_INSTANT, True


def _ended(first: datetime.datetime, text: str, what: str) -> tuple[datetime.datetime, bool]:
    """Return the end of the minute, second or part of it that a text with a time of day names."""
    lasting = pd.Timedelta(_parsed(pd.Period, text.strip(), what).freq)
    try:
        return first + lasting.to_pytimedelta(), False
    except OverflowError:
        return _LAST_INSTANT, True


def _period(value: Any, what: str) -> pd.Period | None:
    """Return the span that `value` names, None if it is an exact instant."""
    if isinstance(value, pd.Period):
        return value
    if isinstance(value, str) and ":" not in value:
        period: pd.Period = _parsed(pd.Period, value.strip(), what)
        return period
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return pd.Period(value, freq="D")
    return None


def _exact(value: Any, what: str) -> datetime.datetime:
    if not isinstance(value, str | datetime.datetime | np.datetime64) or value is pd.NaT:
        raise _unreadable(value, what)
    timestamp = _parsed(pd.Timestamp, value, what)
    _refuse_zone(timestamp, what)
    if timestamp.nanosecond:
        msg = f"{what} {timestamp} is finer than a microsecond, which no dataset holds."
        raise QueryError(msg)
    exact: datetime.datetime = timestamp.to_pydatetime()
    return exact


def _parsed(kind: Callable[[Any], Any], value: Any, what: str) -> Any:
    try:
        parsed = kind(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise _unreadable(value, what) from error
    if parsed is pd.NaT:
        raise _unreadable(value, what)
    return parsed


def _first_of(period: pd.Period, what: str) -> datetime.datetime:
    try:
        return _exact(_first_instant(period), what)
    except (ValueError, OverflowError) as error:
        raise _unreadable(period, what) from error


def _first_instant(period: pd.Period) -> datetime.datetime:
    try:
        instant: datetime.datetime = period.to_timestamp(how="start").to_pydatetime()
    except pd.errors.OutOfBoundsDatetime:  # pandas before 3 has nanoseconds only
        day = period.asfreq("D", how="start")
        instant = datetime.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as all dates here
    return instant


def _refuse_zone(value: Any, what: str) -> None:
    if getattr(value, "tzinfo", None) is not None:
        msg = (
            f"{what} {value!s} has a time zone; dates of Alphacast have none. "
            "Use .tz_localize(None) or .replace(tzinfo=None)."
        )
        raise QueryError(msg)


def _unreadable(value: Any, what: str) -> QueryError:
    return QueryError(f"{what} {value!r} is not a date: give {_ACCEPTED}.")
