"""The verification of a push: what the dataset should hold afterwards, and what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.difference.difference import Difference, compare, predict_rows
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.errors import AlphacastError, VerificationError
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.current import date_range, read_current

if TYPE_CHECKING:
    import pyarrow as pa

    from alphacast_pandas.writing.plan import Plan
    from alphacast_pandas.writing.result import PushResult


def expected_rows(plan: Plan, difference: Difference | None) -> pa.Table:
    """
    Return the rows of the frame as the dataset should hold them after the push.

    Without a difference, these are the values sent: the push updates all of them.
    """
    if difference is None:
        return to_table(plan.frame, plan.checked.types)
    return predict_rows(difference)


def verify(plan: Plan, expected: pa.Table, result: PushResult) -> None:
    """Raise a `VerificationError` unless the dataset holds `expected`."""
    try:
        difference = _compare_with_current(plan, expected, result.dataset_id)
    except AlphacastError as error:
        msg = (
            f"The push to dataset {result.dataset_id} ended as {result.status!r} (process "
            f"{result.process_id}), but what it left could not be read back: {error} "
            "Do not push again: read the dataset, or make a diff, to see what it holds."
        )
        raise VerificationError(msg, status_code=error.status_code) from error
    if difference.is_empty and not len(difference.rows.repeated_stored):
        return
    title = f"What dataset {result.dataset_id} lacks of what was pushed"
    diff = Diff(title, plan.mode.name, result.dataset_id, (), difference)
    msg = (
        f"Dataset {result.dataset_id} does not hold what process {result.process_id} "
        f"({result.status}) was to leave there: {_describe(difference)}. "
        f"Below, old is what it holds, and new what was pushed:\n{diff}"
    )
    raise VerificationError(msg, diff=diff)


def _compare_with_current(plan: Plan, expected: pa.Table, dataset_id: int) -> Difference:
    """Return what would have to change for the dataset to hold what was pushed."""
    deletes = plan.mode.deletes
    dates = None if deletes else date_range(expected.column(plan.checked.roles.date))
    current = read_current(
        plan.client, dataset_id, dates, name=plan.target.name, progress=plan.progress
    )
    # In the other modes the dataset may hold more rows than were pushed.
    mode = MODES["replace" if deletes else "upsert"]
    has_other_key = not set(plan.keys) <= set(current.column_names)
    return compare(current, expected, plan.keys, mode, has_other_key=has_other_key)


def _describe(difference: Difference) -> str:
    repeated = len(difference.rows.repeated_stored)
    if repeated:
        return f"{repeated:,} of its rows share the key of another"
    return (
        f"{len(difference.added):,} rows are missing, {len(difference.changed):,} have other "
        f"values, {len(difference.deleted):,} should be gone"
    )
