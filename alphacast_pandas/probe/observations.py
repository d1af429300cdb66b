"""What an experiment has seen, and the reading that it proves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.probe.questions import BY_NAME
from alphacast_pandas.text import shorten

if TYPE_CHECKING:
    from alphacast_pandas.probe.questions import Question

_LONGEST = 240  # characters of what was seen


@dataclass(frozen=True)
class Observation:
    """What was seen of one question: it has a reading, or a reason why it is undecided."""

    name: str
    seen: str
    reading: str | None = None
    undecided: str | None = None

    @property
    def question(self) -> Question:
        """The question that it answers."""
        return BY_NAME[self.name]


def decide(name: str, seen: str, reading: str) -> Observation:
    """Return an observation that proves a reading."""
    return Observation(name, shorten(seen, _LONGEST), reading)


def leave_open(name: str, why: str, seen: str = "") -> Observation:
    """Return an observation that proves no reading, and the reason."""
    return Observation(name, shorten(seen, _LONGEST), None, shorten(why, _LONGEST))


def decide_if_known(name: str, seen: str, reading: str | None) -> Observation:
    """Return an observation of a reading, or that none of the known ones fits what was seen."""
    if reading is None:
        return leave_open(name, "None of the known readings fits what was seen.", seen)
    return decide(name, seen, reading)
