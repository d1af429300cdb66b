"""Answers to full-text search."""

from typing import Any

from starlette.responses import Response

from alphacast_pandas.emulator.handlers.calls import Call, json_reply
from alphacast_pandas.emulator.handlers.datasets import brief, dates
from alphacast_pandas.emulator.handlers.repositories import is_listed
from alphacast_pandas.emulator.queries.selection import whole_number
from alphacast_pandas.emulator.queries.text_search import best
from alphacast_pandas.emulator.store.accounts import level_on
from alphacast_pandas.emulator.store.catalog import Dataset, columns_of, datasets, repositories
from alphacast_pandas.emulator.store.database import Cursor
from alphacast_pandas.emulator.uploads.manifest import boolean

LENGTH = 10
Texts = dict[str, float]


def search(call: Call) -> Response:
    """Answer `GET /api/search`, whose key is in the query."""
    query = dict(call.query)
    offset, length = whole_number(query, "offset") or 0, whole_number(query, "length")
    length = LENGTH if length is None else length
    with call.service.store.transaction() as cursor:
        there = candidates(call, cursor) if query.get("asset", "datasets") == "datasets" else []
    found = best(query.get("q", ""), there)
    return json_reply(
        {
            "data": [result(dataset) for dataset in found[offset : offset + length]],
            "totalItems": len(found),
            "totalPages": -(-len(found) // length) if length else 0,
            "currentPage": offset // length + 1 if length else 1,
            "offset": offset,
        }
    )


def candidates(call: Call, cursor: Cursor) -> list[tuple[Dataset, Texts]]:
    """Return the datasets that are searched, with their texts and what these weigh."""
    is_all = boolean(call.query.get("searchAllAlphacast"))
    wanted = call.query.get("repositoryId")
    searched = {
        repository.id
        for repository in repositories(cursor)
        for level in [level_on(cursor, call.holder, repository.id)]
        if (level and is_all) or is_listed(call, repository, level)
    }
    return [
        (dataset, texts(cursor, dataset))
        for dataset in datasets(cursor)
        if dataset.repository_id in searched and wanted in {None, "", str(dataset.repository_id)}
    ]


def texts(cursor: Cursor, dataset: Dataset) -> Texts:
    """Return the texts of a dataset: its name weighs most."""
    names = " ".join(column.name for column in columns_of(cursor, dataset.id))
    described = f"{dataset.description or ''} {dataset.source_name or ''}"
    return {names: 1.0, described: 1.0} | {dataset.name: 3.0}


def result(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as results show it."""
    described = {"description": dataset.description, "sourceName": dataset.source_name}
    return brief(dataset) | described | dates(dataset)
