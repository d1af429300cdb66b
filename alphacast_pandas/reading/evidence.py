"""What the service tells of a dataset, in small answers, that would show a change of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.discovery import fetch_definitions
from alphacast_pandas.errors import AlphacastError
from alphacast_pandas.parallel import in_background

if TYPE_CHECKING:
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.processes import Process


@dataclass(frozen=True)
class Evidence:
    """
    What the service tells of a dataset that would show a change of it.

    `process` is the newest process, None if none is told of; `is_running` if any has not ended.
    `failure` is why the processes could not be listed.
    """

    definitions: Definitions
    process: int | None
    is_running: bool
    failure: AlphacastError | None = None

    @property
    def is_settled(self) -> bool:
        """Whether there is a newest process, which has ended as all others have."""
        return self.process is not None and not self.is_running

    def to_json(self) -> dict[str, Any]:
        """Return what is compared, as values of JSON."""
        dataset, stated = self.definitions.dataset, self.definitions.to_json()
        return {
            "definitions": {**stated, "dataset": None},
            "updated_at": dataset.updated_at if dataset else None,
            "min_date": str(dataset.min_date) if dataset else None,
            "max_date": str(dataset.max_date) if dataset else None,
            "process": self.process,
            "is_running": self.is_running,
        }


def fetch_evidence(client: Client, dataset_id: int) -> Evidence:
    """Ask the service what would show a change of a dataset; three small requests, side by side."""
    asked = in_background(_processes, client, dataset_id)
    definitions = fetch_definitions(client.datasets, dataset_id)
    processes, failure = asked.result()
    return Evidence(
        definitions=definitions,
        process=max((process.id for process in processes), default=None),
        is_running=not all(process.succeeded or process.failed for process in processes),
        failure=failure,
    )


def _processes(client: Client, dataset_id: int) -> tuple[list[Process], AlphacastError | None]:
    try:
        return client.datasets.processes(dataset_id), None
    except AlphacastError as error:
        return [], error  # they prove nothing then
