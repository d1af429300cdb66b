"""A plan carried out: the dataset made if it is missing, and its rows sent."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING

from alphacast_pandas.writing.result import PushResult
from alphacast_pandas.writing.sender import Sender
from alphacast_pandas.writing.target import create_missing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import numpy as np

    from alphacast_pandas.writing.plan import Plan
    from alphacast_pandas.writing.sender import Then


def send(
    plan: Plan,
    *,
    wait: bool,
    timeout: float,
    positions: np.ndarray | None = None,
    then: Then | None = None,
) -> PushResult:
    """
    Return the result of the upload; the caller holds the turn of a dataset that exists.

    `positions` are the rows of the caller's frame that the plan's is a selection of. `then` is
    done once all rows are in, also if they come there in a second attempt.
    """
    number = create_missing(plan.client, plan.target)
    sender = Sender(plan, number, wait=wait, timeout=timeout, positions=positions, then=then)
    with _turn(plan, number):
        return sender.send(timeout)


def nothing_to_send(plan: Plan, dataset_id: int, new_columns: Sequence[str]) -> PushResult:
    """Return the result of a push that has nothing to send; new columns hold nothing then."""
    names = ", ".join(map(repr, new_columns))
    empty = f" New columns without values were not added: {names}." if names else ""
    return PushResult(
        dataset_id=dataset_id,
        process_id=None,
        status="Nothing to send",
        description=f"The dataset holds these rows already; nothing was uploaded.{empty}",
        rows=0,
        inserted=0,
        updated=0,
        deleted=0,
        bytes_sent=0,
        seconds=plan.client.clock.monotonic() - plan.begun,
        url=plan.client.page_of(dataset_id),
    )


def point_out(changed_roles: str | None) -> None:
    """Warn, before anything is sent, that the upload changes the key of the dataset."""
    if changed_roles is not None:
        warnings.warn(changed_roles, UserWarning, stacklevel=4)


def _turn(plan: Plan, number: int) -> AbstractContextManager[None]:
    made = plan.dataset_id is None
    return plan.client.one_upload_at_a_time(number) if made else nullcontext()
