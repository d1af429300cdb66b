"""The clock that every pause and every timestamp of a client comes from."""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """What the package needs of time; tests bring their own."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def sleep(self, seconds: float) -> None:
        """Pause this thread."""

    def now(self) -> datetime.datetime:
        """Return the instant, aware, in UTC."""


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Pause this thread."""
        time.sleep(seconds)

    def now(self) -> datetime.datetime:
        """Return the instant, aware, in UTC."""
        return datetime.datetime.now(datetime.UTC)
