"""Answers with the rows of a dataset."""

import hashlib
import hmac
import time

from starlette.responses import RedirectResponse, Response, StreamingResponse

from alphacast_pandas.emulator.calls import Call, Service
from alphacast_pandas.emulator.catalog import columns_of, dataset_for
from alphacast_pandas.emulator.exports import (
    DELIMITERS,
    MEDIA_TYPES,
    Export,
    date_style,
    json_export,
    text_export,
)
from alphacast_pandas.emulator.refusals import Refusal
from alphacast_pandas.emulator.selection import Selection, rows_of, understand

LIFETIME = 300
EXHAUSTED = "You exceeded your free membership plan. Please upgrade your subscription."


def download(call: Call) -> Response:
    """Answer `GET /datasets/{id}/data`: computed, or as a redirect to the file in storage."""
    service = call.service
    with service.store.transaction() as cursor:
        dataset, _ = dataset_for(cursor, call.holder, call.number("dataset"))
        columns = columns_of(cursor, dataset.id)
        selection = understand(dict(call.query), columns, service.readings)
        if is_exhausted(call):
            return exhausted(call)
        if selection.is_plain and selection.format == "csv":
            return RedirectResponse(signed_url(service, dataset.id), 302)
        rows = None
        if dataset.version:
            rows = rows_of(cursor, dataset.table(), selection, service.readings)
        dates = date_style(service.readings, has_time=dataset.has_time)
        if selection.format == "json":
            export = json_export(
                service.store,
                cursor,
                rows,
                selection.columns,
                shape=service.readings.json,
                dates=dates,
            )
        else:
            delimiter = DELIMITERS.get(selection.format, ",")
            export = text_export(
                service.store,
                cursor,
                rows,
                selection.columns,
                delimiter=delimiter,
                dates=dates,
            )
    return computed(call, selection, export, rows.matching if rows else 0)


def computed(call: Call, selection: Selection, export: Export, matching: int) -> Response:
    """Return a computed answer."""
    readings = call.service.readings
    kind = MEDIA_TYPES[selection.format]
    if readings.media_type == "json" or (selection.format == "json" and readings.json != "lines"):
        kind = "application/json"
    reply = StreamingResponse(export.pieces(), headers={"content-type": kind})
    is_counted = selection.top is not None and readings.row_count != "never"
    if is_counted or (selection.last is not None and readings.row_count == "top or last"):
        reply.headers["Row-Count"] = str(matching)
    return reply


def is_exhausted(call: Call) -> bool:
    """Count an export; return whether the plan has none left."""
    limit, used = call.service.plan.monthly_exports, call.service.exports
    used[call.holder.id] = used.get(call.holder.id, 0) + 1
    return limit is not None and used[call.holder.id] > limit


def exhausted(call: Call) -> Response:
    """Answer that the plan is used up."""
    if call.service.readings.quota == "402":
        raise Refusal(402, EXHAUSTED)
    return Response(f"error\n{EXHAUSTED}\n", media_type="text/csv")


def signature(service: Service, dataset: int, expires: int) -> str:
    """Return what only the service can put into a pre-signed address."""
    return hmac.new(service.secret, f"{dataset}:{expires}".encode(), hashlib.sha256).hexdigest()


def signed_url(service: Service, dataset: int) -> str:
    """Return a short-lived address of a dataset's file."""
    expires = int(time.time()) + LIFETIME
    mark = signature(service, dataset, expires)
    return f"{service.storage_url}/datasets/{dataset}.csv?Expires={expires}&Signature={mark}"
