"""What a push may not do: the keywords that guard it, and the refusals."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.polling import check_seconds
from alphacast_pandas.column_types import type_of_arrow
from alphacast_pandas.contracts.failures import Failure, refuse
from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.difference.difference import (
    Difference,
    compare,
    predict_rows,
    vanishing_columns,
    vanishing_entities,
)
from alphacast_pandas.difference.display import summary
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.errors import AlphacastError, ConflictError, QueryError, VerificationError
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.arrow import held_table
from alphacast_pandas.writing.check_frame import flat_frame
from alphacast_pandas.writing.current import read_stored, span_of, state_of
from alphacast_pandas.writing.plan import check_mode

if TYPE_CHECKING:
    from alphacast_pandas.writing.plan import Plan
    from alphacast_pandas.writing.result import PushResult


_MOST_NAMED = 10


@dataclass(frozen=True)
class Guards:
    """What a caller asked to be held to, checked as far as it can be without the dataset."""

    only_changes: bool = False
    max_delete: int | float | None = None
    verify: bool = False
    wait: bool = True
    timeout: float = 600.0


def check_guards(
    mode: Any, *, only_changes: Any, max_delete: Any, verify: Any, wait: Any, timeout: Any
) -> Guards:
    """Return the guards in one form, or raise for what contradicts itself."""
    check_seconds(timeout)
    chosen = check_mode(mode)
    if only_changes and chosen.deletes:
        msg = (
            f"only_changes does not go with mode={mode!r}: it deletes every row that the upload "
            "lacks, so rows left out because they are unchanged would be deleted. "
            "Leave only_changes out, or use mode='upsert'."
        )
        raise QueryError(msg)
    if verify and not wait:
        msg = "verify reads back what a process has done, so it must be waited for: wait=True."
        raise QueryError(msg)
    limit = _limit(max_delete)
    return Guards(bool(only_changes), limit, bool(verify), bool(wait), timeout)


def deletion_failures(difference: Difference, max_delete: int | float | None) -> list[Failure]:
    """Return why more rows would go than may, an entry for each thing that would vanish."""
    count, rows = len(difference.deleted), difference.stored_table.num_rows
    if max_delete is None or _is_within(max_delete, count, rows):
        return []
    share = f"{100 * count / rows:.3g}%"
    limit = f"{max_delete:,}" if isinstance(max_delete, int) else f"{100 * max_delete:.3g}%"
    remedy = (
        f"Raise max_delete if they are to go; add the rows to the frame, or use mode="
        f"{'upsert' if difference.mode.updates else 'append'!r}, if they are to stay."
    )
    what = f"{count:,} of {rows:,} rows ({share}) would be deleted, and max_delete is {limit}"
    return [
        Failure(difference.keys[0], what, remedy=remedy),
        *(
            Failure(column, "would vanish entirely", None, value)
            for column, values in vanishing_entities(difference).items()
            for value in values
        ),
        *(Failure(name, "would lose every value") for name in vanishing_columns(difference)),
    ]


def check_deletions(difference: Difference, max_delete: int | float | None) -> None:
    """Raise if more rows would go than may; warn of what would vanish within the limit."""
    refuse(
        deletion_failures(difference, max_delete), "Nothing was sent, since too many rows would go"
    )
    gone = vanishing(difference)
    if max_delete is not None and gone:
        warn(f"{' '.join(gone)} max_delete allows it.")


def vanishing(difference: Difference) -> list[str]:
    """Return sentences about entities and columns of which nothing would be left."""
    entities = [
        f"Of {column!r}, {_named(values)} would vanish entirely."
        for column, values in vanishing_entities(difference).items()
    ]
    columns = vanishing_columns(difference)
    lost = [f"{_named(columns)} would lose every value."] if columns else []
    return [*entities, *lost]


def _named(values: list[Any]) -> str:
    more = f" and {len(values) - _MOST_NAMED:,} more" if len(values) > _MOST_NAMED else ""
    return ", ".join(map(repr, values[:_MOST_NAMED])) + more


def _is_within(max_delete: int | float, count: int, rows: int) -> bool:
    """Tell whether so many rows may go; shares are compared as division rounds them."""
    if isinstance(max_delete, int) or not count:
        return count <= max_delete
    return count / rows <= max_delete


def _limit(value: Any) -> int | float | None:
    """Return the limit as Python's own number: rows as int, a share as float."""
    if value is None:
        return None
    is_bool = isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}
    if isinstance(value, numbers.Integral) and not is_bool and int(value) >= 0:
        return int(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral) and not is_bool:
        share = float(value)
        if math.isfinite(share) and 0 <= share <= 1:
            return share
    msg = (
        "max_delete is a number of rows (an int from 0 on) or a share of the dataset's rows "
        f"(a float from 0.0 to 1.0), not {value!r}."
    )
    raise QueryError(msg)


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
        diff = Diff(title, difference.mode.name, plan.dataset_id, (), difference)
        msg = (
            f"Dataset {plan.dataset_id} has changed since it was read: {summary(difference)}. "
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
    types = {name: type_of_arrow(held.schema.field(name).type) for name in names}
    try:
        read = held_table(frame, types)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        msg = f"if_unchanged is not as it was read: {error} Give the frame from read_alphacast."
        raise QueryError(msg) from error
    mode = MODES["replace"]
    found = compare(read, held.select(names), keys, mode)
    if len(found.rows.repeated_stored):
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
    rows = found.rows.shared_sent
    return compare(read, held.select(names).take(pa.array(rows)), keys, mode)


def _stored_keys(plan: Plan) -> tuple[str, ...]:
    """Return the key of the rows as they were read, which this push may be about to change."""
    definitions = plan.definitions
    return definitions.keys if definitions is not None and definitions.date else plan.keys


def meant(plan: Plan, difference: Difference | None) -> pa.Table:
    """Return what the dataset is to hold of the keys pushed; None: all else is as it was."""
    if difference is None:
        return held_table(plan.checked.frame, plan.checked.types)
    return predict_rows(difference)


def verify(plan: Plan, expected: pa.Table, result: PushResult) -> None:
    """Raise a `VerificationError` unless the service holds `expected`, as far as it was pushed."""
    found = _found(plan, expected, result)
    if found.is_empty and not len(found.rows.repeated_stored):
        return
    title = f"What dataset {result.dataset_id} lacks of what was meant"
    diff = Diff(title, plan.mode.name, result.dataset_id, (), found)
    msg = (
        f"Dataset {result.dataset_id} does not hold what process {result.process_id} "
        f"({result.status}) was to leave there: {_told(found)}. "
        f"What is held is old below, what was meant is new:\n{diff}"
    )
    raise VerificationError(msg, diff=diff)


def _found(plan: Plan, expected: pa.Table, result: PushResult) -> Difference:
    """Return what would have to change for the dataset to hold what was meant."""
    whole = plan.mode.deletes
    span = None if whole else span_of(expected.column(plan.checked.roles.date))
    mode = MODES["replace" if whole else "upsert"]
    try:
        held = read_stored(plan.client, result.dataset_id, span, progress=plan.progress)
        return compare(held, expected, plan.keys, mode, has_other_key=_lacks(held, plan))
    except AlphacastError as error:
        msg = (
            f"The push to dataset {result.dataset_id} ended as {result.status!r} (process "
            f"{result.process_id}), but what it left could not be read back: {error} "
            "Do not push again: read the dataset, or make a diff, to see what it holds."
        )
        failure = VerificationError(msg)
        failure.status_code = error.status_code
        raise failure from error


def _lacks(held: pa.Table, plan: Plan) -> bool:
    return any(name not in held.column_names for name in plan.keys)


def _told(found: Difference) -> str:
    repeated = len(found.rows.repeated_stored)
    if repeated:
        return f"{repeated:,} of its rows share the key of another"
    return (
        f"{len(found.added):,} rows are missing, {len(found.changed):,} have other values, "
        f"{len(found.deleted):,} should be gone"
    )
