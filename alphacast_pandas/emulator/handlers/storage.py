"""The storage port: pre-signed downloads, for those who bring no credentials."""

import hmac
import time

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alphacast_pandas.emulator.delivery import file_reply
from alphacast_pandas.emulator.faults import STALE
from alphacast_pandas.emulator.handlers.calls import Service, parse_query
from alphacast_pandas.emulator.handlers.data import signature
from alphacast_pandas.emulator.queries.exports import MEDIA_TYPES, date_style, text_export
from alphacast_pandas.emulator.queries.selection import Rows
from alphacast_pandas.emulator.store.catalog import columns_of, dataset_by_id


def storage_app(service: Service) -> Starlette:
    """Return the application of the storage port."""

    async def download(request: Request) -> Response:
        return await run_in_threadpool(answer, service, request)

    return Starlette(routes=[Route("/datasets/{dataset:int}.csv", download)])


def answer(service: Service, request: Request) -> Response:
    """Answer a pre-signed request, as object stores do."""
    query = parse_query(request.scope["query_string"])
    if "authorization" in request.headers:
        return refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
    if "apiKey" in query:
        return refusal(403, "AccessDenied", "The key of the API has no place here")
    dataset = int(request.path_params["dataset"])
    if not is_signed(service, dataset, query):
        return refusal(403, "SignatureDoesNotMatch", "The signature is not ours")
    if int(query["Expires"]) < time.time():
        return refusal(403, "AccessDenied", "Request has expired")
    accepted = request.headers.get("accept-encoding", "")
    return file_of(service, dataset, accepted, is_stale=STALE in request.scope)


def is_signed(service: Service, dataset: int, query: dict[str, str]) -> bool:
    """Return whether the service made this address."""
    expires = query.get("Expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 20):
        return False
    expected = signature(service, dataset, int(expires))
    return hmac.compare_digest(expected.encode(), query.get("Signature", "").encode())


def file_of(service: Service, number: int, accepted: str, *, is_stale: bool) -> Response:
    """Return the whole dataset as csv, by reading or by a fault as it was some uploads ago."""
    with service.store.transaction() as cursor:
        dataset = dataset_by_id(cursor, number)
        if dataset is None:
            return refusal(404, "NoSuchKey", "The specified key does not exist.")
        columns = tuple(columns_of(cursor, number))
        is_stale = is_stale or service.readings.export == "stale"
        version = dataset.export_version if is_stale else dataset.version
        rows = Rows(f"FROM {dataset.table(version)}", (), 0) if version else None
        dates = date_style(service.readings, has_time=dataset.has_time)
        export = text_export(service.store, cursor, rows, columns, delimiter=",", dates=dates)
    kind, readings = MEDIA_TYPES["csv"], service.readings
    return file_reply(export, kind, accepted=accepted, readings=readings, is_sized=True)


def refusal(status: int, code: str, message: str) -> Response:
    """Return an error in the XML of object stores."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, status, media_type="application/xml")
