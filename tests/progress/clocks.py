"""Clocks that nobody waits for."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Clock:
    """A clock that stands until it is moved, or moves by itself whenever somebody looks."""

    seconds: float = 0.0
    step: float = 0.0
    meanwhile: Callable[[], Any] = lambda: None

    def monotonic(self) -> float:
        self.seconds += self.step
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.meanwhile()

    def now(self) -> datetime.datetime:
        return datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
