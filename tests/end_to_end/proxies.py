"""A reverse proxy: the API below a path of another server."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_OF_ONE_CONNECTION = frozenset({"connection", "host", "transfer-encoding", "content-length"})


@dataclass
class Proxy:
    """What a proxy below `url` has forwarded, and the paths that it did not know."""

    url: str = ""
    forwarded: list[tuple[str, str, str | None]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@contextmanager
def proxy_to(target: str, prefix: str) -> Iterator[Proxy]:
    """Run a proxy that forwards what is below `prefix` to the server at `target`."""
    proxy = Proxy()
    host = urlsplit(target).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/moved/"):
                self.answer(307, {"Location": f"{prefix}/{self.path.removeprefix('/moved/')}"}, b"")
                return
            if not self.path.startswith(f"{prefix}/"):
                proxy.unknown.append(self.path)
                self.answer(404, {}, b"")
                return
            path = self.path.removeprefix(prefix)
            proxy.forwarded.append((self.command, path, self.headers.get("Authorization")))
            connection = http.client.HTTPConnection(host, timeout=10)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.casefold() not in _OF_ONE_CONNECTION
            }
            connection.request(self.command, path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
            kept = [
                (name, value)
                for name, value in response.getheaders()
                if name.casefold() not in _OF_ONE_CONNECTION
            ]
            connection.close()
            self.answer(response.status, dict(kept), content)

        do_GET = do_POST = do_PUT = do_DELETE = forward  # noqa: N815 - what http.server looks for

        def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *words: object) -> None:
            """Keep standard error clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
