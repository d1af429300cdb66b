"""Verb and path to handler: the service's whole surface."""

import hashlib
import json
import re
from collections.abc import Callable

from blackbox.exchange import Reply, Request
from blackbox.handlers_data import (
    get_column_definitions,
    get_data,
    get_date_stats,
    get_process,
    get_processes,
    initialise,
    put_data,
)
from blackbox.handlers_find import get_series, get_series_data, search
from blackbox.handlers_providers import (
    delete_user_key,
    get_browse,
    get_found_series,
    get_match,
    get_preview,
    get_provider,
    get_providers,
    get_user_keys,
    post_data,
    put_user_key,
)
from blackbox.language import RefusedError
from blackbox.replies import refuse
from blackbox.state import State
from blackbox.store import Json

Handle = Callable[[State, Request, int], Reply]
SIGNED = "/signed/"
SEARCH = "GET /api/search"


def answer_api(state: State, request: Request) -> Reply:
    """Authenticate, find the handler, call it."""
    if request.path.startswith(SIGNED):
        return signed_file(state, request)
    if request.line == SEARCH and state.switches.search_at == "anywhere":
        return answer_web(state, request)
    user, password = request.credentials or (request.params.get("apiKey", ""), "")
    if user not in state.keys or password:
        return refuse(state, 401, "Unauthorized")
    for pattern, handle in ROUTES:
        found = re.fullmatch(pattern, request.line)
        if found:
            return guarded(handle, state, request, int(found.group(1)) if found.groups() else 0)
    return refuse(state, 404, f"No such endpoint: {request.line}")


def guarded(handle: Handle, state: State, request: Request, number: int) -> Reply:
    """Turn refusals into 400 and absent ids into 404."""
    try:
        return handle(state, request, number)
    except RefusedError as error:
        return refuse(state, 400, str(error))
    except (json.JSONDecodeError, ValueError) as error:
        return refuse(state, 400, f"Bad request: {error}")
    except KeyError as error:
        return refuse(state, 404, f"Not found: {error}")


def answer_storage(state: State, request: Request) -> Reply:
    """Serve a pre-signed download; refuse whatever carries credentials."""
    if "authorization" in request.headers or "apiKey" in request.target:
        return Reply(400, b"<Error><Code>InvalidArgument</Code></Error>")
    if request.path not in state.signed:
        return Reply(403, b"<Error><Code>AccessDenied</Code></Error>")
    return signed_file(state, request)


def signed_file(state: State, request: Request) -> Reply:
    """Serve a file of the storage, unless the caller has it."""
    body = state.signed[request.path]
    headers = {"Content-Type": "text/csv"}
    if state.switches.etag != "absent":
        weak = "W/" if state.switches.etag == "weak" else ""
        headers["ETag"] = f'{weak}"{hashlib.md5(body).hexdigest()}"'
        asked = request.headers.get("if-none-match", "").removeprefix("W/")
        if asked == headers["ETag"].removeprefix("W/") and state.switches.etag != "ignored":
            return Reply(304, b"", headers)
    return Reply(200, body, headers)


def answer_web(state: State, request: Request) -> Reply:
    """Serve the host of the web pages, of which only the search is of use."""
    if request.line != SEARCH:
        return Reply(404, b"<html>Page not found</html>", {"Content-Type": "text/html"})
    return guarded(lambda state, request, _: search(state, request), state, request, 0)


def list_repositories(state: State, request: Request, _: int) -> Reply:
    """Answer all, or those of the name."""
    found = [r for number, r in state.repositories.items() if number not in state.foreign]
    name = request.params.get("name")
    if name is not None and state.switches.names == "exact":
        found = [repository for repository in found if repository["name"] == name]
    return Reply.of(found)


def get_repository(state: State, _: Request, number: int) -> Reply:
    """One repository."""
    return Reply.of(state.repositories[number])


def get_home(state: State, _: Request, __: int) -> Reply:
    """The Home repository."""
    return Reply.of(state.repositories[state.home])


def create_repository(state: State, request: Request, _: int) -> Reply:
    """Create a repository."""
    fields = required(request.fields, "name", "privacy")
    known = {k: v for k, v in fields.items() if k in {"privacy", "description", "team"}}
    number = state.add_repository(fields["name"], **known)
    return Reply.of(state.repositories[number], state.switches.create_status)


def update_repository(state: State, request: Request, number: int) -> Reply:
    """Rename and so on."""
    fields = required(request.fields, "name", "privacy")
    kept = {k: v for k, v in fields.items() if k in {"name", "privacy", "description"}}
    state.repositories[number].update(kept)
    return Reply.of(state.repositories[number], state.switches.update_status)


def delete_repository(state: State, _: Request, number: int) -> Reply:
    """Delete a repository and all it holds."""
    del state.repositories[number]
    gone = [d.id for d in state.datasets.values() if d.repository_id == number]
    for dataset in gone:
        del state.datasets[dataset]
    return Reply(state.switches.delete_status)


def required(fields: Json, *names: str) -> Json:
    """Return `fields` if they hold `names`."""
    for name in names:
        if not fields.get(name):
            raise RefusedError(f"{name} is required")
    return fields


def dataset_record(state: State, number: int, *, full: bool) -> Json:
    """Return a dataset as the service shows it."""
    dataset = state.datasets[number]
    record = {"id": dataset.id, "name": dataset.name, "repositoryId": dataset.repository_id}
    if not full:
        return record
    dates = [date.date().isoformat() for date in dataset.dates()]
    base = {"description": None, "sourceName": None, "sourceUrl": None, "permission": "Admin"}
    record |= {**base, **dataset.facts, "createdAt": "2021-10-06T16:58:18", "frequency": None}
    record |= {"minDate": dates[0] if dates else None, "maxDate": dates[-1] if dates else None}
    if state.switches.updated != "absent":
        uploads = len(dataset.processes) if state.switches.updated == "moves" else 0
        record["updatedAt"] = f"2021-10-06T17:{uploads:02}:00"
    if state.switches.column_records == "absent":
        return record
    columns: list[Json] = [{"id": column.id} for column in dataset.columns]
    if state.switches.column_records == "shuffled":
        return {**record, "columns": columns[::-1]}
    if state.switches.column_records == "named":
        columns = [
            {"id": c.id, "name": c.name, "dataType": c.kind, "isEntity": c.entity}
            for c in dataset.columns
        ]
    return {**record, "columns": columns}


def list_datasets(state: State, request: Request, _: int) -> Reply:
    """Answer all, or those asked for."""
    ours = [d.id for d in state.datasets.values() if d.repository_id not in state.foreign]
    records = [dataset_record(state, number, full=False) for number in ours]
    if state.switches.names == "exact":
        name, repository = (request.params.get(k) for k in ("name", "repositoryId"))
        records = [
            r
            for r in records
            if name in {None, r["name"]} and repository in {None, str(r["repositoryId"])}
        ]
    return Reply.of(records)


def create_dataset(state: State, request: Request, _: int) -> Reply:
    """Create a dataset."""
    fields = required(request.fields, "name", "repositoryId")
    repository = int(fields["repositoryId"])
    if repository not in state.repositories:
        return refuse(state, 403, "No such repository")
    same = [d for d in state.datasets.values() if d.repository_id == repository]
    if any(dataset.name == fields["name"] for dataset in same):
        return refuse(state, 409, "Dataset exists")
    dataset = state.add_dataset(fields["name"], repository=repository)
    named = ("description", "sourceName", "sourceUrl")
    dataset.facts = {name: fields[name] for name in named if name in fields}
    return Reply.of(dataset_record(state, dataset.id, full=True), state.switches.create_status)


def get_dataset(state: State, _: Request, number: int) -> Reply:
    """One dataset."""
    if state.switches.dataset_status != 200:
        return refuse(state, state.switches.dataset_status, "Not for you")
    return Reply.of(dataset_record(state, number, full=True))


def update_dataset(state: State, request: Request, number: int) -> Reply:
    """Rename, move."""
    dataset, fields = state.datasets[number], request.fields
    dataset.name = fields.get("name", dataset.name)
    dataset.repository_id = int(fields.get("repositoryId", dataset.repository_id))
    return Reply.of(dataset_record(state, number, full=True), state.switches.update_status)


def delete_dataset(state: State, _: Request, number: int) -> Reply:
    """Delete a dataset."""
    del state.datasets[number]
    return Reply(state.switches.delete_status)


ROUTES: list[tuple[str, Handle]] = [
    (r"GET /repositories", list_repositories),
    (r"POST /repositories", create_repository),
    (r"GET /repositories/home", get_home),
    (r"GET /repositories/(\d+)", get_repository),
    (r"PUT /repositories/(\d+)", update_repository),
    (r"DELETE /repositories/(\d+)", delete_repository),
    (r"GET /datasets", list_datasets),
    (r"POST /datasets", create_dataset),
    (r"GET /datasets/(\d+)", get_dataset),
    (r"PUT /datasets/(\d+)", update_dataset),
    (r"DELETE /datasets/(\d+)", delete_dataset),
    (r"GET /datasets/(\d+)/columns", get_column_definitions),
    (r"PUT /datasets/(\d+)/columns/initializer", initialise),
    (r"GET /datasets/(\d+)/date-stats", get_date_stats),
    (r"GET /datasets/(\d+)/data", get_data),
    (r"PUT /datasets/(\d+)/data", put_data),
    (r"GET /datasets/(\d+)/processes", get_processes),
    (r"GET /datasets/(\d+)/processes/\d+", get_process),
    (r"GET /series/(\d+)", get_series),
    (r"GET /series/(\d+)/data", get_series_data),
    (r"GET /providers", get_providers),
    (r"GET /providers/match", get_match),
    (r"GET /providers/[^/]+", get_provider),
    (r"GET /providers/[^/]+/browse", get_browse),
    (r"GET /providers/[^/]+/search", get_found_series),
    (r"GET /providers/[^/]+/series/.+", get_preview),
    (r"POST /providers/[^/]+/series/.+/data", post_data),
    (r"GET /user-keys", get_user_keys),
    (r"PUT /user-keys/[^/]+", put_user_key),
    (r"DELETE /user-keys/[^/]+", delete_user_key),
]
