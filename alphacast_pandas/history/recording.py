"""Records what a look found: as a new vintage, or as what the look before it found."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from alphacast_pandas.errors import QueryError
from alphacast_pandas.history.changes import compare_tables, differing_blocks
from alphacast_pandas.vintage_store.instants import to_text
from alphacast_pandas.vintage_store.records import Counts, Look
from alphacast_pandas.vintage_store.store import DamageError, new_look_name
from alphacast_pandas.vintage_store.vintages import vintages_of

if TYPE_CHECKING:
    from alphacast_pandas.vintage_store.records import LookName
    from alphacast_pandas.vintage_store.store import DatasetFolder, PlannedContent
    from alphacast_pandas.vintage_store.vintages import Vintage

_MICROSECOND = datetime.timedelta(microseconds=1)
NOTHING = Counts(0, 0, 0)


@dataclass(frozen=True)
class Recorded:
    """How a look ended: the vintage that it found, and whether it was the first to find it."""

    vintage: Vintage
    look: Look
    is_new: bool


@dataclass(frozen=True)
class Before:
    """The look before one that begins now; `record` is None if it is damaged."""

    name: LookName
    record: Look | None


def look_before(folder: DatasetFolder, began: datetime.datetime) -> Before | None:
    """Return the last look that began before this instant, None if there is none."""
    earlier = [name for name in folder.looks() if name.began < began]
    if not earlier:
        return None
    try:
        return Before(earlier[-1], folder.read_look(earlier[-1]))
    except DamageError:
        return Before(earlier[-1], None)


def _look_after(folder: DatasetFolder, began: datetime.datetime) -> LookName | None:
    """Return the first look that began after this instant, None if there is none."""
    return next((name for name in folder.looks() if name.began > began), None)


def free_instant(folder: DatasetFolder, began: datetime.datetime) -> datetime.datetime:
    """Return this instant, or the next one that no look has."""
    taken = {name.began for name in folder.looks()}
    while began in taken:
        began += _MICROSECOND
    return began


def record_same(
    folder: DatasetFolder, began: datetime.datetime, look: Look, now: datetime.datetime
) -> Recorded:
    """Record a look that found a content which is there already."""
    name = new_look_name(began, look.content)
    folder.write_look(name, look)
    folder.remove_old_partials(now)
    return _recorded(folder, name, look)


def record_content(
    folder: DatasetFolder,
    began: datetime.datetime,
    planned: PlannedContent,
    facts: Look,
    now: datetime.datetime,
) -> Recorded:
    """
    Record the content that a look has found; `facts` are what else is known of it.

    One that differs from the content of the look before it, or of the look after it, in the order
    of rows or columns only is the same.
    """
    look = _described(facts, planned)
    before, after = look_before(folder, began), _look_after(folder, began)
    previous = before.name.content if before is not None else None
    following = after.content if after is not None else None
    counts = {
        content: count_changes(folder, content, planned)
        for content in (previous, following)
        if content is not None
    }
    first = Counts(look.rows, 0, 0)
    look = replace(look, previous=previous, counts=counts[previous] if previous else first)
    for content in counts:
        if is_same(folder, content, planned, counts[content]):
            look = replace(look, content=content)
            break
    if look.content == planned.hash:
        folder.write_content(planned)  # also where a file of it was lost or damaged
    return record_same(folder, began, look, now)


def recorded_at(
    folder: DatasetFolder, at: datetime.datetime, planned: PlannedContent, facts: Look
) -> Recorded | None:
    """Return the look at this very instant if it found the same, None if there is none."""
    there = [name for name in folder.looks() if name.began == at]
    for name in there:
        counts = count_changes(folder, name.content, planned)
        if is_same(folder, name.content, planned, counts):
            if name.content == planned.hash:
                folder.write_content(planned)  # where a file of it was lost or damaged
            found = _recorded(folder, name, _described(facts, planned))
            return replace(found, is_new=False)
    if there:
        msg = (
            f"The vintage store has another vintage of dataset {folder.number} at "
            f"{to_text(at)}, and vintages are never changed. Pass another at=, or another store=."
        )
        raise QueryError(msg)
    return None


def count_changes(folder: DatasetFolder, previous: str, planned: PlannedContent) -> Counts | None:
    """Return how a content differs from a previous one, None if that is damaged."""
    if previous == planned.hash:
        return NOTHING
    tables = {
        block.hash: table
        for block, table in zip(planned.content.blocks, planned.tables, strict=True)
    }
    new = planned.content
    try:
        old = folder.read_content(previous)
        only_old, only_new = differing_blocks(old, new)
        old_table = folder.join(old, only_old)
    except DamageError:
        return None
    new_table = pa.concat_tables(
        [new.schema.empty_table(), *(tables[block.hash] for block in only_new)]
    )
    keys = old.definitions.keys, new.definitions.keys
    return compare_tables(old_table, new_table, *keys).counts


def is_same(
    folder: DatasetFolder, previous: str, planned: PlannedContent, counts: Counts | None
) -> bool:
    """Tell whether a content, of which `counts` differ from a previous one, is the same."""
    if counts != NOTHING:
        return False
    return (
        previous == planned.hash or folder.read_content(previous).columns == planned.content.columns
    )


def _described(facts: Look, planned: PlannedContent) -> Look:
    start, end = planned.content.span
    rows = planned.content.rows
    return replace(facts, content=planned.hash, rows=rows, start=start, end=end)


def _recorded(folder: DatasetFolder, name: LookName, look: Look) -> Recorded:
    # The listing of a network drive may be a moment behind what was written to it.
    vintages = vintages_of(sorted({*folder.looks(), name}))
    found = next(v for v in reversed(vintages) if v.look <= name <= v.last_look)
    return Recorded(found, look, found.look == name)
