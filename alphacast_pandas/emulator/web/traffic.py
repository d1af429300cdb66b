"""The layer between sockets and applications: records requests and carries out faults."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from alphacast_pandas.emulator.faults import Fault, Faults
from alphacast_pandas.emulator.handlers.storage import STALE
from alphacast_pandas.emulator.readings import Readings

MAX_RECORDED_REQUESTS = 10_000
# A front server does not know how the service words its errors, so this is no JSON.
TOO_LONG = "<html><head><title>414 Request-URI Too Large</title></head></html>\n"

Peer = tuple[str, int]
# ASGI hides the connection of a request, but a fault must be able to reset it.
open_transports: dict[tuple[int, Peer], asyncio.Transport] = {}


@dataclass(frozen=True)
class ReceivedRequest:
    """One request as it came; `status` is None if the connection broke before an answer."""

    port: str
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    status: int | None

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key == name.lower()), None)


class Protocol(H11Protocol):
    """uvicorn's protocol, extended to register each connection in `open_transports`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's is narrower than its base
        """Register the connection."""
        super().connection_made(transport)
        self._key = connection_key(transport)
        open_transports[self._key] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection."""
        open_transports.pop(self._key, None)
        super().connection_lost(exc)


def connection_key(transport: asyncio.Transport) -> tuple[int, Peer]:
    """Return what identifies a connection: our port and the peer's address."""
    own, peer = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    return own[1], (peer[0], peer[1])


class Traffic:
    """Wraps the application of one port: records its requests and carries out faults."""

    def __init__(
        self, app: ASGIApp, port: str, faults: Faults, requests: deque[ReceivedRequest]
    ) -> None:
        self._app = app
        self._port = port
        self._faults = faults
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, with a fault if one matches it."""
        if scope["type"] != "http" or is_control_request(scope, self._port):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._port, self._requests)
        fault = self._faults.take(scope["method"], scope["path"], self._port)
        if fault is None:
            await self._app(scope, receive, exchange.send)
        else:
            await apply_fault(fault, self._app, exchange)
        exchange.record(None)


class UrlLimit:
    """Refuses requests with a long address as a server in front of the service would."""

    def __init__(self, app: ASGIApp, readings: Callable[[], Readings]) -> None:
        self._app = app
        self._readings = readings

    # Inside Traffic, not around it: a refused request is recorded, and faults come first.
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it before its key is checked."""
        limit = self._readings().url_limit
        if (
            limit == "none"
            or is_control_request(scope, "api")
            or request_line_length(scope) <= int(limit)
        ):
            await self._app(scope, receive, send)
            return
        while (await receive()).get("more_body"):  # or the refusal may be lost to a reset
            pass
        await HTMLResponse(TOO_LONG, 414)(scope, receive, send)


def request_line_length(scope: Scope) -> int:
    """Return the bytes of the request line without its end, which is how Apache counts."""
    return len(f"{scope['method']}  HTTP/{scope['http_version']}") + len(request_target(scope))


def request_target(scope: Scope) -> bytes:
    """Return the path and the query of a request as they came."""
    target: bytes = scope["raw_path"]
    return target + (b"?" + scope["query_string"] if scope["query_string"] else b"")


def is_control_request(scope: Scope, port: str) -> bool:
    """Return whether a request controls the emulator: it is not recorded and gets no fault."""
    return port == "api" and str(scope["path"]).startswith("/emulator/")


class Exchange:
    """One request and what is sent in answer."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        port: str,
        requests: deque[ReceivedRequest],
    ) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self._port = port
        self._requests: deque[ReceivedRequest] | None = requests

    def record(self, status: int | None) -> None:
        """Record the request, once."""
        if self._requests is not None:
            self._requests.append(to_record(self.scope, self._port, status))
            self._requests = None

    async def send(self, message: Message) -> None:
        """Send a message of the answer."""
        # Recorded before its status leaves: a client that has its answer finds its request.
        if message["type"] == "http.response.start":
            self.record(message["status"])
        await self._send(message)

    async def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send a whole answer."""
        pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        pairs.append((b"content-length", str(len(body)).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": pairs})
        await self.send({"type": "http.response.body", "body": body})

    async def drain(self) -> None:
        """Read the rest of the request, so that the answer is not lost to a reset."""
        while (message := await self.receive())["type"] == "http.request":
            if not message.get("more_body"):
                return

    async def close(self, *, is_reset: bool) -> None:
        """Close the connection, whatever was sent so far."""
        transport = open_transports.get((self.scope["server"][1], tuple(self.scope["client"])))
        if transport is None:
            return
        if is_reset:
            # Closing with a linger time of zero sends RST in place of FIN.
            peer: socket.socket = transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()
        # The application must not return before the connection is closed: uvicorn would complete
        # the answer, or send a 500 of its own.
        while (await self.receive())["type"] != "http.disconnect":
            pass


def to_record(scope: Scope, port: str, status: int | None) -> ReceivedRequest:
    """Return the record of a request."""
    return ReceivedRequest(
        port=port,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]),
        status=status,
    )


async def apply_fault(fault: Fault, app: ASGIApp, exchange: Exchange) -> None:
    """Answer a request as a fault orders."""
    if fault.stale:  # the storage port looks for it
        exchange.scope[STALE] = True
    await asyncio.sleep(fault.delay)
    if fault.reset == "before":
        await exchange.drain()
        await exchange.close(is_reset=True)
    elif fault.reset == "after":
        await app(exchange.scope, exchange.receive, discard)
        await exchange.close(is_reset=True)
    elif fault.status is not None or fault.redirect is not None:
        await replace_answer(fault, app, exchange)
    elif fault.garbage is not None:
        await replace_body(to_bytes(fault.garbage), app, exchange)
    else:
        await throttle_or_cut(fault, app, exchange)


async def discard(message: Message) -> None:
    """Send nothing."""


def to_bytes(text: str | bytes) -> bytes:
    """Return a body as bytes."""
    return text.encode() if isinstance(text, str) else text


async def replace_answer(fault: Fault, app: ASGIApp, exchange: Exchange) -> None:
    """Answer with the status of a fault or as a redirect, after the request if it is `applied`."""
    if fault.applied:
        await app(exchange.scope, exchange.receive, discard)
    else:
        await exchange.drain()
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["retry-after"] = str(fault.retry_after)
    status = fault.status or 302
    if fault.redirect is not None:
        headers["location"] = fault.redirect + request_target(exchange.scope).decode("latin-1")
    await exchange.answer(status, headers, to_bytes(fault.body or b""))


async def replace_body(garbage: bytes, app: ASGIApp, exchange: Exchange) -> None:
    """Carry a request out, and answer with another body."""
    start: dict[str, Any] = {"status": 200, "headers": []}

    async def remember_start(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)

    await app(exchange.scope, exchange.receive, remember_start)
    headers = {k.decode(): v.decode() for k, v in start["headers"] if k.lower() == b"content-type"}
    await exchange.answer(start["status"], headers, garbage)


async def throttle_or_cut(fault: Fault, app: ASGIApp, exchange: Exchange) -> None:
    """Carry a request out, and send its answer slowly or in part."""
    remaining = fault.cut_at
    is_cut = False

    async def send(message: Message) -> None:
        nonlocal remaining, is_cut
        body = message.get("body", b"")
        if is_cut:
            return
        if fault.bandwidth and body:
            await asyncio.sleep(len(body) / fault.bandwidth)
        is_body = message["type"] == "http.response.body"
        if remaining is None or not is_body or len(body) < remaining:
            remaining = remaining if remaining is None else remaining - len(body)
            await exchange.send(message)
            return
        is_cut = True
        # With `more_body`, uvicorn does not end the body: to the client it is incomplete.
        await exchange.send({**message, "body": body[:remaining], "more_body": True})
        await exchange.close(is_reset=False)

    await app(exchange.scope, exchange.receive, send)
