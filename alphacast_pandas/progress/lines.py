"""Keeps what a program logs or prints on lines of its own while a bar is shown."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from tqdm.std import TqdmDefaultWriteLock, tqdm  # type: ignore[attr-defined] # not in the stubs

from alphacast_pandas.progress.screen import streams_on

if TYPE_CHECKING:
    from collections.abc import Iterator

# Not tqdm.contrib.logging: with it four tests of tests/progress/test_lines.py fail. Handlers lose
# their levels and filters, and what is printed, warned or logged without handlers is torn.

# The lock of tqdm for the threads of one process. Whoever holds it draws or hides bars.
LOCK: Any = TqdmDefaultWriteLock.th_lock


class OpenLine:
    """
    The line that a program has begun where a bar would be, and has not ended yet.

    Bars are hidden while there is one, by tqdm's `external_write_mode`.
    """

    def __init__(self) -> None:
        self._hidden_bars: Any = None
        self._write: Any = None

    @property
    def is_begun(self) -> bool:
        """Whether a bar must wait."""
        return self._hidden_bars is not None

    def begin(self, write: Any, screen: Any) -> None:
        """Hide bars for as long as the line lasts; the lock is not held meanwhile."""
        if self._hidden_bars is None:
            self._write = write
            self._hidden_bars = tqdm.external_write_mode(file=screen, nolock=True)
            with contextlib.suppress(OSError, ValueError):
                self._hidden_bars.__enter__()

    def end(self) -> None:
        """Show the bars again."""
        hidden_bars, self._hidden_bars = self._hidden_bars, None
        with contextlib.suppress(OSError, ValueError):
            hidden_bars.__exit__(None, None, None)

    def finish(self) -> None:
        """End the line for whoever began it: a bar that is closed returns to its beginning."""
        if self.is_begun:
            self._write("\n")
            self.end()


OPEN_LINE = OpenLine()


@contextlib.contextmanager
def keep_lines_whole(screen: Any) -> Iterator[None]:
    """Hide bars around each write to a stream that leads where `screen` does."""
    with contextlib.ExitStack() as stack:
        for stream in streams_on(screen):
            stack.enter_context(_watch(stream, screen))
        yield


class _WatchedStream:
    """One stream whose `write` is replaced while bars are shown."""

    def __init__(self, stream: Any, screen: Any) -> None:
        self.bars = 0
        self._stream, self._screen = stream, screen
        self._process = os.getpid()
        self._write = stream.write
        self._replaced = vars(stream).get("write")
        stream.write = self.write

    def write(self, text: str) -> Any:
        """Write `text` where no bar is; bars come back when the line is ended."""
        if not self._must_hide_bars(text):
            return self._write(text)
        with LOCK:
            OPEN_LINE.begin(self._write, self._screen)
            try:
                return self._write(text)
            finally:
                if text.endswith("\n"):
                    OPEN_LINE.end()

    def restore(self) -> None:
        """Leave the stream as it was, unless somebody else has replaced its `write` since."""
        if vars(self._stream).get("write") == self.write:
            if self._replaced is None:
                del self._stream.write
            else:
                self._stream.write = self._replaced

    def _must_hide_bars(self, text: Any) -> bool:
        if not self.bars or not text or not isinstance(text, str):
            return False
        # A process forked meanwhile has no bar. Bars are drawn by whoever holds the lock.
        return os.getpid() == self._process and not LOCK._is_owned()  # noqa: SLF001 - there is no other way to ask


_watched: dict[int, _WatchedStream] = {}


@contextlib.contextmanager
def _watch(stream: Any, screen: Any) -> Iterator[None]:
    try:
        with LOCK:
            watched = _watched.get(id(stream)) or _WatchedStream(stream, screen)
            _watched[id(stream)] = watched
            watched.bars += 1
    except (AttributeError, TypeError):  # a stream whose write cannot be replaced
        yield
        return
    try:
        yield
    finally:
        with LOCK:
            watched.bars -= 1
            if not watched.bars:
                watched.restore()
                del _watched[id(stream)]
