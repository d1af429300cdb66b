"""The largest revisions of numbers: by how much, and by which share of the old value."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.difference.rows import is_number, taken, to_doubles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.difference.difference import Difference


LARGEST_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Revisions:
    """Some revised numbers: the row sent and the column of each, its values, its size."""

    rows: np.ndarray
    columns: list[str]
    old: np.ndarray
    new: np.ndarray

    @property
    def absolute(self) -> np.ndarray:
        """New value less old value."""
        with np.errstate(over="ignore"):
            change: np.ndarray = self.new - self.old
        return change

    @property
    def relative(self) -> np.ndarray:
        """Share of the old value; not finite where that is zero."""
        with np.errstate(all="ignore"):
            share: np.ndarray = self.absolute / np.abs(self.old)
        return share


def largest(difference: Difference, *, is_relative: bool) -> Revisions:
    """Return the largest revisions of numbers, the largest first; ties by row and column."""
    best = [_of_column(difference, name, is_relative=is_relative) for name in _numeric(difference)]
    rows, old, new = (
        np.concatenate([getattr(part, field) for part in best] or [np.empty(0)])
        for field in ("rows", "old", "new")
    )
    columns = [name for part in best for name in part.columns]
    every = Revisions(rows.astype(np.intp), columns, old, new)
    order = np.argsort(-_size(every, is_relative=is_relative), kind="stable")[:LARGEST_SHOWN]
    return _some(every, order)


def _numeric(difference: Difference) -> list[str]:
    return [
        name
        for name in difference.values
        if name in difference.before.column_names
        and all(
            is_number(table.schema.field(name).type)
            for table in (difference.before, difference.sent)
        )
    ]


def _of_column(difference: Difference, name: str, *, is_relative: bool) -> Revisions:
    old, new = to_doubles(difference.old(name)), to_doubles(difference.new(name))
    rows = difference.rows.sent_shared[difference.changes[name]]
    every = Revisions(rows, [], old, new)
    size = _size(every, is_relative=is_relative)
    order = np.argsort(-size, kind="stable") if len(size) <= LARGEST_SHOWN else _top(size)
    order = order[size[order] >= 0]
    return Revisions(rows[order], [name] * len(order), old[order], new[order])


def _size(revisions: Revisions, *, is_relative: bool) -> np.ndarray:
    """Return how large each revision is, -1 where a value is missing or the share has no sense."""
    change = np.abs(revisions.relative if is_relative else revisions.absolute)
    has_no_sense = np.isnan(change) | (np.isinf(change) if is_relative else False)
    return np.where(has_no_sense, -1.0, change)


def _top(size: np.ndarray) -> np.ndarray:
    """Return the places of the largest, without sorting all of them."""
    bound = np.partition(size, -LARGEST_SHOWN)[-LARGEST_SHOWN]
    places = np.flatnonzero(size >= bound)
    order = np.argsort(-size[places], kind="stable")[:LARGEST_SHOWN]
    top: np.ndarray = places[order]
    return top


def _some(revisions: Revisions, order: np.ndarray) -> Revisions:
    return Revisions(
        revisions.rows[order],
        [revisions.columns[place] for place in order],
        revisions.old[order],
        revisions.new[order],
    )


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
