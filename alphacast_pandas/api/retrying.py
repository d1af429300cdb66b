"""Retries of reads: which failures deserve another attempt, and when it begins."""

from __future__ import annotations

import datetime
import logging
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

from alphacast_pandas.cancellation import (
    SECONDS_BETWEEN_CHECKS,
    check_not_cancelled,
    current_cancellation,
)
from alphacast_pandas.errors import AlphacastError, APIError, ConnectionFailed

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from alphacast_pandas.api.clock import Clock

RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
LONGEST_RETRY_AFTER = 60.0
# What a request is answered with when the service wants fewer of them: from all of a client.
_TOO_MANY = 429
_UNAVAILABLE = 503
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 8.0
# How often a watched pause is drawn anew.
_SECONDS_BETWEEN_DRAWINGS = 0.5
# A pause that ends no more than this later than one that stands is not told again.
_SAME_PAUSE = 1.0
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


class ServicePause:
    """Until when the service wants no request of a client, whichever of them it has told so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.until = float("-inf")
        self.reason = ""

    def extend(self, until: float, now: float, reason: str) -> bool:
        """Let all requests pause; return whether that is news, and not a pause that stands."""
        with self._lock:
            is_news = self.until <= now or until > self.until + _SAME_PAUSE
            self.until = max(self.until, until)
            self.reason = reason if is_news else self.reason
        return is_news


@dataclass(frozen=True)
class Retrying:
    """What all reads of a client share: how often they are repeated, and when."""

    retries: int
    clock: Clock
    random: random.Random
    service_pause: ServicePause


class Attempt:
    """
    One attempt at a read, as a context manager.

    It begins when a pause that the service has asked for is over. An error that another attempt may
    mend is suppressed, after a pause, so that the loop over the attempts goes on. The errors of the
    last attempt are raised.
    """

    def __init__(self, request: str, number: int, retrying: Retrying, paused_until: float) -> None:
        self._request = request
        self._number = number
        self._retrying = retrying
        self.paused_until = paused_until

    def __enter__(self) -> Attempt:
        check_not_cancelled()
        shared = self._retrying
        self.paused_until = wait_for(shared.service_pause, shared.clock, self.paused_until)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not isinstance(error, AlphacastError) or not error.retryable:
            return False
        retrying, clock = self._retrying, self._retrying.clock
        retry_after = error.retry_after if isinstance(error, APIError) else None
        pause = pause_before(self._number, retry_after, retrying.random)
        if pause is None or self._number > retrying.retries:
            return False
        reason = (
            f"{_outcome(error)}, trying again in {pause:.2g} s "
            f"({self._number + 1} of {retrying.retries + 1})"
        )
        is_news = True
        if _is_for_all(error):
            now = clock.monotonic()
            self.paused_until = now + pause
            waiting = f"{_outcome(error)}, all requests wait for {pause:.2g} s"
            is_news = retrying.service_pause.extend(self.paused_until, now, waiting)
        if is_news:
            watcher = _watcher.get()
            _LOG.info("%s: %s", self._request if watcher is None else watcher.title, reason)
        _pause(reason, pause, clock)
        return True


def wait_for(service: ServicePause, clock: Clock, waited_until: float = float("-inf")) -> float:
    """Sleep until the service wants requests again; return until when that was."""
    # Each pause is waited for once, however far the clock comes meanwhile.
    while service.until > waited_until:
        waited_until = service.until
        seconds = waited_until - clock.monotonic()
        if seconds > 0:
            _pause(service.reason, seconds, clock)
    return waited_until


def attempts(request: str, retrying: Retrying) -> Iterator[Attempt]:
    """
    Yield the attempts at a read, the first one included; `request` names it in the log.

    >>> for attempt in attempts("GET /datasets", retrying):  # doctest: +SKIP
    ...     with attempt, transport.open(path, params) as answer:
    ...         return answer.stream.read_all()
    """
    paused_until = float("-inf")
    for number in range(1, retrying.retries + 2):
        attempt = Attempt(request, number, retrying, paused_until)
        yield attempt
        paused_until = attempt.paused_until


def _is_for_all(error: AlphacastError) -> bool:
    """Tell whether a pause is for all requests of a client, and not only for the one refused."""
    is_asked_for = isinstance(error, APIError) and error.retry_after is not None
    return error.status_code == _TOO_MANY or (error.status_code == _UNAVAILABLE and is_asked_for)


def _outcome(error: AlphacastError) -> str:
    """Return how an attempt has failed, in so few words that a line of 80 columns holds them."""
    if isinstance(error, APIError):
        return f"status {error.status_code}"
    return "no answer" if isinstance(error, ConnectionFailed) else "answer cut short"


def _pause(reason: str, seconds: float, clock: Clock) -> None:
    """Sleep while the reason is shown to whoever watches, unless the call ends meanwhile."""
    watcher = _watcher.get()
    is_shown = watcher is not None and watcher.is_visible
    is_checked = current_cancellation() is not None
    if not is_shown and not is_checked:
        clock.sleep(seconds)
        return
    # In short steps: the bar may be due to appear in the middle, or the call may end.
    step = SECONDS_BETWEEN_CHECKS if is_checked else _SECONDS_BETWEEN_DRAWINGS
    try:
        while seconds > 0:
            check_not_cancelled()
            if watcher is not None and is_shown:
                watcher.show_pause(reason)
            clock.sleep(min(seconds, step))
            seconds -= step
    finally:
        if watcher is not None and is_shown:
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
