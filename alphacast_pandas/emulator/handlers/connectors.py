"""Answers about runs of a connector, of which the emulator has none: a run ends at once."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.store.catalog import check_dataset_access
from alphacast_pandas.emulator.store.database import Cursor, insert, next_id, now


def start_run(call: Call) -> Response:
    """Answer `POST /datasets/{id}/connector/runs`."""
    with call.service.store.write() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"), "Write")
        number = next_id(cursor, "run")
        insert(
            cursor,
            "runs",
            id=number,
            dataset_id=dataset.id,
            param=json.dumps(call.fields.get("executionParam")),
            created_at=now(),
        )
        run = run_by_id(cursor, dataset.id, number)
    return JSONResponse(run, call.status(201))


def get_run(call: Call) -> Response:
    """Answer `GET /datasets/{id}/connector/runs/{id}`."""
    with call.service.store.transaction() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"))
        return JSONResponse(run_by_id(cursor, dataset.id, call.number("run")))


def run_by_id(cursor: Cursor, dataset: int, number: int | None) -> dict[str, Any]:
    """Return a run of a dataset, or refuse with 404."""
    sql = "SELECT param, created_at FROM runs WHERE dataset_id = ? AND id = ?"
    row = cursor.execute(sql, [dataset, number]).fetchone()
    if row is None:
        raise Refusal(404, "Run not found")
    return {
        "id": number,
        "datasetId": dataset,
        "status": "Processed",
        "executionParam": json.loads(row[0]),
        "createdAt": row[1].isoformat(),
    }
