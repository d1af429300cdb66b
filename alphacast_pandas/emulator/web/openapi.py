"""Describes the surface in OpenAPI 3.1, as it is by the default readings and without faults."""

import re
from http import HTTPStatus
from typing import Any

from alphacast_pandas.emulator.queries.exports import MEDIA_TYPES
from alphacast_pandas.emulator.schemas import QUERY, SCHEMAS, TEXT
from alphacast_pandas.emulator.web.operations import SURFACE, Operation

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
    for operation in SURFACE:
        path = operation.path.replace(":path", "")
        paths.setdefault(path, {})[operation.verb.lower()] = described(operation)
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


def described(operation: Operation) -> dict[str, Any]:
    """Return one operation."""
    refused = [*operation.refused, *([] if operation.key == "none" else [401])]
    found = {
        "operationId": operation.handler.__name__,
        "parameters": [*path_parameters(operation.path), *map(query_parameter, operation.query)],
        "security": SECURITY[operation.key],
        "responses": {str(status): answer(status, w) for status, w in operation.answers.items()}
        | {str(status): refusal(status) for status in sorted(refused)},
    }
    if operation.body:
        found["requestBody"] = {"required": True, "content": bodies(operation.body)}
    return found


def path_parameters(path: str) -> list[dict[str, Any]]:
    """Return the parameters in a path: ids are numbers, but for slugs and what may hold slashes."""
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
    return {"name": name, "in": "query", "schema": QUERY.get(name, TEXT)}


def bodies(name: str) -> dict[str, Any]:
    """Return the media types of a body."""
    schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    if name == "Upload":
        return {"multipart/form-data": schema}
    return {"application/json": schema, "application/x-www-form-urlencoded": schema}


def answer(status: int, name: str) -> dict[str, Any]:
    """Return a success."""
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if name == "file":
        found["content"] = {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}
    elif name:
        reference = {"$ref": f"#/components/schemas/{name.strip('[]')}"}
        schema = {"type": "array", "items": reference} if name.startswith("[") else reference
        found["content"] = {"application/json": {"schema": schema}}
    return found


def refusal(status: int) -> dict[str, Any]:
    """Return a refusal."""
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"schema": schema}},
    }
