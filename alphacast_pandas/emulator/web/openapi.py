"""The OpenAPI 3.1 description of the emulator, by default readings and without faults."""

import re
from dataclasses import fields
from http import HTTPStatus
from typing import Any, get_args

from alphacast_pandas.emulator.queries.selection import FORMATS, MEDIA_TYPES
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import DATA_TYPES
from alphacast_pandas.emulator.web.operations import OPERATIONS, Operation

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "description": "ISO 8601 without a zone, in UTC"}
SPELLED_FLAG: Schema = {"type": "string", "enum": ["true", "false", "True", "False"]}


def nullable(schema: Schema) -> Schema:
    """Return a schema that allows null as well."""
    return schema | {"type": [schema["type"], "null"]}


def record(optional: str = "", /, **properties: Schema) -> Schema:
    """Return the schema of an object; `optional` names what may be absent."""
    required = [name for name in properties if name not in optional.split()]
    found: Schema = {"type": "object", "properties": properties}
    return found | ({"required": required} if required else {})


def array(schema: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": schema}


DATES = {"frequency": nullable(TEXT), "minDate": nullable(DAY), "maxDate": nullable(DAY)}
LISTED_DATASET = {"id": ID, "name": TEXT, "repositoryId": ID}
DATASET = LISTED_DATASET | {
    "description": nullable(TEXT),
    "sourceName": nullable(TEXT),
    "sourceUrl": nullable(TEXT),
    "permission": TEXT,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
COLUMN = record(id=ID, name=TEXT, dataType={"enum": list(DATA_TYPES)}, isEntity=FLAG)
PROVIDER = dict.fromkeys(("slug", "name", "provider", "description", "license"), TEXT) | {
    "capabilities": array(TEXT)
}
KEY_FIELDS = {"api_key_required": FLAG, "api_key_stored": FLAG}
LISTED_SERIES = record("frequency", series_id=TEXT, label=TEXT, frequency=TEXT)
PAGED = {"slug": TEXT, "total": WHOLE, "limit": WHOLE, "offset": WHOLE}
PROCESS = {"id": ID, "datasetId": ID, "status": TEXT, "createdAt": MOMENT}
DESCRIPTION = {"description": TEXT, "sourceName": TEXT, "sourceUrl": TEXT}
FAULT = {
    "method": TEXT,
    "path": TEXT,
    "port": {"type": "string", "enum": ["api", "storage", "search", "*"]},
    "times": {"type": ["integer", "null"], "minimum": 1},
    "delay": {"type": "number", "minimum": 0},
    "status": {"type": ["integer", "null"], "minimum": 200, "maximum": 599},
    "body": nullable(TEXT),
    "headers": {"type": "object", "additionalProperties": TEXT},
    "retry_after": {"type": ["number", "string", "null"]},
    "applied": FLAG,
    "garbage": nullable(TEXT),
    "cut_at": {"type": ["integer", "null"], "minimum": 0},
    "redirect": nullable(TEXT),
    "reset": {"enum": ["before", "after", None]},
    "bandwidth": nullable(NUMBER),
    "stale": FLAG,
    "process_delay": {"type": "number", "minimum": 0},
    "process_error": nullable(TEXT),
}
READINGS = {
    field.name: {"type": "string", "enum": list(get_args(field.type)), "default": field.default}
    for field in fields(Readings)
}

SCHEMAS: dict[str, Schema] = {
    "Error": record("message", error=TEXT, message=TEXT),
    "Repository": record(
        id=ID,
        name=TEXT,
        description=nullable(TEXT),
        privacy={"enum": ["Public", "Private"]},
        team=nullable(TEXT),
        permission=TEXT,
    ),
    "NewRepository": record(
        "description team slug",
        name=TEXT,
        privacy={"type": "string", "enum": ["Public", "Private"]},
        description=TEXT,
        team=TEXT,
        slug=TEXT,
    ),
    "BriefDataset": record(**LISTED_DATASET),
    "Dataset": record(**DATASET),
    "DatasetWithColumns": record(**DATASET, **DATES, columns=array(COLUMN)),
    "NewDataset": record(" ".join(DESCRIPTION), name=TEXT, repositoryId=ID, **DESCRIPTION),
    "ChangedDataset": {"type": "object", "properties": {"name": TEXT, "repositoryId": ID}},
    "Dates": record(**DATES),
    "Definitions": record(
        id=ID, columnDefinitions=array({"type": "object"}), updateAt=nullable(MOMENT)
    ),
    "Initializer": record(
        "entitiesColumnNames dateFormat",
        dateColumnName=TEXT,
        entitiesColumnNames=array(TEXT),
        dateFormat=TEXT,
    ),
    "Upload": record("manifest", data={"type": "string", "format": "binary"}, manifest=TEXT),
    "NewProcess": record(**PROCESS),
    "Process": record(
        "stats",
        **PROCESS,
        statusDescription=nullable(TEXT),
        deleteMissingFromDB={"enum": [0, 1]},
        onConflictUpdateDB={"enum": [0, 1]},
        processedAt=nullable(MOMENT),
        stats={"type": "object"},
    ),
    "NewRun": {"type": "object", "properties": {"executionParam": TEXT}},
    "Run": record(id=ID, datasetId=ID, status=TEXT, executionParam={}, createdAt=MOMENT),
    "Found": record(
        data=array(record(**DATASET, **DATES)),
        totalItems=WHOLE,
        totalPages=WHOLE,
        currentPage=WHOLE,
        offset=WHOLE,
    ),
    "Series": record(
        id=ID,
        name=TEXT,
        datasetId=ID,
        datasetName=TEXT,
        dataType=TEXT,
        units={"type": "null"},
        **DATES,
    ),
    "Provider": record(**PROVIDER),
    "ProviderDetail": record(
        " ".join(KEY_FIELDS),
        **PROVIDER,
        **KEY_FIELDS,
        parameters=array({"type": "object"}),
        popular_series=array(LISTED_SERIES),
    ),
    "Browsed": {"type": "object", "required": ["slug"], "properties": {"slug": TEXT}},
    "SeriesPage": record(**PAGED, series=array(LISTED_SERIES)),
    "ProviderSeries": record(
        " ".join([*KEY_FIELDS, "instructions"]),
        series_id=TEXT,
        label=TEXT,
        metadata={"type": "object"},
        data=array(record(date=DAY, value=nullable(NUMBER))),
        is_preview=FLAG,
        instructions=TEXT,
        **KEY_FIELDS,
    ),
    "Range": {"type": "object", "properties": {"start_date": DAY, "end_date": DAY}},
    "UserKey": record(slug=TEXT, createdAt=MOMENT),
    "NewUserKey": record(key=TEXT),
    "Fault": {"type": "object", "properties": FAULT, "additionalProperties": False},
    "Readings": {"type": "object", "properties": READINGS, "additionalProperties": False},
}

QUERY_SCHEMAS: dict[str, Schema] = {
    "$format": {"type": "string", "enum": list(FORMATS)},
    "$top": WHOLE,
    "$last": WHOLE,
    "offset": WHOLE,
    "length": WHOLE,
    "limit": WHOLE,
    "deleteMissingFromDB": SPELLED_FLAG,
    "onConflictUpdateDB": SPELLED_FLAG,
    "acceptNewColumns": SPELLED_FLAG,
    "searchAllAlphacast": SPELLED_FLAG,
    "excludeDeprecated": SPELLED_FLAG,
    "series": SPELLED_FLAG,
}

SLUGS = frozenset({"slug"})
SECURITY: dict[str, list[dict[str, list[str]]]] = {
    "needed": [{"basic": []}, {"query": []}],
    "optional": [{}, {"basic": []}, {"query": []}],
    "in query": [{"query": []}],
    "none": [],
}


def description() -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        path = operation.path.replace(":path", "")
        paths.setdefault(path, {})[operation.verb.lower()] = operation_object(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Alphacast, as alphacast_pandas.emulator plays it",
            "version": "1",
            "description": "No document of Alphacast: it describes the emulator, by default"
            " readings and without faults. Paths under /emulator/ are the emulator's own.",
        },
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "query": {"type": "apiKey", "in": "query", "name": "apiKey"},
            },
        },
    }


def operation_object(operation: Operation) -> dict[str, Any]:
    """Return an operation of the description."""
    refused = [*operation.refused, *([] if operation.key == "none" else [401])]
    found = {
        "operationId": operation.handler.__name__,
        "parameters": [*path_parameters(operation.path), *map(query_parameter, operation.query)],
        "security": SECURITY[operation.key],
        "responses": {
            str(status): success_response(status, name)
            for status, name in operation.answers.items()
        }
        | {str(status): error_response(status) for status in sorted(refused)},
    }
    if operation.body:
        found["requestBody"] = {"required": True, "content": request_contents(operation.body)}
    return found


def path_parameters(path: str) -> list[dict[str, Any]]:
    """Return the parameters of a path: slugs and `:path` are texts, all others integers."""
    found = re.findall(r"\{(\w+)(:path)?\}", path)
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": TEXT if is_path or name in SLUGS else {"type": "integer"},
        }
        for name, is_path in found
    ]


def query_parameter(name: str) -> dict[str, Any]:
    """Return a parameter of the query string."""
    return {"name": name, "in": "query", "schema": QUERY_SCHEMAS.get(name, TEXT)}


def request_contents(name: str) -> dict[str, Any]:
    """Return the media types of a body."""
    schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    if name == "Upload":
        return {"multipart/form-data": schema}
    return {"application/json": schema, "application/x-www-form-urlencoded": schema}


def success_response(status: int, name: str) -> dict[str, Any]:
    """Return the response of a success."""
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if name == "file":
        found["content"] = {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}
    elif name:
        reference = {"$ref": f"#/components/schemas/{name.strip('[]')}"}
        schema = {"type": "array", "items": reference} if name.startswith("[") else reference
        found["content"] = {"application/json": {"schema": schema}}
    return found


def error_response(status: int) -> dict[str, Any]:
    """Return the response of an error."""
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"schema": schema}},
    }
