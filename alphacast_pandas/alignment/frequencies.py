"""The table of frequencies: their words, their periods, and how dates tell them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Callable

# Days, and periods of each frequency, are counted from 1970 in int64.
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_FIRST_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True)
class Frequency:
    """
    A frequency: its word, its place from fine to coarse, and the periods of days.

    `first_days` gives the first day of periods, and the day after the last one is the first of the
    next period.
    """

    word: str
    rank: int
    plural: str
    to_periods: Callable[[np.ndarray], np.ndarray]
    first_days: Callable[[np.ndarray], np.ndarray]

    @property
    def is_of_days(self) -> bool:
        """Whether holidays leave gaps in it: days, business days and weeks."""
        return self.rank <= _WEEK_RANK

    def ends(self, periods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and the last day of periods."""
        return self.first_days(periods), self.first_days(periods + 1) - 1

    def bounds(self, periods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and the last business day of periods."""
        first, last = self.ends(periods)
        return _next_business_day(first), _business_day_before(last)


def _weekday(days: np.ndarray) -> np.ndarray:
    weekday: np.ndarray = (days + _FIRST_WEEKDAY) % 7
    return weekday


def _next_business_day(days: np.ndarray) -> np.ndarray:
    """Return the days, of those in a weekend the Monday after."""
    weekday = _weekday(days)
    return days + np.where(weekday > 4, 7 - weekday, 0)


def _business_day_before(days: np.ndarray) -> np.ndarray:
    weekday = _weekday(days)
    return days - np.where(weekday > 4, weekday - 4, 0)


def _to_months(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_of_months(months: np.ndarray) -> np.ndarray:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _to_business_days(days: np.ndarray) -> np.ndarray:
    monday = _next_business_day(days) + _FIRST_WEEKDAY
    periods: np.ndarray = monday // 7 * 5 + monday % 7
    return periods


def _months(word: str, rank: int, plural: str, length: int) -> Frequency:
    return Frequency(
        word,
        rank,
        plural,
        lambda days: _to_months(days) // length,
        lambda periods: _first_of_months(periods * length),
    )


def _weeks(word: str, last: int) -> Frequency:
    shift = 2 - last  # so that a week begins on the day after weekday `last`
    return Frequency(
        word,
        _WEEK_RANK,
        f"weeks that end on {_NAMES[last]}",
        lambda days: (days + shift) // 7,
        lambda periods: periods * 7 - shift,
    )


_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK_RANK = 2
_DAYS = Frequency("D", 0, "days", lambda days: days, lambda periods: periods)
_BUSINESS_DAYS = Frequency(
    "B",
    1,
    "business days",
    _to_business_days,
    lambda periods: periods // 5 * 7 + periods % 5 - _FIRST_WEEKDAY,
)
FREQUENCIES = {
    each.word: each
    for each in (
        _DAYS,
        _BUSINESS_DAYS,
        *(_weeks(f"W-{name}", last) for last, name in enumerate(_WEEKDAYS)),
        _months("M", 3, "months", 1),
        _months("Q", 4, "quarters", 3),
        _months("Y", 6, "years", 12),
    )
}
# Values may have it, but nothing is aligned at it: dates do not tell it from quarters with gaps.
_HALF_YEARS = _months("6M", 5, "half-years", 6)
_SYNONYMS = {"W": "W-SUN", "Q-DEC": "Q", "Y-DEC": "Y"}
_WORDS = "'D', 'B', 'W' (or with the day that ends it: 'W-FRI'), 'M', 'Q' and 'Y'"
# What stands for a frequency elsewhere: in pandas before 2.2, for offsets, in other languages.
_OTHERS = {
    **dict.fromkeys(("DAY", "DAYS", "DAILY"), "D"),
    **dict.fromkeys(("C", "BD", "BDAY", "BDAYS", "BUSINESS"), "B"),
    **dict.fromkeys(("WEEK", "WEEKS", "WEEKLY"), "W"),
    **dict.fromkeys(("ME", "MS", "BM", "BME", "BMS", "MONTH", "MONTHS", "MONTHLY"), "M"),
    **dict.fromkeys(("QE", "QS", "BQ", "BQE", "BQS", "QUARTER", "QUARTERS", "QUARTERLY"), "Q"),
    **dict.fromkeys(("A", "AS", "YE", "YS", "BA", "BY", "BYE", "BYS", "YEAR", "YEARS"), "Y"),
    **dict.fromkeys(("YEARLY", "ANNUAL", "ANNUALLY"), "Y"),
}


def parse_frequency(word: Any) -> Frequency:
    """Return the frequency of a word, or raise with the one that may be meant."""
    if isinstance(word, str) and (found := _known(word)) is not None:
        return found
    meant = _meant(word) if isinstance(word, str) else None
    hint = f" Did you mean {meant!r}?" if meant else ""
    msg = (
        f"frequency {value_text(word)} is not known.{hint} "
        f"The words are pandas' period aliases {_WORDS}."
    )
    raise QueryError(msg)


def _known(word: str) -> Frequency | None:
    return FREQUENCIES.get(_SYNONYMS.get(word, word))


def _meant(word: str) -> str | None:
    plain = word.strip().upper()
    if _known(plain) is not None:
        return plain
    stem, _, anchor = plain.partition("-")
    close = difflib.get_close_matches(stem, _OTHERS, n=1)
    meant = stem if stem in {"W", "M", "Q", "Y"} else _OTHERS[close[0]] if close else None
    return f"W-{anchor[:3]}" if meant == "W" and anchor[:3] in _WEEKDAYS else meant


@dataclass(frozen=True)
class Found:
    """
    What dates tell: a frequency, or None and the reason.

    `taken_for` is the frequency that dates which tell none are likely to have. `may_be_days` says
    of business days that the dates hold no weekend, so that they may be days.
    """

    frequency: Frequency | None
    reason: str = ""
    taken_for: Frequency | None = None
    may_be_days: bool = False
    dates: int = 0


def find_frequency(days: np.ndarray, series: np.ndarray) -> Found:
    """
    Return the frequency of the days of numbered series, which may repeat and have gaps.

    Days are monthly, or less than that, if each series has one a month at most, and all of its
    days are the first, or all of them the last, day or business day of their month, or all
    the same day. They are weekly if all are the same weekday and two of them follow within a week,
    and days or business days if at least half of the steps are of one, and few are of many.
    """
    distinct = np.unique(days)
    count = len(distinct)
    if count < 2:
        reason = f"it has one date, {_iso(distinct[0])}" if count else "it has no rows"
        return Found(None, reason, dates=count)
    months = _steps_in_months(days, series)
    if months is not None and not len(months):  # one date each: they are taken for one series
        months = _steps_in_months(distinct, np.zeros(count, np.int64))
    if months is not None:
        return _of_months(months, count)
    steps, weekdays = np.diff(distinct), _weekday(distinct)
    if (weekdays == weekdays[0]).all() and steps.min() == 7:
        return Found(FREQUENCIES[f"W-{_WEEKDAYS[weekdays[0]]}"], dates=count)
    business_steps = np.diff(_to_business_days(distinct))
    if (weekdays > 4).any():
        if _are_daily(steps):
            return Found(_DAYS, dates=count)
    elif _are_daily(business_steps):
        is_short = bool((business_steps == steps).all())
        return Found(_BUSINESS_DAYS, may_be_days=is_short, dates=count)
    least, most = int(steps.min()), int(steps.max())
    apart = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return Found(None, f"its {count:,} dates are {apart} days apart", dates=count)


def _steps_in_months(days: np.ndarray, series: np.ndarray) -> np.ndarray | None:
    """
    Return the months between the days of each series.

    None unless each series has one day a month at most, always at the same place of it.
    """
    order = np.lexsort((days, series))
    days, series = days[order], series[order]
    is_other = np.append(True, (days[1:] != days[:-1]) | (series[1:] != series[:-1]))
    days, series = days[is_other], series[is_other]
    months = _to_months(days)
    steps = np.diff(months)[series[1:] == series[:-1]]
    if not steps.all():
        return None
    first, last = _first_of_months(months), _first_of_months(months + 1) - 1
    latest = np.zeros(int(series.max()) + 1, np.int64)
    np.maximum.at(latest, series, days - first)
    day, usual = days - first, latest[series]
    places = (
        (days == first) | (days == _next_business_day(first)),
        (days == last) | (days == _business_day_before(last)),
        (day == usual) | ((days == last) & (day < usual)),  # the 30th, and 28 February
    )
    others = [np.bincount(series, ~place, len(latest)) for place in places]
    return steps if (np.minimum.reduce(others) == 0).all() else None


def _are_daily(steps: np.ndarray) -> bool:
    return bool(np.mean(steps == 1) >= 0.5 and np.mean(steps <= 3) >= 0.75)


def _of_months(steps: np.ndarray, count: int) -> Found:
    """Return the frequency of dates by the number of months of which all steps are multiples."""
    step = int(np.gcd.reduce(steps))
    if step % 12 == 0:
        return Found(FREQUENCIES["Y"], dates=count)
    if step % 6 == 0:  # half-years, or quarters of which every other one is missing
        reason = f"its {count:,} dates stand at steps of {step} months"
        return Found(None, reason, _HALF_YEARS, dates=count)
    return Found(FREQUENCIES["Q" if step % 3 == 0 else "M"], dates=count)


def _iso(day: np.int64) -> str:
    return str(np.datetime64(int(day), "D"))
