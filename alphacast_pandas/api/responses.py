"""Requests and answers as values, and the errors that answers mean."""

from __future__ import annotations

import json
import reprlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from alphacast_pandas.api.identifiers import describe_path
from alphacast_pandas.api.retrying import RETRIED_STATUSES
from alphacast_pandas.errors import (
    APIError,
    AuthenticationError,
    ConflictError,
    DecodeError,
    NotFoundError,
    PermissionDenied,
    QuotaError,
    RateLimitError,
    ServiceError,
)
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from alphacast_pandas.api.body import BodyStream


@dataclass(frozen=True)
class Request:
    """A request as messages name it; `secrets` are what it sends beside the key."""

    method: str
    path: str
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Content(Protocol):
    """A request body of known length that is read once."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What to say of it in the request."""

    @property
    def sent_whole(self) -> bool:
        """Whether the last byte has been handed to the connection."""

    def __len__(self) -> int: ...

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, nothing at the end."""


@dataclass(frozen=True)
class Answer:
    """
    A 2xx answer whose body has not been read yet, or a 304 to a condition, which has none.

    `etag` proves the body of an answer from storage, if storage sends one that does. `sent_at` is
    when the request was sent, of those that may be followed to storage.
    """

    request: Request
    status: int
    headers: Mapping[str, str]
    stream: BodyStream
    etag: str | None = None
    sent_at: datetime.datetime | None = None


@dataclass(frozen=True)
class RawAnswer:
    """An answer of any status with its whole decoded body, in which the key is not repeated."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str = field(default="", repr=False)


_LONGEST_TEXT = 500
_brief = reprlib.Repr()
_brief.maxlevel, _brief.maxstring, _brief.maxother = 3, 200, 200
# Keys under which the service's releases and gateways put their words.
_TEXT_KEYS = ("error", "message", "detail")
_ERRORS: dict[int, tuple[type[APIError], str]] = {
    401: (AuthenticationError, "The API key is missing, wrong or revoked."),
    402: (QuotaError, "The plan of this account does not cover the request."),
    403: (PermissionDenied, "The API key is valid, but lacks the permission."),
    400: (APIError, "The service does not accept the request."),
    404: (NotFoundError, "The service does not have this address."),
    405: (APIError, "The service has no such method at this address."),
    409: (
        ConflictError,
        "The request conflicts with what is there: something of that name exists already, or "
        "another upload is under way.",
    ),
    413: (APIError, "The request is larger than the service takes."),
    429: (RateLimitError, "Too many requests; wait before asking again."),
}


def error_of(
    request: Request,
    status: int,
    body: bytes,
    retry_after: float | None = None,
    sources: str = "",
    *,
    place: str = "",
    is_from_storage: bool = False,
) -> APIError:
    """
    Return the error that a status means; its message begins with what was asked for.

    `sources` says where key and address came from; `place` is the address if it is not the usual
    one; `is_from_storage` says whether the service had redirected to a file, whose storage gave
    this answer.
    """
    kind, explanation = _ERRORS.get(status, (APIError, "The service refused the request."))
    what = describe_path(request.path)
    if status >= 500:
        kind, explanation = ServiceError, "The service failed; trying again later may help."
    elif is_from_storage:
        explanation = "The service redirected to a file, which its storage refuses to send."
    elif what is not None and status == 404:
        where = f" at {place}" if place else ""
        explanation = f"{_sentence(what)} does not exist{where}, or this API key may not see it."
    elif what is not None and status == 403:
        explanation = f"The API key is valid, but lacks the permission for {what}."
    words = error_text(body)
    parts = (
        explanation,
        sources if status == 401 or (status == 404 and what is None) else "",
        f"{request} was answered with status {status}.",
        f'The service says: "{words}"' if words else "",
        f"The service asks to wait {retry_after:g} s." if retry_after is not None else "",
    )
    return kind(
        " ".join(part for part in parts if part),
        status_code=status,
        retryable=status in RETRIED_STATUSES,
        # A gateway that gave up does not know what became of the request behind it.
        in_doubt=status in {502, 504} and request.method != "GET",
        retry_after=retry_after,
    )


def _sentence(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]


def error_text(body: bytes) -> str:
    """Return the service's own words from the body of an error, whatever form it has."""
    text = body.decode("utf-8", errors="replace").strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    for key in _TEXT_KEYS:
        if isinstance(value, dict) and isinstance(value.get(key), str) and value[key].strip():
            value = value[key]
            break
    words = printable(" ".join((value if isinstance(value, str) else text).split()))
    return words if len(words) <= _LONGEST_TEXT else f"{words[:_LONGEST_TEXT]}..."


def parse_json(request: Request, body: bytes) -> Any:
    """Return the JSON value of a 2xx answer."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:  # the latter for JSON nested a thousand deep
        msg = f"{request} was answered with something that is not JSON: {shown_body(body)}"
        raise DecodeError(msg) from error


def check_not_quota_notice(header: list[str], rest: bytes) -> None:
    """Raise if a table is no table: the used-up quota comes as a CSV of one column ``error``."""
    if len(header) == 1 and header[0].strip().casefold() == "error":
        msg = f'The service sent a notice in the place of data: "{error_text(rest).strip(chr(34))}"'
        raise QuotaError(
            msg,
            status_code=200,
        )


def shown_body(body: bytes) -> str:
    """Return the beginning of a body for a message."""
    text = body[:200].decode("utf-8", errors="replace")
    return repr(text) + ("..." if len(body) > 200 else "")


def brief_repr(value: Any) -> str:
    """Return a value for a message, however large or deep it is."""
    return _brief.repr(value)


def list_of(value: Any, *names: str) -> list[Any]:
    """Return a JSON array: bare, under ``data`` or under one of `names`."""
    if isinstance(value, dict):
        fields = (value.get(name) for name in ("data", *names))
        value = next((field for field in fields if isinstance(field, list)), value)
    if not isinstance(value, list):
        msg = f"Expected a list, got {brief_repr(value)}."
        raise DecodeError(msg)
    return value
