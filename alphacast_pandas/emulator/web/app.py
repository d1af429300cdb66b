"""The applications of the three ports: from a request to the handler that answers it."""

import base64
import binascii
import contextlib
import logging
import shutil
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.handlers import storage
from alphacast_pandas.emulator.handlers.calls import (
    Call,
    Service,
    Upload,
    parse_query,
    refusal_reply,
)
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import Account
from alphacast_pandas.emulator.text import parse_json
from alphacast_pandas.emulator.web.openapi import description
from alphacast_pandas.emulator.web.operations import OPERATIONS, Operation
from alphacast_pandas.emulator.web.traffic import UrlLimit

MAX_FIELD_BYTES = 16 * 2**20
# It warns of malformed bodies, which Python prints if nobody has set up logging.
logging.getLogger("python_multipart").addHandler(logging.NullHandler())


def api_app(service: Service) -> Starlette:
    """Return the application of the API port."""
    routes = [operation_route(service, operation, "api") for operation in OPERATIONS]
    # The description is not one of the operations that it describes.
    routes.append(Route("/openapi.json", lambda _: JSONResponse(description())))
    return json_app(service, routes)


def search_app(service: Service) -> Starlette:
    """Return the application of the search port, which stands for the host of the web pages."""
    found = [operation for operation in OPERATIONS if operation.is_search]
    return json_app(service, [operation_route(service, each, "search") for each in found])


def json_app(service: Service, routes: list[Route]) -> Starlette:
    """Return an application whose refusals have the form that the readings choose."""

    async def unrouted(_: Request, error: Exception) -> Response:
        refused = cast("HTTPException", error)
        reply = refusal_reply(Refusal(refused.status_code, refused.detail), service.readings)
        reply.headers.update(refused.headers or {})
        return reply

    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: unrouted},
        middleware=[Middleware(UrlLimit, readings=lambda: service.readings)],
    )
    app.router.redirect_slashes = False  # or `/datasets/` would be a 307 in place of a 404
    return app


def storage_app(service: Service) -> Starlette:
    """Return the application of the storage port."""

    async def download(request: Request) -> Response:
        try:
            return await run_in_threadpool(storage.download, service, request)
        except Exception as error:  # noqa: BLE001 - the client is told that there was one
            service.report(error)
            return storage.refusal(500, "InternalError", "We encountered an internal error.")

    return Starlette(routes=[Route("/datasets/{dataset}.csv", download)])


def operation_route(service: Service, operation: Operation, port: str) -> Route:
    """Return the route of an operation on one of the ports."""
    return Route(operation.path, endpoint(service, operation, port), methods=[operation.verb])


def endpoint(
    service: Service, operation: Operation, port: str
) -> Callable[[Request], Awaitable[Response]]:
    """Return the Starlette endpoint of an operation."""

    async def answer(request: Request) -> Response:
        upload = None
        try:
            check_port(service, operation, port)
            account = authenticate(service, request, operation.key)
            if operation.body == "Upload":
                upload = await read_upload(service, request)
            call = Call(
                service=service,
                account=account,
                path=request.path_params,
                query=parse_query(request.scope["query_string"]),
                fields={} if upload else await read_fields(request),
                upload=upload,
                accepted=request.headers.get("accept-encoding", ""),
            )
            # Handlers wait for the database, which would stop every other connection.
            return await run_in_threadpool(operation.handler, call)
        except Refusal as error:
            refusal = error
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody receives
        except Exception as error:  # noqa: BLE001 - the client is told that there was one
            service.report(error)
            refusal = Refusal(500, "Internal Server Error")
        finally:
            if upload and upload.file:
                upload.file.unlink(missing_ok=True)
        await drain(request)
        # Readings are about the service: they do not change the emulator's own answers.
        is_own = operation.key == "none"
        return refusal_reply(refusal, Readings() if is_own else service.readings)

    return answer


def check_port(service: Service, operation: Operation, port: str) -> None:
    """Refuse a search on the API port if the readings leave it to the other host."""
    if operation.is_search and port == "api" and service.readings.search_host == "web":
        raise Refusal(404, "Not Found")


def authenticate(service: Service, request: Request, needed: str) -> Account | None:
    """Return the account whose key came as the user name of Basic, or as `apiKey`."""
    if needed == "none":
        return None
    key = "" if needed == "in query" else basic_user(request.headers.get("authorization", ""))
    if not key:
        key = parse_query(request.scope["query_string"]).get("apiKey", "")
    account = service.accounts.get(key)
    if account is None and (key or needed != "optional"):
        raise Refusal(401, "Unauthorized")
    return account


def basic_user(header: str) -> str:
    """Return the user name of a Basic header, or nothing; the password is ignored."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def read_fields(request: Request) -> dict[str, object]:
    """Return the fields of a body; GET and DELETE have none."""
    if request.method in {"GET", "DELETE"}:
        return {}
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MAX_FIELD_BYTES:
            raise Refusal(400, "Body is too large")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return parse_fields(bytes(body), media_type)


def parse_fields(body: bytes, media_type: str) -> dict[str, Any]:
    """Read the fields of a JSON or form-encoded body."""
    if media_type == "application/x-www-form-urlencoded":
        return parse_form(body)
    if media_type not in {"", "application/json"}:
        raise Refusal(400, "Content-Type must be application/json")
    if not body.strip():
        return {}
    fields = parse_json(body, "Body")
    if not isinstance(fields, dict):
        raise Refusal(400, "Body must be a JSON object")
    return fields


def parse_form(body: bytes) -> dict[str, Any]:
    """Read a form; a name that comes several times is a list."""
    found: dict[str, list[str]] = {}
    text = body.decode("utf-8", "replace")
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


async def read_upload(service: Service, request: Request) -> Upload:
    """Return the parts of a multipart body, the file on disk."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refusal(400, "Content-Type must be multipart/form-data")
    try:
        async with request.form(max_part_size=MAX_FIELD_BYTES) as form:
            return await run_in_threadpool(
                save_parts, service, form.get("data"), form.get("manifest")
            )
    except (HTTPException, MultiPartException, ValueError):
        raise Refusal(400, "Body is not valid multipart/form-data") from None


def save_parts(
    service: Service, data: UploadFile | str | None, manifest: UploadFile | str | None
) -> Upload:
    """Save the file of an upload to the spool folder, whether it came as a file or as text."""
    if isinstance(manifest, UploadFile):
        manifest = manifest.file.read().decode("utf-8", "replace")
    file = None
    if data is not None:
        file = service.store.spool_file(".upload")
        source = data.file if isinstance(data, UploadFile) else BytesIO(data.encode())
        with file.open("wb") as target:
            shutil.copyfileobj(source, target)
    return Upload(file, manifest or None)


async def drain(request: Request) -> None:
    """Read the rest of a body, so that a refusal is not lost to a reset."""
    with contextlib.suppress(ClientDisconnect, RuntimeError):
        async for _ in request.stream():
            pass
