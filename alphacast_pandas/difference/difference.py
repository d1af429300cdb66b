"""What a push in one of the modes makes of a dataset, computed from two tables."""

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
    align_nothing,
    find_differences,
    take_rows,
    to_common_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.difference.modes import Mode


@dataclass(frozen=True, eq=False)
class Difference:
    """
    The stored table of a dataset and a table that is sent to it, with their rows aligned by `keys`.

    `unequal` are, for each value column of the table sent, the positions among the shared rows
    where the values differ, whatever the mode makes of it. Nothing is copied out of the tables.
    """

    stored_table: pa.Table
    sent_table: pa.Table
    keys: tuple[str, ...]
    mode: Mode
    rows: Alignment
    unequal: Mapping[str, np.ndarray]

    @property
    def value_columns(self) -> tuple[str, ...]:
        """The value columns of the table sent."""
        return tuple(self.unequal)

    @property
    def added(self) -> np.ndarray:
        """Rows of the table sent that the dataset lacks."""
        return self.rows.only_sent

    @property
    def deleted(self) -> np.ndarray:
        """Rows of the stored table that will go."""
        return self.rows.only_stored if self.mode.deletes else self.rows.only_stored[:0]

    @cached_property
    def changed_values(self) -> dict[str, np.ndarray]:
        """Positions among the shared rows of the values that will change, by column."""
        if self.mode.updates:
            return dict(self.unequal)
        return {name: positions[:0] for name, positions in self.unequal.items()}

    @cached_property
    def changed(self) -> np.ndarray:
        """Positions among the shared rows of the rows in which a value will change."""
        is_changed = np.zeros(len(self.rows.shared_sent), dtype=bool)
        for positions in self.changed_values.values():
            is_changed[positions] = True
        return np.flatnonzero(is_changed)

    @property
    def unchanged(self) -> int:
        """How many rows are on both sides and stay as they are."""
        return len(self.rows.shared_sent) - len(self.changed)

    @property
    def kept(self) -> int:
        """How many values on both sides differ and stay as they are in the dataset."""
        return 0 if self.mode.updates else sum(map(len, self.unequal.values()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing will be added, changed or deleted."""
        return not (len(self.added) or len(self.changed) or len(self.deleted))

    @cached_property
    def rows_to_send(self) -> np.ndarray:
        """Rows of the table sent that are new, or will change a value, in their order."""
        return np.sort(np.concatenate([self.added, self.rows.shared_sent[self.changed]]))

    def old_values(self, name: str) -> pa.ChunkedArray:
        """Return the dataset's values of a column where they will change."""
        rows = self.rows.shared_stored[self.changed_values[name]]
        return take_rows(self.stored_column(name), rows)

    def new_values(self, name: str) -> pa.ChunkedArray:
        """Return the values sent of a column where they will change."""
        rows = self.rows.shared_sent[self.changed_values[name]]
        return take_rows(self.sent_table.column(name), rows)

    def stored_column(self, name: str) -> pa.ChunkedArray:
        """Return a column of the dataset, all missing if it has none of this name."""
        if name in self.stored_table.column_names:
            return self.stored_table.column(name)
        type_ = self.sent_table.schema.field(name).type
        return pa.chunked_array([pa.nulls(self.stored_table.num_rows, type_)])

    @cached_property
    def erased(self) -> int:
        """How many values will become missing in rows that stay."""
        return sum(self.new_values(name).null_count for name in self.value_columns)

    @property
    def new_columns(self) -> tuple[str, ...]:
        """Columns of the table sent that the dataset lacks."""
        stored = self.stored_table.column_names
        return tuple(name for name in self.sent_table.column_names if name not in stored)

    @property
    def absent_columns(self) -> tuple[str, ...]:
        """Columns of the dataset that the table sent lacks."""
        sent = self.sent_table.column_names
        return tuple(name for name in self.stored_table.column_names if name not in sent)


def compare(
    stored_table: pa.Table,
    sent_table: pa.Table,
    keys: Sequence[str],
    mode: Mode,
    *,
    has_other_key: bool = False,
) -> Difference:
    """
    Return what sending a table makes of the stored one.

    `has_other_key` says that other columns identify the stored rows, so that none of them is a row
    of the table sent.
    """
    rows = (
        align_nothing(stored_table, sent_table)
        if has_other_key
        else align(stored_table, sent_table, keys)
    )
    unequal = {
        name: _unequal(stored_table, sent_table, name, rows)
        for name in sent_table.column_names
        if name not in keys
    }
    return Difference(stored_table, sent_table, tuple(keys), mode, rows, unequal)


def predict_rows(difference: Difference) -> pa.Table:
    """Return the rows sent as the dataset will hold them, with all of its columns."""
    stored_rows = np.full(difference.sent_table.num_rows, -1)
    stored_rows[difference.rows.shared_sent] = difference.rows.shared_stored
    names = dict.fromkeys(
        (*difference.sent_table.column_names, *difference.stored_table.column_names)
    )
    return pa.table({name: _predict_column(difference, name, stored_rows) for name in names})


def vanishing_entities(difference: Difference) -> dict[str, list[object]]:
    """Return the values of each entity column that no row would have any more."""
    if not len(difference.deleted):
        return {}
    vanishing = {}
    for name in difference.keys[1:]:
        if name not in difference.stored_table.column_names:
            continue
        stored, sent = to_common_type(
            difference.stored_table.column(name), difference.sent_table.column(name)
        )
        distinct = pc.unique(take_rows(stored, difference.deleted))
        is_sent = pc.is_in(distinct, value_set=pc.unique(sent))
        values = distinct.filter(pc.invert(is_sent)).to_pylist()
        if values:
            vanishing[name] = values
    return vanishing


def vanishing_columns(difference: Difference) -> list[str]:
    """
    Return the value columns of the dataset that would hold nothing any more.

    Where nothing is deleted, only dates of the frame need have been read, which cannot tell.
    """
    if not difference.mode.deletes:
        return []
    return [
        name
        for name in difference.stored_table.column_names
        if name not in difference.keys and _vanishes(difference, name)
    ]


def _unequal(
    stored_table: pa.Table, sent_table: pa.Table, name: str, rows: Alignment
) -> np.ndarray:
    sent = take_rows(sent_table.column(name), rows.shared_sent)
    if name in stored_table.column_names:
        return find_differences(take_rows(stored_table.column(name), rows.shared_stored), sent)
    return np.flatnonzero(sent.is_valid().to_numpy())


def _predict_column(difference: Difference, name: str, stored_rows: np.ndarray) -> pa.ChunkedArray:
    """Return one column; `stored_rows` are the dataset's rows of those sent, -1 for new ones."""
    is_sent = name in difference.sent_table.column_names
    if name in difference.keys or (is_sent and difference.mode.updates):
        return difference.sent_table.column(name)
    stored = difference.stored_column(name)
    is_new = stored_rows < 0
    if not is_sent:
        return stored.take(pa.array(stored_rows, mask=is_new))
    stored, sent = to_common_type(stored, difference.sent_table.column(name))
    both = pa.chunked_array([*stored.chunks, *sent.chunks], stored.type)
    rows = np.where(is_new, np.arange(len(stored_rows)) + len(stored), stored_rows)
    return both.take(pa.array(rows))


def _vanishes(difference: Difference, name: str) -> bool:
    """Tell whether a stored column holds values now and would hold none afterwards."""
    stored = difference.stored_table.column(name)
    if not _holds_any(stored):
        return False
    remaining = take_rows(stored, difference.rows.shared_stored)
    if name in difference.unequal:
        sent = difference.sent_table.column(name)
        if _holds_any(take_rows(sent, difference.added)):
            return False
        if difference.mode.updates:
            remaining = take_rows(sent, difference.rows.shared_sent)
    return not _holds_any(remaining)


def _holds_any(values: pa.ChunkedArray) -> bool:
    return bool(values.null_count < len(values))
