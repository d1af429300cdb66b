"""Changes between two contents of a dataset: rows added and deleted, values revised."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from alphacast_pandas.difference.difference import Difference, compare
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.vintage_store.records import Counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.vintage_store.records import Block, Content

_OCCURRENCE = "\0occurrence"  # no column of a dataset is called like this


@dataclass(frozen=True, eq=False)
class Changes:
    """
    What happened between two tables.

    `added` are rows of the new table, `deleted` rows of the old one; `revised` has for each column
    the rows of the old and of the new table between which its value differs.
    """

    old: pa.Table
    new: pa.Table
    added: np.ndarray
    deleted: np.ndarray
    revised: Mapping[str, tuple[np.ndarray, np.ndarray]]

    @property
    def counts(self) -> Counts:
        """How many rows were added, values revised, rows deleted."""
        revised = sum(len(rows) for rows, _ in self.revised.values())
        return Counts(len(self.added), revised, len(self.deleted))


def differing_blocks(old: Content, new: Content) -> tuple[list[Block], list[Block]]:
    """
    Return the blocks that are in one of two contents only.

    Rows of a block that is in both have not changed, unless another key identifies them.
    """
    if {*old.definitions.keys} != {*new.definitions.keys}:
        return [*old.blocks], [*new.blocks]
    hashes = [Counter(block.hash for block in content.blocks) for content in (old, new)]
    return (
        _without(old.blocks, hashes[0] & hashes[1]),
        _without(new.blocks, hashes[0] & hashes[1]),
    )


def compare_tables(
    old: pa.Table, new: pa.Table, old_keys: Sequence[str], new_keys: Sequence[str]
) -> Changes:
    """
    Return what happened between two tables, whose rows are identified by these columns.

    If other columns identify the rows than before, all are other rows. Rows that share a key are
    matched in their order; where nothing identifies rows, they are compared as a whole.
    """
    keys = _common_keys(old, new, old_keys, new_keys)
    if not keys:
        return _changes(compare(old, new, (), MODES["replace"], has_other_key=True))
    difference = compare(old, new, keys, MODES["replace"])
    if not (len(difference.rows.repeated_stored) or len(difference.rows.repeated_sent)):
        return _changes(difference)
    old_rows, new_rows = (_with_occurrence(table, keys) for table in (old, new))
    numbered = _changes(compare(old_rows, new_rows, (*keys, _OCCURRENCE), MODES["replace"]))
    return Changes(old, new, numbered.added, numbered.deleted, numbered.revised)


def _common_keys(
    old: pa.Table, new: pa.Table, old_keys: Sequence[str], new_keys: Sequence[str]
) -> tuple[str, ...]:
    """Return the columns by which rows are matched, none if they cannot be."""
    if {*old_keys} != {*new_keys}:
        return ()
    if new_keys:
        return tuple(new_keys)
    return tuple(new.column_names) if {*old.column_names} == {*new.column_names} else ()


def _changes(difference: Difference) -> Changes:
    """Return a difference with the columns that the new table lacks: their values are gone."""
    rows = difference.rows
    revised = {
        name: (rows.shared_stored[places], rows.shared_sent[places])
        for name, places in difference.unequal.items()
    }
    for name in difference.absent_columns:
        is_valid = difference.stored_table.column(name).is_valid().to_numpy()
        places = np.flatnonzero(is_valid[rows.shared_stored])
        revised[name] = rows.shared_stored[places], rows.shared_sent[places]
    return Changes(
        difference.stored_table,
        difference.sent_table,
        rows.only_sent,
        rows.only_stored,
        {name: places for name, places in revised.items() if len(places[0])},
    )


def _with_occurrence(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return a table with a column that numbers the rows of each key."""
    groups = table.select([*keys]).to_pandas().groupby([*keys], dropna=False, sort=False)
    return table.append_column(_OCCURRENCE, pa.array(groups.cumcount().to_numpy()))


def _without(blocks: Sequence[Block], left_out: Counter[str]) -> list[Block]:
    left_out = left_out.copy()
    kept = []
    for block in blocks:
        if left_out[block.hash]:
            left_out[block.hash] -= 1
        else:
            kept.append(block)
    return kept
