"""Answers about series: one value column of a dataset, under the column's id."""

from dataclasses import replace

from starlette.responses import Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, json_reply
from alphacast_pandas.emulator.handlers.data import computed, exhausted, is_exhausted
from alphacast_pandas.emulator.handlers.datasets import dates
from alphacast_pandas.emulator.queries.selection import understand
from alphacast_pandas.emulator.store.catalog import Dataset, columns_of, dataset_for
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, scalar


def get_series(call: Call) -> Response:
    """Answer `GET /series/{id}`."""
    with call.service.store.transaction() as cursor:
        dataset, column, _ = series_for(call, cursor)
    return json_reply(
        {
            "id": column.id,
            "name": column.name,
            "datasetId": dataset.id,
            "datasetName": dataset.name,
            "dataType": column.data_type,
            "units": None,
        }
        | dates(dataset)
    )


def download_series(call: Call) -> Response:
    """Answer `GET /series/{id}/data`: every row of the dataset with its keys and one value."""
    with call.service.store.transaction() as cursor:
        dataset, column, entities = series_for(call, cursor)
        query = {"$format": call.query.get("$format", "csv")}
        selection = understand(query, [], call.service.readings)
        if is_exhausted(call):
            return exhausted(call)
        return computed(call, cursor, dataset, replace(selection, columns=(*entities, column)))


def series_for(call: Call, cursor: Cursor) -> tuple[Dataset, Column, list[Column]]:
    """Return a series: its dataset, its column, the columns of the row key; or refuse with 404."""
    number = call.number("series")
    parent = scalar(cursor, "SELECT dataset_id FROM columns WHERE id = ?", [number])
    if parent is not None:
        try:
            dataset, _ = dataset_for(cursor, call.holder, int(parent))
        except Refusal:
            raise Refusal(404, "Series not found") from None
        columns = columns_of(cursor, dataset.id)
        for column in columns:
            if column.id == number and column.is_value:
                return dataset, column, [each for each in columns if each.is_entity]
    raise Refusal(404, "Series not found")
