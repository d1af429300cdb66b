"""The record of an upload, from `Requested` to its end."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alphacast_pandas.emulator.store.database import (
    Cursor,
    Store,
    insert,
    next_id,
    now,
    records,
    update,
)
from alphacast_pandas.emulator.uploads.merging import Flags

REQUESTED, PROCESSING, PROCESSED, ERROR = "Requested", "Processing", "Processed", "Error"


@dataclass(frozen=True)
class Process:
    """One upload: what was asked, how it went."""

    id: int
    dataset_id: int
    status: str
    description: str | None
    delete_missing: bool
    update_existing: bool
    accept_new: bool
    manifest: str | None
    created_at: datetime
    processed_at: datetime | None
    stats: str | None

    @property
    def flags(self) -> Flags:
        """What the upload asked for."""
        return Flags(self.delete_missing, self.update_existing, self.accept_new)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in {PROCESSED, ERROR}


def upload_path(store: Store, process: int) -> Path:
    """Return where the file of a process waits."""
    return store.spool / f"upload-{process}"


def create_process(cursor: Cursor, dataset: int, flags: Flags, manifest: str | None) -> Process:
    """Add a process in its first state."""
    number = next_id(cursor, "process")
    insert(
        cursor,
        "processes",
        id=number,
        dataset_id=dataset,
        status=REQUESTED,
        delete_missing=flags.delete_missing,
        update_existing=flags.update_existing,
        accept_new=flags.accept_new,
        manifest=manifest,
        created_at=now(),
    )
    return records(cursor, Process, "SELECT * FROM processes WHERE id = ?", [number])[0]


def processes_of(cursor: Cursor, dataset: int) -> list[Process]:
    """Return the processes of a dataset, the newest first."""
    sql = "SELECT * FROM processes WHERE dataset_id = ? ORDER BY id DESC"
    return records(cursor, Process, sql, [dataset])


def process_by_id(cursor: Cursor, number: int | None) -> Process | None:
    """Return one process."""
    found = records(cursor, Process, "SELECT * FROM processes WHERE id = ?", [number])
    return found[0] if found else None


def unfinished(cursor: Cursor) -> list[Process]:
    """Return the processes that have not ended, in the order they came."""
    sql = "SELECT * FROM processes WHERE status IN (?, ?) ORDER BY id"
    return records(cursor, Process, sql, [REQUESTED, PROCESSING])


def set_status(cursor: Cursor, number: int, status: str) -> None:
    """Move a process to a state that is not its last."""
    update(cursor, "processes", number, status=status)


def end_process(
    cursor: Cursor, number: int, status: str, description: str, stats: dict[str, Any] | None = None
) -> None:
    """Move a process to its last state."""
    update(
        cursor,
        "processes",
        number,
        status=status,
        description=description,
        processed_at=now(),
        stats=json.dumps(stats) if stats else None,
    )
