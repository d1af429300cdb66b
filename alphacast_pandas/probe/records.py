"""Experiments on the JSON of answers that are no data: records, lists, errors."""

from __future__ import annotations

import datetime
import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from alphacast_pandas.probe.answers import check_success, parse_list, parse_object, show_body
from alphacast_pandas.probe.observations import decide, decide_if_known, leave_open

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.api.responses import RawAnswer
    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

_TEXT_KEYS = ("error", "message", "detail")
_REFUSALS = frozenset({400, 404})  # by the service itself, not by what stands in front of it
_HALF_AN_HOUR = 1800.0  # seconds


def observe_error_key(workspace: Workspace) -> Iterator[Observation]:
    """Ask for what does not exist: a dataset, and its processes."""
    answers = [workspace.get("/datasets/0"), workspace.get("/datasets/0/processes")]
    refused = [answer for answer in answers if answer.status in _REFUSALS]
    readings = {_error_form(answer) for answer in refused}
    reading = readings.pop() if len(readings) == 1 else None
    seen = "; ".join(f"status {answer.status}, {show_body(answer)}" for answer in answers)
    yield decide_if_known("error_key", seen, reading)


def _error_form(answer: RawAnswer) -> str | None:
    if not answer.body.strip():
        return "empty"
    try:
        value = json.loads(answer.body)
    except ValueError:
        is_page = answer.body.lstrip().startswith(b"<")
        return None if is_page else "text"
    if not isinstance(value, dict):
        return None
    keys = [key for key in _TEXT_KEYS if isinstance(value.get(key), str)]
    return keys[0] if len(keys) == 1 else None


def observe_list_filters(workspace: Workspace) -> Iterator[Observation]:
    """Ask lists for the names of the probe's own repository and of one of its datasets."""
    panel, other = workspace.panel(), workspace.new_dataset("another")
    wanted = {"name": f"{workspace.mark} panel", "repositoryId": workspace.repository}
    asked: tuple[tuple[str, dict[str, Any], Any], ...] = (
        ("/repositories", {"name": workspace.name}, workspace.repository),
        ("/datasets", wanted, panel),
    )
    forms = {}
    for path, params, number in asked:
        ids = _ids(workspace, path, params)
        every = _ids(workspace, path)
        if number not in every or (path == "/datasets" and other not in every) or len(every) < 2:
            why = f"GET {path} does not list what the probe has made, or nothing else."
            yield leave_open("list_filters", why)
            return
        forms[path] = "honoured" if ids == [number] else None
        if sorted(ids) == sorted(every):
            forms[path] = "ignored"
    seen = ", ".join(f"{path}: {form or 'neither'}" for path, form in forms.items())
    agreed = {*forms.values()}
    yield decide_if_known("list_filters", seen, agreed.pop() if len(agreed) == 1 else None)


def _ids(workspace: Workspace, path: str, params: dict[str, Any] | None = None) -> list[int]:
    listed = parse_list(check_success(workspace.get(path, params)))
    return [each["id"] for each in listed]


def observe_list_fields(workspace: Workspace) -> Iterator[Observation]:
    """Look at the fields of a dataset in a list."""
    panel = workspace.panel()
    listed = parse_list(check_success(workspace.get("/datasets")))
    fields = next((sorted(each) for each in listed if each.get("id") == panel), None)
    if fields is None:
        yield leave_open("list_fields", "GET /datasets does not list the dataset of the probe.")
        return
    yield decide("list_fields", ", ".join(fields), ", ".join(fields))


def observe_no_repository(workspace: Workspace) -> Iterator[Observation]:
    """Make a dataset without a repository, and delete it if there is one."""
    name = f"{workspace.mark} without a repository"
    workspace.outside.append(name)
    answer = workspace.send("POST", "/datasets", json={"name": name})
    if 400 <= answer.status < 500:
        workspace.outside.remove(name)
        reading = "400" if answer.status == 400 else None
        yield decide_if_known(
            "no_repository", f"status {answer.status}, {show_body(answer)}", reading
        )
        return
    place = parse_object(check_success(answer)).get("repositoryId")
    workspace.delete_outside()
    home = workspace.client.repositories.home().id
    seen = f"status {answer.status}; the dataset was in {'Home' if place == home else 'another'}"
    yield decide_if_known("no_repository", seen, "home" if place == home else None)


def observe_permission(workspace: Workspace) -> Iterator[Observation]:
    """Look at the permission on a dataset of one's own."""
    word = workspace.record(workspace.panel()).get("permission")
    reading = {"Admin": "dataset", "Owner": "repository"}.get(str(word))
    yield decide_if_known("permission", f"one's own dataset has {word!r}", reading)


def observe_column_ids(workspace: Workspace) -> Iterator[Observation]:
    """Compare the ids of the columns of two datasets."""
    other = workspace.new_dataset("columns")
    text = "Date,first,second\n2024-01-01,1,2\n"
    workspace.store(other, text, [{"sourceName": "Date", "dataType": "Date", "isEntity": True}])
    ids = [column_ids(workspace.record(each)) for each in (workspace.panel(), other)]
    seen = f"the columns of two datasets have the ids {ids[0]} and {ids[1]}"
    are_places = all(sorted(each) == [*range(1, len(each) + 1)] for each in ids)
    reading = None
    if all(ids) and not set(ids[0]) & set(ids[1]):
        reading = "global"
    elif all(ids) and are_places:
        reading = "small"
    yield decide_if_known("column_ids", seen, reading)


def column_ids(record: dict[str, Any]) -> list[int]:
    """Return the ids of the columns in the record of a dataset."""
    columns = record.get("columns")
    columns = columns if isinstance(columns, list) else []
    ids = [each.get("id") for each in columns if isinstance(each, dict)]
    return [each for each in ids if isinstance(each, int)]


def observe_time_zone(workspace: Workspace) -> Iterator[Observation]:
    """Compare when a dataset was made with the clock of the service."""
    answer = check_success(workspace.create("clock"))
    created = str(parse_object(answer).get("createdAt") or "")
    try:
        moment = datetime.datetime.fromisoformat(created)
        now = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        yield leave_open("time_zone", "The answer has no createdAt, or no Date.", created)
        return
    if moment.tzinfo is not None:
        yield decide("time_zone", f"createdAt is {created}", "stated")
        return
    seconds = (moment - now.astimezone(datetime.UTC).replace(tzinfo=None)).total_seconds()
    hours = round(seconds / _HALF_AN_HOUR) / 2
    seen = f"createdAt is {seconds:.0f} s after the Date of the answer"
    if abs(seconds - hours * 3600) > 120 or abs(hours) > 14:
        yield leave_open("time_zone", "The two clocks do not differ by half hours.", seen)
        return
    yield decide("time_zone", seen, f"UTC{hours:+g}" if hours else "UTC")
