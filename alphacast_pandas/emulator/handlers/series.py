"""Answers about series: one value column of a dataset, under the column's id."""

from dataclasses import replace

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.handlers.data import data_reply, is_exhausted, quota_reply
from alphacast_pandas.emulator.handlers.datasets import date_fields
from alphacast_pandas.emulator.queries.selection import parse_selection
from alphacast_pandas.emulator.store.catalog import Dataset, check_dataset_access
from alphacast_pandas.emulator.store.columns import Column, load_columns
from alphacast_pandas.emulator.store.database import Cursor, fetch_value


def get_series(call: Call) -> Response:
    """Answer `GET /series/{id}`."""
    with call.service.store.transaction() as cursor:
        dataset, column, _ = series_for(call, cursor)
    return JSONResponse(
        {
            "id": column.id,
            "name": column.name,
            "datasetId": dataset.id,
            "datasetName": dataset.name,
            "dataType": column.data_type,
            "units": None,
        }
        | date_fields(dataset)
    )


def download_series(call: Call) -> Response:
    """Answer `GET /series/{id}/data`: every row of the dataset with its keys and one value."""
    with call.service.store.transaction() as cursor:
        dataset, column, entities = series_for(call, cursor)
        query = {"$format": call.query.get("$format", "csv")}
        selection = parse_selection(query, [], call.service.readings)
        if is_exhausted(call):
            return quota_reply(call)
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
