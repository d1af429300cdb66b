"""Spans of dates: where the partitions of a dataset begin and end."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.reading.options import ReadOptions

# pandas' aliases of offsets and of periods; an anchor is the end of a period.
_PERIODS = {
    **dict.fromkeys(("YE", "YS", "Y"), "Y"),
    **dict.fromkeys(("QE", "QS", "Q"), "Q"),
    **dict.fromkeys(("ME", "MS", "M"), "M"),
    "W": "W",
    "D": "D",
}
_ANCHORED = {"YE", "Y", "QE", "Q", "W"}
_ALIAS = re.compile(r"(\d{1,4})?([A-Z]+)(-[A-Z]{3})?")
_FORMS = (
    "by is a frequency ('YE', 'QE', 'ME', 'W' or 'D', also with a number as in '10YE') or a list "
    "of the dates at which partitions begin"
)
_MOST_SPANS = 100_000
_STEP = datetime.timedelta(microseconds=1)  # no dataset holds finer dates


@dataclass(frozen=True)
class Span:
    """The first and the last date of a partition, both included, as `read_alphacast` takes them."""

    start: Any
    end: Any

    def __str__(self) -> str:
        first = "the first date" if self.start is None else str(self.start)
        return f"{first} to {'the last' if self.end is None else self.end}"


@dataclass(frozen=True)
class Frequency:
    """A frequency as pandas' alias of periods; `given` is how the caller wrote it."""

    given: str
    alias: str


def parse_by(by: Any) -> Frequency | tuple[datetime.datetime, ...]:
    """Return the frequency or the dates that the caller means, or raise."""
    if isinstance(by, str):
        return _parse_frequency(by)
    if not pd.api.types.is_list_like(by) or isinstance(by, dict | set | frozenset):
        msg = f"{_FORMS}, not {value_text(by)}."
        raise QueryError(msg)
    dates = tuple(parse_instant(date, "by") for date in by)
    for earlier, later in pairwise(dates):
        if later <= earlier:
            msg = (
                f"The dates of by must ascend, and {later} follows {earlier}. "
                "Sort them and leave out repeated ones."
            )
            raise QueryError(msg)
    return dates


def _parse_frequency(by: str) -> Frequency:
    match = _ALIAS.fullmatch(by.strip())
    count, word, anchor = match.groups() if match else (None, None, None)
    if word not in _PERIODS or (anchor and word not in _ANCHORED) or count == "0":
        known = by.strip().upper()
        hint = f" Did you mean {known!r}?" if known in _PERIODS and known != by else ""
        msg = f"{_FORMS}, not {value_text(by)}.{hint}"
        raise QueryError(msg)
    alias = f"{count or ''}{_PERIODS[word]}{anchor or ''}"
    try:
        pd.Period("2000", freq=alias)
    except ValueError as error:
        msg = f"{_FORMS}, not {value_text(by)}: pandas does not know {alias!r}."
        raise QueryError(msg) from error
    return Frequency(by, alias)


def cut_spans(
    by: Frequency | Sequence[datetime.datetime],
    options: ReadOptions,
    first: datetime.date | None,
    last: datetime.date | None,
) -> list[Span]:
    """
    Return spans of dates that hold every date of `options` once.

    `first` and `last` are the dates between which a frequency is counted; they may be out of
    date, so the first and the last span have no other ends than those of the options.
    """
    begins = by if not isinstance(by, Frequency) else _begins_of(by, options, first, last)
    low = None if options.start is None else parse_instant(options.start, "start")
    stop, is_included = (None, True) if options.end is None else parse_end(options.end, "end")
    inside = [
        begin
        for begin in begins
        if (low is None or begin > low)
        and (stop is None or begin < stop or (begin == stop and is_included))
    ]
    starts = [options.start, *inside]
    ends = [*(begin - _STEP for begin in inside), options.end]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]


def _begins_of(
    by: Frequency,
    options: ReadOptions,
    first: datetime.date | None,
    last: datetime.date | None,
) -> list[datetime.datetime]:
    """Return where the periods begin that lie between the first and the last date."""
    low = first if options.start is None else parse_instant(options.start, "start")
    high = last if options.end is None else parse_end(options.end, "end")[0]
    if low is None or high is None:
        missing = " and ".join(
            keyword for keyword, date in (("start=", low), ("end=", high)) if date is None
        )
        msg = (
            f"The service does not tell the dates of this dataset, so by={by.given!r} cannot be "
            f"counted. Pass {missing}, or the dates at which partitions begin as by=."
        )
        raise QueryError(msg)
    begin, end = pd.Period(low, freq=by.alias), pd.Period(high, freq=by.alias)
    count = (end - begin).n // begin.freq.n + 1 if end > begin else 1
    if count > _MOST_SPANS:
        msg = (
            f"by={by.given!r} makes {count:,} partitions, and at most {_MOST_SPANS:,} are planned. "
            "Pass a lower frequency, or start= and end= that are nearer to each other."
        )
        raise QueryError(msg)
    return [parse_instant(begin + n, "by") for n in range(1, count)]
