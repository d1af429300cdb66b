"""The arguments and the common answers of handlers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.faults import Faults
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import Account, Plan
from alphacast_pandas.emulator.store.database import Store
from alphacast_pandas.emulator.text import MAX_INTEGER
from alphacast_pandas.emulator.uploads.worker import Worker


@dataclass
class Service:
    """
    The state of an emulator, without its sockets.

    `exports` counts downloads by account; `report` keeps an error of the emulator itself.
    """

    store: Store
    worker: Worker
    faults: Faults
    secret: bytes
    readings: Readings
    plan: Plan
    reset: Callable[[], None]
    report: Callable[[Exception], None]
    storage_url: str = ""
    accounts: dict[str, Account] = field(default_factory=dict)
    exports: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """The parts of a multipart body: the file, and the manifest if there is one."""

    file: Path | None
    manifest: str | None


@dataclass(frozen=True)
class Call:
    """One request, with its body parsed; `accepted` is its `Accept-Encoding`."""

    service: Service
    account: Account | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    upload: Upload | None = None
    accepted: str = ""

    def number(self, name: str) -> int | None:
        """Return an id of the path, or None if nothing can have it."""
        # What is no number is answered as an unknown id, 404, and not as a wrong one, 400.
        text = self.path[name]
        is_number = text.isascii() and text.isdigit() and len(text) < 20
        return int(text) if is_number and int(text) <= MAX_INTEGER else None

    @property
    def holder(self) -> Account:
        """The account of the caller, on a route that needs one."""
        if self.account is None:
            raise Refusal(401, "Unauthorized")
        return self.account

    def status(self, documented: int) -> int:
        """Return the status of a success: the documented one, or 200 by reading."""
        return 200 if self.service.readings.success == "200" else documented


Handler = Callable[[Call], Response]


def parse_query(raw: bytes) -> dict[str, str]:
    """Read a query string: `$` or `%24`, `+` or `%20`, empty pairs; the first of equals wins."""
    pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def text_field(call: Call, name: str, *, required: bool = False) -> str | None:
    """Return a text field of the body."""
    value = call.fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Refusal(400, f"{name} must be a string")
    if required and not (value or "").strip():
        raise Refusal(400, f"{name} is required")
    return value


def id_field(call: Call, name: str) -> int | None:
    """Return a field of the body that is an id."""
    value = call.fields.get(name)
    if value is None or value == "":
        return None
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > MAX_INTEGER:
        raise Refusal(400, f"{name} must be an integer")
    return number


def refusal_reply(refusal: Refusal, readings: Readings) -> Response:
    """Return a refusal in the form that the readings choose."""
    if readings.error_key == "empty":
        return Response(status_code=refusal.status)
    if readings.error_key == "text":
        return Response(refusal.message, refusal.status, media_type="text/plain")
    return JSONResponse({readings.error_key: refusal.message}, refusal.status)


def list_reply(
    call: Call, name: str, items: list[dict[str, Any]], page: Mapping[str, Any] | None = None
) -> Response:
    """
    Return a list of providers, their series or keys, where the readings want it.

    `name` is the list's own; `page` are the fields beside it, which an array has no place for.
    """
    shape = call.service.readings.provider_lists
    if shape == "array" or (shape == "mixed" and page is None):
        return JSONResponse(items)
    return JSONResponse({**(page or {}), "data" if shape == "data" else name: items})


def deletion_reply(call: Call) -> Response:
    """Return the answer to a deletion."""
    status = call.status(204)
    return Response(status_code=204) if status == 204 else JSONResponse({}, status)
