"""Remedies for a column that should hold dates: calls of pandas that are right for its values."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.column_types import is_object
from alphacast_pandas.contracts.failures import listed, short
from alphacast_pandas.filters.month_names import MONTHS, to_english_month
from alphacast_pandas.writing.dates import DATE_FORMAT
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEPARATORS = "-/. "
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"
_ISO_TIME = _ISO_DAY + r"[T ]\d{2}(:\d{2}){0,2}([.]\d+)?(Z|[+-]\d{2}:?\d{2})?"
_ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
_NUMERIC = [order.format(mark) for mark in _SEPARATORS for order in (*_ORDERS, "%y{0}%m{0}%d")]
_MONTHS = [order.format(mark) for mark in "-/." for order in ("%Y{0}%m", "%m{0}%Y")]
_NAMED = [
    *("%b %Y", "%B %Y", "%b-%Y", "%b/%Y", "%Y %b", "%Y-%b", "%Y-%B", "%b-%y", "%b %y"),
    *("%b. %Y", "%b, %Y", "%YM%m", "%Y-M%m"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%Y-%b-%d"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
]
_TIMES = ("", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
# A call lists no more values than these.
MOST_LISTED = 10
# So many texts are tried one by one, to name one that cannot be read.
_MOST_TRIED = 20
# Texts without separators, by their length.
_DIGITS = {4: ["%Y"], 6: ["%Y%m", "%y%m%d", "%d%m%y"], 8: ["%Y%m%d", "%d%m%Y", "%m%d%Y"]}
_MONTH_WORD = re.compile(r"[^\W\d_]{3,}[.]?")
_WEEK = r"\d{4}-?W\d{2}"
# What pandas' nanoseconds hold, so that an advice is the same for every version of pandas.
_YEARS = range(1678, 2262)
_SERIAL_NUMBERS = {
    "as a day number of Excel": {"unit": "D", "origin": "1899-12-30"},
    "as seconds since 1970": {"unit": "s"},
    "as milliseconds since 1970": {"unit": "ms"},
}


@dataclass(frozen=True)
class _Way:
    """One way to make dates of a column: the call, and what it makes of each distinct value."""

    call: str
    dates: pd.Series
    note: str = ""


def holds_dates(values: pd.Series) -> bool:
    """Tell whether text, or numbers such as years, can be read as dates."""
    return bool(_ways_to_dates(values))


def remedy_to_dates(values: pd.Series) -> str:
    """Return what makes dates of a column, all readings of it if there are several."""
    column = f"df[{values.name!r}]"
    ways = _ways_to_dates(values)
    if len(ways) == 1:
        return f"{column} = {ways[0].call}.{ways[0].note}"
    if ways:
        return _ask_for_reading(column, ways)
    kind = kind_of(values)
    if kind is Kind.TEXT:
        return _without_misfits(values)
    if kind in NUMBERS:
        return _of_serial_numbers(values)
    return "Make dates of all values, or name another column in date=."


def _ways_to_dates(values: pd.Series) -> list[_Way]:
    kind = kind_of(values)
    present = values.dropna()
    if present.empty:
        return []
    column = f"df[{values.name!r}]"
    if kind is Kind.TEXT:
        texts = pd.Series(present.astype(object).unique(), dtype=object)
        stripped = texts.str.strip()
        source = column if texts.equals(stripped) else f"{column}.str.strip()"
        return _ways_of_texts(stripped, source)
    if kind in NUMBERS and are_whole(present):
        texts = pd.Series(present.unique()).astype("Int64").astype(str).astype(object)
        source = f'{column}.astype("Int64").astype("string")'
        if pd.api.types.is_integer_dtype(values.dtype) and not values.hasnans:
            source = f"{column}.astype(str)"
        return _ways_of_digits(texts, source)
    return []


def are_whole(numbers: pd.Series) -> bool:
    """Tell whether all of these numbers are whole."""
    try:
        values = numbers.to_numpy()  # pandas has no remainder of Arrow's numbers
        return bool((values % 1 == 0).all()) and abs(int(numbers.max())) < 10**15
    except (ValueError, ArithmeticError, TypeError):
        return False


def _ways_of_texts(texts: pd.Series, source: str) -> list[_Way]:
    if texts.str.fullmatch(_ISO_DAY).all():
        return _distinct_ways(texts, [(f"pd.to_datetime({source})", {"format": DATE_FORMAT})])
    if texts.str.fullmatch(f"{_ISO_DAY}|{_ISO_TIME}").all():
        call = f'pd.to_datetime({source}, format="ISO8601")'
        return _distinct_ways(texts, [(call, {"format": "ISO8601"})])
    if texts.str.fullmatch(r"\d+").all():
        return _ways_of_digits(texts, source)
    quarters = _quarters(texts, source)
    if quarters is not None:
        return [quarters]
    if texts.str.fullmatch(_WEEK).all():
        format_ = "%G-W%V-%u" if texts.str.contains("-").all() else "%GW%V-%u"
        call = f'pd.to_datetime({source}.astype("string") + "-1", format="{format_}")'
        return _distinct_ways(texts + "-1", [(call, {"format": format_})])
    times = _TIMES if texts.str.contains(":").any() else _TIMES[:1]
    formats = [day + time for day in (*_NUMERIC, *_NAMED) for time in times]
    return _ways_of_formats(texts, source, [*formats, *_MONTHS]) or _ways_of_names(texts, source)


def _ways_of_names(texts: pd.Series, source: str) -> list[_Way]:
    """Return the calls that read names of months in other languages, or written otherwise."""
    words = {word for text in texts for word in _MONTH_WORD.findall(text)}
    months = {word: to_english_month(word) for word in words}
    foreign = {
        word: str(month) for word, month in months.items() if word.capitalize() not in MONTHS
    }
    if not foreign or None in months.values():
        return []
    # Longer names first, since shorter ones may be parts of them.
    in_order = sorted(foreign, key=lambda word: (-len(word), MONTHS.index(foreign[word])))
    joints = {word: " " for word in (" de ", " del ") if texts.str.contains(word).any()}
    renamed = {word.replace(".", r"\."): foreign[word] for word in in_order}
    renamed |= joints
    english = texts.replace(renamed, regex=True)
    ways = _ways_of_formats(english, f"{source}.replace({renamed!r}, regex=True)", _NAMED)
    example = in_order[-1]
    note = (
        f" pandas reads the names of months in English only, and {short(example)} is "
        f"{foreign[example]}."
    )
    return [_Way(way.call, way.dates.set_axis(texts), note) for way in ways]


def ways_to_read(texts: pd.Series, source: str) -> list[str]:
    """Return the calls that make dates of the texts that `source` makes."""
    distinct = pd.Series(texts.unique(), dtype=object)
    return [way.call for way in _ways_of_texts(distinct, source)]


def _ways_of_digits(texts: pd.Series, source: str) -> list[_Way]:
    lengths = {*texts.str.len()}
    formats = _DIGITS.get(lengths.pop(), []) if len(lengths) == 1 else []
    return _ways_of_formats(texts, source, formats)


def _ways_of_formats(texts: pd.Series, source: str, formats: Sequence[str]) -> list[_Way]:
    calls = [(f'pd.to_datetime({source}, format="{each}")', {"format": each}) for each in formats]
    return _distinct_ways(texts, calls)


def _distinct_ways(texts: pd.Series, calls: Sequence[tuple[str, dict[str, str]]]) -> list[_Way]:
    """Return the calls that make dates of every text, each result once."""
    ways: list[_Way] = []
    for call, words in calls:
        dates = _parse(texts, words)
        if dates is None:
            continue
        if isinstance(dates.dtype, pd.DatetimeTZDtype):
            call, dates = f"{call}.dt.tz_localize(None)", dates.dt.tz_localize(None)  # noqa: PLW2901 - the same call, completed
        if not any(way.dates.tolist() == dates.tolist() for way in ways):
            ways.append(_Way(call, dates.set_axis(texts)))
    return ways


def _parse(texts: pd.Series, words: dict[str, Any]) -> pd.Series | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            dates = pd.to_datetime(texts, **words)
        years = {*dates.dt.year}
    except (ValueError, TypeError, ArithmeticError, AttributeError, Warning):
        return None
    return dates if years <= {*_YEARS} else None


def _quarters(texts: pd.Series, source: str) -> _Way | None:
    """Return how quarters become dates: their first days."""
    forms = {
        r"\d{4}-?[Qq][1-4]|[1-4][Qq]\d{4}": source,
        r"\d{4} [Qq][1-4]": f'{source}.str.replace(" ", "")',
        r"[Qq][1-4][-/ ]?\d{4}": rf'{source}.str.replace(r"^.(\d)\D?(\d+)$", r"\2Q\1", regex=True)',
    }
    for form, written in forms.items():
        if texts.str.fullmatch(form).all():
            call = f'pd.PeriodIndex({written}, freq="Q").to_timestamp()'
            years = texts.str.extract(r"(\d{4})")[0]
            quarters = texts.str.extract(r"(?<!\d)([1-4])(?!\d)")[0]
            firsts = pd.PeriodIndex(years + "Q" + quarters, freq="Q").to_timestamp()
            return _Way(call, pd.Series(firsts, index=texts))
    return None


def _ask_for_reading(column: str, ways: Sequence[_Way]) -> str:
    """Return every reading of the first value that has several."""
    first, *others = (way.dates for way in ways)
    differs = (first != others[0]).to_numpy()
    text = first.index[differs][0]
    told = "; ".join(
        f"{column} = {way.call} makes it {_in_words(way.dates.loc[text])}{_dayfirst(way.call)}"
        for way in ways
    )
    return f"{short(text)} can be read in {len(ways)} ways, so say which is meant: {told}."


def _dayfirst(call: str) -> str:
    if 'format="%d' in call:
        return ", the reading of dayfirst=True"
    return ", the reading of dayfirst=False" if 'format="%m' in call else ""


def _in_words(date: pd.Timestamp) -> str:
    return f"{date.day} {date.month_name()} {date.year}"


def _without_misfits(values: pd.Series) -> str:
    """Return what to do about the few texts that are no dates beside many that are."""
    column = f"df[{values.name!r}]"
    texts = pd.Series(values.dropna().astype(object).unique(), dtype=object)
    kept = _most_alike(texts)
    if kept is None:
        return (
            f"{short(_first_misfit(texts))} is not in a form that is known here. Make dates of the "
            f"texts, for instance with pd.to_datetime({column}, format=...), whose format says how "
            "to read them; or name another column in date=."
        )
    misfits = [*texts[~texts.isin(kept)]]
    rest = remedy_to_dates(pd.Series(kept, name=values.name, dtype=object))
    verb = "is" if len(misfits) == 1 else "are"
    what = f"{listed(misfits)} {verb} not in the form of the others, such as {short(kept[0])}."
    # What holds digits is likely to be a date in another form, whose row must not be lost.
    if any(character.isdigit() for text in misfits for character in text):
        them = "it" if len(misfits) == 1 else "them"
        return f"{what} Write {them} like the others; then {rest}"
    if len(misfits) > MOST_LISTED:
        return f"{what} Correct them, or drop their rows; then {rest}"
    drop = f"df = df[~{column}.isin({misfits!r})].copy()"
    return f"{what} Correct them, or drop their rows: {drop}; then {rest}"


def _first_misfit(texts: pd.Series) -> str:
    """Return a text that cannot be read, or the first one if each can be read alone."""
    alone = (pd.Series([text], dtype=object) for text in texts[:_MOST_TRIED])
    return str(next((each for each in alone if not _ways_of_texts(each, "")), texts)[0])


def _most_alike(texts: pd.Series) -> list[str] | None:
    """Return the texts of one form that can be read as dates, if they are more than half."""
    # Digits and letters are alike among themselves, as far as the form of a date goes.
    forms = texts.str.replace(r"\d", "0", regex=True).str.replace(r"[^\W\d_]", "a", regex=True)
    common = forms.value_counts().index[0]
    alike = texts[forms == common]
    if 2 * len(alike) <= len(texts):
        return None
    if not _ways_of_texts(alike.str.strip(), ""):
        is_date = [bool(_ways_of_texts(pd.Series([text]), "")) for text in alike[:1000]]
        alike = alike[:1000][is_date]
    is_enough = 0 < len(alike) < len(texts) and 2 * len(alike) > len(texts)
    return [*alike] if is_enough and _ways_of_texts(alike, "") else None


def _of_serial_numbers(values: pd.Series) -> str:
    column = f"df[{values.name!r}]"
    present = values.dropna()
    number = pd.Series([present.iloc[0]]).astype(float)
    readings = []
    for meaning, words in _SERIAL_NUMBERS.items():
        dates = _parse(number, words)
        if dates is not None:
            day = str(dates[0].round("s")).removesuffix(" 00:00:00")
            written = ", ".join(f'{word}="{value}"' for word, value in words.items())
            call = f"{column} = pd.to_datetime({column}, {written})"
            readings.append(f"{call} makes it {day}, {meaning}")
    told = f": {'; '.join(readings)}" if readings else ""
    number_text = short(present.iloc[0])
    return f"Numbers do not tell what they count. Say how {number_text} is to be read{told}."


def remedy_to_local_time(values: pd.Series) -> str:
    """Return what takes the time zone away from dates and leaves the local time."""
    column = f"df[{values.name!r}]"
    if is_object(values.dtype):
        way = ".map(lambda date: date.replace(tzinfo=None), na_action='ignore')"
        return f"{column} = {column}{way} keeps the local time."
    return f"{column} = {column}.dt.tz_localize(None) keeps the local time."


def remedy_to_microseconds(values: pd.Series) -> str:
    """Return what rounds dates to microseconds."""
    column = f"df[{values.name!r}]"
    if isinstance(values.dtype, pd.PeriodDtype):
        return f'{column} = {column}.dt.to_timestamp().dt.round("us").'
    source = f"pd.to_datetime({column})" if is_object(values.dtype) else column
    return f'{column} = {source}.dt.round("us").'
