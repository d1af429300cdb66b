"""Bars of tqdm, on a terminal or in a notebook."""

from __future__ import annotations

import contextlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

from tqdm.std import tqdm

from alphacast_pandas.progress.lines import LOCK, OPEN_LINE, keep_lines_whole
from alphacast_pandas.progress.screen import bar_size, in_notebook
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable


class Bar:
    """One bar, from when it is first shown until it is closed."""

    def __init__(self, bar: Any, cleanup: contextlib.ExitStack) -> None:
        self._bar = bar
        self._cleanup = cleanup

    def show(self, count: int, rows: int) -> None:
        """Draw how far the work has come, with the number of rows if there are any."""
        bar = self._bar
        if rows:
            bar.set_postfix_str(f"{tqdm.format_sizeof(rows)} rows", refresh=False)
        # What surrounds a file on the wire is counted too, but it is no more than the whole.
        drawn = count if bar.total is None else min(count, bar.total)
        with LOCK:
            if not OPEN_LINE.is_begun:
                bar.update(drawn - bar.n)

    def show_status(self, status: str, seconds: float) -> None:
        """Draw a status in words and how long it has been followed, without a bar."""
        words = printable(status)
        self._bar.bar_format = "{desc}{postfix}"
        self._bar.set_postfix_str(f"{words} [{tqdm.format_interval(seconds)}]", refresh=False)
        with LOCK:
            if not OPEN_LINE.is_begun:
                self._bar.refresh()

    def close(self) -> None:
        """Take the bar off the screen; the work is done even if that fails."""
        with self._cleanup, contextlib.suppress(Exception), LOCK:
            OPEN_LINE.finish()
            # A widget with a total it has not reached would stay, as a sign of failure.
            self._bar.total = None
            self._bar.close()


def open_bar(heading: str, *, total: int | None, unit: str, count: int, seconds: float) -> Bar:
    """Return a bar that has come to `count` in so many seconds; it is not drawn yet."""
    options: dict[str, Any] = {
        "desc": printable(heading),
        "total": total,
        "unit": unit,
        "unit_scale": True,
        "leave": False,
        # The meter decides when to draw, by a clock that need not be tqdm's.
        "mininterval": 0,
        "miniters": 0,
        # Not before there is something to show.
        "delay": 1e-9,
    }
    with contextlib.ExitStack() as cleanup:
        bar = _notebook_bar(options) if in_notebook() else _terminal_bar(options, cleanup)
        if not bar.disable:  # as tqdm's own variable in the environment may say
            bar.n = bar.last_print_n = count
            bar.start_t -= seconds
        return Bar(bar, cleanup.pop_all())


class CellOutput:
    """
    A stream for bars of text that shows only its last line, by IPython's `display`.

    A notebook keeps the ordinary output of a cell as it came: a line drawn a thousand times is
    kept a thousand times.
    """

    encoding = "utf-8"

    def __init__(self, display: Callable[..., Any]) -> None:
        self._display = display
        self._output: Any = None
        self._line = ""

    def write(self, text: str) -> int:
        """Show `text` instead of what was shown before."""
        line = text.strip()
        if line != self._line:
            self._line = line
            self._update({"text/plain": line})
        return len(text)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def _update(self, output: dict[str, str]) -> None:
        if self._output is None:
            self._output = self._display(output, raw=True, display_id=True)
        else:
            self._output.update(output, raw=True)


class _NoTraces:
    """Keeps a bar of tqdm from leaving a thread or a lock behind."""

    # Without an interval there is no thread that watches it, which would outlive the bar.
    monitor_interval = 0
    # Tqdm's own lock would be shared with other processes, and so fix how those are started.
    _lock = LOCK


class _TextBar(_NoTraces, tqdm):  # type: ignore[type-arg] # it iterates over nothing
    pass


def _terminal_bar(options: dict[str, Any], cleanup: contextlib.ExitStack) -> Any:
    cleanup.enter_context(keep_lines_whole(sys.stderr))
    return _TextBar(file=sys.stderr, **bar_size(sys.stderr), **options)


def _notebook_bar(options: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        # A notebook without widgets is no reason to warn.
        warnings.simplefilter("ignore")
        from tqdm.autonotebook import tqdm as best
    widgets = sys.modules.get("tqdm.notebook")
    if widgets is None:  # a console that is a kernel
        return _TextBar(file=sys.stderr, **options)
    if issubclass(best, widgets.tqdm_notebook):
        return type("_WidgetBar", (_NoTraces, best), {})(**options)
    display = sys.modules["IPython"].display.display
    return _TextBar(file=CellOutput(display), position=0, **options)
