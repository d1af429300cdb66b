"""A plan against what the dataset holds, now and once more before it is carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from alphacast_pandas.api.discovery import fetch_target
from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.difference.difference import Difference, compare
from alphacast_pandas.difference.display import plural, summary
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.errors import ConflictError, ValidationError
from alphacast_pandas.writing.arrow import held_table
from alphacast_pandas.writing.current import State, read_stored, span_of, state_of
from alphacast_pandas.writing.guards import deletion_failures, vanishing
from alphacast_pandas.writing.plan import resolve_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.writing.current import Span
    from alphacast_pandas.writing.guards import Guards
    from alphacast_pandas.writing.plan import Plan


_REPEATED_SHOWN = 10
_AGAIN = "Nothing was sent. Make a new diff, look at it, and push that."


@dataclass(frozen=True, eq=False)
class Compared:
    """The difference a plan makes, and the dataset it was made from."""

    difference: Difference
    state: State
    span: Span | None


def compare_plan(plan: Plan) -> Compared:
    """Return what the plan changes; only dates of the frame are read where that is enough."""
    sent = held_table(plan.checked.frame, plan.checked.types)
    rekeyed = plan.changed_roles
    if rekeyed is not None and not plan.mode.deletes:
        msg = (
            f"{rekeyed} What becomes of them in mode {plan.mode.name!r} is not known, so it cannot "
            f"be compared. Remedy: keep the dataset's roles, or use mode='replace'."
        )
        raise ValidationError(msg)
    span = None if plan.mode.deletes else span_of(sent.column(plan.checked.roles.date))
    state = State() if plan.dataset_id is None else state_of(plan.client, plan.dataset_id)
    before = _before(plan, sent, span)
    if rekeyed is None:
        _check_columns(before, plan.keys)
    apart = rekeyed is not None or _lacks(before, plan.keys)
    difference = compare(before, sent, plan.keys, plan.mode, has_other_key=apart)
    _check_key(difference)
    return Compared(difference, state, span)


def check_settled(compared: Compared) -> None:
    """Raise if an upload is under way, which may change what was compared."""
    if compared.state.under_way is not None:
        msg = (
            f"The dataset may be about to change: {compared.state.under_way} is under way, so "
            "nothing can be known of what a push would do. Nothing was sent. "
            "Try again when it has ended."
        )
        raise ConflictError(msg, retryable=True)


def check_unchanged(plan: Plan, compared: Compared) -> None:
    """Raise if the dataset is not what was compared: by its record, then by its data."""
    if plan.dataset_id is None:
        _check_still_missing(plan)
        return
    now = state_of(plan.client, plan.dataset_id)
    moved = now.has_moved(compared.state)
    if moved is not None:
        msg = f"Dataset {plan.dataset_id} has changed since it was compared: {moved}. {_AGAIN}"
        raise ConflictError(msg)
    check_settled(Compared(compared.difference, now, compared.span))
    held = compared.difference.stored_table
    again = _before_again(plan, compared)
    if not held.equals(again):
        _check_same(plan, held, again)


def _check_same(plan: Plan, held: pa.Table, again: pa.Table) -> None:
    """Raise unless two readings hold the same rows, in whatever order."""
    if not held.num_rows and not again.num_rows:
        return
    what = "its columns are others"
    if set(held.column_names) == set(again.column_names) and not _lacks(held, plan.keys):
        found = compare(held, again, plan.keys, MODES["replace"])
        rows = found.rows
        if found.is_empty and not (len(rows.repeated_stored) or len(rows.repeated_sent)):
            return
        what = summary(found)
    msg = f"Dataset {plan.dataset_id} has changed since it was compared: {what}. {_AGAIN}"
    raise ConflictError(msg)


def _before(plan: Plan, sent: pa.Table, span: Span | None) -> pa.Table:
    """Return what the dataset holds; one without rows has the columns of the frame."""
    if plan.dataset_id is not None and not plan.is_first:
        return read_stored(plan.client, plan.dataset_id, span, progress=plan.progress)
    known = () if plan.definitions is None else plan.definitions.names
    absent = {name: pa.nulls(0) for name in known if name not in sent.column_names}
    empty = sent.schema.empty_table()
    for name, nothing in absent.items():
        empty = empty.append_column(name, pa.chunked_array([nothing]))
    return empty


def _before_again(plan: Plan, compared: Compared) -> pa.Table:
    """Return what the dataset holds now, even if it held nothing before."""
    if plan.dataset_id is not None and plan.is_first:
        definitions = fetch_target(plan.client, plan.dataset_id, plan.keys)
        plan = replace(plan, definitions=definitions)
    return _before(plan, compared.difference.sent_table, compared.span)


def _check_columns(before: pa.Table, keys: tuple[str, ...]) -> None:
    """Raise if the dataset has rows and no column of its own for the key."""
    absent = [name for name in keys if name not in before.column_names]
    if before.num_rows and absent:
        msg = (
            f"The dataset holds rows without a column {absent[0]!r}, so they cannot be compared "
            "with the frame's. Remedy: name the dataset's own columns in date= and entities=."
        )
        raise ValidationError(msg)


def _check_key(difference: Difference) -> None:
    """Raise if the dataset itself has several rows with one key: they cannot be told apart."""
    rows = difference.rows.repeated_stored
    if not len(rows):
        return
    keys = difference.stored_table.select([*difference.keys]).take(pa.array(rows[:_REPEATED_SHOWN]))
    refuse(
        [
            Failure(difference.keys[0], "the dataset has several rows with this key", None, value)
            for value in (tuple(row.values()) for row in keys.to_pylist())
        ],
        f"Nothing was sent, since {len(rows):,} rows of the dataset share the key of another; "
        "name the columns that tell them apart in entities=",
    )


def _check_still_missing(plan: Plan) -> None:
    target = plan.target
    place = target.repository_name if target.repository_id is None else target.repository_id
    now = resolve_target(plan.client, None, target.name, place)
    if now != target:
        msg = (
            f"A dataset {target.name!r}, or its repository, was made since the comparison. {_AGAIN}"
        )
        raise ConflictError(msg)


def _lacks(table: pa.Table, keys: tuple[str, ...]) -> bool:
    return any(name not in table.column_names for name in keys)


_MOST_NAMED = 5


def notes_of(plan: Plan, compared: Compared, guards: Guards) -> tuple[str, ...]:
    """Return sentences for the display, the weightiest first."""
    difference = compared.difference
    return (
        *_of_plan(plan, compared),
        *vanishing(difference),
        *_of_limits(difference, guards),
        *_of_columns(difference),
        *_of_values(difference),
    )


def _of_plan(plan: Plan, compared: Compared) -> Iterator[str]:
    if plan.dataset_id is None:
        yield f"There is no dataset {plan.target.name!r} yet: it would be made."
    elif plan.is_first:
        yield "The dataset holds nothing yet."
    if plan.changed_roles is not None:
        yield f"{plan.changed_roles} Here every row it holds counts as deleted."
    if compared.state.under_way is not None:
        yield (
            f"An upload is under way ({compared.state.under_way}), so the dataset may be about to "
            "change. push() will refuse."
        )


def _of_limits(difference: Difference, guards: Guards) -> Iterator[str]:
    if guards.only_changes:
        count, rows = len(difference.rows_to_send), difference.sent_table.num_rows
        yield f"only_changes: {count:,} of {rows:,} rows would be sent."
    for failure in deletion_failures(difference, guards.max_delete)[:1]:
        yield f"max_delete refuses this push: {failure.check}."


def _of_columns(difference: Difference) -> Iterator[str]:
    if difference.new_columns:
        yield f"New columns: {_named(difference.new_columns)}."
    absent = difference.absent_columns
    if not absent:
        return
    yield f"The frame lacks {_named(absent)}: their values on keys that stay are kept."
    if difference.mode.deletes and len(difference.rows.shared_sent):
        yield (
            f"Whether mode {difference.mode.name!r} empties columns that the frame lacks is not "
            "documented; verify=True finds out afterwards. To be sure, add them to the frame."
        )


def _of_values(difference: Difference) -> Iterator[str]:
    if difference.erased:
        yield (
            f"{plural(difference.erased, 'value')} would become missing. Whether an empty field "
            "erases a stored value is not documented; verify=True finds out afterwards."
        )
    if difference.kept:
        yield (
            f"{plural(difference.kept, 'value')} on existing keys differ and stay as they are: "
            f"mode {difference.mode.name!r} never revises."
        )


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(repr, names[:_MOST_NAMED])) + more
