"""The report of a probe, for people or for programs."""

from __future__ import annotations

import itertools
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
_GAP = "  "


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
    """Return two tables: the questions with a reading, then those that are undecided."""
    decided = [each for each in observations if each.reading is not None]
    others = [each for each in observations if each.reading is None]
    first = ("question", "seen", "reading"), (0.38, 0.38, 0.24)
    second = ("question", "seen", "undecided"), (0.33, 0.25, 0.42)
    return [
        f"{plural(len(decided), 'question')} with a reading",
        "",
        *_table(*first, [(_title(each), each.seen, str(each.reading)) for each in decided], width),
        f"{plural(len(others), 'question')} without one",
        "",
        *_table(
            *second, [(_title(each), each.seen, each.undecided or "") for each in others], width
        ),
    ]


def _title(observation: Observation) -> str:
    return f"{observation.name}: {observation.question.question}"


def _table(
    head: Sequence[str], shares: Sequence[float], rows: Sequence[Sequence[str]], width: int
) -> Iterator[str]:
    """Yield the lines of a table whose cells wrap, with an empty line below each row."""
    widths = [max(1, int(share * width) - len(_GAP)) for share in shares]
    for row in (head, *rows):
        cells = [
            textwrap.wrap(printable(text), size, break_on_hyphens=False)
            for text, size in zip(row, widths, strict=True)
        ]
        for line in itertools.zip_longest(*cells, fillvalue=""):
            padded = (text.ljust(size) for text, size in zip(line, widths, strict=True))
            yield _GAP.join(padded).rstrip()
        yield ""
