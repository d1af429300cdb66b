"""Retries of reads: which failures deserve another attempt, and when it begins."""

from __future__ import annotations

import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from alphacast_pandas.errors import AlphacastError, APIError

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from alphacast_pandas.api.clock import Clock

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 60.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 8.0


class Attempt:
    """
    One attempt at a read, as a context manager.

    An error that another attempt may mend is suppressed, after the pause that it asks for, so that
    the loop over the attempts goes on. The errors of the last attempt are raised.
    """

    def __init__(self, number: int, retries: int, clock: Clock, random_: random.Random) -> None:
        self._number = number
        self._retries = retries
        self._clock = clock
        self._random = random_

    def __enter__(self) -> Attempt:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, AlphacastError) or not error.retryable:
            return False
        retry_after = error.retry_after if isinstance(error, APIError) else None
        pause = pause_before(self._number, retry_after, self._random)
        if pause is None or self._number > self._retries:
            return False
        self._clock.sleep(pause)
        return True


def attempts(retries: int, clock: Clock, random_: random.Random) -> Iterator[Attempt]:
    """
    Yield the attempts at a read, the first one included.

    >>> for attempt in attempts(5, clock, random_):  # doctest: +SKIP
    ...     with attempt, transport.open(path, params) as answer:
    ...         return answer.stream.read_all()
    """
    for number in range(1, retries + 2):
        yield Attempt(number, retries, clock, random_)


def pause_before(attempt: int, retry_after: float | None, random_: random.Random) -> float | None:
    """
    Return the seconds to wait before `attempt` (1 is the first repetition).

    None means that the service asked for a pause too long to wait for.
    """
    if retry_after is not None:
        return retry_after if retry_after <= LONGEST_RETRY_AFTER else None
    grown = min(_FIRST_PAUSE * 2.0 ** (attempt - 1), _LONGEST_PAUSE)
    # Clients that failed together must not come back together.
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
