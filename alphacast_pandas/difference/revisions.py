"""Facts of a difference that a person looks for: the largest revisions, counts, dates."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.difference.rows import is_number, take_rows, to_doubles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alphacast_pandas.difference.difference import Difference

MOST_REVISIONS = 10


@dataclass(frozen=True, eq=False)
class Revisions:
    """Revised numbers: the row sent and the column of each, its old and its new value."""

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


@dataclass(frozen=True)
class RevisionLine:
    """One revised number, with its key and column as text."""

    label: str
    old: float
    new: float
    relative: float


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


def largest_revisions(difference: Difference, *, is_relative: bool) -> Revisions:
    """Return the ten largest revisions of numbers, the largest first; ties by row and column."""
    names = [name for name in difference.value_columns if _holds_numbers(difference, name)]
    parts = [_largest_of_column(difference, name, is_relative=is_relative) for name in names]
    rows, old, new = (
        np.concatenate([getattr(part, field) for part in parts] or [np.empty(0)])
        for field in ("rows", "old", "new")
    )
    columns = [name for part in parts for name in part.columns]
    candidates = Revisions(rows.astype(np.intp), columns, old, new)
    order = np.argsort(-_sizes(candidates, is_relative=is_relative), kind="stable")
    return _select(candidates, order[:MOST_REVISIONS])


def revision_lines(difference: Difference, *, is_relative: bool, count: int) -> list[RevisionLine]:
    """Return the largest revisions as they are displayed, the largest first."""
    found = largest_revisions(difference, is_relative=is_relative)
    keys = difference.sent_table.select([*difference.keys]).take(pa.array(found.rows[:count]))
    numbers = zip(found.old, found.new, found.relative, strict=True)
    return [
        RevisionLine(_label([*key.values(), name]), *map(float, values))
        for key, name, values in zip(keys.to_pylist(), found.columns, numbers, strict=False)
    ]


def column_counts(difference: Difference) -> list[ColumnCounts]:
    """Return the counts of every value column, those of the frame first."""
    names = dict.fromkeys((*difference.value_columns, *difference.stored_table.column_names))
    return [_counts(difference, name) for name in names if name not in difference.keys]


def touched_dates(difference: Difference) -> pa.ChunkedArray:
    """Return the distinct dates of rows that will be added, changed or deleted, in order."""
    date = difference.keys[0]
    sent, stored = difference.sent_table.column(date), difference.stored_column(date)
    rows = np.concatenate([difference.added, difference.rows.shared_sent[difference.changed]])
    parts = [take_rows(sent, rows), take_rows(stored, difference.deleted).cast(sent.type)]
    dates = pc.unique(pa.chunked_array([c for part in parts for c in part.chunks], sent.type))
    return pa.chunked_array([dates.take(pc.sort_indices(dates))])


def date_span(difference: Difference) -> tuple[str, str] | None:
    """Return the first and the last date touched as text, None if nothing is."""
    dates = touched_dates(difference)
    if not len(dates):
        return None
    return _key_text(dates[0].as_py()), _key_text(dates[-1].as_py())


def _holds_numbers(difference: Difference, name: str) -> bool:
    """Tell whether a column holds numbers on both sides."""
    tables = (difference.stored_table, difference.sent_table)
    return all(
        name in table.column_names and is_number(table.schema.field(name).type) for table in tables
    )


def _largest_of_column(difference: Difference, name: str, *, is_relative: bool) -> Revisions:
    old = to_doubles(difference.old_values(name))
    new = to_doubles(difference.new_values(name))
    rows = difference.rows.shared_sent[difference.changed_values[name]]
    sizes = _sizes(Revisions(rows, [], old, new), is_relative=is_relative)
    order = _largest_positions(sizes)
    order = order[sizes[order] >= 0]
    return Revisions(rows[order], [name] * len(order), old[order], new[order])


def _sizes(revisions: Revisions, *, is_relative: bool) -> np.ndarray:
    """Return how large each revision is, -1 where a value is missing or the share has no sense."""
    change = np.abs(revisions.relative if is_relative else revisions.absolute)
    has_no_sense = np.isnan(change) | (np.isinf(change) if is_relative else False)
    return np.where(has_no_sense, -1.0, change)


def _largest_positions(sizes: np.ndarray) -> np.ndarray:
    """Return the positions of the largest, in order, without sorting all of them."""
    positions = np.arange(len(sizes))
    if len(sizes) > MOST_REVISIONS:
        bound = np.partition(sizes, -MOST_REVISIONS)[-MOST_REVISIONS]
        positions = np.flatnonzero(sizes >= bound)
    order = np.argsort(-sizes[positions], kind="stable")[:MOST_REVISIONS]
    largest: np.ndarray = positions[order]
    return largest


def _select(revisions: Revisions, positions: np.ndarray) -> Revisions:
    return Revisions(
        revisions.rows[positions],
        [revisions.columns[position] for position in positions],
        revisions.old[positions],
        revisions.new[positions],
    )


def _counts(difference: Difference, name: str) -> ColumnCounts:
    sent = difference.sent_table.column(name) if name in difference.unequal else None
    return ColumnCounts(
        name,
        added=0 if sent is None else _count_present(take_rows(sent, difference.added)),
        changed=len(difference.changed_values.get(name, ())),
        deleted=_count_present(take_rows(difference.stored_column(name), difference.deleted)),
    )


def _count_present(values: pa.ChunkedArray) -> int:
    return len(values) - int(values.null_count)


def _label(values: Iterable[object]) -> str:
    return ", ".join(map(_key_text, values))


def _key_text(value: object) -> str:
    """Return a value of a key as a person reads it."""
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)
