"""Answers about column definitions, which are the manifest of a dataset."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, refusal_reply, text_field
from alphacast_pandas.emulator.store.catalog import (
    Dataset,
    check_dataset_access,
    load_dataset,
    replace_manifest,
)
from alphacast_pandas.emulator.store.columns import columns_by_fold, load_columns, replace_columns
from alphacast_pandas.emulator.store.database import Cursor, next_id
from alphacast_pandas.emulator.text import parse_boolean
from alphacast_pandas.emulator.uploads.layout import resolve_column
from alphacast_pandas.emulator.uploads.manifest import (
    DEFAULT_DATE_FORMAT,
    initial_manifest,
    parse_manifest,
)


def get_columns(call: Call) -> Response:
    """Answer `GET /datasets/{id}/columns`."""
    with call.service.store.transaction() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"))
    return JSONResponse(definition_fields(call, dataset))


def definition_fields(call: Call, dataset: Dataset) -> dict[str, Any]:
    """Return the stored manifest as the service shows it."""
    words = call.service.readings.booleans
    entries = json.loads(dataset.manifest or "[]")
    return {
        "id": dataset.id,
        "columnDefinitions": [spell_booleans(entry, words) for entry in entries],
        "updateAt": dataset.manifest_at.isoformat() if dataset.manifest_at else None,
    }


def spell_booleans(entry: dict[str, Any], words: str) -> dict[str, Any]:
    """Return one definition with its booleans as stored, as JSON's, or as texts."""
    if words == "stored":
        return entry
    flags = {name: parse_boolean(entry[name]) for name in ("isEntity", "ignore") if name in entry}
    return entry | (flags if words == "json" else {name: str(v) for name, v in flags.items()})


def initialize_columns(call: Call) -> Response:
    """Answer `PUT /datasets/{id}/columns/initializer`."""
    date = text_field(call, "dateColumnName", required=True) or ""
    date_format = text_field(call, "dateFormat") or DEFAULT_DATE_FORMAT
    text = initial_manifest(date, parse_entity_names(call), date_format)
    with call.service.store.write() as cursor:
        try:
            dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"), "Write")
        except Refusal as refusal:
            return forbidden_reply(call, refusal)
        apply_manifest(cursor, dataset, text)
        changed = load_dataset(cursor, dataset.id) or dataset
    return JSONResponse(definition_fields(call, changed))


def parse_entity_names(call: Call) -> list[str]:
    """Return the entity columns that a body names."""
    names = call.fields.get("entitiesColumnNames") or []
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refusal(400, "entitiesColumnNames must be an array of strings")
    return names


def apply_manifest(cursor: Cursor, dataset: Dataset, text: str) -> None:
    """Store a manifest; a dataset without rows gets its columns."""
    manifest = parse_manifest(text)
    known = columns_by_fold(load_columns(cursor, dataset.id))
    replace_manifest(cursor, dataset.id, text)
    if not dataset.version:
        columns = [
            resolve_column(entry.name, entry, known, lambda: next_id(cursor, "column"))
            for entry in manifest.active_entries
        ]
        replace_columns(cursor, dataset.id, columns)


def forbidden_reply(call: Call, refusal: Refusal) -> Response:
    """Return a refusal; a 403 has both keys, since the official SDK reads `message`."""
    if refusal.status != 403:
        return refusal_reply(refusal, call.service.readings)
    return JSONResponse({"error": refusal.message, "message": refusal.message}, 403)
