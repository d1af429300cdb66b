"""Answers about datasets, their columns and their dates."""

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, deletion_reply, id_field, text_field
from alphacast_pandas.emulator.handlers.repositories import is_listed
from alphacast_pandas.emulator.store.accounts import allows, find_level, to_dataset_level
from alphacast_pandas.emulator.store.catalog import (
    Dataset,
    check_dataset_access,
    check_name_is_free,
    create_dataset,
    delete_dataset,
    load_datasets,
    load_home,
    load_repositories,
)
from alphacast_pandas.emulator.store.columns import Column, load_columns
from alphacast_pandas.emulator.store.database import Cursor, now, update


def list_datasets(call: Call) -> Response:
    """Answer `GET /datasets`."""
    query = {} if call.service.readings.list_filters == "ignored" else call.query
    name, repository = query.get("name"), query.get("repositoryId")
    with call.service.store.transaction() as cursor:
        listed = {
            r.id
            for r in load_repositories(cursor)
            if is_listed(call, r, find_level(cursor, call.holder, r.id))
        }
        found = [dataset for dataset in load_datasets(cursor) if dataset.repository_id in listed]
    return JSONResponse(
        [
            list_fields(dataset)
            for dataset in found
            if name in {None, dataset.name} and repository in {None, str(dataset.repository_id)}
        ]
    )


def list_fields(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as lists show it."""
    return {"id": dataset.id, "name": dataset.name, "repositoryId": dataset.repository_id}


def add_dataset(call: Call) -> Response:
    """Answer `POST /datasets`."""
    name = text_field(call, "name", required=True) or ""
    with call.service.store.write() as cursor:
        repository = repository_field(call, cursor)
        # Which refuses a repository that does not exist like one without permission.
        if not allows(find_level(cursor, call.holder, repository), "Write"):
            raise Refusal(403, "Write permission is required on this repository")
        check_name_is_free(cursor, repository, name)
        number = create_dataset(
            cursor,
            repository,
            name,
            description=text_field(call, "description"),
            source_name=text_field(call, "sourceName"),
            source_url=text_field(call, "sourceUrl"),
        )
        dataset, level = check_dataset_access(cursor, call.holder, number)
    return JSONResponse(dataset_fields(call, dataset, level), call.status(201))


def repository_field(call: Call, cursor: Cursor) -> int:
    """Return the repository that a body names, or Home by reading."""
    number = id_field(call, "repositoryId")
    if number is not None:
        return number
    if call.service.readings.no_repository == "home":
        return load_home(cursor, call.holder).id
    raise Refusal(400, "repositoryId is required")


def get_dataset(call: Call) -> Response:
    """Answer `GET /datasets/{id}`."""
    with call.service.store.transaction() as cursor:
        dataset, level = check_dataset_access(cursor, call.account, call.number("dataset"))
        columns = load_columns(cursor, dataset.id)
    return JSONResponse(
        dataset_fields(call, dataset, level)
        | date_fields(dataset)
        | {"columns": [column_fields(call, place, c) for place, c in enumerate(columns, 1)]}
    )


def dataset_fields(call: Call, dataset: Dataset, level: str) -> dict[str, Any]:
    """Return the fields of a dataset that creating and reading it both show."""
    is_plain = call.service.readings.permission == "dataset"
    return list_fields(dataset) | {
        "description": dataset.description,
        "sourceName": dataset.source_name,
        "sourceUrl": dataset.source_url,
        "permission": to_dataset_level(level) if is_plain else level,
        "createdAt": dataset.created_at.isoformat(),
        **updated_field(call, dataset),
    }


def updated_field(call: Call, dataset: Dataset) -> dict[str, str]:
    """Return when a dataset was updated, as far as the service shows it."""
    how = call.service.readings.updated_at
    moment = dataset.updated_at if how == "moves" else dataset.created_at
    return {} if how == "absent" else {"updatedAt": moment.isoformat()}


def date_fields(dataset: Dataset) -> dict[str, str | None]:
    """Return the dates of a dataset."""
    return {
        "frequency": dataset.frequency,
        "minDate": to_day(dataset.min_date),
        "maxDate": to_day(dataset.max_date),
    }


def to_day(moment: datetime | None) -> str | None:
    """Return a moment's date."""
    return moment.date().isoformat() if moment else None


def column_fields(call: Call, place: int, column: Column) -> dict[str, Any]:
    """Return a column as `GET /datasets/{id}` shows it."""
    words = call.service.readings.booleans
    return {
        "id": place if call.service.readings.column_ids == "small" else column.id,
        "name": column.name,
        "dataType": column.data_type,
        "isEntity": str(column.is_entity) if words == "text" else column.is_entity,
    }


def update_dataset(call: Call) -> Response:
    """Answer `PUT /datasets/{id}`: rename, describe, or move to another repository."""
    with call.service.store.write() as cursor:
        number = call.number("dataset")
        dataset, _ = check_dataset_access(cursor, call.holder, number, "Write")
        values = parse_changes(call, dataset)
        target = values["repository_id"]
        if not allows(find_level(cursor, call.holder, target), "Write"):
            raise Refusal(403, "Write permission is required on this repository")
        check_name_is_free(cursor, target, values["name"], but=dataset.id)
        update(cursor, "datasets", dataset.id, updated_at=now(), **values)
        dataset, level = check_dataset_access(cursor, call.holder, number)
    return JSONResponse(dataset_fields(call, dataset, level))


def parse_changes(call: Call, dataset: Dataset) -> dict[str, Any]:
    """Return the fields of the record that a body changes."""
    names = {"description": "description", "sourceName": "source_name", "sourceUrl": "source_url"}
    values: dict[str, Any] = {
        field: text_field(call, name) for name, field in names.items() if name in call.fields
    }
    new_name = text_field(call, "name", required="name" in call.fields)
    values["name"] = dataset.name if new_name is None else new_name
    values["repository_id"] = id_field(call, "repositoryId") or dataset.repository_id
    return values


def remove_dataset(call: Call) -> Response:
    """Answer `DELETE /datasets/{id}`."""
    with call.service.store.write() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"), "Write")
        delete_dataset(cursor, dataset)
    return deletion_reply(call)


def date_stats(call: Call) -> Response:
    """Answer `GET /datasets/{id}/date-stats`, which needs no key for public datasets."""
    with call.service.store.transaction() as cursor:
        dataset, _ = check_dataset_access(cursor, call.account, call.number("dataset"))
    return JSONResponse(date_fields(dataset))
