"""Requests as they were received, replies as they will be sent, and faults to order."""

import base64
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """One request, as it came over the wire."""

    port: str  # api | storage | web
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Path without the query."""
        return unquote(urlsplit(self.target).path)

    @property
    def line(self) -> str:
        """Verb and path, which faults and tests match on."""
        return f"{self.method} {self.path}"

    @property
    def params(self) -> dict[str, str]:
        """The query, decoded; the last of equal names wins."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User and password of the Basic header."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        user, _, password = base64.b64decode(token).decode().partition(":")
        return user, password

    @property
    def fields(self) -> dict[str, Any]:
        """The body, JSON or form-encoded."""
        if "json" in self.headers.get("content-type", ""):
            fields = json.loads(self.body)
            if not isinstance(fields, dict):
                raise ValueError("not an object")
            return fields
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def parts(self) -> dict[str, bytes]:
        """The parts of a multipart body."""
        return {name: body for name, (_, body) in self.multipart.items()}

    @property
    def multipart(self) -> dict[str, tuple[str, bytes]]:
        """The parts of a multipart body, each with its head."""
        found = re.search(r'boundary="?([^";]+)', self.headers.get("content-type", ""))
        if found is None:
            raise ValueError("not multipart/form-data")
        mark = b"--" + found.group(1).encode()
        parts = {}
        for piece in (b"\r\n" + self.body).split(b"\r\n" + mark)[1:-1]:
            head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            name = re.search(r'name="([^"]*)"', head.decode())
            parts[name.group(1) if name else ""] = (head.decode(), body)
        return parts

    @property
    def file(self) -> bytes:
        """The part `data`, inflated."""
        body = self.parts["data"]
        return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body

    @property
    def manifest(self) -> list[dict[str, Any]]:
        """The part `manifest`, parsed."""
        manifest = json.loads(self.parts["manifest"])
        assert isinstance(manifest, list)
        return manifest


@dataclass
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | float | None = None  # bytes, or share, of the packed body that are really sent
    reset: bool = False  # a cut ends in a reset, not in an orderly end

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Reply":
        """Return `value` as JSON."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json"})


@dataclass
class Fault:
    """Misbehaviour for the next `times` requests whose line matches `pattern`."""

    pattern: str
    times: int = 1
    reply: Reply | None = None  # sent instead of anything else
    before: str = ""  # reset | reset_early | hold | stall | nonsense: instead of taking the request
    after: str = ""  # reset | cut | cut_reset | hold: after it was taken
    change: Callable[[Reply], Reply] | None = None

    def wanted(self, line: str) -> bool:
        """Tell whether this fault is due, and count it."""
        if self.times < 1 or not re.search(self.pattern, line):
            return False
        self.times -= 1
        return True


def frame_body(
    body: bytes, cut: float | None, transfer: str, *, pack: bool
) -> tuple[dict[str, str], list[bytes]]:
    """Return the headers and the pieces of a body in one of the transfer forms."""
    headers = {}
    if pack:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    if isinstance(cut, float):
        cut = int(cut * len(body))
    sent = body if cut is None else body[:cut]
    if transfer == "chunked":
        headers["Transfer-Encoding"] = "chunked"
        chunks = [sent[i : i + 700] for i in range(0, len(sent), 700)]
        pieces = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
        return headers, pieces if cut is not None else [*pieces, b"0\r\n\r\n"]
    if transfer == "close":
        headers["Connection"] = "close"
        return headers, [sent]
    # "agreeing": the length agrees with what is sent, only the gzip stream is short
    headers["Content-Length"] = str(len(sent if transfer == "agreeing" else body))
    return headers, [sent]
