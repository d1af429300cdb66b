"""The largest revisions of numbers: by how much, and by which share of the old value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alphacast_pandas.comparing.values import is_number, to_doubles

if TYPE_CHECKING:
    from alphacast_pandas.comparing.difference import Difference

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
