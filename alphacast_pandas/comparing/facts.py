"""The facts of a difference that a display shows, counted without building frames."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.comparing.revisions import largest
from alphacast_pandas.comparing.values import taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.comparing.difference import Difference
    from alphacast_pandas.comparing.revisions import Revisions


@dataclass(frozen=True)
class ColumnCounts:
    """How many values of a column will be added, changed and deleted."""

    name: str
    added: int
    changed: int
    deleted: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.added + self.changed + self.deleted


@dataclass(frozen=True)
class Revision:
    """One revised number, with its key and column as text."""

    place: str
    old: float
    new: float
    absolute: float
    relative: float


def column_counts(difference: Difference) -> list[ColumnCounts]:
    """Return the counts of every value column, those of the frame first."""
    names = dict.fromkeys((*difference.values, *difference.before.column_names))
    return [_counts(difference, name) for name in names if name not in difference.keys]


def touched_dates(difference: Difference) -> pa.ChunkedArray:
    """Return the distinct dates of rows that will be added, changed or deleted, in order."""
    date = difference.keys[0]
    sent, held = difference.sent.column(date), difference.held(date)
    rows = np.concatenate([difference.added, difference.rows.sent_shared[difference.changed]])
    parts = [taken(sent, rows), taken(held, difference.deleted).cast(sent.type)]
    dates = pc.unique(pa.chunked_array([c for part in parts for c in part.chunks], sent.type))
    return pa.chunked_array([dates.take(pc.sort_indices(dates))])


def span(difference: Difference) -> tuple[str, str] | None:
    """Return the first and the last date touched as text, None if nothing is."""
    dates = touched_dates(difference)
    if not len(dates):
        return None
    return shown(dates[0].as_py()), shown(dates[-1].as_py())


def revisions(difference: Difference, *, is_relative: bool, most: int) -> list[Revision]:
    """Return the largest revisions, the largest first."""
    found: Revisions = largest(difference, is_relative=is_relative)
    rows = difference.sent.select([*difference.keys]).take(pa.array(found.rows)).slice(0, most)
    numbers = zip(found.old, found.new, found.absolute, found.relative, strict=True)
    return [
        Revision(_place([*key.values(), name]), *map(float, values))
        for key, name, values in zip(rows.to_pylist(), found.columns, numbers, strict=False)
    ]


def shown(value: object) -> str:
    """Return a value of a key as a person reads it."""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)


def _place(values: Sequence[object]) -> str:
    return ", ".join(map(shown, values))


def _counts(difference: Difference, name: str) -> ColumnCounts:
    new = difference.sent.column(name) if name in difference.differing else None
    return ColumnCounts(
        name,
        0 if new is None else _present(taken(new, difference.added)),
        len(difference.changes.get(name, ())),
        _present(taken(difference.held(name), difference.deleted)),
    )


def _present(values: pa.ChunkedArray) -> int:
    return len(values) - int(values.null_count)
