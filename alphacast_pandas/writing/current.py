"""What a dataset holds now, read past every cached file, and the signs of its last change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from alphacast_pandas.api.parameters import FORMAT, PARAMETERS
from alphacast_pandas.api.processes import PROCESS_STATUSES
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.errors import AlphacastError, APIError
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.csv_table import table_with_nulls
from alphacast_pandas.reading.fetch import fetch
from alphacast_pandas.reading.options import ReadOptions, check_options
from alphacast_pandas.reading.rows import finish
from alphacast_pandas.text import quoted

if TYPE_CHECKING:
    import datetime

    import pyarrow as pa

    from alphacast_pandas.api.client import Client

    DateRange = tuple[datetime.datetime, datetime.datetime]


# Asks for every row. A request without any of these options is answered from an exported file,
# which may be older than the dataset.
_EVERY_ROW = ReadOptions(top=2**31 - 1)
_COMPUTED = {parameter.name for parameter in PARAMETERS if parameter is not FORMAT}


@dataclass(frozen=True)
class DatasetState:
    """
    What the service tells of the last change of a dataset; None is what it does not tell.

    `newest_process` is 0 if there was none yet; `running_process` is the newest, if it has not
    ended.
    """

    updated_at: str | None = None
    newest_process: int | None = None
    running_process: int | None = None

    def change_since(self, earlier: DatasetState) -> str | None:
        """Return the sign that the dataset has changed since then, None if there is none."""
        if _differ(self.newest_process, earlier.newest_process):
            return f"process {self.newest_process} has begun"
        if _differ(self.updated_at, earlier.updated_at):
            return f"it was updated at {self.updated_at}, before that at {earlier.updated_at}"
        return None


def fetch_state(client: Client, dataset_id: int) -> DatasetState:
    """Ask the service for the signs of the last change."""
    try:
        updated_at = client.datasets.get(dataset_id).updated_at
    except APIError:
        updated_at = None  # the data will tell
    try:
        processes = client.datasets.processes(dataset_id)
    except AlphacastError:
        return DatasetState(updated_at)
    newest = max(processes, key=lambda process: process.id, default=None)
    if newest is None:
        return DatasetState(updated_at, 0)
    is_running = PROCESS_STATUSES.get(newest.status.casefold()) == "running"
    return DatasetState(updated_at, newest.id, newest.id if is_running else None)


def read_current(
    client: Client,
    dataset_id: int,
    dates: DateRange | None,
    *,
    name: str | None,
    progress: bool | None,
) -> pa.Table:
    """
    Return the rows of a dataset, at least those of these dates; None asks for all of them.

    `name` is what the caller called the dataset, None if that was its number.
    """
    options = _EVERY_ROW if dates is None else check_options(start=dates[0], end=dates[1])
    place = quoted(name) if name else f"dataset {dataset_id}"
    meter = Meter(f"Comparing with {place}", progress=progress, clock=client._connection.clock)
    with meter, watched_by(meter):
        fetched = fetch(client, dataset_id, options, meter)
        if not _COMPUTED & fetched.params.keys():  # the dates were left to us
            fetched = fetch(client, dataset_id, _EVERY_ROW, meter)
    return table_with_nulls(finish(fetched))


def date_range(dates: pa.ChunkedArray) -> DateRange:
    """Return the first and the last date."""
    ends: dict[str, Any] = pc.min_max(dates).as_py()
    return ends["min"], ends["max"]


def _differ(now: object, then: object) -> bool:
    """Tell whether two facts are known and differ."""
    return now is not None and then is not None and now != then
