"""One file to the service, and what became of it if the answer is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.errors import AlphacastError

if TYPE_CHECKING:
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.multipart import Payload
    from alphacast_pandas.api.records import Process
    from alphacast_pandas.progress import Meter
    from alphacast_pandas.writing.manifest import Manifest

# The service stores the file before it answers, so a process may appear a little later.
_PAUSES = (0.0, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Upload:
    """One file on its way, with all that the service is told about it."""

    dataset_id: int
    file: Payload
    manifest: Manifest | None
    flags: dict[str, bool]


def upload(client: Client, sent: Upload, meter: Meter) -> Process:
    """Return the process of the upload; it is sent once, whatever happens."""
    before = _process_ids(client, sent.dataset_id)
    meter.begin(sent.file.seek(0, 2), phase="uploading")
    sent.file.seek(0)
    try:
        return client.datasets.send_file(
            sent.dataset_id,
            sent.file,
            manifest=sent.manifest,
            flags=sent.flags,
            on_read=meter.advance,
        )
    except AlphacastError as error:
        found = _begun_since(client, sent, before) if error.in_doubt else None
        if found is None:
            raise
        return found


def _begun_since(client: Client, sent: Upload, before: set[int] | None) -> Process | None:
    """Return the one process that has begun since, None if it cannot be told which is ours."""
    if before is None:
        return None
    for pause in _PAUSES:
        client.clock.sleep(pause)
        try:
            begun = [p for p in client.datasets.processes(sent.dataset_id) if p.id not in before]
        except AlphacastError:
            return None
        if begun:
            return begun[0] if len(begun) == 1 and _may_be(begun[0], sent) else None
    return None


def _may_be(process: Process, sent: Upload) -> bool:
    stated = {
        "deleteMissingFromDB": process.delete_missing,
        "onConflictUpdateDB": process.update_on_conflict,
    }
    return all(value is None or value == sent.flags[name] for name, value in stated.items())


def _process_ids(client: Client, dataset_id: int) -> set[int] | None:
    """Return the processes there are, None if the service does not tell."""
    try:
        return {process.id for process in client.datasets.processes(dataset_id)}
    except AlphacastError:
        return None
