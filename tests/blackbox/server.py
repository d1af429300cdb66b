"""A stranger's Alphacast: a small server on loopback that misreads on demand.

Written from what is published about the service. No code of the package or its emulator is here.
"""

import socket
import socketserver
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

from blackbox.exchange import Fault, Reply, Request, frame_body
from blackbox.routes import answer_api, answer_storage, answer_web
from blackbox.state import State

LONGEST_TARGET = 8190  # what common servers accept
HOLD = 0.7  # seconds that a held answer waits at most
STALL = 30.0  # and one that no client should wait for


class Handler(BaseHTTPRequestHandler):
    """One connection: read a request, log it, misbehave if ordered, answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Port"
    state: State

    def __getattr__(self, name: str) -> Any:
        """Answer every verb in the same way."""
        if name.startswith("do_"):
            return self.exchange
        raise AttributeError(name)

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    def exchange(self) -> None:
        """Serve one request."""
        self.state = state = self.server.state
        port = self.server.label
        line = f"{self.command} {self.path.partition('?')[0]}"
        fault = state.due(f"{port}: {line}")
        if fault is not None and fault.before == "reset_early":
            self.reset()
            return
        request = Request(port, self.command, self.path, self.lower_headers(), self.read_body())
        state.log.append(request)
        if fault is not None and fault.before:
            self.misbehave(fault.before)
            return
        reply = fault.reply if fault is not None and fault.reply else self.answer(request)
        if fault is not None:
            reply = self.spoil(fault, reply)
        if reply is not None:
            self.send(reply)

    def lower_headers(self) -> dict[str, str]:
        """Header names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}

    def read_body(self) -> bytes:
        """Read the body, in either transfer form."""
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def answer(self, request: Request) -> Reply:
        """Return the honest answer."""
        if len(request.target) > LONGEST_TARGET:
            return Reply(414, b"URI too long", {"Content-Type": "text/plain"})
        serve = {"api": answer_api, "storage": answer_storage, "web": answer_web}
        with self.state.lock:
            return serve[request.port](self.state, request)

    def misbehave(self, how: str) -> None:
        """Do not take the request."""
        if how == "nonsense":
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            self.close_connection = True
            return
        if how in {"hold", "stall"}:
            self.state.stopping.wait(HOLD if how == "hold" else STALL)
        self.reset()

    def spoil(self, fault: Fault, reply: Reply) -> Reply | None:
        """Take the request, and spoil the answer."""
        if fault.change is not None:
            reply = fault.change(reply)
        if fault.after in {"reset", "hold"}:
            if fault.after == "hold":
                self.state.stopping.wait(HOLD)
            self.reset()
            return None
        if fault.after in {"cut", "cut_reset"}:
            reply.cut = 0.6 if reply.cut is None else reply.cut
            reply.reset = fault.after == "cut_reset"
        return reply

    def send(self, reply: Reply) -> None:
        """Write the answer in the transfer form that the switches ask for."""
        switches = self.state.switches
        transfer = reply.headers.get("X-Transfer", switches.transfer)
        pack = switches.gzip and "gzip" in self.headers.get("Accept-Encoding", "")
        if reply.status in {204, 304}:
            headers, pieces = {}, []
        else:
            headers, pieces = frame_body(
                reply.body, reply.cut, transfer, pack=pack and reply.status == 200
            )
        self.send_response_only(reply.status)
        for name, value in {**reply.headers, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)
        if reply.reset:
            self.reset()
        elif reply.cut is not None or transfer == "close":
            self.close_connection = True

    def reset(self) -> None:
        """Drop the connection so that the peer sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def finish(self) -> None:
        """Forget the connection."""
        if not self.wfile.closed:
            super().finish()


class Port(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """One listening port; knows its open connections so that it can close them."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, label: str, state: State) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.label, self.state = label, state
        self.open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection."""
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep what went wrong in this server itself; peers may vanish as they like."""
        error = sys.exception()
        if not isinstance(error, OSError) and "closed file" not in str(error):
            self.state.crashes.append(repr(error))

    def drop(self) -> None:
        """Close what is open."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.open.clear()

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
        self.drop()


class Service:
    """The three ports of the service; what they serve can be made new between tests."""

    key: ClassVar[str] = "ak_Str4ng3rSecretKey0099"

    def __init__(self) -> None:
        self.state = State(self.key)
        self.api, self.storage = Port("api", self.state), Port("storage", self.state)
        self.web = Port("web", self.state)
        self.url = f"http://127.0.0.1:{self.api.server_address[1]}"
        self.renew()
        for port in (self.api, self.storage, self.web):
            threading.Thread(target=port.serve_forever, args=(0.02,), daemon=True).start()

    def renew(self) -> State:
        """Forget everything, drop every connection, return what a test may turn and look up."""
        self.state.stopping.set()
        state = State(self.key)
        state.url = self.url
        state.storage_url = f"http://127.0.0.1:{self.storage.server_address[1]}"
        state.search_url = f"http://127.0.0.1:{self.web.server_address[1]}"
        state.connections = lambda: len(self.api.open) + len(self.storage.open) + len(self.web.open)
        for port in (self.api, self.storage, self.web):
            port.drop()
            port.state = state
        self.state = state
        return state

    def close(self) -> None:
        """Stop."""
        self.state.stopping.set()
        self.api.close()
        self.storage.close()
        self.web.close()
