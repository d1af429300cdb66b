"""A frame as it was read, against what the dataset holds now: the optimistic lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from alphacast_pandas.comparing.difference import Difference, compare
from alphacast_pandas.comparing.modes import MODES
from alphacast_pandas.errors import ConflictError, QueryError
from alphacast_pandas.writing.compared import told
from alphacast_pandas.writing.diff import found_diff
from alphacast_pandas.writing.held import column_type, held_table
from alphacast_pandas.writing.prepare import flat_frame
from alphacast_pandas.writing.stored import read_stored, state_of

if TYPE_CHECKING:
    from alphacast_pandas.writing.plan import Plan


def check_as_read(plan: Plan, frame: Any) -> None:
    """Raise if the dataset does not hold what `frame` held when it was read."""
    if not isinstance(frame, pd.DataFrame):
        msg = f"if_unchanged is a frame as read_alphacast gave it, not {type(frame).__name__}."
        raise QueryError(msg)
    if plan.dataset_id is None:
        msg = (
            f"There is no dataset {plan.target.name!r} that could be unchanged since it was read. "
            "Leave if_unchanged out to make it."
        )
        raise ConflictError(msg)
    _check_origin(frame, plan.dataset_id)
    state = state_of(plan.client, plan.dataset_id)
    if state.under_way is not None:
        msg = (
            f"The dataset may be about to change: {state.under_way} is under way. Nothing was "
            "sent. Read it again when it has ended."
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
    held = read_stored(plan.client, plan.dataset_id, None, progress=plan.progress)
    difference = _compared(plan, flat_frame(frame, None), held, whole=_is_whole(frame))
    if not difference.is_empty:
        title = f"What has happened to dataset {plan.dataset_id} since"
        diff = found_diff(title, difference.mode.name, plan.dataset_id, difference)
        msg = (
            f"Dataset {plan.dataset_id} has changed since it was read: {told(difference)}. "
            f"Nothing was sent. Read it again and repeat the change there.\n{diff}"
        )
        raise ConflictError(msg)


def _check_origin(frame: pd.DataFrame, dataset_id: int) -> None:
    origin = _provenance(frame).get("dataset_id", dataset_id)
    if origin != dataset_id:
        msg = f"if_unchanged was read from dataset {origin}, and this push goes to {dataset_id}."
        raise QueryError(msg)


def _is_whole(frame: pd.DataFrame) -> bool:
    """Tell a frame of every row of its dataset, so that a key it lacks is a new one."""
    facts = _provenance(frame)
    query = facts.get("query")
    asked = isinstance(query, dict) and not {"$filter", "$last", "$top"} & query.keys()
    return asked and facts.get("every_row", True) is True and facts.get("rows") == len(frame)


def _provenance(frame: pd.DataFrame) -> dict[str, Any]:
    facts = frame.attrs.get("alphacast")
    return facts if isinstance(facts, dict) else {}


def _compared(plan: Plan, frame: pd.DataFrame, held: pa.Table, *, whole: bool) -> Difference:
    """Return what has happened to the rows of `frame`: as read, then as held now."""
    keys = _stored_keys(plan)
    if not frame.columns.is_unique:
        name = frame.columns[frame.columns.duplicated()][0]
        msg = f"if_unchanged has two columns {name!r}. Give the frame from read_alphacast."
        raise QueryError(msg)
    absent = [name for name in keys if name not in frame.columns]
    lost = [str(name) for name in frame.columns if name not in held.column_names]
    if absent or lost:
        what = (
            f"it lacks {absent[0]!r}, which identifies its rows"
            if absent
            else f"the dataset has no column {lost[0]!r} any more"
        )
        msg = f"if_unchanged cannot be compared: {what}. Read the dataset again."
        raise ConflictError(msg)
    names = [*frame.columns]
    types = {name: column_type(held.schema.field(name).type) for name in names}
    try:
        read = held_table(frame, types)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        msg = f"if_unchanged is not as it was read: {error} Give the frame from read_alphacast."
        raise QueryError(msg) from error
    mode = MODES["replace"]
    found = compare(read, held.select(names), keys, mode)
    if len(found.rows.repeated_before):
        msg = "if_unchanged has several rows with one key. Give the frame from read_alphacast."
        raise QueryError(msg)
    if len(found.rows.repeated_sent):
        msg = (
            f"if_unchanged cannot be compared: rows of the dataset share one key "
            f"({', '.join(map(repr, keys))}). Nothing was sent. Name the columns that tell them "
            "apart in entities=."
        )
        raise ConflictError(msg)
    if whole or not len(found.added):
        return found
    rows = found.rows.sent_shared
    return compare(read, held.select(names).take(pa.array(rows)), keys, mode)


def _stored_keys(plan: Plan) -> tuple[str, ...]:
    """Return the key of the rows as they were read, which this push may be about to change."""
    definitions = plan.definitions
    return definitions.keys if definitions is not None and definitions.date else plan.keys
