"""The surface of the service: verb and path, and who answers."""

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
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from alphacast_pandas.emulator.accounts import Account
from alphacast_pandas.emulator.calls import (
    Call,
    Handler,
    Service,
    Upload,
    parse_fields,
    parse_query,
    refusal_reply,
)
from alphacast_pandas.emulator.csv_files import save
from alphacast_pandas.emulator.handlers import columns, data, datasets, processes, repositories
from alphacast_pandas.emulator.refusals import Refusal

MAX_FIELDS = 16 * 2**20
OPEN = frozenset({datasets.date_stats})
UPLOADS = frozenset({processes.upload_data})

SURFACE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/repositories", repositories.list_repositories),
    ("POST", "/repositories", repositories.create_repository),
    ("GET", "/repositories/home", repositories.home),
    ("GET", "/repositories/{repository}", repositories.get_repository),
    ("PUT", "/repositories/{repository}", repositories.update_repository),
    ("DELETE", "/repositories/{repository}", repositories.remove_repository),
    ("GET", "/datasets", datasets.list_datasets),
    ("POST", "/datasets", datasets.add_dataset),
    ("GET", "/datasets/{dataset}", datasets.get_dataset),
    ("PUT", "/datasets/{dataset}", datasets.update_dataset),
    ("DELETE", "/datasets/{dataset}", datasets.remove_dataset),
    ("GET", "/datasets/{dataset}/columns", columns.get_columns),
    ("PUT", "/datasets/{dataset}/columns/initializer", columns.initialize_columns),
    ("GET", "/datasets/{dataset}/date-stats", datasets.date_stats),
    ("GET", "/datasets/{dataset}/data", data.download),
    ("PUT", "/datasets/{dataset}/data", processes.upload_data),
    ("GET", "/datasets/{dataset}/processes", processes.list_processes),
    ("GET", "/datasets/{dataset}/processes/{process}", processes.get_process),
)


def api_app(service: Service) -> Starlette:
    """Return the application of the API port."""

    async def unrouted(_: Request, error: Exception) -> Response:
        found = cast("HTTPException", error)
        reply = refusal_reply(Refusal(found.status_code, found.detail), service.readings)
        reply.headers.update(found.headers or {})
        return reply

    routes = [
        Route(path, endpoint(service, handler), methods=[verb]) for verb, path, handler in SURFACE
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: unrouted})
    app.router.redirect_slashes = False
    return app


def endpoint(service: Service, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return the Starlette endpoint of a handler."""

    async def answer(request: Request) -> Response:
        upload = None
        try:
            account = authenticate(service, request, is_open=handler in OPEN)
            if handler in UPLOADS:
                upload = await read_upload(service, request)
            call = Call(
                service=service,
                account=account,
                path=request.path_params,
                query=parse_query(request.scope["query_string"]),
                fields={} if upload else await read_fields(request),
                upload=upload,
            )
            return await run_in_threadpool(handler, call)
        except Refusal as refusal:
            await drain(request)
            return refusal_reply(refusal, service.readings)
        finally:
            if upload and upload.file:
                upload.file.unlink(missing_ok=True)

    return answer


def authenticate(service: Service, request: Request, *, is_open: bool) -> Account | None:
    """Return whose key came as the user name of Basic, or as `apiKey`."""
    key = basic_user(request.headers.get("authorization", ""))
    if not key:
        key = parse_query(request.scope["query_string"]).get("apiKey", "")
    account = service.accounts.get(key)
    if account is None and (key or not is_open):
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
