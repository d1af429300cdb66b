"""Answers to full-text search."""

from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.handlers.datasets import date_fields, list_fields
from alphacast_pandas.emulator.handlers.repositories import is_listed
from alphacast_pandas.emulator.queries.text_search import rank
from alphacast_pandas.emulator.store.accounts import find_level
from alphacast_pandas.emulator.store.catalog import Dataset, load_datasets, load_repositories
from alphacast_pandas.emulator.store.columns import load_columns
from alphacast_pandas.emulator.store.database import Cursor
from alphacast_pandas.emulator.text import parse_boolean, parse_count

DEFAULT_LENGTH = 10
Texts = dict[str, float]


def search(call: Call) -> Response:
    """Answer `GET /api/search`, whose key is in the query."""
    query = dict(call.query)
    offset, length = parse_count(query, "offset") or 0, parse_count(query, "length")
    length = DEFAULT_LENGTH if length is None else length
    with call.service.store.transaction() as cursor:
        found = (
            find_candidates(call, cursor) if query.get("asset", "datasets") == "datasets" else []
        )
    ranked = rank(query.get("q", ""), found)
    return JSONResponse(
        {
            "data": [result_fields(dataset) for dataset in ranked[offset : offset + length]],
            "totalItems": len(ranked),
            "totalPages": -(-len(ranked) // length) if length else 0,
            "currentPage": offset // length + 1 if length else 1,
            "offset": offset,
        }
    )


def find_candidates(call: Call, cursor: Cursor) -> list[tuple[Dataset, Texts]]:
    """Return the datasets to search, each with its weighted texts."""
    is_all = parse_boolean(call.query.get("searchAllAlphacast"))
    wanted = call.query.get("repositoryId")
    searched = {
        repository.id
        for repository in load_repositories(cursor)
        for level in [find_level(cursor, call.holder, repository.id)]
        if (level and is_all) or is_listed(call, repository, level)
    }
    return [
        (dataset, weighted_texts(cursor, dataset))
        for dataset in load_datasets(cursor)
        if dataset.repository_id in searched and wanted in {None, "", str(dataset.repository_id)}
    ]


def weighted_texts(cursor: Cursor, dataset: Dataset) -> Texts:
    """Return the texts of a dataset: its name weighs most."""
    names = " ".join(column.name for column in load_columns(cursor, dataset.id))
    description = f"{dataset.description or ''} {dataset.source_name or ''}"
    return {names: 1.0, description: 1.0} | {dataset.name: 3.0}


def result_fields(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as results show it."""
    texts = {"description": dataset.description, "sourceName": dataset.source_name}
    return list_fields(dataset) | texts | date_fields(dataset)
