"""Processes: the records of uploads, from `Requested` to `Processed` or `Error`."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from alphacast_pandas.emulator.store.database import (
    Cursor,
    Store,
    fetch_records,
    insert,
    next_id,
    now,
    update,
)

REQUESTED, PROCESSING, PROCESSED, ERROR = "Requested", "Processing", "Processed", "Error"


@dataclass(frozen=True)
class Flags:
    """The three flags of an upload."""

    delete_missing: bool = False
    update_existing: bool = False
    accept_new: bool = False


@dataclass(frozen=True)
class Process:
    """One upload: its flags and manifest, its state and result."""

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
        """The flags of the upload."""
        return Flags(self.delete_missing, self.update_existing, self.accept_new)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in {PROCESSED, ERROR}


def upload_path(store: Store, process: int) -> Path:
    """Return the path of the uploaded file until its process ends."""
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
    return fetch_records(cursor, Process, "SELECT * FROM processes WHERE id = ?", [number])[0]


def load_processes(cursor: Cursor, dataset: int) -> list[Process]:
    """Return the processes of a dataset, the newest first."""
    sql = "SELECT * FROM processes WHERE dataset_id = ? ORDER BY id DESC"
    return fetch_records(cursor, Process, sql, [dataset])


def load_process(cursor: Cursor, number: int | None) -> Process | None:
    """Return one process."""
    found = fetch_records(cursor, Process, "SELECT * FROM processes WHERE id = ?", [number])
    return found[0] if found else None


def load_unfinished(cursor: Cursor) -> list[Process]:
    """Return the processes that have not ended, in the order they came."""
    sql = "SELECT * FROM processes WHERE status IN (?, ?) ORDER BY id"
    return fetch_records(cursor, Process, sql, [REQUESTED, PROCESSING])


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
