"""One output of a notebook's cell, of which only the last line is kept."""

from __future__ import annotations

import contextlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

from tqdm.std import tqdm

from alphacast_pandas.progress.lines import LINE, LOCK, lines_kept
from alphacast_pandas.progress.screen import in_notebook, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Cell:
    """
    A stream for bars of text, which gives what it shows to IPython's `display`.

    Ordinary output of a cell is kept as it came: a line drawn a thousand times is kept so often.
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
        """Nothing waits."""

    def _update(self, output: dict[str, str]) -> None:
        if self._output is None:
            self._output = self._display(output, raw=True, display_id=True)
        else:
            self._output.update(output, raw=True)


class _Quiet:
    """What keeps a bar from leaving anything behind."""

    # Without an interval there is no thread that watches it, which would outlive the bar.
    monitor_interval = 0
    # Tqdm's own lock would be shared with other processes, and so fix how those are started.
    _lock = LOCK


class _TextBar(_Quiet, tqdm):  # type: ignore[type-arg] # it iterates over nothing
    pass


class Bar:
    """One bar, from when it is first shown until it is closed."""

    def __init__(self, bar: Any, kept: contextlib.ExitStack) -> None:
        self._bar = bar
        self._kept = kept

    def show(self, count: int, rows: int) -> None:
        """Draw how far it has come; rows are told beside it, if there are any."""
        bar = self._bar
        if rows:
            bar.set_postfix_str(f"{tqdm.format_sizeof(rows)} rows", refresh=False)
        # What surrounds a file on the wire is counted too, but it is no more than the whole.
        shown = count if bar.total is None else min(count, bar.total)
        with LOCK:
            if not LINE.is_begun:
                bar.update(shown - bar.n)

    def say(self, status: str, seconds: float) -> None:
        """Draw a state in words and how long it has been followed, without a bar."""
        words = "".join(c if c.isprintable() else " " for c in status)
        self._bar.bar_format = "{desc}{postfix}"
        self._bar.set_postfix_str(f"{words} [{tqdm.format_interval(seconds)}]", refresh=False)
        with LOCK:
            if not LINE.is_begun:
                self._bar.refresh()

    def close(self) -> None:
        """Take it off the screen; if that fails, the work has been done all the same."""
        with self._kept, contextlib.suppress(Exception), LOCK:
            LINE.finish()
            # A widget with a total it has not reached would stay, as a sign of failure.
            self._bar.total = None
            self._bar.close()


def open_bar(heading: str, *, total: int | None, unit: str, count: int, seconds: float) -> Bar:
    """Return a bar that has come to `count` in so many seconds; it is not drawn yet."""
    how: dict[str, Any] = {
        "desc": heading,
        "total": total,
        "unit": unit,
        "unit_scale": True,
        "leave": False,
        # When to draw is decided before, by a clock that can be another.
        "mininterval": 0,
        "miniters": 0,
        # Not before there is something to show.
        "delay": 1e-9,
    }
    with contextlib.ExitStack() as kept:
        bar = _in_notebook(how) if in_notebook() else _on_screen(how, kept)
        if not bar.disable:  # as tqdm's own variable in the environment may say
            bar.n = bar.last_print_n = count
            bar.start_t -= seconds
        return Bar(bar, kept.pop_all())


def _on_screen(how: dict[str, Any], kept: contextlib.ExitStack) -> Any:
    kept.enter_context(lines_kept(sys.stderr))
    return _TextBar(file=sys.stderr, **shape_of(sys.stderr), **how)


def _in_notebook(how: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        # A notebook without widgets is no reason to warn.
        warnings.simplefilter("ignore")
        from tqdm.autonotebook import tqdm as best
    widgets = sys.modules.get("tqdm.notebook")
    if widgets is None:  # a console that is a kernel
        return _TextBar(file=sys.stderr, **how)
    if issubclass(best, widgets.tqdm_notebook):
        return type("_WidgetBar", (_Quiet, best), {})(**how)
    display = sys.modules["IPython"].display.display
    return _TextBar(file=Cell(display), position=0, **how)
