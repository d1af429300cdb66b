"""A plan carried out: its rows as gzip CSV, uploaded, and the process followed."""

from __future__ import annotations

import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING

from alphacast_pandas.progress import Meter
from alphacast_pandas.writing.csv_stream import csv_files
from alphacast_pandas.writing.manifest import header_names
from alphacast_pandas.writing.result import PushResult, followed, result_of
from alphacast_pandas.writing.target import create_missing
from alphacast_pandas.writing.upload import Upload, upload

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from alphacast_pandas.writing.pieces import PiecesFile
    from alphacast_pandas.writing.plan import Plan


def send(plan: Plan, *, wait: bool, timeout: float) -> PushResult:
    """Return the result of the upload; the caller holds the turn of a dataset that exists."""
    client = plan.client
    manifest = plan.manifest
    number = create_missing(client, plan.target)
    title = f"Pushing to {number}"
    with (
        Meter(title, progress=plan.progress, clock=client.clock) as meter,
        _csv(plan, meter, replaced=manifest is not None) as file,
        _turn(plan, number),
    ):
        process = upload(client, Upload(number, file, manifest, plan.flags), meter)
        client.remember(number, None)
        result = result_of(
            process,
            dataset_id=number,
            rows=len(plan.checked.frame),
            sent=meter.count,
            seconds=client.clock.monotonic() - plan.begun,
            url=client.page_of(number),
            clock=client.clock,
        )
        return followed(result, timeout, meter.tell) if wait else result


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


def _csv(plan: Plan, meter: Meter, *, replaced: bool) -> PiecesFile:
    meter.begin(len(plan.checked.frame), phase="writing", unit=" rows")
    header = header_names([*plan.checked.frame.columns], plan.definitions, replaced=replaced)
    formats = {plan.checked.roles.date: plan.date_format}
    files = csv_files(
        plan.checked.frame, header, formats, most_bytes=1 << 40, on_rows=meter.advance
    )
    return next(files).stream
