"""From a request to the handler that answers it."""

import base64
import binascii
import contextlib
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import cast

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
from alphacast_pandas.emulator.front import Front
from alphacast_pandas.emulator.handlers.calls import (
    Call,
    Service,
    Upload,
    parse_fields,
    parse_query,
    refusal_reply,
)
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import Account
from alphacast_pandas.emulator.uploads.csv_files import save
from alphacast_pandas.emulator.web.openapi import description
from alphacast_pandas.emulator.web.operations import SURFACE, Operation

MAX_FIELDS = 16 * 2**20


def api_app(service: Service) -> Starlette:
    """Return the application of the API port."""

    async def unrouted(_: Request, error: Exception) -> Response:
        found = cast("HTTPException", error)
        reply = refusal_reply(Refusal(found.status_code, found.detail), service.readings)
        reply.headers.update(found.headers or {})
        return reply

    routes = [
        Route(operation.path, endpoint(service, operation), methods=[operation.verb])
        for operation in SURFACE
    ]
    routes.append(Route("/openapi.json", lambda _: JSONResponse(description())))
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: unrouted},
        middleware=[Middleware(Front, readings=lambda: service.readings)],
    )
    app.router.redirect_slashes = False
    return app


def endpoint(service: Service, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    """Return the Starlette endpoint of an operation."""

    async def answer(request: Request) -> Response:
        upload = None
        try:
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
            return await run_in_threadpool(operation.handler, call)
        except Refusal as refusal:
            await drain(request)
            is_ours = operation.key == "none"  # what the emulator says about itself is no reading
            return refusal_reply(refusal, Readings() if is_ours else service.readings)
        finally:
            if upload and upload.file:
                upload.file.unlink(missing_ok=True)

    return answer


def authenticate(service: Service, request: Request, needed: str) -> Account | None:
    """Return whose key came as the user name of Basic, or as `apiKey`."""
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
    """Return the user name of a Basic header; a key sent as password is none."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def read_fields(request: Request) -> dict[str, object]:
    """Return the fields of a body, if one came."""
    if request.method in {"GET", "DELETE"}:
        return {}
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FIELDS:
            raise Refusal(400, "Body is too large")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return parse_fields(bytes(body), media_type)


async def read_upload(service: Service, request: Request) -> Upload:
    """Return the parts of a multipart body, the file on disk."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refusal(400, "Content-Type must be multipart/form-data")
    try:
        async with request.form(max_part_size=MAX_FIELDS) as form:
            return await run_in_threadpool(
                take_parts, service, form.get("data"), form.get("manifest")
            )
    except (HTTPException, MultiPartException, ValueError) as error:
        detail = getattr(error, "detail", "") or str(error)
        raise Refusal(400, f"Body is not valid multipart/form-data: {detail}") from None


def take_parts(
    service: Service, data: UploadFile | str | None, manifest: UploadFile | str | None
) -> Upload:
    """Keep the parts of an upload, whether they came as files or as texts."""
    if isinstance(manifest, UploadFile):
        manifest = manifest.file.read().decode("utf-8", "replace")
    file = None
    if data is not None:
        file = service.store.spool_file(".upload")
        save(data.file if isinstance(data, UploadFile) else BytesIO(data.encode()), file)
    return Upload(file, manifest or None)


async def drain(request: Request) -> None:
    """Read the rest of a body, so that a refusal is not lost to a reset."""
    with contextlib.suppress(ClientDisconnect, RuntimeError):
        async for _ in request.stream():
            pass
