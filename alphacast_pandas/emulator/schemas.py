"""The shapes of what goes in and out, as the OpenAPI description names them."""

from dataclasses import fields
from typing import Any, get_args

from alphacast_pandas.emulator.queries.selection import FORMATS
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import DATA_TYPES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": "integer"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "description": "ISO 8601 without a zone, in UTC"}
SPELLED_FLAG: Schema = {"type": "string", "enum": ["true", "false", "True", "False"]}


def maybe(schema: Schema) -> Schema:
    """Return a schema that allows null as well."""
    return schema | {"type": [schema["type"], "null"]}


def record(optional: str = "", /, **properties: Schema) -> Schema:
    """Return the schema of an object; `optional` names what may be absent."""
    required = [name for name in properties if name not in optional.split()]
    found: Schema = {"type": "object", "properties": properties}
    return found | ({"required": required} if required else {})


def listed(schema: Schema) -> Schema:
    """Return the schema of an array."""
    return {"type": "array", "items": schema}


DATES = {"frequency": maybe(TEXT), "minDate": maybe(DAY), "maxDate": maybe(DAY)}
BRIEF = {"id": ID, "name": TEXT, "repositoryId": ID}
DATASET = BRIEF | {
    "description": maybe(TEXT),
    "sourceName": maybe(TEXT),
    "sourceUrl": maybe(TEXT),
    "permission": TEXT,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
COLUMN = record(id=ID, name=TEXT, dataType={"enum": list(DATA_TYPES)}, isEntity=FLAG)
PROVIDER = dict.fromkeys(("slug", "name", "provider", "description", "license"), TEXT) | {
    "capabilities": listed(TEXT)
}
KEY_FIELDS = {"api_key_required": FLAG, "api_key_stored": FLAG}
LISTED_SERIES = record("frequency", series_id=TEXT, label=TEXT, frequency=TEXT)
PAGED = {"slug": TEXT, "total": WHOLE, "limit": WHOLE, "offset": WHOLE}
PROCESS = {"id": ID, "datasetId": ID, "status": TEXT, "createdAt": MOMENT}
DESCRIBED = {"description": TEXT, "sourceName": TEXT, "sourceUrl": TEXT}
FAULT = {
    "method": TEXT,
    "path": TEXT,
    "port": {"type": "string", "enum": ["api", "storage", "*"]},
    "times": {"type": ["integer", "null"], "minimum": 1},
    "delay": {"type": "number", "minimum": 0},
    "status": {"type": ["integer", "null"], "minimum": 200, "maximum": 599},
    "body": maybe(TEXT),
    "headers": {"type": "object", "additionalProperties": TEXT},
    "retry_after": {"type": ["number", "string", "null"]},
    "applied": FLAG,
    "garbage": maybe(TEXT),
    "cut_at": {"type": ["integer", "null"], "minimum": 0},
    "reset": {"enum": ["before", "after", None]},
    "bandwidth": maybe(NUMBER),
    "stale": FLAG,
    "process_delay": {"type": "number", "minimum": 0},
    "process_error": maybe(TEXT),
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
        description=maybe(TEXT),
        privacy={"enum": ["Public", "Private"]},
        team=maybe(TEXT),
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
    "BriefDataset": record(**BRIEF),
    "Dataset": record(**DATASET),
    "DatasetWithColumns": record(**DATASET, **DATES, columns=listed(COLUMN)),
    "NewDataset": record(" ".join(DESCRIBED), name=TEXT, repositoryId=ID, **DESCRIBED),
    "ChangedDataset": {"type": "object", "properties": {"name": TEXT, "repositoryId": ID}},
    "Dates": record(**DATES),
    "Definitions": record(
        id=ID, columnDefinitions=listed({"type": "object"}), updateAt=maybe(MOMENT)
    ),
    "Initializer": record(
        "entitiesColumnNames dateFormat",
        dateColumnName=TEXT,
        entitiesColumnNames=listed(TEXT),
        dateFormat=TEXT,
    ),
    "Upload": record("manifest", data={"type": "string", "format": "binary"}, manifest=TEXT),
    "NewProcess": record(**PROCESS),
    "Process": record(
        "stats",
        **PROCESS,
        statusDescription=maybe(TEXT),
        deleteMissingFromDB={"enum": [0, 1]},
        onConflictUpdateDB={"enum": [0, 1]},
        processedAt=maybe(MOMENT),
        stats={"type": "object"},
    ),
    "NewRun": {"type": "object", "properties": {"executionParam": TEXT}},
    "Run": record(id=ID, datasetId=ID, status=TEXT, executionParam={}, createdAt=MOMENT),
    "Found": record(
        data=listed(record(**BRIEF)),
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
        parameters=listed({"type": "object"}),
        popular_series=listed(LISTED_SERIES),
    ),
    "Browsed": {"type": "object", "required": ["slug"], "properties": {"slug": TEXT}},
    "SeriesPage": record(**PAGED, series=listed(LISTED_SERIES)),
    "ProviderSeries": record(
        " ".join([*KEY_FIELDS, "instructions"]),
        series_id=TEXT,
        label=TEXT,
        metadata={"type": "object"},
        data=listed(record(date=DAY, value=maybe(NUMBER))),
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

QUERY: dict[str, Schema] = {
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
    "series": SPELLED_FLAG,
}
