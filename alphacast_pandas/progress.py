"""A bar for long work, where a person is watching."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_SECONDS_BEFORE_SHOWN = 1.0


class Clock(Protocol):
    """What a meter needs of time."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""


class Stream(Protocol):
    """A stream that tells of the bytes it takes from the wire."""

    on_wire: Any


class Meter:
    """Counts bytes, and shows them when the work takes more than a second."""

    def __init__(self, title: str, *, progress: bool | None, clock: Clock) -> None:
        self._title = title
        self._shown = _is_watched() if progress is None else bool(progress)
        self._total: int | None = None
        self._bar: Any = None
        self._clock = clock
        self._begun = clock.monotonic()
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
        if self._bar is not None:
            self._bar.update(count)
        elif self._shown and self._clock.monotonic() - self._begun > _SECONDS_BEFORE_SHOWN:
            self._bar = _bar(self._title, self._total, self.count)

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


def _bar(title: str, total: int | None, count: int) -> Any:
    with warnings.catch_warnings():
        # A notebook without widgets gets a bar of text, which is no reason to warn.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

        return tqdm(
            desc=title,
            total=total,
            initial=count,
            unit="B",
            unit_scale=True,
            unit_divisor=1024,
            leave=False,
        )


def _is_watched() -> bool:
    in_notebook = "ipykernel" in sys.modules
    return in_notebook or (sys.stderr is not None and sys.stderr.isatty())
