"""Answers about uploads and their processes."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.catalog import Dataset, check_dataset_access
from alphacast_pandas.emulator.store.processes import (
    PROCESSED,
    Flags,
    Process,
    create_process,
    load_process,
    load_processes,
    upload_path,
)
from alphacast_pandas.emulator.text import parse_boolean
from alphacast_pandas.emulator.uploads.manifest import parse_manifest


def upload_data(call: Call) -> Response:
    """Answer `PUT /datasets/{id}/data`: save the file, and leave the rest to the worker."""
    number = call.number("dataset")
    with call.service.store.write() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, number, "Write")
        upload = call.upload
        if upload is None or upload.file is None:
            raise Refusal(400, "data is required")
        check_size(call, upload.file)
        check_upload(call, dataset, upload.manifest)
        process = create_process(cursor, dataset.id, parse_flags(call), upload.manifest)
        # The process may be taken up as soon as it is committed, so its file comes first.
        upload.file.rename(upload_path(call.service.store, process.id))
    reply = {
        "id": process.id,
        "status": process.status,
        "createdAt": process.created_at.isoformat(),
        "datasetId": dataset.id,
    }
    call.service.worker.submit(process.id, dataset.id)
    return JSONResponse(reply, call.status(201))


def check_size(call: Call, file: Path) -> None:
    """Refuse a file that is larger than the plan allows."""
    limit = call.service.plan.file_bytes
    if limit is not None and file.stat().st_size > limit:
        raise Refusal(413, f"Files may have {limit} bytes at most")


def check_upload(call: Call, dataset: Dataset, manifest: str | None) -> None:
    """Refuse an upload whose manifest or moment is wrong before there is a process."""
    readings = call.service.readings
    if manifest is not None:
        parse_manifest(manifest)
    elif dataset.manifest is None and readings.no_manifest == "400":
        raise Refusal(400, "Dataset has no manifest")
    if readings.concurrent == "refuse" and call.service.worker.has_unfinished(dataset.id):
        raise Refusal(409, "Another process of this dataset is running")


def parse_flags(call: Call) -> Flags:
    """Return the flags of the query string, in any spelling."""
    return Flags(
        delete_missing=parse_boolean(call.query.get("deleteMissingFromDB")),
        update_existing=parse_boolean(call.query.get("onConflictUpdateDB")),
        accept_new=parse_boolean(call.query.get("acceptNewColumns")),
    )


def list_processes(call: Call) -> Response:
    """Answer `GET /datasets/{id}/processes`, the newest first."""
    with call.service.store.transaction() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"))
        found = load_processes(cursor, dataset.id)
    readings = call.service.readings
    listed = [each for each in found if readings.process_list == "all" or not each.is_over]
    return JSONResponse([to_json(process, readings) for process in listed])


def get_process(call: Call) -> Response:
    """Answer `GET /datasets/{id}/processes/{id}`."""
    with call.service.store.transaction() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"))
        process = load_process(cursor, call.number("process"))
    if process is None or process.dataset_id != dataset.id:
        raise Refusal(404, "Process not found")
    return JSONResponse(to_json(process, call.service.readings))


def to_json(process: Process, readings: Readings) -> dict[str, Any]:
    """Return a process as the service shows it."""
    status = process.status
    if status == PROCESSED and readings.status == "completed":
        status = "completed"
    found: dict[str, Any] = {
        "id": process.id,
        "datasetId": process.dataset_id,
        "status": status,
        "statusDescription": process.description,
        "deleteMissingFromDB": int(process.delete_missing),
        "onConflictUpdateDB": int(process.update_existing),
        "createdAt": to_seconds(process.created_at),
        "processedAt": to_seconds(process.processed_at),
    }
    return found | ({"stats": json.loads(process.stats)} if process.stats else {})


def to_seconds(moment: datetime | None) -> str | None:
    """Return a moment without its fraction, as lists show it."""
    return moment.replace(microsecond=0).isoformat() if moment else None
