"""What a probe has found: as a table for people, and as JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from alphacast_pandas import __version__
from alphacast_pandas.display import WIDTH, plural
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence

    from alphacast_pandas.probe.observations import Observation

FORMAT = 1  # of the file
_INDENT = "    "


def to_records(observations: Sequence[Observation]) -> list[dict[str, Any]]:
    """Return one JSON object for each question."""
    return [
        {
            "name": each.name,
            "question": each.question.question,
            "seen": each.seen,
            "reading": each.reading,
            "undecided": each.undecided,
            "source": each.question.source,
        }
        for each in observations
    ]


def to_file(
    observations: Sequence[Observation], *, base_url: str, moment: datetime.datetime
) -> dict[str, Any]:
    """Return the content of the file that `Readings.load` and ``pytest -m live`` understand."""
    readings = {
        each.name: each.reading
        for each in observations
        if each.question.is_switch and each.reading is not None
    }
    return {
        "format": FORMAT,
        "probed_at": moment.isoformat(timespec="seconds"),
        "package": __version__,
        "base_url": base_url,
        "readings": readings,
        "questions": to_records(observations),
    }


def to_lines(observations: Sequence[Observation], width: int = WIDTH) -> list[str]:
    """Return the report: the questions with a reading first, then those that are undecided."""
    decided = [each for each in observations if each.reading is not None]
    others = [each for each in observations if each.reading is None]
    lines = [f"{plural(len(decided), 'question')} answered:"]
    for each in decided:
        lines += _lines(each, f"{each.name} = {each.reading}", width)
    lines += ["", f"{plural(len(others), 'question')} not answered:"]
    for each in others:
        lines += _lines(each, each.name, width)
    return lines


def _lines(observation: Observation, title: str, width: int) -> Iterator[str]:
    yield ""
    texts = [
        ("", title),
        (_INDENT, f"{observation.question.question} ({observation.question.source})"),
        (_INDENT, f"Seen: {observation.seen}" if observation.seen else ""),
        (_INDENT, f"Undecided: {observation.undecided}" if observation.undecided else ""),
    ]
    for indent, text in texts:
        yield from textwrap.wrap(
            printable(text), width, initial_indent=indent, subsequent_indent=indent
        )
