"""The write line: from a DataFrame to the end of its process, one step per statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from alphacast_pandas.api.default import get_client
from alphacast_pandas.api.following import check_seconds
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.learning import known
from alphacast_pandas.contracts.schemas import build_schema, frame_dtypes
from alphacast_pandas.errors import QueryError
from alphacast_pandas.progress import Meter
from alphacast_pandas.writing.check import Checked, check_frame
from alphacast_pandas.writing.csv_stream import write_csv
from alphacast_pandas.writing.manifest import (
    Manifest,
    full_manifest,
    header_names,
    needed_manifest,
)
from alphacast_pandas.writing.result import PushResult, result_of
from alphacast_pandas.writing.target import create_missing, resolve_target
from alphacast_pandas.writing.upload import Upload, upload
from alphacast_pandas.writing.values import date_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions

# Mode -> (rows that the file lacks are deleted, rows on both sides get the new values).
_FLAGS = {
    "append": (False, False),
    "upsert": (False, True),
    "replace": (True, True),
    "mirror": (True, False),
}


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
    progress: bool | None,
    client: Client | None,
) -> PushResult:
    """Push a frame; `DataFrame.alphacast.push` explains the arguments."""
    check_seconds(timeout)
    flags = _flags(mode, accept_new_columns=accept_new_columns)
    client = client or get_client()
    begun = client.clock.monotonic()
    target = resolve_target(client, dataset_id, name, repository)
    names = [*df.index.names, *df.columns]
    definitions = None if target.dataset_id is None else known(client, target.dataset_id, names)
    checked = check_frame(
        df,
        index=index,
        date=date,
        entities=entities,
        schema=schema,
        definitions=definitions,
        accept_new_columns=accept_new_columns or definitions is None or definitions.is_fresh,
    )
    format_ = date_format(checked.frame[checked.roles.date])
    manifest = needed_manifest(checked.roles, checked.types, format_, definitions)
    number = create_missing(client, target)
    with (
        _csv(checked, format_, definitions, replaced=manifest is not None) as file,
        client.one_upload_at_a_time(number),
        Meter(f"Pushing to dataset {number}", progress=progress, clock=client.clock) as meter,
    ):
        process = upload(client, Upload(number, file, manifest, flags), meter)
        client.remember(number, None)
        result = result_of(
            process,
            dataset_id=number,
            rows=len(checked.frame),
            sent=meter.count,
            seconds=client.clock.monotonic() - begun,
            url=client.page_of(number),
            clock=client.clock,
        )
        return result.wait(timeout=timeout) if wait else result


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
    definitions = None
    if dataset_id is not None:
        names = [*df.index.names, *df.columns]
        definitions = known(client or get_client(), resolve_id(dataset_id), names)
    return check_frame(
        df,
        index=index,
        date=date,
        entities=entities,
        schema=schema,
        definitions=definitions,
        accept_new_columns=definitions is None or definitions.is_fresh,
    )


def manifest_of(checked: Checked) -> Manifest:
    """Return the manifest of a frame for a new dataset."""
    format_ = date_format(checked.frame[checked.roles.date])
    return full_manifest(checked.roles, checked.types, format_)


def schema_of_frame(checked: Checked) -> pa.DataFrameSchema:
    """Return the pandera schema of a frame."""
    roles = dict.fromkeys(checked.roles.entities, "entity") | {checked.roles.date: "date"}
    return build_schema(frame_dtypes(checked.frame, [*checked.frame.columns]), roles)


def _flags(mode: Any, *, accept_new_columns: bool) -> dict[str, bool]:
    if mode not in _FLAGS:
        msg = f"mode is one of {', '.join(map(repr, _FLAGS))}, not {mode!r}."
        raise QueryError(msg)
    delete_missing, update_on_conflict = _FLAGS[mode]
    return {
        "deleteMissingFromDB": delete_missing,
        "onConflictUpdateDB": update_on_conflict,
        "acceptNewColumns": bool(accept_new_columns),
    }


def _csv(
    checked: Checked, format_: str, definitions: Definitions | None, *, replaced: bool
) -> BinaryIO:
    header = header_names([*checked.frame.columns], definitions, replaced=replaced)
    return write_csv(checked.frame, header, {checked.roles.date: format_})
