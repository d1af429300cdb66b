"""Counts how far long work has come, phase by phase, and shows it as a bar."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from alphacast_pandas.progress.screen import is_watched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from alphacast_pandas.progress.bars import Bar

_SECONDS_BEFORE_SHOWN = 1.0
_SECONDS_BETWEEN_DRAWINGS = 0.1
# Python refuses to read numbers of thousands of digits, which a Content-Length may be.
_MOST_DIGITS = 18


class MonotonicClock(Protocol):
    """What a meter needs of a clock."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class Stream(Protocol):
    """A stream that calls `on_wire` with the number of bytes received."""

    on_wire: Callable[[int], None] | None


class ReadMeter(Protocol):
    """What a read needs of a meter."""

    title: str

    @property
    def is_visible(self) -> bool:
        """Whether anything is shown."""

    def show_pause(self, reason: str | None) -> None:
        """Show why this thread pauses; None ends the pause."""

    def watch(self, stream: Stream, headers: Mapping[str, str]) -> None:
        """Count the bytes that `stream` receives from now on."""

    def add_rows(self, count: int) -> None:
        """Count so many more rows."""


class Meter:
    """
    Counts, and shows a bar once the work has taken more than a second.

    Any thread may count; whichever counts when it is time to draw, draws. `count` is how far the
    current phase has come, `rows` how many rows were found in it; `title` stands before each.
    """

    def __init__(self, title: str, *, progress: bool | None, clock: MonotonicClock) -> None:
        self.title = title
        self.is_visible = is_watched() if progress is None else bool(progress)
        self._clock = clock
        self._earliest = self._next_drawing = clock.monotonic() + _SECONDS_BEFORE_SHOWN
        self._count_lock = threading.Lock()
        self._draw_lock = threading.Lock()
        self._bar: Bar | None = None
        self._heading, self._unit = title, "B"
        self._total: int | None = None
        self._status: str | None = None
        self._phase_start = clock.monotonic()
        # Why threads of this work pause, and since when.
        self._pauses: dict[int, tuple[str, float]] = {}
        self.count = self.rows = 0

    def watch(self, stream: Stream, headers: Mapping[str, str]) -> None:
        """Count the bytes that `stream` receives from now on."""
        length = headers.get("Content-Length", "")
        is_count = length.isascii() and length.isdigit() and len(length) <= _MOST_DIGITS
        self.begin(int(length) if is_count else None)
        stream.on_wire = self.advance

    def begin(self, total: int | None, *, phase: str = "", unit: str = "B") -> None:
        """Count the next phase from zero, to `total` if it is known."""
        self._start_phase(f"{self.title}, {phase}" if phase else self.title)
        self._total, self._unit = total, unit
        self._show(at_once=True)

    def advance(self, count: int) -> None:
        """Count so many more units of this phase as done."""
        with self._count_lock:
            self.count += count
        self._show()

    def add_rows(self, count: int) -> None:
        """Count so many more rows, which are shown beside the units."""
        with self._count_lock:
            self.rows += count
        self._show()

    def tell(self, status: str) -> None:
        """Show the status of work that the service does, in its own words."""
        if self._status is None:
            self._start_phase(self.title)
            self._total = None
        self._status = status
        self._show(at_once=True)

    def rename(self, heading: str) -> None:
        """Change what stands before the counts, which go on."""
        with self._draw_lock:
            self._heading = heading
            if self._bar is not None:
                self._bar.rename(heading)
        self._show(at_once=True)

    def show_pause(self, reason: str | None) -> None:
        """Show why this thread pauses, instead of how far work has come; None ends the pause."""
        thread = threading.get_ident()
        with self._count_lock:
            if reason is None:
                self._pauses.pop(thread, None)
            else:  # in its old place: of several threads, the last one to pause is shown
                since = self._pauses.get(thread, (None, self._clock.monotonic()))[1]
                self._pauses[thread] = reason, since
        # At its end nothing is drawn: the reason stays until there is something newer to show.
        if reason is not None:
            self._show(at_once=True)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._draw_lock:
            self.is_visible = False
            self._close()

    def _start_phase(self, heading: str) -> None:
        with self._draw_lock, self._count_lock:
            self._close()
            self._heading, self._status = heading, None
            self._phase_start = self._clock.monotonic()
            self.count = self.rows = 0

    def _show(self, *, at_once: bool = False) -> None:
        """Draw if it is time to, unless another thread is drawing."""
        if not self.is_visible:
            return
        now = self._clock.monotonic()
        if now <= (self._earliest if at_once else self._next_drawing):
            return
        if self._draw_lock.acquire(blocking=False):
            try:
                if self.is_visible:
                    self._draw(now)
            finally:
                self._draw_lock.release()

    def _draw(self, now: float) -> None:
        self._next_drawing = now + _SECONDS_BETWEEN_DRAWINGS
        seconds = now - self._phase_start
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
            with self._count_lock:
                pause = next(reversed(self._pauses.values()), None)
            if pause is not None:
                reason, since = pause
                self._bar.show_status(reason, now - since)
            elif self._status is None:
                self._bar.show(self.count, self.rows)
            else:
                self._bar.show_status(self._status, seconds)
        except Exception:  # noqa: BLE001 - work does not fail because it cannot be shown
            self.is_visible = False

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class PartMeter:
    """The meter of one of several reads, all of which advance the meter of the whole."""

    def __init__(self, title: str, whole: Meter) -> None:
        self.title = title
        self._whole = whole

    @property
    def is_visible(self) -> bool:
        """Whether anything is shown."""
        return self._whole.is_visible

    def watch(self, stream: Stream, headers: Mapping[str, str]) -> None:  # noqa: ARG002 - the length of one answer is not that of all
        """Count the bytes that `stream` receives from now on."""
        stream.on_wire = self._whole.advance

    def add_rows(self, count: int) -> None:
        """Count so many more rows."""
        self._whole.add_rows(count)

    def show_pause(self, reason: str | None) -> None:
        """Show why this thread pauses; None ends the pause."""
        self._whole.show_pause(reason)
