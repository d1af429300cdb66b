"""Counts one phase of long work after the other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

from alphacast_pandas.progress.screen import is_watched

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from alphacast_pandas.progress.bars import Bar

_SECONDS_BEFORE_SHOWN = 1.0
_SECONDS_BETWEEN_DRAWINGS = 0.1
# Of a number of bytes that is one: Python refuses to read thousands of digits.
_MOST_DIGITS = 18


class Clock(Protocol):
    """What a meter needs of time."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class Stream(Protocol):
    """A stream that tells of the bytes it takes from the wire."""

    on_wire: Any


class Meter:
    """
    Counts, and shows a bar once the work has taken more than a second.

    Any thread may count; whichever counts when it is time to draw, draws. `count` is how far the
    present phase has come, `rows` how many rows became known in it; `title` stands before each.
    """

    def __init__(self, title: str, *, progress: bool | None, clock: Clock) -> None:
        self.title = title
        self._is_shown = is_watched() if progress is None else bool(progress)
        self._clock = clock
        self._first = self._due = clock.monotonic() + _SECONDS_BEFORE_SHOWN
        self._counting = threading.Lock()
        self._drawing = threading.Lock()
        self._bar: Bar | None = None
        self._heading, self._unit = title, "B"
        self._total: int | None = None
        self._status: str | None = None
        self._since = clock.monotonic()
        self.count = self.rows = 0

    def watch(self, stream: Stream, headers: Mapping[str, str]) -> None:
        """Count what `stream` receives from now on."""
        length = headers.get("Content-Length", "")
        is_count = length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS
        self.begin(int(length) if is_count else None)
        stream.on_wire = self.advance

    def begin(self, total: int | None, *, phase: str = "", unit: str = "B") -> None:
        """Count the next phase from zero, to `total` if it is known."""
        self._turn_to(f"{self.title}, {phase}" if phase else self.title)
        self._total, self._unit = total, unit
        self._show(at_once=True)

    def advance(self, count: int) -> None:
        """Say that so many more units of this phase are done."""
        with self._counting:
            self.count += count
        self._show()

    def add_rows(self, count: int) -> None:
        """Say that so many more rows have become known, beside what is counted."""
        with self._counting:
            self.rows += count
        self._show()

    def tell(self, status: str) -> None:
        """Say what state somebody else's work is in, as they name it."""
        if self._status is None:
            self._turn_to(self.title)
            self._total = None
        self._status = status
        self._show(at_once=True)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._drawing:
            self._is_shown = False
            self._close()

    def _turn_to(self, heading: str) -> None:
        with self._drawing, self._counting:
            self._close()
            self._heading, self._status = heading, None
            self._since = self._clock.monotonic()
            self.count = self.rows = 0

    def _show(self, *, at_once: bool = False) -> None:
        """Draw if it is time to, unless another thread is drawing."""
        if not self._is_shown:
            return
        moment = self._clock.monotonic()
        if moment <= (self._first if at_once else self._due):
            return
        if self._drawing.acquire(blocking=False):
            try:
                if self._is_shown:
                    self._draw(moment)
            finally:
                self._drawing.release()

    def _draw(self, moment: float) -> None:
        self._due = moment + _SECONDS_BETWEEN_DRAWINGS
        seconds = moment - self._since
        try:
            # Only here, so that short work never pays for it.
            from alphacast_pandas.progress.bars import open_bar

            if self._bar is None:
                self._bar = open_bar(
                    self._heading,
                    total=self._total,
                    unit=self._unit,
                    count=self.count,
                    seconds=seconds,
                )
            if self._status is None:
                self._bar.show(self.count, self.rows)
            else:
                self._bar.say(self._status, seconds)
        except Exception:  # noqa: BLE001 - work does not fail because it cannot be shown
            self._is_shown = False

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
