"""What a handler is given: the service, who asks, and what for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from alphacast_pandas.emulator.errors import Plan, Refusal
from alphacast_pandas.emulator.faults import Faults
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.accounts import Account
from alphacast_pandas.emulator.store.database import Store
from alphacast_pandas.emulator.uploads.worker import Worker

LARGEST_ID = 2**63 - 1


@dataclass
class Service:
    """All that an emulator is, without its sockets."""

    store: Store
    worker: Worker
    faults: Faults
    secret: bytes
    readings: Readings
    plan: Plan
    reset: Callable[[], None]
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
    """One request, read."""

    service: Service
    account: Account | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    fields: Mapping[str, Any]
    upload: Upload | None = None
    accepted: str = ""

    def number(self, name: str) -> int | None:
        """Return an id of the path; None is an id that nothing has."""
        text = self.path[name]
        is_number = text.isascii() and text.isdigit() and len(text) < 20
        return int(text) if is_number and int(text) <= LARGEST_ID else None

    @property
    def holder(self) -> Account:
        """The account that asks, on a route that needs one."""
        if self.account is None:
            raise Refusal(401, "Unauthorized")
        return self.account

    def status(self, documented: int) -> int:
        """Return the status of a success: 201, 204, or whatever the readings say."""
        return 200 if self.service.readings.success == "200" else documented


Handler = Callable[[Call], Response]


def parse_query(raw: bytes) -> dict[str, str]:
    """Read a query string: `$` or `%24`, `+` or `%20`, empty pairs; the first of equals wins."""
    pairs = parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def parse_fields(body: bytes, media_type: str) -> dict[str, Any]:
    """Read the fields of a JSON or form-encoded body."""
    if media_type == "application/x-www-form-urlencoded":
        return checked(parse_form(body))
    if media_type not in {"", "application/json"}:
        raise Refusal(400, "Content-Type must be application/json")
    if not body.strip():
        return {}
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "Body is not valid JSON") from None
    if not isinstance(fields, dict):
        raise Refusal(400, "Body must be a JSON object")
    return checked(fields)


def parse_form(body: bytes) -> dict[str, Any]:
    """Read a form; a name that comes several times is a list."""
    found: dict[str, Any] = {}
    text = body.decode("utf-8", "replace")
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        if name in found:
            earlier = found[name]
            found[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            found[name] = value
    return found


def checked(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields whose texts can be stored, or refuse those that are no Unicode."""
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Refusal(400, "Body is not valid Unicode") from None
    return fields


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
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > LARGEST_ID:
        raise Refusal(400, f"{name} must be an integer")
    return number


def json_reply(content: Any, status: int = 200) -> Response:
    """Return an answer in JSON."""
    return JSONResponse(content, status)


def refusal_reply(refusal: Refusal, readings: Readings) -> Response:
    """Return a refusal in the form that the readings choose."""
    if readings.error_key == "empty":
        return Response(status_code=refusal.status)
    if readings.error_key == "text":
        return Response(refusal.message, refusal.status, media_type="text/plain")
    return JSONResponse({readings.error_key: refusal.message}, refusal.status)
