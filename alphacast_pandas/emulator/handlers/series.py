"""Answers about series: one value column of a dataset, under the column's id."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.handlers.data import data_reply, is_exhausted, quota_reply
from alphacast_pandas.emulator.handlers.datasets import date_fields
from alphacast_pandas.emulator.queries.selection import parse_selection
from alphacast_pandas.emulator.store.catalog import Dataset, check_dataset_access
from alphacast_pandas.emulator.store.columns import Column, load_columns
from alphacast_pandas.emulator.store.database import Cursor, fetch_value

Fields = dict[str, Any]


def get_series(call: Call) -> Response:
    """Answer `GET /series/{id}`."""
    with call.service.store.transaction() as cursor:
        dataset, column, _ = series_for(call, cursor)
    to_fields = SERIES_FIELDS[call.service.readings.series_fields]
    return JSONResponse(to_fields(dataset, column))


def full_fields(dataset: Dataset, column: Column) -> Fields:
    """Return what is known of a series."""
    return {
        "id": column.id,
        "name": column.name,
        "datasetId": dataset.id,
        "datasetName": dataset.name,
        "dataType": column.data_type,
        "units": None,
    } | date_fields(dataset)


def bare_fields(_: Dataset, column: Column) -> Fields:
    """Return a series with its id and name alone."""
    return {"id": column.id, "name": column.name}


def renamed_fields(dataset: Dataset, column: Column) -> Fields:
    """Return a series under names in the style of the provider endpoints."""
    dates = date_fields(dataset)
    return {
        "series_id": column.id,
        "label": column.name,
        "dataset_id": dataset.id,
        "dataset_name": dataset.name,
        "type": column.data_type,
        "unit": "",
        "periodicity": dates["frequency"],
        "start_date": dates["minDate"],
        "end_date": dates["maxDate"],
    }


def nested_fields(dataset: Dataset, column: Column) -> Fields:
    """Return a series with objects in place of texts and numbers."""
    dates = date_fields(dataset)
    return bare_fields(dataset, column) | {
        "dataset": {"id": dataset.id, "name": dataset.name, "repositoryId": dataset.repository_id},
        "units": {"name": None},
        "frequency": {"name": dates["frequency"]},
        "dates": {"min": dates["minDate"], "max": dates["maxDate"]},
    }


def empty_fields(_: Dataset, __: Column) -> Fields:
    """Return nothing about a series."""
    return {}


SERIES_FIELDS: dict[str, Callable[[Dataset, Column], Fields]] = {
    "full": full_fields,
    "bare": bare_fields,
    "renamed": renamed_fields,
    "nested": nested_fields,
    "empty": empty_fields,
}


def download_series(call: Call) -> Response:
    """Answer `GET /series/{id}/data`: every row of the dataset with its keys and one value."""
    with call.service.store.transaction() as cursor:
        dataset, column, entities = series_for(call, cursor)
        query = {"$format": call.query.get("$format", "csv")}
        selection = parse_selection(query, [], call.service.readings)
        if is_exhausted(call):
            return quota_reply(call)
        taken = {entity.name for entity in entities}  # no file has one name twice
        if call.service.readings.series_column == "value" and "value" not in taken:
            column = replace(column, name="value")
        return data_reply(call, cursor, dataset, replace(selection, columns=(*entities, column)))


def series_for(call: Call, cursor: Cursor) -> tuple[Dataset, Column, list[Column]]:
    """Return a series: its dataset, its column, the columns of the row key; or refuse with 404."""
    number = call.number("series")
    parent = fetch_value(cursor, "SELECT dataset_id FROM columns WHERE id = ?", [number])
    if parent is not None:
        try:
            dataset, _ = check_dataset_access(cursor, call.holder, int(parent))
        except Refusal:  # a series is not to tell which dataset it belongs to
            raise Refusal(404, "Series not found") from None
        columns = load_columns(cursor, dataset.id)
        for column in columns:
            if column.id == number and column.is_value:
                return dataset, column, [each for each in columns if each.is_entity]
    raise Refusal(404, "Series not found")
