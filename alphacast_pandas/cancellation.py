"""Cancellation of a call whose requests are made by several threads."""

from __future__ import annotations

import contextlib
import threading
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextvars import Token
    from types import TracebackType

# How long a call that ends waits for its threads. A thread that waits for an answer or pauses ends
# at once; one that still opens a connection ends by itself when the time to connect is over.
_SECONDS_TO_END = 2.0
SECONDS_BETWEEN_CHECKS = 0.05


class CancelledError(BaseException):
    """The call that this work belongs to has ended; no `except Exception` may hold it back."""


class Cancellation:
    """
    Ends what the threads of one call are doing, as a context manager.

    Work that is begun inside, in any thread that `parallel.in_background` starts, finds it by
    `current_cancellation`. At the end of the context what a thread waits for is ended, and the next
    check of every thread raises CancelledError.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_cancelled = False
        self._ends: list[Callable[[], object]] = []
        self._threads = 0
        self._token: Token[Cancellation | None] | None = None

    def check(self) -> None:
        """Raise if the call has ended."""
        if self._is_cancelled:
            raise CancelledError

    def cancel(self) -> None:
        """End what is under way."""
        with self._changed:
            self._is_cancelled = True
            for end in self._ends:
                with contextlib.suppress(OSError):  # the peer may have closed the connection
                    end()

    @contextlib.contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Call `end` if the call ends while this thread waits inside."""
        with self._changed:
            self.check()
            self._ends.append(end)
        try:
            yield
        finally:
            with self._changed:
                self._ends.remove(end)

    def counted(self, task: Callable[[], None]) -> Callable[[], None]:
        """Return a task for a thread of its own, which the end of the call waits for."""
        with self._changed:
            self.check()
            self._threads += 1
        return partial(self._run, task)

    def _run(self, task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            with self._changed:
                self._threads -= 1
                self._changed.notify_all()

    def __enter__(self) -> Cancellation:
        self._token = _current.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._token is not None:
            _current.reset(self._token)
        self.cancel()
        with self._changed:
            self._changed.wait_for(lambda: not self._threads, _SECONDS_TO_END)


# A value of the context, not an argument, since requests lie below any method of a client.
_current: ContextVar[Cancellation | None] = ContextVar(
    "alphacast_pandas.cancellation", default=None
)


def current_cancellation() -> Cancellation | None:
    """Return the cancellation of the call that this thread works for, if it has one."""
    return _current.get()


def check_not_cancelled() -> None:
    """Raise CancelledError if the call that this thread works for has ended."""
    cancellation = _current.get()
    if cancellation is not None:
        cancellation.check()


@contextlib.contextmanager
def ended_if_cancelled(end: Callable[[], object]) -> Iterator[None]:
    """Call `end`, in another thread, if the call that this thread works for ends inside."""
    cancellation = _current.get()
    if cancellation is None:
        yield
    else:
        with cancellation.ending(end):
            yield
