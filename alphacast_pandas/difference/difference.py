"""What a push does to a dataset: from two tables, their key and a mode to the difference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.difference.rows import (
    Alignment,
    align,
    differing,
    of_one_type,
    taken,
    unaligned,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.difference.modes import Mode


@dataclass(frozen=True, eq=False)
class Difference:
    """
    Two tables, `before` in the dataset and `sent`, aligned by `keys`.

    `differing` are, for each value column of `sent`, the places among the shared rows where the
    values differ, whatever the mode makes of it. Nothing is copied out of the tables.
    """

    before: pa.Table
    sent: pa.Table
    keys: tuple[str, ...]
    mode: Mode
    rows: Alignment
    differing: Mapping[str, np.ndarray]

    @property
    def values(self) -> tuple[str, ...]:
        """The value columns of the table sent."""
        return tuple(self.differing)

    @property
    def added(self) -> np.ndarray:
        """Rows of `sent` that the dataset lacks."""
        return self.rows.sent_only

    @property
    def deleted(self) -> np.ndarray:
        """Rows of `before` that will go."""
        return self.rows.before_only if self.mode.deletes else self.rows.before_only[:0]

    @cached_property
    def changes(self) -> dict[str, np.ndarray]:
        """Places among the shared rows of the values that will change, by column."""
        if self.mode.updates:
            return dict(self.differing)
        return {name: places[:0] for name, places in self.differing.items()}

    @cached_property
    def changed(self) -> np.ndarray:
        """Places among the shared rows of the rows in which a value will change."""
        is_changed = np.zeros(len(self.rows.sent_shared), dtype=bool)
        for places in self.changes.values():
            is_changed[places] = True
        return np.flatnonzero(is_changed)

    @property
    def unchanged(self) -> int:
        """How many rows are on both sides, and stay as they are."""
        return len(self.rows.sent_shared) - len(self.changed)

    @property
    def kept(self) -> int:
        """How many values on both sides differ, and stay as they are in the dataset."""
        return 0 if self.mode.updates else sum(map(len, self.differing.values()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing will be added, changed or deleted."""
        return not (len(self.added) or len(self.changed) or len(self.deleted))

    @cached_property
    def rows_to_send(self) -> np.ndarray:
        """Rows of `sent` that are new, or will change a value, in their order."""
        return np.sort(np.concatenate([self.added, self.rows.sent_shared[self.changed]]))

    def old(self, name: str) -> pa.ChunkedArray:
        """Return the dataset's values of a column where they will change."""
        return taken(self.held(name), self.rows.before_shared[self.changes[name]])

    def new(self, name: str) -> pa.ChunkedArray:
        """Return the values sent of a column where they will change."""
        return taken(self.sent.column(name), self.rows.sent_shared[self.changes[name]])

    def held(self, name: str) -> pa.ChunkedArray:
        """Return a column of the dataset, all missing if it has none of this name."""
        if name in self.before.column_names:
            return self.before.column(name)
        kind = self.sent.schema.field(name).type
        return pa.chunked_array([pa.nulls(self.before.num_rows, kind)])

    @cached_property
    def erased(self) -> int:
        """How many values will become missing in rows that stay."""
        return sum(self.new(name).null_count for name in self.values)

    @property
    def new_columns(self) -> tuple[str, ...]:
        """Columns of the table sent that the dataset lacks."""
        return tuple(n for n in self.sent.column_names if n not in self.before.column_names)

    @property
    def absent_columns(self) -> tuple[str, ...]:
        """Columns of the dataset that the table sent lacks."""
        return tuple(n for n in self.before.column_names if n not in self.sent.column_names)


def compare(
    before: pa.Table,
    sent: pa.Table,
    keys: Sequence[str],
    mode: Mode,
    *,
    is_rekeyed: bool = False,
) -> Difference:
    """
    Return what sending `sent` makes of `before`.

    `is_rekeyed` says that the dataset's key was another, so that no row is one of the other side.
    """
    rows = unaligned(before, sent) if is_rekeyed else align(before, sent, keys)
    places = {
        name: _places(before, sent, name, rows) for name in sent.column_names if name not in keys
    }
    return Difference(before, sent, tuple(keys), mode, rows, places)


def _places(before: pa.Table, sent: pa.Table, name: str, rows: Alignment) -> np.ndarray:
    new = taken(sent.column(name), rows.sent_shared)
    if name in before.column_names:
        return differing(taken(before.column(name), rows.before_shared), new)
    return np.flatnonzero(new.is_valid().to_numpy())


def predicted(difference: Difference) -> pa.Table:
    """Return the rows sent as the dataset will hold them, with all of its columns."""
    held = held_rows(difference)
    names = dict.fromkeys((*difference.sent.column_names, *difference.before.column_names))
    columns = {name: _column(difference, name, held) for name in names}
    return pa.table(columns)


def held_rows(difference: Difference) -> np.ndarray:
    """Return for each row sent its row in the dataset, -1 for a new one."""
    held = np.full(difference.sent.num_rows, -1)
    held[difference.rows.sent_shared] = difference.rows.before_shared
    return held


def _column(difference: Difference, name: str, held: np.ndarray) -> pa.ChunkedArray:
    is_sent = name in difference.sent.column_names
    if name in difference.keys or (is_sent and difference.mode.updates):
        return difference.sent.column(name)
    before = difference.held(name)
    if not is_sent:
        return before.take(pa.array(held, mask=held < 0))
    there, here = of_one_type(before, difference.sent.column(name))
    rows = np.where(held < 0, np.arange(len(held)) + len(before), held)
    return pa.chunked_array([*there.chunks, *here.chunks], there.type).take(pa.array(rows))


def vanishing_entities(difference: Difference) -> dict[str, list[object]]:
    """Return the values of each entity column that no row would have any more."""
    if not len(difference.deleted):
        return {}
    gone = {}
    for name in difference.keys[1:]:
        if name not in difference.before.column_names:
            continue
        held, sent = of_one_type(difference.before.column(name), difference.sent.column(name))
        distinct = pc.unique(taken(held, difference.deleted))
        is_sent = pc.is_in(distinct, value_set=pc.unique(sent))
        lost = distinct.filter(pc.invert(is_sent)).to_pylist()
        if lost:
            gone[name] = lost
    return gone


def vanishing_columns(difference: Difference) -> list[str]:
    """
    Return the value columns of the dataset that would hold nothing any more.

    Where nothing is deleted, only dates of the frame need have been read, which cannot tell.
    """
    if not difference.mode.deletes:
        return []
    values = [name for name in difference.before.column_names if name not in difference.keys]
    return [
        name
        for name in values
        if _holds_any(difference.before.column(name)) and _vanishes(difference, name)
    ]


def _vanishes(difference: Difference, name: str) -> bool:
    held = difference.before.column(name)
    shared = taken(held, difference.rows.before_shared)
    if name in difference.differing:
        sent = difference.sent.column(name)
        if _holds_any(taken(sent, difference.added)):
            return False
        if difference.mode.updates:
            shared = taken(sent, difference.rows.sent_shared)
    return not _holds_any(shared)


def _holds_any(values: pa.ChunkedArray) -> bool:
    return bool(values.null_count < len(values))
