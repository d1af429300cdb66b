"""What a push does to a dataset: from two tables, their key and a mode to the difference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from alphacast_pandas.comparing.keys import Alignment, align, unaligned
from alphacast_pandas.comparing.values import differing, taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.comparing.modes import Mode


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
