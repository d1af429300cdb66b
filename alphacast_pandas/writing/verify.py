"""Reads back what a push has left, and compares it with what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphacast_pandas.comparing.difference import Difference, compare
from alphacast_pandas.comparing.modes import MODES
from alphacast_pandas.comparing.prediction import predicted
from alphacast_pandas.errors import AlphacastError, VerificationError
from alphacast_pandas.writing.diff import found_diff
from alphacast_pandas.writing.held import held_table
from alphacast_pandas.writing.stored import read_stored, span_of

if TYPE_CHECKING:
    import pyarrow as pa

    from alphacast_pandas.writing.plan import Plan
    from alphacast_pandas.writing.result import PushResult


def meant(plan: Plan, difference: Difference | None) -> pa.Table:
    """Return what the dataset is to hold of the keys pushed; None: all else is as it was."""
    if difference is None:
        return held_table(plan.checked.frame, plan.checked.types)
    return predicted(difference)


def verify(plan: Plan, expected: pa.Table, result: PushResult) -> None:
    """Raise a `VerificationError` unless the service holds `expected`, as far as it was pushed."""
    found = _found(plan, expected, result)
    if found.is_empty and not len(found.rows.repeated_before):
        return
    title = f"What dataset {result.dataset_id} lacks of what was meant"
    diff = found_diff(title, plan.mode.name, result.dataset_id, found)
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
        return compare(held, expected, plan.keys, mode, is_rekeyed=_lacks(held, plan))
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
    repeated = len(found.rows.repeated_before)
    if repeated:
        return f"{repeated:,} of its rows share the key of another"
    return (
        f"{len(found.added):,} rows are missing, {len(found.changed):,} have other values, "
        f"{len(found.deleted):,} should be gone"
    )
