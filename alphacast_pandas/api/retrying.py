"""Which failures deserve another attempt, and when."""

from __future__ import annotations

import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from alphacast_pandas.errors import APIError

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from alphacast_pandas.errors import AlphacastError

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 60.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 8.0


def pause_after(
    error: AlphacastError, attempt: int, retries: int, random_: random.Random
) -> float | None:
    """Return the seconds to wait after an attempt has failed, None if it was the last one."""
    if not error.retryable or attempt > retries:
        return None
    retry_after = error.retry_after if isinstance(error, APIError) else None
    return pause_before(attempt, retry_after, random_)


def pause_before(attempt: int, retry_after: float | None, random_: random.Random) -> float | None:
    """
    Return the seconds to wait before `attempt` (1 is the first repetition).

    None means that the service asked for more patience than a caller has.
    """
    if retry_after is not None:
        return retry_after if retry_after <= LONGEST_RETRY_AFTER else None
    grown = min(_FIRST_PAUSE * 2.0 ** (attempt - 1), _LONGEST_PAUSE)
    return grown * (0.5 + random_.random() / 2)


def retry_after_seconds(headers: Mapping[str, str], now: datetime.datetime) -> float | None:
    """Return the seconds of a ``Retry-After`` header, which holds seconds or a date."""
    value = (headers.get("Retry-After") or "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        instant = parsedate_to_datetime(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=datetime.UTC)
    return max(0.0, (instant - now).total_seconds())
