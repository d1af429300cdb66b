"""Answers about column definitions: the stored manifest."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, json_reply, refusal_reply, text_field
from alphacast_pandas.emulator.store.catalog import (
    Dataset,
    columns_of,
    dataset_by_id,
    dataset_for,
    store_columns,
    store_manifest,
)
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, next_id
from alphacast_pandas.emulator.uploads.layout import column_for
from alphacast_pandas.emulator.uploads.manifest import (
    DEFAULT_DATE_FORMAT,
    boolean,
    initial_manifest,
    parse_manifest,
)


def get_columns(call: Call) -> Response:
    """Answer `GET /datasets/{id}/columns`."""
    with call.service.store.transaction() as cursor:
        dataset, _ = dataset_for(cursor, call.holder, call.number("dataset"))
    return json_reply(definitions(call, dataset))


def definitions(call: Call, dataset: Dataset) -> dict[str, Any]:
    """Return the stored manifest as the service shows it."""
    entries = json.loads(dataset.manifest or "[]")
    return {
        "id": dataset.id,
        "columnDefinitions": [spelled(entry, call.service.readings.booleans) for entry in entries],
        "updateAt": dataset.manifest_at.isoformat() if dataset.manifest_at else None,
    }


def spelled(entry: dict[str, Any], words: str) -> dict[str, Any]:
    """Return one definition with its booleans as stored, as JSON's, or as texts."""
    if words == "stored":
        return entry
    found = {name: boolean(entry[name]) for name in ("isEntity", "ignore") if name in entry}
    return entry | (found if words == "json" else {name: str(v) for name, v in found.items()})


def initialize_columns(call: Call) -> Response:
    """Answer `PUT /datasets/{id}/columns/initializer`."""
    date = text_field(call, "dateColumnName", required=True) or ""
    date_format = text_field(call, "dateFormat") or DEFAULT_DATE_FORMAT
    text = initial_manifest(date, entity_names(call), date_format)
    with call.service.store.write() as cursor:
        try:
            dataset, _ = dataset_for(cursor, call.holder, call.number("dataset"), "Write")
        except Refusal as refusal:
            return refused(call, refusal)
        initialize(cursor, dataset, text)
        changed = dataset_by_id(cursor, dataset.id) or dataset
    return json_reply(definitions(call, changed))


def entity_names(call: Call) -> list[str]:
    """Return the entity columns that a body names."""
    names = call.fields.get("entitiesColumnNames") or []
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal(400, "entitiesColumnNames must be an array of strings")
    return names


def initialize(cursor: Cursor, dataset: Dataset, text: str) -> None:
    """Store a first manifest; without rows the columns are the manifest's."""
    manifest = parse_manifest(text)
    known = columns_of(cursor, dataset.id)
    store_manifest(cursor, dataset.id, text)
    if not dataset.version:
        store_columns(cursor, dataset.id, [fresh(cursor, entry, known) for entry in manifest.kept])


def fresh(cursor: Cursor, entry: Any, known: list[Column]) -> Column:
    """Return the column that an entry of a manifest announces."""
    return column_for(entry.name, entry, known, lambda: next_id(cursor, "column"))


def refused(call: Call, refusal: Refusal) -> Response:
    """Answer a refusal; on 403 with both keys, since the SDK insists on `message`."""
    if refusal.status != 403:
        return refusal_reply(refusal, call.service.readings)
    return JSONResponse({"error": refusal.message, "message": refusal.message}, 403)
