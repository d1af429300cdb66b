"""Checks that a dataset is still what it was when it was compared or read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.discovery import fetch_target
from alphacast_pandas.api.parameters import ROW_LIMITS
from alphacast_pandas.column_types import type_of_arrow
from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.difference.difference import Difference, compare
from alphacast_pandas.difference.display import summary
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.errors import ConflictError, QueryError
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.check_frame import flat_frame
from alphacast_pandas.writing.comparison import has_columns, read_before
from alphacast_pandas.writing.current import DatasetState, fetch_state, read_current
from alphacast_pandas.writing.plan import resolve_target

if TYPE_CHECKING:
    from alphacast_pandas.writing.comparison import Comparison
    from alphacast_pandas.writing.plan import Plan

_AGAIN = "Nothing was sent. Make a new diff, look at it, and push that."


def check_no_upload_running(state: DatasetState) -> None:
    """Raise if an upload is under way, which may change what was compared."""
    if state.running_process is not None:
        msg = (
            f"The dataset may be about to change: process {state.running_process} is under way, "
            "so nothing can be known of what a push would do. Nothing was sent. "
            "Try again when it has ended."
        )
        raise ConflictError(msg, retryable=True)


def check_unchanged_since_comparison(plan: Plan, comparison: Comparison) -> None:
    """Raise if the dataset is not what was compared: by its record, then by its data."""
    if plan.dataset_id is None:
        _check_still_missing(plan)
        return
    # The record is quick to ask, but need not move with every change, so the data are read again.
    state = fetch_state(plan.client, plan.dataset_id)
    change = state.change_since(comparison.state)
    if change is not None:
        _refuse_changed(plan, change)
    check_no_upload_running(state)
    if plan.is_first:  # it may have got its first rows and columns meanwhile
        plan = replace(plan, definitions=fetch_target(plan.client, plan.dataset_id, plan.keys))
    before = comparison.difference.stored_table
    now = read_before(plan, comparison.difference.sent_table, comparison.dates)
    if not before.equals(now):
        _check_same_rows(plan, before, now)


def check_unchanged_since_read(plan: Plan, frame: Any) -> None:
    """Raise if the dataset does not hold what `frame` held when it was read."""
    if not isinstance(frame, pd.DataFrame):
        msg = f"if_unchanged must be a frame from read_alphacast, got {type(frame).__name__}."
        raise QueryError(msg)
    if plan.dataset_id is None:
        msg = (
            f"There is no dataset {plan.target.name!r} that could be unchanged since it was read. "
            "Leave if_unchanged out to make it."
        )
        raise ConflictError(msg)
    origin = _provenance(frame).get("dataset_id", plan.dataset_id)
    if origin != plan.dataset_id:
        msg = (
            f"if_unchanged was read from dataset {origin}, and this push goes to {plan.dataset_id}."
        )
        raise QueryError(msg)
    state = fetch_state(plan.client, plan.dataset_id)
    if state.running_process is not None:
        msg = (
            f"The dataset may be about to change: process {state.running_process} is under way. "
            "Nothing was sent. Read it again when it has ended."
        )
        raise ConflictError(msg, retryable=True)
    if plan.is_first:
        if not len(frame):
            return
        msg = (
            f"Dataset {plan.dataset_id} holds nothing, so it is not as if_unchanged was read. "
            "Nothing was sent. Leave if_unchanged out to fill it."
        )
        raise ConflictError(msg)
    name, progress = plan.target.name, plan.progress
    current = read_current(plan.client, plan.dataset_id, None, name=name, progress=progress)
    difference = _changes_since_read(plan, frame, current)
    if not difference.is_empty:
        title = f"What has happened to dataset {plan.dataset_id} since"
        diff = Diff(title, difference.mode.name, plan.dataset_id, (), difference)
        msg = (
            f"Dataset {plan.dataset_id} has changed since it was read: {summary(difference)}. "
            f"Nothing was sent. Read it again and repeat the change there.\n{diff}"
        )
        raise ConflictError(msg)


def _check_still_missing(plan: Plan) -> None:
    target = plan.target
    repository = target.repository_name if target.repository_id is None else target.repository_id
    now = resolve_target(plan.client, None, target.name, repository, create=True)
    if replace(now, create=target.create) != target:
        msg = (
            f"A dataset {target.name!r}, or its repository, was made since the comparison. {_AGAIN}"
        )
        raise ConflictError(msg)


def _check_same_rows(plan: Plan, before: pa.Table, now: pa.Table) -> None:
    """Raise unless two readings hold the same rows; the service does not promise their order."""
    if not before.num_rows and not now.num_rows:
        return
    if set(before.column_names) != set(now.column_names) or not has_columns(before, plan.keys):
        _refuse_changed(plan, "its columns are others")
    difference = compare(before, now, plan.keys, MODES["replace"])
    rows = difference.rows
    if not difference.is_empty or len(rows.repeated_stored) or len(rows.repeated_sent):
        _refuse_changed(plan, summary(difference))


def _refuse_changed(plan: Plan, change: str) -> NoReturn:
    msg = f"Dataset {plan.dataset_id} has changed since it was compared: {change}. {_AGAIN}"
    raise ConflictError(msg)


def _changes_since_read(plan: Plan, frame: pd.DataFrame, current: pa.Table) -> Difference:
    """Return what has happened to the rows of `frame` between its reading and now."""
    keys = _keys_as_read(plan)
    is_whole = _is_whole_dataset(frame)
    flat = flat_frame(frame, None)
    _check_comparable(flat, current, keys)
    names = [*flat.columns]
    current = current.select(names)
    types = {name: type_of_arrow(current.schema.field(name).type) for name in names}
    try:
        read = to_table(flat, types)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        msg = f"if_unchanged is not as it was read: {error} Pass the frame from read_alphacast."
        raise QueryError(msg) from error
    difference = compare(read, current, keys, MODES["replace"])
    if len(difference.rows.repeated_stored):
        msg = "if_unchanged has several rows with one key. Pass the frame from read_alphacast."
        raise QueryError(msg)
    if len(difference.rows.repeated_sent):
        msg = (
            f"if_unchanged cannot be compared: rows of the dataset share one key "
            f"({', '.join(map(repr, keys))}). Nothing was sent. Name the columns that tell them "
            "apart in entities=."
        )
        raise ConflictError(msg)
    if is_whole or not len(difference.added):
        return difference
    # Only some rows were read, so rows besides these are no change of what was read.
    rows = pa.array(difference.rows.shared_sent)
    return compare(read, current.take(rows), keys, MODES["replace"])


def _check_comparable(frame: pd.DataFrame, current: pa.Table, keys: tuple[str, ...]) -> None:
    """Raise unless a frame has the columns of the key, and no column that the dataset lacks."""
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        msg = f"if_unchanged has two columns {name!r}. Pass the frame from read_alphacast."
        raise QueryError(msg)
    absent = [name for name in keys if name not in frame.columns]
    lost = [str(name) for name in frame.columns if name not in current.column_names]
    if absent or lost:
        reason = (
            f"it lacks {absent[0]!r}, which identifies its rows"
            if absent
            else f"the dataset has no column {lost[0]!r} any more"
        )
        msg = f"if_unchanged cannot be compared: {reason}. Read the dataset again."
        raise ConflictError(msg)


def _keys_as_read(plan: Plan) -> tuple[str, ...]:
    """Return the key of the rows as they were read, which this push may be about to change."""
    definitions = plan.definitions
    return definitions.keys if definitions is not None and definitions.date else plan.keys


def _is_whole_dataset(frame: pd.DataFrame) -> bool:
    """Tell whether a frame has every row of its dataset, so that a key it lacks is a new one."""
    facts = _provenance(frame)
    query = facts.get("query")
    has_every_row = isinstance(query, dict) and not ROW_LIMITS & query.keys()
    has_every_row = has_every_row and facts.get("every_row", True) is True
    return has_every_row and facts.get("rows") == len(frame)


def _provenance(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what `read_alphacast` wrote into the attributes of a frame, if anything."""
    facts = frame.attrs.get("alphacast")
    return facts if isinstance(facts, dict) else {}
