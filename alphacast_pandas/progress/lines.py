"""
Keeps what others write on lines of their own while a bar is shown.

A bar ends in the middle of a line, and what a program logs or prints there would be glued to it.
`tqdm.contrib.logging` mends that by exchanging handlers: it forgets their levels, keeps only the
first of several, adds one where there was none, sees no handler but those of the loggers it is
told of, and two threads undo each other's exchange. Here handlers stay as they are. What they
write is seen at the stream they write to, whose `write` is covered while a bar is shown.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from tqdm.std import TqdmDefaultWriteLock, tqdm  # type: ignore[attr-defined] # not in the stubs

from alphacast_pandas.progress.screen import streams_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

# The lock of tqdm for the threads of one process. Whoever holds it draws, or has put bars aside.
LOCK: Any = TqdmDefaultWriteLock.th_lock


class _Line:
    """The line that somebody else has begun where a bar would be, and not yet ended."""

    def __init__(self) -> None:
        self._aside: Any = None
        self._write: Any = None

    @property
    def is_begun(self) -> bool:
        """Whether a bar must wait."""
        return self._aside is not None

    def begin(self, write: Any, screen: Any) -> None:
        """Put bars aside for as long as the line lasts; the lock is not held meanwhile."""
        if self._aside is None:
            self._write = write
            self._aside = tqdm.external_write_mode(file=screen, nolock=True)
            with contextlib.suppress(OSError, ValueError):
                self._aside.__enter__()

    def end(self) -> None:
        """Put the bars back."""
        aside, self._aside = self._aside, None
        with contextlib.suppress(OSError, ValueError):
            aside.__exit__(None, None, None)

    def finish(self) -> None:
        """End the line for whoever began it: a bar that is closed returns to its beginning."""
        if self.is_begun:
            self._write("\n")
            self.end()


LINE = _Line()


class _Cover:
    """Stands before the `write` of one stream, so that bars are put aside for each line."""

    def __init__(self, stream: Any, screen: Any) -> None:
        self.bars = 0
        self._stream, self._screen = stream, screen
        self._process = os.getpid()
        self._write = stream.write
        self._before = vars(stream).get("write")
        stream.write = self.write

    def write(self, text: str) -> Any:
        """Write `text` where no bar is; a bar comes back when the line is ended."""
        if not self._concerns(text):
            return self._write(text)
        with LOCK:
            LINE.begin(self._write, self._screen)
            try:
                return self._write(text)
            finally:
                if text.endswith("\n"):
                    LINE.end()

    def remove(self) -> None:
        """Leave the stream as it was, unless others have covered it since."""
        if vars(self._stream).get("write") == self.write:
            if self._before is None:
                del self._stream.write
            else:
                self._stream.write = self._before

    def _concerns(self, text: Any) -> bool:
        if not self.bars or not text or not isinstance(text, str):
            return False
        # A process forked meanwhile has no bar. Bars are drawn by whoever holds the lock.
        return os.getpid() == self._process and not LOCK._is_owned()  # noqa: SLF001 - there is no other way to ask


_covers: dict[int, _Cover] = {}


@contextlib.contextmanager
def lines_kept(screen: Any) -> Iterator[None]:
    """Cover the streams that lead where `screen` does, as long as there are bars."""
    with contextlib.ExitStack() as kept:
        for stream in streams_beside(screen):
            kept.enter_context(_covered(stream, screen))
        yield


@contextlib.contextmanager
def _covered(stream: Any, screen: Any) -> Iterator[None]:
    try:
        with LOCK:
            cover = _covers.get(id(stream)) or _Cover(stream, screen)
            _covers[id(stream)] = cover
            cover.bars += 1
    except (AttributeError, TypeError):  # a stream that cannot be covered
        yield
        return
    try:
        yield
    finally:
        with LOCK:
            cover.bars -= 1
            if not cover.bars:
                cover.remove()
                del _covers[id(stream)]
