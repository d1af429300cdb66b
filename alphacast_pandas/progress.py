"""A bar for long work, where a person is watching."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_SECONDS_BEFORE_SHOWN = 1.0


class Stream(Protocol):
    """A stream that tells of the bytes it takes from the wire."""

    on_wire: Any


class Meter:
    """Counts bytes, and shows them when the work takes more than a second."""

    def __init__(self, title: str, *, progress: bool | None) -> None:
        self._title = title
        self._shown = _is_watched() if progress is None else bool(progress)
        self._total: int | None = None
        self._bar: Any = None
        self.count = 0

    def watch(self, stream: Stream, headers: Mapping[str, str]) -> None:
        """Count what `stream` receives from now on."""
        length = headers.get("Content-Length", "")
        self.begin(int(length) if length.isdigit() else None)
        stream.on_wire = self.advance

    def begin(self, total: int | None) -> None:
        """Count from zero, to `total` if it is known."""
        self.__exit__(None, None, None)
        self._total, self.count = total, 0

    def advance(self, count: int) -> None:
        """Say that so many more bytes went by."""
        self.count += count
        if not self._shown:
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(
                desc=self._title,
                total=self._total,
                unit="B",
                unit_scale=True,
                unit_divisor=1024,
                delay=_SECONDS_BEFORE_SHOWN,
                leave=False,
            )
        self._bar.update(count)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _is_watched() -> bool:
    in_notebook = "ipykernel" in sys.modules
    return in_notebook or (sys.stderr is not None and sys.stderr.isatty())
