"""One partition of a dataset, read by whichever process computes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import get_client
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.errors import (
    ConfigurationError,
    ConflictError,
    DecodeError,
    NotFoundError,
    PermissionDenied,
)
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.cached import fetch_or_recall
from alphacast_pandas.reading.evidence import fetch_evidence
from alphacast_pandas.reading.frame import attributes, result_frame
from alphacast_pandas.reading.rows import finish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from alphacast_pandas.api.cache_setting import CacheSetting
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.dask.spans import Span
    from alphacast_pandas.reading.evidence import Evidence
    from alphacast_pandas.reading.options import ReadOptions


@dataclass(frozen=True)
class ReadPlan:
    """
    What every partition must know; it stands in the graph, so it holds no key and no client.

    `definitions` and `evidence` are those of when the frame was planned, as values of JSON;
    `dtypes` are those of all columns in their order, `keys` the date and the entities. Plans of
    the same question have the same `token` while the dataset does not change.
    """

    base_url: str
    dataset_id: int
    options: ReadOptions
    cache: CacheSetting
    definitions: Mapping[str, Any]
    evidence: Mapping[str, Any]
    dtypes: Mapping[str, Any]
    keys: tuple[str, ...]
    token: str = ""

    def __dask_tokenize__(self) -> str:
        """Return what tells this plan from others, which Dask names the partitions by."""
        return self.token

    def for_span(self, span: Span, columns: Sequence[str]) -> ReadOptions:
        """Return the options of a read of these columns, so that no others are sent."""
        options = replace(self.options, start=span.start, end=span.end)
        # A schema is a contract for all columns; and `select` always brings the keys along.
        if options.schema or [*columns] == [*self.dtypes]:
            return options
        values = tuple(name for name in columns if name not in self.keys)
        return replace(options, select=values or self.keys[:1])


def read_partition(span: Span, *, columns: list[str], plan: ReadPlan) -> pd.DataFrame:
    """
    Return the rows of a span with these columns, or raise if the dataset has changed.

    Dask finds by the name `columns` that it may pass fewer of them.
    """
    client = _own_client(plan)
    connection, number = client._connection, plan.dataset_id
    if connection.recall(number) is None:
        connection.remember(number, Definitions.from_json(plan.definitions))
    options = plan.for_span(span, columns)
    meter = Meter(f"Reading dataset {number}", progress=False, clock=connection.clock)
    answer = fetch_or_recall(client, number, options, plan.cache, meter)
    _check_unchanged(client, plan)
    frame = result_frame(finish(answer), answer, options, is_last_use=True)
    _check_types(frame, span, plan)
    frame = frame[columns]
    facts = attributes(client, number, answer)
    frame.attrs["alphacast"] = {**facts, "rows": len(frame), "every_row": False}
    return frame


def _own_client(plan: ReadPlan) -> Client:
    """Return the default client of this process, which must be one of the same service."""
    try:
        client = get_client()
    except ConfigurationError as error:
        msg = (
            f"{error} Do so in every process that computes partitions of dataset "
            f"{plan.dataset_id}: the client that read_dask was given is not part of the frame."
        )
        raise ConfigurationError(msg) from error
    if client.base_url != plan.base_url:
        msg = (
            f"The frame was planned with dataset {plan.dataset_id} of {plan.base_url}, and the "
            f"default client of the process that reads it is one of {client.base_url}. Set "
            "ALPHACAST_BASE_URL and ALPHACAST_API_KEY in the environment of every worker."
        )
        raise ConfigurationError(msg)
    return client


def fetch_state(client: Client, dataset_id: int) -> Evidence:
    """Return what shows a change, or raise if only for now the processes cannot be listed."""
    state = fetch_evidence(client, dataset_id)
    if state.failure is None or isinstance(state.failure, NotFoundError | PermissionDenied):
        return state
    raise state.failure


def _check_unchanged(client: Client, plan: ReadPlan) -> None:
    """
    Raise if the dataset is not what it was when the frame was planned.

    It is asked after the rows are read, which shows what happened before and meanwhile as well.
    """
    state = fetch_state(client, plan.dataset_id)
    if state.failure is not None and plan.evidence["process"] is not None:
        raise state.failure  # which is no change
    now = state.to_json()
    if now == plan.evidence:
        return
    change = _describe_change(plan.evidence, now)
    msg = (
        f"Dataset {plan.dataset_id} has changed since read_dask planned the frame: {change}. Its "
        "partitions would be of different states. Call read_dask again, and compute that frame."
    )
    raise ConflictError(msg, retryable=False)


def _describe_change(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if now["process"] != before["process"]:
        newest, known = now["process"] or "not listed", before["process"] or "not listed"
        return f"its newest process is {newest}, and was {known}"
    if now["is_running"] != before["is_running"]:
        return f"process {now['process']}, which was under way, has ended"
    if now["definitions"] != before["definitions"]:
        return "its columns are defined otherwise"
    if now["updated_at"] != before["updated_at"]:
        return f"it was updated at {now['updated_at']}, before that at {before['updated_at']}"
    dates = (f"from {state['min_date']} to {state['max_date']}" for state in (now, before))
    return "its dates are {}, and were {}".format(*dates)


def _check_types(frame: pd.DataFrame, span: Span, plan: ReadPlan) -> None:
    """Raise unless the columns have the types that were planned."""
    for name, dtype in frame.dtypes.items():
        planned = plan.dtypes.get(str(name))
        if dtype != planned:
            msg = (
                f"Column {name!r} has the type {dtype} in the rows from {span}, and {planned} was "
                "planned for all partitions. Dates that datetime64[ns] cannot hold are the reason "
                "in pandas 2: dtype_backend='pyarrow' holds all of them."
                if str(planned).startswith("datetime64")
                else f"Column {name!r} has the type {dtype} in the rows from {span}, and {planned} "
                "was planned for all partitions. Call read_dask again, and compute that frame."
            )
            raise DecodeError(msg)
