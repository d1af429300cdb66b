"""The write line: from a DataFrame to the end of its process, one step per statement."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.default import get_client
from alphacast_pandas.contracts.schemas import build_schema, frame_dtypes
from alphacast_pandas.writing.as_read import check_as_read
from alphacast_pandas.writing.carry_out import carry_out, guards_of_diff, is_compared
from alphacast_pandas.writing.compared import (
    Compared,
    check_settled,
    check_unchanged,
    compare_plan,
)
from alphacast_pandas.writing.diff import Diff
from alphacast_pandas.writing.guards import Guards, check_guards
from alphacast_pandas.writing.manifest import Manifest, changed_roles, needed_manifest
from alphacast_pandas.writing.notes import notes_of
from alphacast_pandas.writing.plan import Plan, in_turn, plan_check, plan_push
from alphacast_pandas.writing.send import point_out
from alphacast_pandas.writing.values import date_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.writing.check import Checked
    from alphacast_pandas.writing.result import PushResult


def push(
    df: pd.DataFrame,
    dataset_id: int | str | None,
    *,
    name: str | None,
    repository: int | str | None,
    mode: str,
    date: str | None,
    entities: str | Sequence[str] | None,
    schema: Any,
    accept_new_columns: bool,
    index: bool | None,
    wait: bool,
    timeout: float,
    dry_run: bool,
    only_changes: bool,
    max_delete: int | float | None,
    verify: bool,
    if_unchanged: pd.DataFrame | None,
    progress: bool | None,
    client: Client | None,
) -> PushResult | Diff:
    """Push a frame; `DataFrame.alphacast.push` explains the arguments."""
    guards = check_guards(
        mode,
        only_changes=only_changes,
        max_delete=max_delete,
        verify=verify,
        wait=wait,
        timeout=timeout,
    )
    plan = plan_push(
        df,
        client or get_client(),
        dataset_id,
        name=name,
        repository=repository,
        mode=mode,
        date=date,
        entities=entities,
        schema=schema,
        accept_new_columns=accept_new_columns,
        index=index,
        progress=progress,
    )
    with in_turn(plan):
        if if_unchanged is not None:
            check_as_read(plan, if_unchanged)
        if dry_run:
            return _diff(plan, compare_plan(plan), guards)
        point_out(plan.changed_roles)
        if not is_compared(plan, guards):
            return carry_out(plan, None, guards)
        compared = compare_plan(plan)
        check_settled(compared)
        return carry_out(plan, compared.difference, guards)


def diff(
    df: pd.DataFrame,
    dataset_id: int | str | None,
    *,
    mode: str,
    client: Client | None,
    **how: Any,
) -> Diff:
    """Compare a frame; `DataFrame.alphacast.diff` explains the arguments."""
    plan = plan_push(df, client or get_client(), dataset_id, mode=mode, **how)
    return _diff(plan, compare_plan(plan), Guards())


def check(
    df: pd.DataFrame,
    dataset_id: int | str | None,
    *,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Any = None,
    index: bool | None = None,
    client: Client | None = None,
) -> Checked:
    """Return what a push would send, or raise what it would raise."""
    asked = None if dataset_id is None else client or get_client()
    checked, _ = plan_check(
        df, asked, dataset_id, date=date, entities=entities, schema=schema, index=index
    )
    return checked


def manifest(
    df: pd.DataFrame,
    dataset_id: int | str | None,
    *,
    date: str | None,
    entities: str | Sequence[str] | None,
    schema: Any,
    accept_new_columns: bool,
    index: bool | None,
    client: Client | None,
) -> Manifest:
    """Return the manifest that a push would send, empty if it would send none."""
    asked = None if dataset_id is None else client or get_client()
    checked, definitions = plan_check(
        df,
        asked,
        dataset_id,
        date=date,
        entities=entities,
        schema=schema,
        index=index,
        accept_new_columns=accept_new_columns,
    )
    point_out(changed_roles(checked.roles, definitions))
    format_ = date_format(checked.frame[checked.roles.date])
    return needed_manifest(checked.roles, checked.types, format_, definitions) or []


def schema_of_frame(checked: Checked) -> pa.DataFrameSchema:
    """Return the pandera schema of a frame."""
    roles = dict.fromkeys(checked.roles.entities, "entity") | {checked.roles.date: "date"}
    return build_schema(frame_dtypes(checked.frame, [*checked.frame.columns]), roles)


def _diff(plan: Plan, compared: Compared, guards: Guards) -> Diff:
    place = plan.dataset_id if plan.dataset_id is not None else plan.target.name
    return Diff(
        f"Diff of {len(plan.checked.frame):,} rows with dataset {place}, mode {plan.mode.name!r}",
        plan.mode.name,
        plan.dataset_id,
        notes_of(plan, compared, guards),
        compared.difference,
        partial(_push_diff, plan, compared, guards),
    )


def _push_diff(plan: Plan, compared: Compared, planned: Guards, **given: Any) -> PushResult:
    guards = guards_of_diff(plan, planned, **given)
    plan = replace(plan, begun=plan.client.clock.monotonic())
    with in_turn(plan):
        check_unchanged(plan, compared)
        point_out(plan.changed_roles)
        return carry_out(plan, compared.difference, guards)
