"""What a dataset holds now, read where nothing is cached, with the signs of its last change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from alphacast_pandas.errors import AlphacastError, APIError
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.csv_table import table_with_nulls
from alphacast_pandas.reading.fetch import fetch
from alphacast_pandas.reading.options import ReadOptions, check_options
from alphacast_pandas.reading.rows import finish

if TYPE_CHECKING:
    import datetime

    import pyarrow as pa

    from alphacast_pandas.api.client import Client

    Span = tuple[datetime.datetime, datetime.datetime]


# Asks for every row. It is there because a request without parameters is answered from a file that
# may be older than the dataset.
_EVERY_ROW = ReadOptions(top=2**31 - 1)
_COMPUTED = {"$filter", "$select", "$last", "$top"}
_UNDER_WAY = {"requested", "processing", "queued", "pending", "running"}


@dataclass(frozen=True)
class State:
    """
    The record of a dataset as far as the service shows it; None is what it does not show.

    `newest_process` is 0 where there was none yet.
    """

    updated_at: str | None = None
    newest_process: int | None = None
    under_way: str | None = None

    def has_moved(self, since: State) -> str | None:
        """Return the sign that the dataset has changed since, None if there is none."""
        if _differ(self.newest_process, since.newest_process):
            return f"process {self.newest_process} has begun"
        if _differ(self.updated_at, since.updated_at):
            return f"it was updated at {self.updated_at}, before that at {since.updated_at}"
        return None


def state_of(client: Client, dataset_id: int) -> State:
    """Return what the service tells of the last change."""
    try:
        updated_at = client.datasets.get(dataset_id).updated_at
    except APIError:
        updated_at = None  # the data will tell
    try:
        processes = client.datasets.processes(dataset_id)
    except AlphacastError:
        return State(updated_at)
    newest = max(processes, key=lambda process: process.id, default=None)
    if newest is None:
        return State(updated_at, 0)
    is_under_way = newest.status.casefold() in _UNDER_WAY
    return State(updated_at, newest.id, f"process {newest.id}" if is_under_way else None)


def _differ(now: object, then: object) -> bool:
    return now is not None and then is not None and now != then


def read_stored(
    client: Client, dataset_id: int, span: Span | None, *, progress: bool | None
) -> pa.Table:
    """Return the rows of a dataset, at least those within `span`; None asks for all of them."""
    options = _EVERY_ROW if span is None else check_options(start=span[0], end=span[1])
    title = f"Comparing with dataset {dataset_id}"
    with Meter(title, progress=progress, clock=client._connection.clock) as meter:
        fetched = fetch(client, dataset_id, options, meter)
        if not _COMPUTED & fetched.params.keys():
            fetched = fetch(client, dataset_id, _EVERY_ROW, meter)
    return table_with_nulls(finish(fetched))


def span_of(dates: pa.ChunkedArray) -> Span:
    """Return the first and the last date."""
    ends: dict[str, Any] = pc.min_max(dates).as_py()
    return ends["min"], ends["max"]
