"""A plan against what the dataset holds, now and once more before it is carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from alphacast_pandas.api.learning import known
from alphacast_pandas.comparing.difference import Difference, compare
from alphacast_pandas.comparing.modes import MODES
from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.errors import ConflictError, ValidationError
from alphacast_pandas.writing.held import held_table
from alphacast_pandas.writing.stored import State, read_stored, span_of, state_of
from alphacast_pandas.writing.target import resolve_target

if TYPE_CHECKING:
    from alphacast_pandas.writing.plan import Plan
    from alphacast_pandas.writing.stored import Span

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
    difference = compare(before, sent, plan.keys, plan.mode, is_rekeyed=apart)
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
    held = compared.difference.before
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
        if found.is_empty and not (len(rows.repeated_before) or len(rows.repeated_sent)):
            return
        what = told(found)
    msg = f"Dataset {plan.dataset_id} has changed since it was compared: {what}. {_AGAIN}"
    raise ConflictError(msg)


def told(difference: Difference) -> str:
    """Return the counts of a difference in words."""
    return (
        f"{len(difference.added):,} rows are new, {len(difference.changed):,} have other values, "
        f"{len(difference.deleted):,} are gone"
    )


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
        definitions = known(plan.client, plan.dataset_id, plan.keys)
        plan = replace(plan, definitions=definitions)
    return _before(plan, compared.difference.sent, compared.span)


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
    rows = difference.rows.repeated_before
    if not len(rows):
        return
    keys = difference.before.select([*difference.keys]).take(pa.array(rows[:_REPEATED_SHOWN]))
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
