"""Answers to full-text search."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.handlers.datasets import dataset_fields, date_fields
from alphacast_pandas.emulator.handlers.repositories import is_listed
from alphacast_pandas.emulator.queries.text_search import rank
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import find_level
from alphacast_pandas.emulator.store.catalog import (
    Dataset,
    Repository,
    load_datasets,
    load_repositories,
)
from alphacast_pandas.emulator.store.columns import load_columns
from alphacast_pandas.emulator.store.database import Cursor
from alphacast_pandas.emulator.text import parse_boolean, parse_count

DEFAULT_LENGTH = 10
HIGH_TOTAL = 10_000  # where a search engine stops counting
PERIODS_A_YEAR = {"yearly": 1, "quarterly": 4, "monthly": 12}
Texts = dict[str, float]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """A dataset that was found, with its repository and the caller's permission."""

    dataset: Dataset
    repository: Repository
    level: str


def search(call: Call) -> Response:
    """Answer `GET /api/search`, whose key is in the query."""
    readings, query = call.service.readings, dict(call.query)
    offset, length = parse_count(query, "offset") or 0, parse_count(query, "length")
    length = DEFAULT_LENGTH if length is None else length
    if readings.search_length != "none":
        length = min(length, int(readings.search_length))
    with call.service.store.transaction() as cursor:
        found = (
            find_candidates(call, cursor) if query.get("asset", "datasets") == "datasets" else []
        )
    ranked = rank(query.get("q", ""), found)
    if readings.search_repeats == "some":
        ranked = repeat_some(ranked)
    start = offset * length if readings.search_offset == "pages" else offset
    if readings.search_repeats == "last" and length and start >= len(ranked):
        start = max(0, len(ranked) - 1) // length * length
    page = ranked[start : start + length]
    to_fields = RESULT_FIELDS[readings.search_fields]
    return JSONResponse(
        {"data": [to_fields(call, result) for result in page]}
        | total_fields(readings, len(ranked), len(page), length)
        | {"currentPage": start // length + 1 if length else 1, "offset": offset}
    )


def repeat_some(ranked: list[Result]) -> list[Result]:
    """Return the results with every other one a second time, two places after the first."""
    pairs = [ranked[place : place + 2] for place in range(0, len(ranked), 2)]
    return [result for pair in pairs for result in (*pair, pair[0])]


def total_fields(readings: Readings, found: int, shown: int, length: int) -> dict[str, int]:
    """Return how many results and pages there are, or what is said about it by reading."""
    if readings.search_total == "absent":
        return {}
    total = {"right": found, "low": shown, "high": HIGH_TOTAL}[readings.search_total]
    return {"totalItems": total, "totalPages": -(-total // length) if length else 0}


def find_candidates(call: Call, cursor: Cursor) -> list[tuple[Result, Texts]]:
    """Return the datasets to search, each with its weighted texts."""
    is_all = parse_boolean(call.query.get("searchAllAlphacast"))
    wanted = call.query.get("repositoryId")
    searched = {
        repository.id: (repository, level)
        for repository in load_repositories(cursor)
        for level in [find_level(cursor, call.holder, repository.id)]
        if level and (is_all or is_listed(call, repository, level))
    }
    return [
        (Result(dataset, *searched[dataset.repository_id]), weighted_texts(cursor, dataset))
        for dataset in load_datasets(cursor)
        if dataset.repository_id in searched and wanted in {None, "", str(dataset.repository_id)}
    ]


def weighted_texts(cursor: Cursor, dataset: Dataset) -> Texts:
    """Return the texts of a dataset: its name weighs most."""
    names = " ".join(column.name for column in load_columns(cursor, dataset.id))
    description = f"{dataset.description or ''} {dataset.source_name or ''}"
    return {names: 1.0, description: 1.0} | {dataset.name: 3.0}


def full_fields(call: Call, result: Result) -> Fields:
    """Return a result with the documented fields of a dataset, but for its columns."""
    return dataset_fields(call, result.dataset, result.level) | date_fields(result.dataset)


def bare_fields(_: Call, result: Result) -> Fields:
    """Return a result with the two fields that are certain."""
    return {"id": result.dataset.id, "name": result.dataset.name}


def renamed_fields(call: Call, result: Result) -> Fields:
    """Return a result under names in the style of the provider endpoints."""
    fields = full_fields(call, result)
    return bare_fields(call, result) | {
        "repository_id": fields["repositoryId"],
        "repository_name": result.repository.name,
        "summary": fields["description"],
        "source": fields["sourceName"],
        "source_url": fields["sourceUrl"],
        "access": fields["permission"],
        "created_at": fields["createdAt"],
        "updated_at": fields.get("updatedAt"),
        "periodicity": fields["frequency"],
        "start_date": fields["minDate"],
        "end_date": fields["maxDate"],
    }


def nested_fields(call: Call, result: Result) -> Fields:
    """Return a result with objects in place of texts and numbers."""
    fields = full_fields(call, result)
    return bare_fields(call, result) | {
        "repository": {"id": fields["repositoryId"], "name": result.repository.name},
        "description": {"es": fields["description"], "en": fields["description"]},
        "source": {"name": fields["sourceName"], "url": fields["sourceUrl"]},
        "permission": {"level": fields["permission"]},
        "frequency": {"name": fields["frequency"]},
        "dates": {"min": fields["minDate"], "max": fields["maxDate"]},
        "updatedAt": {"date": fields.get("updatedAt"), "by": None},
    }


def typed_fields(call: Call, result: Result) -> Fields:
    """Return a result whose fields have the documented names and other types."""
    fields, dataset = full_fields(call, result), result.dataset
    return fields | {
        "repositoryId": str(dataset.repository_id),
        "repositoryName": [result.repository.name],
        "description": [] if dataset.description is None else [dataset.description],
        "sourceName": {"name": dataset.source_name},
        "sourceUrl": False,
        "permission": 2,
        "createdAt": to_epoch(dataset.created_at),
        "updatedAt": to_epoch(dataset.updated_at),
        "frequency": PERIODS_A_YEAR.get(dataset.frequency or ""),
        "minDate": to_epoch(dataset.min_date),
        "maxDate": f"{dataset.max_date.isoformat()}.000Z" if dataset.max_date else "",
    }


def to_epoch(moment: datetime | None) -> int | None:
    """Return the milliseconds from 1970 to a moment."""
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000) if moment else None


RESULT_FIELDS: dict[str, Callable[[Call, Result], Fields]] = {
    "full": full_fields,
    "bare": bare_fields,
    "renamed": renamed_fields,
    "nested": nested_fields,
    "typed": typed_fields,
}
