"""Handlers of one dataset's definitions, rows and processes."""

import json
from typing import Any

from blackbox.exchange import Reply, Request
from blackbox.language import RefusedError
from blackbox.replies import quota, refuse
from blackbox.state import State
from blackbox.store import Answer, Dataset, Json, evaluate, process_ids, write_cell, write_table
from blackbox.uploads import flag, read_manifest, run

MEDIA = {"csv": "text/csv", "tsv": "text/tab-separated-values", "json": "application/json"}
FLAGS = ("deleteMissingFromDB", "onConflictUpdateDB", "acceptNewColumns")
STATS = ("insertedValues", "updatedValues", "deletedValues", "changedValues")


def get_column_definitions(state: State, _: Request, number: int) -> Reply:
    """The stored manifest, as irregular as it may be (5.3)."""
    dataset, switches = state.datasets[number], state.switches
    if switches.definitions_status != 200:
        return refuse(state, switches.definitions_status, "Not for you")
    entries = {
        "full": lambda: [dict(entry) for entry in dataset.manifest or []],
        "irregular": lambda: irregular(dataset),
        "text": lambda: [{**e, "isEntity": str(e["isEntity"])} for e in dataset.manifest or []],
        "empty": list,
    }[switches.definitions]()
    answer = {"id": number, "columnDefinitions": entries, "updateAt": "2021-10-06T16:51:35.418493"}
    return Reply.of(answer)


def irregular(dataset: Dataset) -> list[Json]:
    """Text for booleans, no types for entities, values only where they are not Decimal."""
    entries: list[Json] = []
    for column in dataset.columns:
        if column.kind == "Date":
            form = {"dataType": "Date", "dateFormat": "%d/%m/%Y", "isEntity": "True"}
            entries.append({"sourceName": column.name, **form})
        elif column.entity:
            entries.append({"sourceName": column.name, "isEntity": "True"})
        elif column.kind != "Decimal":
            entries.append({"sourceName": column.name, "dataType": column.kind})
    return entries


def initialise(state: State, request: Request, number: int) -> Reply:
    """Store a first manifest (5.4)."""
    fields = json.loads(request.body)
    form = fields.get("dateFormat") or "%Y-%m-%d"
    date = {"sourceName": fields["dateColumnName"], "dataType": "Date", "dateFormat": form}
    entities = [{"sourceName": n, "isEntity": "True"} for n in fields["entitiesColumnNames"]]
    state.datasets[number].manifest = [{**date, "isEntity": "True"}, *entities]
    return get_column_definitions(state, request, number)


def get_date_stats(state: State, _: Request, number: int) -> Reply:
    """First and last date."""
    dates = [date.date().isoformat() for date in state.datasets[number].dates()]
    first, last = (dates[0], dates[-1]) if dates else (None, None)
    return Reply.of({"frequency": None, "minDate": first, "maxDate": last})


def get_data(state: State, request: Request, number: int) -> Reply:
    """Rows: redirected when nothing is asked, computed otherwise."""
    dataset, params = state.datasets[number], request.params
    spent = quota(state)
    if spent is not None:
        return spent
    form = params.get("$format", "csv")
    asked = {"$select", "$filter", "$top", "$last"} & set(params)
    answer = evaluate(dataset, {} if dataset.canned is not None else params, state.switches)
    body = dataset.canned if dataset.canned is not None else write(answer, form, state)
    headers = {"Content-Type": MEDIA.get(form, "application/octet-stream")}
    if state.switches.row_count and {"$top", "$last"} & set(params):
        headers["Row-Count"] = str(answer.matched)
    if form == "csv" and not asked and state.switches.plain_csv != "direct":
        is_stale = state.switches.export == "stale" and dataset.export is not None
        return redirect(state, number, dataset.export if is_stale else body)
    return Reply(200, body, headers)


def write(answer: Answer, form: str, state: State) -> bytes:
    """Write rows in one of the formats."""
    if form == "csv":
        return write_table(answer, state.switches)
    if form == "tsv":
        return write_table(answer, state.switches, "\t")
    if form == "json":
        return b"".join(write_line(answer, row) for row in answer.rows)
    if form == "xlsx":
        return b"PK\x03\x04 a workbook, more or less \x00\xff"
    raise RefusedError(f"Unknown format {form}")


def write_line(answer: Answer, row: dict[str, Any]) -> bytes:
    """Write one row as a line of JSON."""
    cells = {c.name: row[c.name] for c in answer.columns}
    plain = {k: write_cell(v, "auto") if not isinstance(v, float) else v for k, v in cells.items()}
    return json.dumps(plain).encode() + b"\n"


def redirect(state: State, number: int, body: bytes) -> Reply:
    """Lay the file into storage and send the caller there."""
    path = f"/signed/{number}-{len(state.signed)}.csv"
    state.signed[path] = body
    host = state.url if state.switches.plain_csv == "same_host" else state.storage_url
    location = f"{host}{path}?X-Amz-Signature=abc%2Fdef&X-Amz-Expires=60"
    return Reply(state.switches.redirect_status, b"", {"Location": location})


def put_data(state: State, request: Request, number: int) -> Reply:
    """Store the file, start a process; it does its work at once and shows it step by step."""
    dataset, parts, switches = state.datasets[number], request.parts, state.switches
    if "data" not in parts:
        raise RefusedError("data is required")
    if parts.get("manifest"):
        dataset.manifest = read_manifest(parts["manifest"].decode())
    if dataset.manifest is None and switches.no_manifest == "400":
        raise RefusedError("Dataset has no manifest")
    dataset.export = write(evaluate(dataset, {}, switches), "csv", state)
    process = start(state, dataset, parts["data"], request.params)
    answer = {k: process[k] for k in ("id", "status", "createdAt", "datasetId")}
    if switches.upload_answer and switches.upload_status != 204:
        return Reply.of(answer, switches.upload_status)
    return Reply(switches.upload_status)


def start(state: State, dataset: Dataset, body: bytes, params: dict[str, str]) -> Json:
    """Do the work of an upload; the process reveals its end only after `states`."""
    flags = {name: flag(params.get(name, False)) for name in FLAGS}
    try:
        if state.switches.breaks:
            raise RefusedError(state.switches.breaks)
        stats = run(dataset, body, flags)
        text = f"{stats['insertedValues']} values added to database./n"
        end = {"status": state.switches.done, "statusDescription": text}
        if state.switches.stats:
            end["stats"] = {**stats, "totalValues": len(dataset.rows)}
    except RefusedError as error:
        end = {"status": state.switches.failed, "statusDescription": str(error)}
    waiting = list(state.switches.states)
    process = {
        "id": next(process_ids),
        "datasetId": dataset.id,
        "status": waiting[0] if waiting else end["status"],
        "createdAt": "2021-10-06T16:58:18.999786",
        "deleteMissingFromDB": int(flags["deleteMissingFromDB"]),
        "onConflictUpdateDB": int(flags["onConflictUpdateDB"]),
        "hidden": {"waiting": waiting[1:], "end": end, "shown": not waiting},
    }
    if not waiting:
        process.update(end)
    dataset.processes.insert(0, process)
    return process


def shown(process: Json) -> Json:
    """Return a process as it stands, and let it go one step on."""
    record = {k: v for k, v in process.items() if k != "hidden"}
    hidden = process["hidden"]
    if hidden["waiting"]:
        process["status"] = hidden["waiting"].pop(0)
    elif not hidden["shown"]:
        process.update(hidden["end"], processedAt="2021-10-06T13:58:20")
        hidden["shown"] = True
    return record


def get_processes(state: State, _: Request, number: int) -> Reply:
    """All processes, newest first."""
    processes = state.datasets[number].processes if state.switches.remembered == "all" else []
    return Reply.of([shown(process) for process in processes])


def get_process(state: State, request: Request, number: int) -> Reply:
    """One process."""
    wanted = int(request.path.rsplit("/", 1)[1])
    found = {process["id"]: process for process in state.datasets[number].processes}
    return Reply.of(shown(found[wanted]))
