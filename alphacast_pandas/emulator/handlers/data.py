"""Answers with the rows of a dataset."""

import hashlib
import hmac
import time

from starlette.responses import RedirectResponse, Response

from alphacast_pandas.emulator.delivery import file_reply
from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers.calls import Call, Service
from alphacast_pandas.emulator.queries.exports import (
    DELIMITERS,
    MEDIA_TYPES,
    Export,
    date_style,
    json_export,
    text_export,
)
from alphacast_pandas.emulator.queries.selection import Rows, Selection, rows_of, understand
from alphacast_pandas.emulator.queries.workbooks import xlsx_export
from alphacast_pandas.emulator.store.catalog import Dataset, columns_of, dataset_for
from alphacast_pandas.emulator.store.database import Cursor

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
        return computed(call, cursor, dataset, selection)


def computed(call: Call, cursor: Cursor, dataset: Dataset, selection: Selection) -> Response:
    """Return a computed answer."""
    readings = call.service.readings
    rows = rows_of(cursor, dataset.table(), selection, readings) if dataset.version else None
    export = render(call.service, cursor, rows, selection, has_time=dataset.has_time)
    kind = MEDIA_TYPES[selection.format]
    if readings.media_type == "json" or (selection.format == "json" and readings.json != "lines"):
        kind = "application/json"
    reply = file_reply(export, kind, accepted=call.accepted, readings=readings)
    is_counted = selection.top is not None and readings.row_count != "never"
    if is_counted or (selection.last is not None and readings.row_count == "top or last"):
        reply.headers["Row-Count"] = str(rows.matching if rows else 0)
    return reply


def render(
    service: Service, cursor: Cursor, rows: Rows | None, selection: Selection, *, has_time: bool
) -> Export:
    """Return rows as a file of the format that is asked for."""
    store, readings = service.store, service.readings
    columns, dates = selection.columns, date_style(readings, has_time=has_time)
    if selection.format == "xlsx":
        return xlsx_export(store, cursor, rows, columns, has_time=dates != "days")
    if selection.format == "json":
        return json_export(store, cursor, rows, columns, shape=readings.json, dates=dates)
    delimiter = DELIMITERS[selection.format]
    return text_export(store, cursor, rows, columns, delimiter=delimiter, dates=dates)


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
