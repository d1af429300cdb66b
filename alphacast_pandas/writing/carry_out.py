"""A compared plan to its end: guarded, sent, read back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from alphacast_pandas.writing.guards import Guards, check_deletions, check_guards
from alphacast_pandas.writing.send import nothing_to_send, send
from alphacast_pandas.writing.verify import meant, verify

if TYPE_CHECKING:
    from alphacast_pandas.comparing.difference import Difference
    from alphacast_pandas.writing.plan import Plan
    from alphacast_pandas.writing.result import PushResult


def carry_out(plan: Plan, difference: Difference | None, guards: Guards) -> PushResult:
    """Return the result of a push whose frame is checked; None: nothing needed to be compared."""
    if difference is not None:
        check_deletions(difference, guards.max_delete)
    expected = meant(plan, difference) if guards.verify else None
    positions = None
    if guards.only_changes and difference is not None:
        positions = difference.rows_to_send
        if not len(positions) and plan.dataset_id is not None:
            return nothing_to_send(plan, plan.dataset_id, difference.new_columns)
        frame = plan.checked.frame.iloc[positions]
        plan = replace(plan, checked=replace(plan.checked, frame=frame))
        expected = None if expected is None else expected.take(positions)
    then = None if expected is None else partial(verify, plan, expected)
    return send(plan, wait=guards.wait, timeout=guards.timeout, positions=positions, then=then)


def is_compared(plan: Plan, guards: Guards) -> bool:
    """Tell whether the guards need to know what the dataset holds before."""
    keeps_or_deletes = not plan.mode.updates or plan.mode.deletes
    limited = guards.max_delete is not None and plan.mode.deletes
    return guards.only_changes or limited or (guards.verify and keeps_or_deletes)


def guards_of_diff(
    plan: Plan,
    planned: Guards,
    *,
    wait: bool,
    timeout: float,
    max_delete: int | float | None,
    verify: bool,
) -> Guards:
    """Return the guards of a difference that is pushed: those planned, and those given now."""
    return check_guards(
        plan.mode.name,
        only_changes=planned.only_changes,
        max_delete=planned.max_delete if max_delete is None else max_delete,
        verify=verify or planned.verify,
        wait=wait,
        timeout=timeout,
    )
