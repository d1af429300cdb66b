"""Retries of reads: which failures deserve another attempt, and when it begins."""

from __future__ import annotations

import datetime
import logging
from contextlib import contextmanager
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

from alphacast_pandas.errors import AlphacastError, APIError, ConnectionFailed

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from alphacast_pandas.api.clock import Clock

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 60.0
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 8.0
# How often a watched pause is drawn anew.
_SECONDS_BETWEEN_DRAWINGS = 0.5
_LOG = logging.getLogger("alphacast_pandas.api")


class Watcher(Protocol):
    """Who shows a person what a call is at."""

    title: str

    @property
    def is_visible(self) -> bool:
        """Whether anything is shown."""

    def show_pause(self, reason: str | None) -> None:
        """Show why the call pauses; None ends the pause."""


# A value of the context, not an argument, since a pause may lie below any method of a client.
_watcher: ContextVar[Watcher | None] = ContextVar("alphacast_pandas.watcher", default=None)


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` show the pauses of the requests that are made meanwhile."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


class Attempt:
    """
    One attempt at a read, as a context manager.

    An error that another attempt may mend is suppressed, after the pause that it asks for, so that
    the loop over the attempts goes on. The errors of the last attempt are raised.
    """

    def __init__(
        self, request: str, number: int, retries: int, clock: Clock, random_: random.Random
    ) -> None:
        self._request = request
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
        reason = (
            f"{_outcome(error)}, trying again in {pause:.2g} s "
            f"(attempt {self._number + 1} of {self._retries + 1})"
        )
        _pause(self._request, reason, pause, self._clock)
        return True


def attempts(request: str, retries: int, clock: Clock, random_: random.Random) -> Iterator[Attempt]:
    """
    Yield the attempts at a read, the first one included; `request` names it in the log.

    >>> for attempt in attempts("GET /datasets", 5, clock, random_):  # doctest: +SKIP
    ...     with attempt, transport.open(path, params) as answer:
    ...         return answer.stream.read_all()
    """
    for number in range(1, retries + 2):
        yield Attempt(request, number, retries, clock, random_)


def _outcome(error: AlphacastError) -> str:
    """Return how an attempt has failed, in a few words."""
    if isinstance(error, APIError):
        return f"the service answered {error.status_code}"
    no_answer = isinstance(error, ConnectionFailed)
    return "the service did not answer" if no_answer else "the answer was cut short"


def _pause(request: str, reason: str, seconds: float, clock: Clock) -> None:
    """Log a pause, and sleep while it is shown to whoever watches."""
    watcher = _watcher.get()
    _LOG.info("%s: %s", request if watcher is None else watcher.title, reason)
    if watcher is None or not watcher.is_visible:
        clock.sleep(seconds)
        return
    try:
        # In short steps: the bar may be due to appear in the middle.
        while seconds > 0:
            watcher.show_pause(reason)
            clock.sleep(min(seconds, _SECONDS_BETWEEN_DRAWINGS))
            seconds -= _SECONDS_BETWEEN_DRAWINGS
    finally:
        watcher.show_pause(None)


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
