"""The comparison of a planned push with what the dataset holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.difference.difference import Difference, compare
from alphacast_pandas.difference.rows import take_rows
from alphacast_pandas.display import plural
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.current import DatasetState, date_range, fetch_state, read_current
from alphacast_pandas.writing.guards import describe_vanishing
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pandas as pd

    from alphacast_pandas.writing.current import DateRange
    from alphacast_pandas.writing.plan import Plan

_MOST_KEYS_SHOWN = 10
_MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class Comparison:
    """The difference a push would make, and the state of the dataset that was compared."""

    difference: Difference
    state: DatasetState
    dates: DateRange | None


def compare_plan(plan: Plan) -> Comparison:
    """Return what the push changes; only dates of the frame are read where that is enough."""
    sent = to_table(plan.frame, plan.checked.types)
    changed_roles = plan.changed_roles
    if changed_roles is not None and not plan.mode.deletes:
        msg = (
            f"{changed_roles} What becomes of them in mode {plan.mode.name!r} is not known, so it "
            "cannot be compared. Remedy: keep the dataset's roles, or use mode='replace'."
        )
        raise ValidationError(msg)
    # What is deleted may have any date.
    dates = None if plan.mode.deletes else date_range(sent.column(plan.checked.roles.date))
    # Before the data are read: a change meanwhile is then noticed, rather than missed.
    state = DatasetState() if plan.dataset_id is None else fetch_state(plan.client, plan.dataset_id)
    before = read_before(plan, sent, dates)
    if changed_roles is None:
        _check_columns(before, plan.keys)
    # Under another key no row of the dataset is one of the frame's: all of them count as deleted.
    has_other_key = changed_roles is not None or not has_columns(before, plan.keys)
    difference = compare(before, sent, plan.keys, plan.mode, has_other_key=has_other_key)
    _check_key(difference)
    return Comparison(difference, state, dates)


def keep_stored_values(plan: Plan, comparison: Comparison) -> tuple[Plan, Comparison]:
    """Return the plan with stored values where the frame has none, and its comparison."""
    difference = comparison.difference
    rows = difference.rows
    filled = {}
    for name in difference.value_columns:
        sent = take_rows(difference.sent_table.column(name), rows.shared_sent)
        stored = take_rows(difference.stored_column(name), rows.shared_stored)
        gaps = pc.and_(pc.is_null(sent), pc.is_valid(stored)).to_numpy()
        if gaps.any():
            values = stored.filter(pa.array(gaps)).to_pylist()
            filled[name] = _fill(plan.frame[name], rows.shared_sent[gaps], values)
    if not filled:
        return plan, comparison
    plan = plan.with_frame(plan.frame.assign(**filled))
    sent_table = to_table(plan.frame, plan.checked.types)
    difference = compare(difference.stored_table, sent_table, plan.keys, plan.mode)
    return plan, replace(comparison, difference=difference)


def _fill(column: pd.Series, positions: np.ndarray, values: list[Any]) -> pd.Series:
    """Return a column with values at some positions; no other value changes its type."""
    if column.dtype == "float64":
        filled = column.copy()
    else:
        filled = column.astype(object)
        if kind_of(column) is Kind.DECIMAL:
            values = [Decimal(repr(value)) for value in values]
    filled.iloc[positions] = values
    return filled


def read_before(plan: Plan, sent: pa.Table, dates: DateRange | None) -> pa.Table:
    """Return what the dataset holds; one without rows has the columns of the frame."""
    if plan.dataset_id is not None and not plan.is_first:
        name, progress = plan.target.name, plan.progress
        return read_current(plan.client, plan.dataset_id, dates, name=name, progress=progress)
    names = () if plan.definitions is None else plan.definitions.names
    empty = sent.schema.empty_table()
    for name in names:
        if name not in sent.column_names:
            empty = empty.append_column(name, pa.chunked_array([pa.nulls(0)]))
    return empty


def has_columns(table: pa.Table, names: tuple[str, ...]) -> bool:
    """Tell whether a table has all of these columns."""
    return set(names) <= set(table.column_names)


def diff_notes(plan: Plan, comparison: Comparison) -> tuple[str, ...]:
    """Return sentences for the display of a difference, the most important first."""
    difference = comparison.difference
    return (
        *_plan_notes(plan, comparison.state),
        *describe_vanishing(difference),
        *_column_notes(difference),
        *_value_notes(difference),
    )


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
    some = pa.array(rows[:_MOST_KEYS_SHOWN])
    keys = difference.stored_table.select([*difference.keys]).take(some).to_pylist()
    refuse(
        [
            Failure(
                difference.keys[0],
                "the dataset has several rows with this key",
                value=tuple(key.values()),
            )
            for key in keys
        ],
        f"Nothing was sent, since {len(rows):,} rows of the dataset share the key of another; "
        "name the columns that tell them apart in entities=",
    )


def _plan_notes(plan: Plan, state: DatasetState) -> Iterator[str]:
    if plan.dataset_id is None:
        yield f"There is no dataset {plan.target.name!r} yet: it would be made."
    elif plan.is_first:
        yield "The dataset holds nothing yet."
    if plan.changed_roles is not None:
        yield f"{plan.changed_roles} Here every row it holds counts as deleted."
    if state.running_process is not None:
        yield (
            f"An upload is under way (process {state.running_process}), so the dataset may be "
            "about to change. push() will refuse."
        )


def _column_notes(difference: Difference) -> Iterator[str]:
    if difference.new_columns:
        yield f"New columns: {_join(difference.new_columns)}."
    absent = difference.absent_columns
    if not absent:
        return
    yield f"The frame lacks {_join(absent)}: their values on keys that stay are kept."
    if difference.mode.deletes and len(difference.rows.shared_sent):
        yield (
            f"Whether mode {difference.mode.name!r} empties columns that the frame lacks is not "
            "documented; verify=True finds out afterwards. To be sure, add them to the frame."
        )


def _value_notes(difference: Difference) -> Iterator[str]:
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


def _join(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(map(repr, names[:_MOST_NAMED])) + more
