"""Answers of the storage port: the files of datasets under pre-signed addresses."""

import hashlib
import hmac
import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from alphacast_pandas.emulator.handlers.calls import Service, parse_query
from alphacast_pandas.emulator.queries.exports import date_style, file_reply, render_text
from alphacast_pandas.emulator.queries.selection import MEDIA_TYPES, Rows
from alphacast_pandas.emulator.store.catalog import load_dataset
from alphacast_pandas.emulator.store.columns import load_columns

LIFETIME = 300  # seconds
STALE = "alphacast_pandas.stale"  # in the scope of a request that gets an old file by a fault


def download(service: Service, request: Request) -> Response:
    """Answer a pre-signed request; like object stores, refuse one with credentials."""
    query = parse_query(request.scope["query_string"])
    if "authorization" in request.headers:
        return refusal(400, "InvalidArgument", "Only one auth mechanism allowed")
    if "apiKey" in query:
        return refusal(403, "AccessDenied", "The key of the API has no place here")
    dataset = request.path_params["dataset"]
    if not is_signed(service, dataset, query):
        return refusal(403, "SignatureDoesNotMatch", "The signature is not ours")
    if int(query["Expires"]) < time.time():
        return refusal(403, "AccessDenied", "Request has expired")
    return dataset_file(service, int(dataset), request.headers, is_stale=STALE in request.scope)


def signature(service: Service, dataset: int | str, expires: int) -> str:
    """Return the signature of a pre-signed address."""
    return hmac.new(service.secret, f"{dataset}:{expires}".encode(), hashlib.sha256).hexdigest()


def signed_url(service: Service, dataset: int) -> str:
    """Return a short-lived address of a dataset's file."""
    expires = int(time.time()) + LIFETIME
    mark = signature(service, dataset, expires)
    return f"{service.storage_url}/datasets/{dataset}.csv?Expires={expires}&Signature={mark}"


def is_signed(service: Service, dataset: str, query: dict[str, str]) -> bool:
    """Return whether the service made this address."""
    expires = query.get("Expires", "")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 20):
        return False
    expected = signature(service, dataset, int(expires))
    # As bytes: compare_digest takes only ASCII texts.
    return hmac.compare_digest(expected.encode(), query.get("Signature", "").encode())


def dataset_file(
    service: Service, number: int, headers: Mapping[str, str], *, is_stale: bool
) -> Response:
    """Return the whole dataset as csv, an older version of it by reading or by a fault."""
    with service.store.transaction() as cursor:
        dataset = load_dataset(cursor, number)
        if dataset is None:
            return refusal(404, "NoSuchKey", "The specified key does not exist.")
        columns = tuple(load_columns(cursor, number))
        is_stale = is_stale or service.readings.export == "stale"
        version = dataset.export_version if is_stale else dataset.version
        dates = date_style(service.readings, has_time=dataset.has_time)
        etag = entity_tag(service, f"{number} {version} {columns} {dates}")
        if etag is not None and is_matched(etag, headers.get("if-none-match", "")):
            return Response(status_code=304, headers={"etag": etag})
        rows = Rows(f"FROM {dataset.table(version)}", (), 0) if version else None
        export = render_text(service.store, cursor, rows, columns, delimiter=",", dates=dates)
    reply = file_reply(
        export,
        MEDIA_TYPES["csv"],
        accepted=headers.get("accept-encoding", ""),
        readings=service.readings,
        is_sized=True,
    )
    if etag is not None:
        reply.headers["etag"] = etag
    return reply


def entity_tag(service: Service, content: str) -> str | None:
    """Return the ETag of a file that `content` tells from every other one; None by reading."""
    if service.readings.storage_etag == "none":
        return None
    mark = hmac.new(service.secret, content.encode(), hashlib.sha256).hexdigest()[:32]
    return f'W/"{mark}"' if service.readings.storage_etag == "weak" else f'"{mark}"'


def is_matched(etag: str, condition: str) -> bool:
    """Return whether an `If-None-Match` names this ETag."""
    named = [each.strip().removeprefix("W/") for each in condition.split(",")]
    return "*" in named or etag.removeprefix("W/") in named


def refusal(status: int, code: str, message: str) -> Response:
    """Return an error in the XML of object stores."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Response(body, status, media_type="application/xml")
