"""Between the wire and the application: records every request, makes faults happen."""

import asyncio
import socket
import struct
from collections import deque
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from alphacast_pandas.emulator.faults import STALE, Fault, Faults

KEPT_REQUESTS = 10_000
Peer = tuple[str, int]
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
    """uvicorn's protocol, which lets faults find the connection of a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        self._ends = ends(transport)
        open_transports[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        open_transports.pop(self._ends, None)
        super().connection_lost(exc)


def ends(transport: asyncio.Transport) -> tuple[int, Peer]:
    """Return what identifies a connection: our port and the peer's address."""
    here, there = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
    return here[1], (there[0], there[1])


class Traffic:
    """Wraps an application of one port."""

    def __init__(
        self, app: ASGIApp, port: str, faults: Faults, seen: deque[ReceivedRequest]
    ) -> None:
        self._app = app
        self._port = port
        self._faults = faults
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as well or as badly as ordered."""
        if scope["type"] != "http" or is_ours(scope, self._port):
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._port, self._seen)
        fault = self._faults.take(scope["method"], scope["path"], self._port)
        if fault is None:
            await self._app(scope, receive, exchange.send)
        else:
            await suffer(fault, self._app, exchange)
        exchange.record(None)


def is_ours(scope: Scope, port: str) -> bool:
    """Return whether a request is for the emulator itself, which neither suffers nor records it."""
    return port == "api" and str(scope["path"]).startswith("/emulator/")


class Exchange:
    """One request and what is sent in answer."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, port: str, seen: deque[ReceivedRequest]
    ) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self._port = port
        self._seen: deque[ReceivedRequest] | None = seen

    def record(self, status: int | None) -> None:
        """Note the request, once."""
        if self._seen is not None:
            self._seen.append(received(self.scope, self._port, status))
            self._seen = None

    async def send(self, message: Message) -> None:
        """Pass a message on, noting the request before its status leaves."""
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
        """Close the connection in the middle of whatever is going on."""
        transport = open_transports.get((self.scope["server"][1], tuple(self.scope["client"])))
        if transport is None:
            return
        if is_reset:
            peer: socket.socket = transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()
        while (await self.receive())["type"] != "http.disconnect":
            pass


def received(scope: Scope, port: str, status: int | None) -> ReceivedRequest:
    """Return the record of a request."""
    return ReceivedRequest(
        port=port,
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]),
        status=status,
    )


async def suffer(fault: Fault, app: ASGIApp, exchange: Exchange) -> None:
    """Answer a request as a fault orders."""
    if fault.stale:
        exchange.scope[STALE] = True
    await asyncio.sleep(fault.delay)
    if fault.reset == "before":
        await exchange.drain()
        await exchange.close(is_reset=True)
    elif fault.reset == "after":
        await app(exchange.scope, exchange.receive, ignore)
        await exchange.close(is_reset=True)
    elif fault.status is not None:
        await refuse(fault, app, exchange)
    elif fault.garbage is not None:
        await babble(as_bytes(fault.garbage), app, exchange)
    else:
        await limp(fault, app, exchange)


async def ignore(message: Message) -> None:
    """Send nothing."""


def as_bytes(text: str | bytes) -> bytes:
    """Return a body as bytes."""
    return text.encode() if isinstance(text, str) else text


async def refuse(fault: Fault, app: ASGIApp, exchange: Exchange) -> None:
    """Answer with the status of a fault."""
    if fault.applied:
        await app(exchange.scope, exchange.receive, ignore)
    else:
        await exchange.drain()
    headers = dict(fault.headers)
    if fault.retry_after is not None:
        headers["retry-after"] = str(fault.retry_after)
    await exchange.answer(fault.status or 500, headers, as_bytes(fault.body or b""))


async def babble(garbage: bytes, app: ASGIApp, exchange: Exchange) -> None:
    """Carry a request out, and answer with another body."""
    start: dict[str, Any] = {"status": 200, "headers": []}

    async def remember(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)

    await app(exchange.scope, exchange.receive, remember)
    kept = {k.decode(): v.decode() for k, v in start["headers"] if k.lower() == b"content-type"}
    await exchange.answer(start["status"], kept, garbage)


async def limp(fault: Fault, app: ASGIApp, exchange: Exchange) -> None:
    """Carry a request out, and send its answer slowly or in part."""
    left = fault.cut_at
    is_cut = False

    async def send(message: Message) -> None:
        nonlocal left, is_cut
        body = message.get("body", b"")
        if is_cut:
            return
        if fault.bandwidth and body:
            await asyncio.sleep(len(body) / fault.bandwidth)
        if left is None or message["type"] != "http.response.body" or len(body) < left:
            left = left if left is None else left - len(body)
            await exchange.send(message)
            return
        is_cut = True
        await exchange.send({**message, "body": body[:left], "more_body": True})
        await exchange.close(is_reset=False)

    await app(exchange.scope, exchange.receive, send)
