"""How reads use the cache: the words of `cache`, durations, and the limit of its size."""

from __future__ import annotations

import datetime
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from alphacast_pandas.errors import AlphacastError, ConfigurationError, QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from typing import TypeAlias

    Cache: TypeAlias = bool | str | datetime.timedelta

DEFAULT_LIMIT = 5 * 10**9
_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_PLAIN_NUMBER = re.compile(r"\d+([.]\d*)?")
_HOURS, _DAYS = re.compile(r"(?<![A-Za-z])H\b"), re.compile(r"(?<![A-Za-z])d\b")


@dataclass(frozen=True)
class CacheSetting:
    """
    Whether reads use the cache, and whether they ask the service whether it is right.

    With `age` they do not ask so many seconds after the last time.
    """

    kind: Literal["off", "ask", "age", "only"] = "off"
    seconds: float = 0.0

    @property
    def is_on(self) -> bool:
        """Whether the cache is used."""
        return self.kind != "off"


OFF = CacheSetting()


def check_cache(
    value: Any, what: str = "cache", error: type[AlphacastError] = QueryError
) -> CacheSetting:
    """Return the setting that a keyword means, or raise."""
    if isinstance(value, bool):
        return CacheSetting("ask") if value else OFF
    if isinstance(value, str) and value.strip().casefold() == "only":
        return CacheSetting("only")
    if isinstance(value, str) and _WORDS.get(value.strip().casefold()) is not None:
        word = _WORDS[value.strip().casefold()]
        msg = f"{what} {value_text(value)} is text. Pass {what}={word}, without quotes."
        raise error(msg)
    return CacheSetting("age", check_duration(value, what, error, _cache_words(what)))


def cache_of_variable(text: str) -> CacheSetting | None:
    """Return what ``ALPHACAST_CACHE`` says, None if that is nothing."""
    word = text.strip().casefold()
    if not word:
        return None
    name = "ALPHACAST_CACHE"
    return check_cache(_WORDS.get(word, text), name, ConfigurationError)


def check_duration(
    value: Any, what: str, error: type[AlphacastError] = QueryError, others: str = ""
) -> float:
    """Return the seconds of a duration, or raise with how to write one."""
    import numpy as np
    import pandas as pd

    form = f"{others}a duration above zero, such as '6h', '15min', '1 day' or a timedelta"
    msg = f"{what} is {form}, not {value_text(value)}."
    is_duration = isinstance(value, str | datetime.timedelta | np.timedelta64)
    if _is_number(value):
        number = str(value).strip()
        unit = f"A number has no unit: write '{number}h', '{number}min' or '{number}s'."
        msg = f"{what} is {form}, got {value_text(value)}. {unit}"
        raise error(msg)
    if not is_duration or value is pd.NaT:
        raise error(msg)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a unit that pandas gives up is not understood here
            seconds = float(pd.Timedelta(_with_units(value)).total_seconds())
    except (ValueError, TypeError, OverflowError, Warning):
        raise error(msg) from None
    if not seconds > 0:  # NaT is not either
        raise error(msg)
    return seconds


def check_limit(text: str) -> int:
    """Return the bytes that ``ALPHACAST_CACHE_LIMIT`` means, or raise."""
    match = _SIZE.fullmatch(text.strip())
    unit = None if match is None else _UNITS.get(match[2].casefold())
    size = 0 if match is None or unit is None else int(float(match[1]) * unit)
    if size <= 0:
        msg = (
            "The environment variable ALPHACAST_CACHE_LIMIT is a size such as 5GB, 500MB or 1GiB, "
            f"not {value_text(text)}. Correct or unset it; ALPHACAST_CACHE=0 turns the cache off."
        )
        raise ConfigurationError(msg)
    return size


def _cache_words(what: str) -> str:
    return "1, 0, only or " if what.isupper() else "True, False, 'only' or "


def _is_number(value: Any) -> bool:
    """Tell a number above zero, which only lacks its unit."""
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    text = str(value).strip()
    return is_text and _PLAIN_NUMBER.fullmatch(text) is not None and float(text) > 0


def _with_units(value: Any) -> Any:
    """Return a duration whose hours and days are written as every pandas takes them."""
    if not isinstance(value, str) or value.strip().startswith("P"):
        return value  # in the form of ISO they are capitals
    return _DAYS.sub("D", _HOURS.sub("h", value))
