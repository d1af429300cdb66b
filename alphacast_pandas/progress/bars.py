"""Bars of tqdm, on a terminal or in a notebook."""

from __future__ import annotations

import contextlib
import html
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tqdm.std import tqdm

from alphacast_pandas.progress.lines import LOCK, OPEN_LINE, keep_lines_whole
from alphacast_pandas.progress.screen import bar_size, in_notebook
from alphacast_pandas.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

# What a bar of bytes shows beside its heading: percentage, a few blocks, counts, times, rows.
_WIDTH_OF_NUMBERS = 60
_LEAST_WIDTH = 20
_LEAST_HEADING = 22  # characters that a notebook shows: a dataset with its number
# One line at any width, on which the heading gives way first.
_LINE = (
    '<div style="display: flex; white-space: pre; font-family: var(--jp-code-font-family, '
    'monospace); font-size: var(--jp-code-font-size, inherit)">'
    '<span style="flex: 0 3 auto; min-width: min({least}ch, 50%); overflow: hidden; '
    'text-overflow: ellipsis">'
    '{heading}</span><span style="flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis">'
    "{rest}</span></div>"
)
# No message of Jupyter takes an output away. JupyterLab leaves a strip of a few pixels for one
# without height, so the output hides the area around itself if there is nothing else in it.
_NOTHING = (
    '<span class="alphacast-finished"></span><style>.jp-Cell-outputWrapper:has('
    ".alphacast-finished):not(:has(.jp-OutputArea-child + .jp-OutputArea-child))"
    "{display: none}</style>"
)


class Bar:
    """One bar, from when it is first shown until it is closed."""

    def __init__(self, bar: Any, heading: str, cleanup: contextlib.ExitStack) -> None:
        self._bar = bar
        self._heading = heading
        self._cleanup = cleanup

    def rename(self, heading: str) -> None:
        """Draw another heading from now on."""
        self._heading = printable(heading)
        if self._bar.output is not None:
            self._bar.output.heading = self._heading

    def show(self, count: int, rows: int) -> None:
        """Draw how far the work has come, with the number of rows if there are any."""
        bar = self._bar
        bar.bar_format, bar.desc = None, self._cut(self._heading, _WIDTH_OF_NUMBERS)
        if rows:
            bar.set_postfix_str(f"{tqdm.format_sizeof(rows)} rows", refresh=False)
        # What surrounds a file on the wire is counted too, but it is no more than the whole.
        drawn = count if bar.total is None else min(count, bar.total)
        with LOCK:
            if not OPEN_LINE.is_begun:
                bar.update(drawn - bar.n)

    def show_status(self, status: str, seconds: float) -> None:
        """Draw a status in words and how long it has lasted, without a bar."""
        rest = f": {printable(status)} [{tqdm.format_interval(seconds)}]"
        self._bar.bar_format = "{desc}"
        # If there is no room for both, it is the end of the status that is cut.
        self._bar.desc = self._cut(f"{self._cut(self._heading, len(rest))}{rest}", 0)
        with LOCK:
            if not OPEN_LINE.is_begun:
                self._bar.refresh()

    def _cut(self, text: str, taken: int) -> str:
        """Return a text that leaves so many columns of the line, but not cut to nothing."""
        columns = self._bar.format_dict["ncols"]
        return text if not columns else shorten(text, max(_LEAST_WIDTH, columns - taken))

    def close(self) -> None:
        """Take the bar off the screen; the work is done even if that fails."""
        with self._cleanup, contextlib.suppress(Exception), LOCK:
            OPEN_LINE.finish()
            # A widget with a total it has not reached would stay, as a sign of failure.
            self._bar.total = None
            self._bar.close()


def open_bar(heading: str, *, total: int | None, unit: str, count: int, seconds: float) -> Bar:
    """Return a bar that has come to `count` in so many seconds; it is not drawn yet."""
    heading = printable(heading)
    options: dict[str, Any] = {
        "desc": heading,
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
        make = _notebook_bar if in_notebook() else _terminal_bar
        bar = make(options, cleanup)
        if not bar.disable:  # as tqdm's own variable in the environment may say
            bar.n = bar.last_print_n = count
            bar.start_t -= seconds
        return Bar(bar, heading, cleanup.pop_all())


class CellOutput:
    """
    A stream for bars of text that shows only its last line, by IPython's `display`.

    A notebook keeps the ordinary output of a cell as it came: a line drawn a thousand times is
    kept a thousand times. Widgets leave their last state in the file, for whoever opens it.
    """

    encoding = "utf-8"

    def __init__(self, display: Callable[..., Any]) -> None:
        self.heading = ""
        self._display = display
        self._output: Any = None
        self._line = ""

    def write(self, text: str) -> int:
        """Show `text` instead of what was shown before."""
        line = text.strip()
        if line != self._line:
            self._line = line
            self._update({"text/plain": line, "text/html": self._html(line)})
        return len(text)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def _html(self, line: str) -> str:
        if not line:
            return _NOTHING
        heading = self.heading if line.startswith(self.heading) else ""
        rest = line.removeprefix(heading)
        least = min(len(heading), _LEAST_HEADING)  # more would be a blank before the colon
        return _LINE.format(heading=html.escape(heading), rest=html.escape(rest), least=least)

    def _update(self, output: dict[str, str]) -> None:
        if self._output is None:
            self._output = self._display(output, raw=True, display_id=True)
        else:
            self._output.update(output, raw=True)


@dataclass
class _FreeOutput:
    """The output of a cell whose bar is finished: the next bar of the same cell takes it."""

    cell: int | None = None
    output: CellOutput | None = None

    def take(self, cell: int, display: Callable[..., Any]) -> CellOutput:
        """Return the free output of a cell, or a new one."""
        with LOCK:
            output, self.output = (self.output, None) if self.cell == cell else (None, None)
        return output or CellOutput(display)

    def free(self, cell: int, output: CellOutput) -> None:
        """Keep the output of a bar that is finished."""
        with LOCK:
            self.cell, self.output = cell, output


_free_output = _FreeOutput()


class _TextBar(tqdm):  # type: ignore[type-arg] # it iterates over nothing
    """A bar that leaves no thread and no lock behind."""

    output: CellOutput | None = None  # where it is drawn in a notebook
    # Without an interval there is no thread that watches it, which would outlive the bar.
    monitor_interval = 0
    # Tqdm's own lock would be shared with other processes, and so fix how those are started.
    _lock = LOCK

    def refresh(self, *_: Any, **__: Any) -> None:
        """Draw; tqdm's own method does not release the lock if the screen cannot be written to."""
        with LOCK:
            self.display()


def _terminal_bar(options: dict[str, Any], cleanup: contextlib.ExitStack) -> Any:
    cleanup.enter_context(keep_lines_whole(sys.stderr))
    return _TextBar(file=sys.stderr, **bar_size(sys.stderr), **options)


def _notebook_bar(options: dict[str, Any], cleanup: contextlib.ExitStack) -> Any:
    ipython = sys.modules["IPython"]
    shell = ipython.get_ipython()
    if "IPKernelApp" not in shell.config:  # a console that is a kernel
        return _TextBar(file=sys.stderr, **options)
    cell = shell.execution_count
    output = _free_output.take(cell, ipython.display.display)
    output.heading = options["desc"]
    cleanup.callback(_free_output.free, cell, output)
    bar = _TextBar(file=output, position=0, **options)
    bar.output = output
    return bar
