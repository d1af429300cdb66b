"""Handlers that find data: search (8) and series (9)."""

import difflib
import re
from typing import Any

from blackbox.exchange import Reply, Request
from blackbox.handlers_data import MEDIA, redirect, write
from blackbox.language import RefusedError
from blackbox.replies import quota, refuse
from blackbox.state import State
from blackbox.store import Answer, Column, Dataset, Json, ordered

UPDATED = "2021-10-06T16:51:35.418493"
WRONG_TYPES: list[Any] = [None, True, 1.5, [], {}, ["x"], {"x": None}, "", -1, "2024-13-45"]


def search(state: State, request: Request) -> Reply:
    """Answer a search of any port: the key counts in the query only."""
    if request.params.get("apiKey") not in state.keys:
        return refuse(state, 401, "Unauthorized")
    params, switches = request.params, state.switches
    offset, length = whole_number(params, "offset", 0), whole_number(params, "length", 10)
    if switches.page_limit:
        length = min(length, switches.page_limit)
    found = matches(state, params) if params.get("asset", "datasets") == "datasets" else []
    start = {"results": offset, "pages": offset * length, "ignored": 0}[switches.offset_is]
    if switches.repeats == "forever" and length and start >= len(found):
        start = max(0, len(found) - 1) // length * length
    page = found[start : start + length]
    if switches.repeats == "overlap" and start and page:
        page = [found[start - 1], *page]
    answer: Json = {"data": [result(state, dataset) for dataset in page]}
    return Reply.of(answer | envelope(switches.total, len(found), offset, length, start))


def whole_number(params: dict[str, str], name: str, default: int) -> int:
    """Read a parameter that counts."""
    text = params.get(name, str(default))
    if not text.isdigit():
        raise RefusedError(f"{name} is not a number: {text}")
    return int(text)


def envelope(how: str, count: int, offset: int, length: int, start: int) -> Json:
    """Say how many results there are, as far as the switch wants it said."""
    if how == "absent":
        return {}
    shown: Any = {"right": count, "wrong": max(0, count - 1), "none": None, "text": str(count)}[how]
    pages = -(-count // length) if length else 0
    place = start // length + 1 if length else 1
    return {"totalItems": shown, "totalPages": pages, "currentPage": place, "offset": offset}


def matches(state: State, params: dict[str, str]) -> list[Dataset]:
    """Return the datasets in which words of the query occur, most words first, then by number."""
    words = re.findall(r"\w+", params.get("q", "").casefold())
    everywhere = params.get("searchAllAlphacast") == "true"
    repository = params.get("repositoryId")
    counts = {}
    for dataset in state.datasets.values():
        if dataset.repository_id in state.foreign and not everywhere:
            continue
        if repository not in {None, str(dataset.repository_id)}:
            continue
        if dataset.facts.get("deprecated") and params.get("excludeDeprecated") == "true":
            continue
        counts[dataset.id] = sum(occurs(word, dataset) for word in words)
    order = sorted(counts, key=lambda number: (-counts[number], number))
    return [state.datasets[number] for number in order if counts[number] or not words]


def occurs(word: str, dataset: Dataset) -> bool:
    """Tell whether a word, or one much like it, is in a dataset's texts."""
    texts = [dataset.name, str(dataset.facts.get("description") or "")]
    texts += [column.name for column in dataset.columns]
    there = re.findall(r"\w+", " ".join(texts).casefold())
    return bool(difflib.get_close_matches(word, there, n=1, cutoff=0.8))


def result(state: State, dataset: Dataset) -> Json:
    """Return one result, in one of the forms it may have."""
    dates = [date.date().isoformat() for date in dataset.dates()]
    first, last = (dates[0], dates[-1]) if dates else (None, None)
    repository = state.repositories[dataset.repository_id]["name"]
    certain: Json = {"id": dataset.id, "name": dataset.name}
    full = {
        "repositoryId": dataset.repository_id,
        "description": dataset.facts.get("description"),
        "sourceName": dataset.facts.get("sourceName"),
        "permission": "Read" if dataset.repository_id in state.foreign else "Admin",
        "frequency": dataset.facts.get("frequency"),
        "minDate": first,
        "maxDate": last,
        "updatedAt": UPDATED,
    }
    how = state.switches.result
    if how == "minimal":
        return certain
    if how == "wordy":
        return certain | {
            "repoId": dataset.repository_id,
            "repositoryName": repository,
            "source_name": full["sourceName"],
            "freq": full["frequency"],
            "from": first,
            "to": last,
            "lastUpdate": UPDATED + "Z",
            "highlight": f"<em>{dataset.name}</em>",
        }
    if how == "nested":
        return certain | {
            "repository": {"id": dataset.repository_id, "name": repository},
            "source": {"name": full["sourceName"]},
            "dateRange": {"min": first, "max": last},
        }
    if how == "odd":
        wrong = [WRONG_TYPES[(dataset.id + n) % len(WRONG_TYPES)] for n in range(len(full))]
        return certain | dict(zip(full, wrong, strict=True))
    return certain | full


def get_series(state: State, _: Request, number: int) -> Reply:
    """Metadata of a series; which there are, nobody says."""
    dataset, column = series(state, number)
    how = state.switches.series_record
    if how == "empty":
        return Reply.of({})
    certain = {"id": number, "name": column.name}
    full = {"datasetId": dataset.id, "units": "Index", "frequency": "monthly"}
    if how == "odd":
        wrong = [WRONG_TYPES[(number + n) % len(WRONG_TYPES)] for n in range(4)]
        return Reply.of({"id": number, **dict(zip(["name", *full], wrong, strict=True))})
    if how == "wordy":
        return Reply.of({"seriesId": str(number), "title": column.name, "dataset": dataset.id})
    return Reply.of(certain | full)


def get_series_data(state: State, request: Request, number: int) -> Reply:
    """Rows of a series: the keys of its dataset, and one value."""
    spent = quota(state)
    if spent is not None:
        return spent
    dataset, column = series(state, number)
    form = request.params.get("$format", "csv")
    titles = {"name": column.name, "value": "Value", "long": f"{dataset.name} - {column.name}"}
    title = titles[state.switches.series_header]
    columns = [*dataset.key_columns(), Column(title, column.kind)]
    rows = [{**row, title: row[column.name]} for row in ordered(dataset, state.switches)]
    body = write(Answer(columns, rows, len(rows)), form, state)
    if form == "csv" and state.switches.series_file == "storage":
        return redirect(state, number, body)
    return Reply(200, body, {"Content-Type": MEDIA.get(form, "application/octet-stream")})


def series(state: State, number: int) -> tuple[Dataset, Column]:
    """Find a series: a column that is no key, in any dataset."""
    for dataset in state.datasets.values():
        for column in dataset.value_columns():
            if column.id == number:
                return dataset, column
    raise KeyError(number)
