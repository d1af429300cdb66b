"""Answers with the rows of a dataset."""

from starlette.responses import RedirectResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call
from alphacast_pandas.emulator.handlers.storage import signed_url
from alphacast_pandas.emulator.queries.exports import file_reply, render_rows
from alphacast_pandas.emulator.queries.selection import (
    MEDIA_TYPES,
    Selection,
    parse_selection,
    resolve_rows,
)
from alphacast_pandas.emulator.store.catalog import Dataset, check_dataset_access
from alphacast_pandas.emulator.store.columns import load_columns
from alphacast_pandas.emulator.store.database import Cursor

EXHAUSTED = "You exceeded your free membership plan. Please upgrade your subscription."


def download(call: Call) -> Response:
    """Answer `GET /datasets/{id}/data`: computed, or as a redirect to the file in storage."""
    service = call.service
    with service.store.transaction() as cursor:
        dataset, _ = check_dataset_access(cursor, call.holder, call.number("dataset"))
        columns = load_columns(cursor, dataset.id)
        selection = parse_selection(dict(call.query), columns, service.readings)
        if is_exhausted(call):
            return quota_reply(call)
        if selection.is_plain and selection.format == "csv":
            return RedirectResponse(signed_url(service, dataset.id), 302)
        return data_reply(call, cursor, dataset, selection)


def data_reply(call: Call, cursor: Cursor, dataset: Dataset, selection: Selection) -> Response:
    """Return the selected rows as the answer."""
    readings = call.service.readings
    rows = resolve_rows(cursor, dataset.table(), selection, readings) if dataset.version else None
    export = render_rows(
        call.service.store, cursor, rows, selection, readings, has_time=dataset.has_time
    )
    media_type = MEDIA_TYPES[selection.format]
    if readings.media_type == "json" or (selection.format == "json" and readings.json != "lines"):
        media_type = "application/json"
    reply = file_reply(export, media_type, accepted=call.accepted, readings=readings)
    is_counted = selection.top is not None and readings.row_count != "never"
    if is_counted or (selection.last is not None and readings.row_count == "top or last"):
        reply.headers["Row-Count"] = str(rows.matching if rows else 0)
    return reply


def is_exhausted(call: Call) -> bool:
    """Count an export; return whether the plan has none left."""
    limit, used = call.service.plan.monthly_exports, call.service.exports
    used[call.holder.id] = used.get(call.holder.id, 0) + 1
    return limit is not None and used[call.holder.id] > limit


def quota_reply(call: Call) -> Response:
    """Return the answer when the plan is used up: 402, or a csv with the message by reading."""
    if call.service.readings.quota == "402":
        raise Refusal(402, EXHAUSTED)
    return Response(f"error\n{EXHAUSTED}\n", media_type="text/csv")
