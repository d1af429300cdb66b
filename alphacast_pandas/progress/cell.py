"""One output of a notebook's cell, of which only the last line is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
