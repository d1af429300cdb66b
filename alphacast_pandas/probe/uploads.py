"""Experiments on uploads, their manifests and processes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.identifiers import dataset_path
from alphacast_pandas.api.multipart import UploadFlags
from alphacast_pandas.api.processes import Process
from alphacast_pandas.probe.answers import (
    check_success,
    parse_id,
    parse_list,
    parse_object,
    show_body,
)
from alphacast_pandas.probe.observations import decide, decide_if_known, leave_open
from alphacast_pandas.probe.workspace import CITY, DATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

_UPDATE = UploadFlags(update_on_conflict=True)
_REPLACE = UploadFlags(delete_missing=True, update_on_conflict=True)
_ONE_ROW = "Date,city,amount\n2024-01-01,aaa,1\n"
_DATE = re.compile(r"\bdates?\b", re.IGNORECASE)
_ATTEMPTS = 6  # at an upload that comes while another one is under way
_CONTROL_FAILED = "The same upload in its plain form failed as well: "
_BETWEEN_UPLOADS = 1.5  # seconds, so that instants in whole seconds differ


def observe_states(workspace: Workspace) -> Iterator[Observation]:
    """Follow an upload from its first to its last state."""
    dataset = workspace.new_dataset("states")
    answer = check_success(workspace.upload(dataset, _ONE_ROW, [DATE, CITY]))
    first = parse_object(answer).get("status") if answer.body.strip() else None
    number = workspace.process_of(dataset, answer)
    second = workspace.client.datasets.process(dataset, number).status
    process = workspace.wait_for_success(dataset, answer)
    states = [*dict.fromkeys(str(each) for each in (first, second, process.status) if each)]
    yield decide("states", " -> ".join(states), " -> ".join(states))
    reading = {"processed": "processed", "completed": "completed"}.get(process.status.casefold())
    yield decide_if_known("status", f"the last state was {process.status!r}", reading)
    listed = parse_list(check_success(workspace.get(f"{dataset_path(dataset)}/processes")))
    is_listed = any(each.get("id") == number for each in listed)
    seen = f"a process that has ended is {'' if is_listed else 'not '}listed"
    yield decide("process_list", seen, "all" if is_listed else "unfinished")


def observe_packed(workspace: Workspace) -> Iterator[Observation]:
    """Upload a gzip file."""
    dataset = workspace.new_dataset("packed")
    manifest = [DATE, CITY]
    packed = _try_upload(workspace, dataset, _ONE_ROW, manifest, is_packed=True)
    if packed.failed:
        control = _try_upload(workspace, dataset, _ONE_ROW, manifest)
        if control.failed:
            yield leave_open("upload_gzip", f"{_CONTROL_FAILED}{control.description}")
            return
        # Once more, since any one process may fail for a reason of its own.
        packed = _try_upload(workspace, dataset, _ONE_ROW, manifest, is_packed=True)
    seen = f"a gzip file: {packed.status}, {packed.description}"
    yield decide("upload_gzip", seen, "no" if packed.failed else "yes")


def observe_process_ids(workspace: Workspace) -> Iterator[Observation]:
    """Compare the ids of the first processes of two datasets."""
    numbers = []
    for label in ("first", "second"):
        dataset = workspace.new_dataset(label)
        answer = check_success(workspace.upload(dataset, _ONE_ROW, [DATE, CITY]))
        numbers.append(workspace.process_of(dataset, answer))
        workspace.wait_for_end(dataset, answer)
    reading = "per dataset" if numbers[0] == numbers[1] else "global"
    yield decide("process_ids", f"the first processes of two datasets: {numbers}", reading)


def observe_no_manifest(workspace: Workspace) -> Iterator[Observation]:
    """Upload to a dataset that has no manifest."""
    dataset = workspace.new_dataset("without a manifest")
    answer = workspace.upload(dataset, _ONE_ROW)
    if answer.status == 400:
        yield decide("no_manifest", f"status 400, {show_body(answer)}", "400")
        return
    process = workspace.wait_for_end(dataset, answer)
    seen = f"the process ended as {process.status!r}: {process.description}"
    yield decide_if_known("no_manifest", seen, "process" if process.failed else None)


def observe_date_column(workspace: Workspace) -> Iterator[Observation]:
    """Upload with a manifest that has no date column."""
    dataset = workspace.new_dataset("without a date")
    answer = workspace.upload(dataset, "city,amount\naaa,1\n", [CITY])
    if answer.status == 400:
        is_about_dates = _DATE.search(answer.body.decode("utf-8", "replace")) is not None
        seen = f"status 400, {show_body(answer)}"
        yield decide_if_known("date_column", seen, "required" if is_about_dates else None)
        return
    process = workspace.wait_for_end(dataset, answer)
    seen = f"the process ended as {process.status!r}: {process.description}"
    is_about_dates = _DATE.search(process.description or "") is not None
    refused = "required" if is_about_dates else None
    yield decide_if_known("date_column", seen, refused if process.failed else "optional")


def observe_header(workspace: Workspace) -> Iterator[Observation]:
    """Upload a header that differs from its manifest in case and accents, then in case alone."""
    dataset = workspace.new_dataset("another header")
    manifest = [DATE, {**CITY, "sourceName": "País"}]
    if not _try_upload(workspace, dataset, "Date,PAIS,amount\n2024-01-01,aaa,1\n", manifest).failed:
        header = workspace.rows(dataset, top=1).header
        reading = "folded" if "País" in header else None
        yield decide_if_known(
            "header_match", f"PAIS was taken for País; the columns are {header}", reading
        )
        return
    if not _try_upload(workspace, dataset, "Date,PAÍS,amount\n2024-01-01,aaa,1\n", manifest).failed:
        yield decide_if_known("header_match", "PAÍS was taken for País, PAIS was not", None)
        return
    control = _try_upload(workspace, dataset, "Date,País,amount\n2024-01-01,aaa,1\n", manifest)
    if control.failed:
        yield leave_open("header_match", f"{_CONTROL_FAILED}{control.description}")
        return
    yield decide("header_match", "PAIS and PAÍS were not taken for País", "exact")


def observe_date_parse(workspace: Workspace) -> Iterator[Observation]:
    """Upload dates with a time behind them, and years of two digits under %Y."""
    passed = {}
    for label, form, odd, plain in (
        ("a time behind the date", "%Y-%m-%d", "2024-01-31 00:00:00", "2024-01-31"),
        ("a year of two digits", "%d/%m/%Y", "31/01/24", "31/01/2024"),
    ):
        dataset = workspace.new_dataset(label)
        manifest = [{**DATE, "dateFormat": form}, CITY]
        text = "Date,city,amount\n{},aaa,1\n"
        passed[label] = not _try_upload(workspace, dataset, text.format(odd), manifest).failed
        if not passed[label]:
            control = _try_upload(workspace, dataset, text.format(plain), manifest)
            if control.failed:
                yield leave_open("date_parse", f"{_CONTROL_FAILED}{control.description}")
                return
    readings: dict[tuple[object, ...], str] = {
        (True, True): "three steps",
        (False, False): "exact",
    }
    reading = readings.get(tuple(passed.values()))
    seen = "; ".join(f"{label}: {'accepted' if ok else 'refused'}" for label, ok in passed.items())
    yield decide_if_known("date_parse", seen, reading)


def observe_revisions(workspace: Workspace) -> Iterator[Observation]:
    """Update a dataset with an empty cell, look at its file and instants, then drop a column."""
    dataset = workspace.new_dataset("revised")
    workspace.store(dataset, "Date,x,y\n2024-01-01,1,11\n2024-01-02,2,12\n", [DATE])
    before = workspace.record(dataset).get("updatedAt")
    workspace.store(dataset, "Date,x,y\n2024-01-01,5,\n2024-01-02,2,12\n", flags=_UPDATE)
    plain = workspace.rows(dataset, format="csv")
    after = workspace.record(dataset).get("updatedAt")
    computed = workspace.rows(dataset, top=100)
    if not _equals(computed.cell("2024-01-01", "x"), 5):
        for name in ("export", "empty_cell", "updated_at", "absent_column"):
            yield leave_open(name, "An update was not stored.", f"the rows are {computed.rows}")
        return
    cells = computed.cell("2024-01-01", "y"), plain.cell("2024-01-01", "x")
    yield decide_if_known("empty_cell", f"11 became {cells[0]!r}", _kept_or_erased(cells[0], 11))
    is_old, is_new = _equals(cells[1], 1), _equals(cells[1], 5)
    export = "stale" if is_old else "fresh" if is_new else None
    yield decide_if_known(
        "export", f"1 was updated to 5; right afterwards the file has {cells[1]}", export
    )
    if before is not None and before == after:
        workspace.pause(_BETWEEN_UPLOADS)
        workspace.store(dataset, "Date,x,y\n2024-01-02,7,12\n", flags=_UPDATE)
        after = workspace.record(dataset).get("updatedAt")
    yield _updated_at(before, after)
    workspace.store(dataset, "Date,x\n2024-01-01,6\n2024-01-02,8\n", flags=_REPLACE)
    last = workspace.rows(dataset, top=100).cell("2024-01-02", "y")
    yield decide_if_known("absent_column", f"12 became {last!r}", _kept_or_erased(last, 12))


def _updated_at(before: Any, after: Any) -> Observation:
    if before is None and after is None:
        return decide("updated_at", "a dataset has no updatedAt", "absent")
    seen = f"{before} became {after} by an upload"
    reading = "moves" if before != after else "stays"
    return decide_if_known("updated_at", seen, None if None in {before, after} else reading)


def _equals(cell: str | None, number: float) -> bool:
    try:
        return cell is not None and float(cell) == number
    except ValueError:
        return False


def _kept_or_erased(cell: str | None, number: float) -> str | None:
    return "erases" if cell == "" else "keeps" if _equals(cell, number) else None


def observe_concurrent(workspace: Workspace) -> Iterator[Observation]:
    """Upload twice at once, until the second comes before the first has ended."""
    dataset = workspace.new_dataset("at once")
    workspace.store(dataset, _ONE_ROW, [DATE, CITY])
    for _ in range(_ATTEMPTS):
        first = check_success(workspace.upload(dataset, _ONE_ROW, flags=_UPDATE))
        second = workspace.upload(dataset, _ONE_ROW, flags=_UPDATE)
        if 400 <= second.status < 500:
            workspace.wait_for_end(dataset, first)
            reading = "refuse" if second.status == 409 else None
            yield decide_if_known("concurrent", f"the second got status {second.status}", reading)
            return
        number = workspace.process_of(dataset, first)
        state = workspace.client.datasets.process(dataset, number)
        ends = [workspace.wait_for_end(dataset, answer) for answer in (first, second)]
        if not (state.succeeded or state.failed):
            queued = not any(process.failed for process in ends)
            seen = f"the second was accepted while the first was {state.status!r}"
            seen = f"{seen}; they ended as {[process.status for process in ends]}"
            yield decide_if_known("concurrent", seen, "queue" if queued else None)
            return
    why = f"In each of {_ATTEMPTS} attempts the first upload had ended before the second came."
    yield leave_open("concurrent", why)


def observe_definitions(workspace: Workspace) -> Iterator[Observation]:
    """Store booleans as JSON and as text, and look at how they come back."""
    dataset = workspace.new_dataset("definitions")
    amount = {"sourceName": "amount", "dataType": "Decimal", "isEntity": False}
    workspace.store(dataset, _ONE_ROW, [DATE, {**CITY, "isEntity": "True"}, amount])
    answer = parse_object(check_success(workspace.get(f"{dataset_path(dataset)}/columns")))
    entries = [each for each in answer.get("columnDefinitions", []) if isinstance(each, dict)]
    kept = {each.get("sourceName"): each.get("isEntity") for each in entries}
    kinds = [type(kept.get(name)) for name in ("Date", "city", "amount")]
    readings: dict[tuple[object, ...], str] = {
        (bool, str, bool): "stored",
        (bool, bool, bool): "json",
        (str, str, str): "text",
    }
    seen = f"true, 'True' and false came back as {kept}"
    yield decide_if_known("booleans", seen, readings.get(tuple(kinds)))


def observe_success(workspace: Workspace) -> Iterator[Observation]:
    """Look at the statuses of a creation, an upload and a deletion."""
    created = workspace.create("to be deleted")
    dataset = parse_id(check_success(created))
    uploaded = workspace.upload(dataset, _ONE_ROW, [DATE, CITY])
    workspace.wait_for_end(dataset, uploaded)
    deleted = workspace.send("DELETE", dataset_path(dataset))
    del workspace.datasets["to be deleted"]
    statuses = (workspace.created_status, created.status, uploaded.status, deleted.status)
    readings: dict[tuple[object, ...], str] = {
        (201, 201, 201, 204): "documented",
        (200, 200, 200, 200): "200",
    }
    words = ("POST /repositories", "POST /datasets", "an upload", "DELETE /datasets")
    seen = ", ".join(f"{word}: {code}" for word, code in zip(words, statuses, strict=True))
    yield decide_if_known("success", seen, readings.get(statuses))


def _try_upload(
    workspace: Workspace,
    dataset: int,
    text: str,
    manifest: list[dict[str, Any]],
    *,
    is_packed: bool = False,
) -> Process:
    """Return the process of an upload, which may have failed; a refusal is a failure too."""
    answer = workspace.upload(dataset, text, manifest, is_packed=is_packed)
    if answer.status == 400:
        return Process(id=0, status="error", description=show_body(answer))
    return workspace.wait_for_end(dataset, answer)
