"""Instants of looks and vintages: how they are given, and how they are written."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.text import shorten, value_text

if TYPE_CHECKING:
    from typing import TypeAlias

    Moment: TypeAlias = str | datetime.date | pd.Timestamp | pd.Period

_ZONED_TEXT = re.compile(r"(?P<local>.*:.*?)\s*(?P<zone>Z|UTC|[+-]\d{2}(:?\d{2})?)", re.IGNORECASE)
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """
    The time that a date means, which may be partial: from `start` to `end`, both in UTC.

    `is_end_included` says whether the end itself belongs to it, as it does to an exact instant.
    """

    start: datetime.datetime
    end: datetime.datetime
    is_end_included: bool

    def includes_until(self, instant: datetime.datetime) -> bool:
        """Tell whether an instant is not after the end."""
        return instant <= self.end if self.is_end_included else instant < self.end


def parse_span(value: Any, what: str) -> Span:
    """Return the time that a date means; it is in UTC unless it names a zone."""
    local, offset = _without_zone(value)
    try:
        start, (end, is_included) = parse_instant(local, what), parse_end(local, what)
        return Span(_in_utc(start, offset), _in_utc(end, offset), is_included)
    except OverflowError:
        msg = f"{what} {_shown(value)} is beyond the calendar."
        raise QueryError(msg) from None


def check_not_future(span: Span, value: Any, what: str, now: datetime.datetime) -> None:
    """Raise for what has not begun yet: nobody knows what a dataset will hold."""
    if span.start > now:
        msg = (
            f"{what} {_shown(value)} is in the future: it is {to_text(now)} now. "
            "Pass a date up to today, in UTC."
        )
        raise QueryError(msg)


def parse_at(value: Any, now: datetime.datetime) -> datetime.datetime:
    """Return the instant of a vintage that is imported; a day stands for its beginning."""
    if value is None:
        msg = (
            "frame= needs at=, the instant from which on the dataset held these rows: "
            "a day, such as at='2024-03-28', or an instant; in UTC unless it names a zone."
        )
        raise QueryError(msg)
    span = parse_span(value, "at")
    if span.end - span.start > _DAY:
        msg = (
            f"at {_shown(value)} is longer than a day, so it does not tell from when on this "
            f"was known. Pass the day, such as at='{span.start.date().isoformat()}'."
        )
        raise QueryError(msg)
    check_not_future(span, value, "at", now)
    return span.start


def to_text(instant: datetime.datetime) -> str:
    """
    Return an instant for a message.

    >>> to_text(datetime.datetime(2026, 5, 1, 12, 30, 0, 250, tzinfo=datetime.UTC))
    '2026-05-01 12:30:00.000250 UTC'
    """
    return f"{instant.replace(tzinfo=None).isoformat(' ')} UTC"


def _shown(value: Any) -> str:
    return value_text(value) if isinstance(value, str) else shorten(str(value))


def _without_zone(value: Any) -> tuple[Any, datetime.timedelta]:
    """Return a date without its time zone, and how far its clock is ahead of UTC."""
    if isinstance(value, datetime.datetime) and value.tzinfo is not None and value is not pd.NaT:
        return value.astimezone(datetime.UTC).replace(tzinfo=None), datetime.timedelta()
    match = _ZONED_TEXT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return value, datetime.timedelta()
    zone = match["zone"].upper()
    if zone in {"Z", "UTC"}:
        return match["local"], datetime.timedelta()
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return match["local"], -offset if zone[0] == "-" else offset


def _in_utc(local: datetime.datetime, offset: datetime.timedelta) -> datetime.datetime:
    if local == datetime.datetime.max:  # noqa: DTZ901 - the end of the calendar stays where it is
        offset = datetime.timedelta()
    return (local - offset).replace(tzinfo=datetime.UTC)
