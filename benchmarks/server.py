"""A service that answers from memory, so that the client alone is measured."""

from __future__ import annotations

import argparse
import datetime
import json
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

_BLOCK = 1 << 20
_DATASET = 5515
# The first hundred rows of the other.
_SMALL = 5516
_PROCESS = {"id": 1, "datasetId": _DATASET, "status": "Processed", "stats": {}}
_ROWS_A_DAY = 20_000
_FIRST_DAY, _SOME_DAY = datetime.date(1990, 1, 1), b"0000-00-00"
_ETAG = '"0123456789abcdef"'


class Handler(BaseHTTPRequestHandler):
    """One dataset: its definitions, its data in three forms, its uploads thrown away."""

    protocol_version = "HTTP/1.1"
    plain: ClassVar[bytes]
    gzipped: ClassVar[bytes]
    small: ClassVar[bytes]
    definitions: ClassVar[list[dict[str, object]]]
    storage_port: ClassVar[int]
    redirect: ClassVar[bool]
    compresses: ClassVar[bool]
    rows: ClassVar[int | None]
    delay: ClassVar[float]
    bandwidth: ClassVar[float | None]
    wbufsize = 0
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer with the definitions or the data."""
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        time.sleep(self.delay)  # noqa: TID251 - a line is slow
        if path == "/file" and self.headers.get("If-None-Match") == _ETAG:
            self._head(304, None)
        elif path == "/file":
            self._table(self.plain, self.gzipped)
        elif not path.endswith("/data"):
            self._json(self._record(path))
        elif path.startswith(f"/datasets/{_SMALL}/") or "$filter" in query:
            self._table(self.small, None)
        elif self.rows is not None:
            self._large_table(self.rows)
        elif self.redirect:
            self._head(302, 0, Location=f"http://127.0.0.1:{self.storage_port}/file")
        else:
            self._table(self.plain, self.gzipped)

    def do_PUT(self) -> None:
        """Receive an upload, and keep only its size."""
        left = size = int(self.headers["Content-Length"])
        left -= len(self.rfile.peek()[:left])  # what has come with the head
        self.rfile.read(size - left)
        buffer = memoryview(bytearray(_BLOCK))
        while left:
            left -= self.connection.recv_into(buffer[:left])
        self._json({"id": 1, "datasetId": _DATASET, "status": "Requested", "size": size}, 201)

    def _record(self, path: str) -> object:
        if path.endswith("/columns"):
            return {"id": _DATASET, "columnDefinitions": self.definitions}
        if path.endswith("/processes"):
            return [_PROCESS]
        if "/processes/" in path:
            return _PROCESS
        columns = [
            {"id": n, "name": column["sourceName"], **column}
            for n, column in enumerate(self.definitions, 1)
        ]
        return {"id": _DATASET, "name": "Benchmark", "repositoryId": 1, "columns": columns}

    def _table(self, plain: bytes, gzipped: bytes | None) -> None:
        if (
            gzipped is not None
            and self.compresses
            and "gzip" in self.headers.get("Accept-Encoding", "")
        ):
            self._head(200, len(gzipped), **{"Content-Encoding": "gzip", "ETag": _ETAG})
            plain = gzipped
        else:
            self._head(200, len(plain), ETag=_ETAG)
        self._send(plain)

    def _large_table(self, rows: int) -> None:
        """Send the first rows of the table again and again, each time on the next day."""
        header, day = _first_day(self.plain)
        days = rows // _ROWS_A_DAY
        self._head(200, len(header) + days * len(day))
        self.connection.sendall(header)
        for number in range(days):
            date = _FIRST_DAY + datetime.timedelta(days=number)
            self.connection.sendall(day.replace(_SOME_DAY, date.isoformat().encode()))

    def _send(self, body: bytes) -> None:
        """Send a body, at most so many bytes a second."""
        if self.bandwidth is None:
            self.connection.sendall(body)
            return
        begun, step = time.perf_counter(), int(self.bandwidth / 100)
        for place in range(0, len(body), step):
            self.connection.sendall(body[place : place + step])
            left = (place + step) / self.bandwidth - (time.perf_counter() - begun)
            time.sleep(max(0.0, left))  # noqa: TID251 - a line is slow

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self._head(status, len(body), **{"Content-Type": "application/json"})
        self.connection.sendall(body)

    def _head(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response_only(status)
        sized = {} if length is None else {"Content-Length": str(length)}
        for name, value in {**sized, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def _first_day(plain: bytes) -> tuple[bytes, bytes]:
    """Return the header and rows that all have one date."""
    header, *rows = plain[: 200 * _ROWS_A_DAY].splitlines(keepends=True)[: _ROWS_A_DAY + 1]
    return header, b"".join(_SOME_DAY + row[len(_SOME_DAY) :] for row in rows)


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection."""

    daemon_threads = True
    allow_reuse_address = True


def main() -> None:
    """Serve a folder made by `data.py` until standard input closes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--redirect", action="store_true")
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--rows", type=int, help="answer with so many rows, by repeating some")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--bandwidth", type=float, help="bytes of data a second")
    options = parser.parse_args()
    Handler.plain = (options.folder / "data.csv").read_bytes()
    Handler.gzipped = (options.folder / "data.csv.gz").read_bytes()
    Handler.small = b"".join(Handler.plain[:100_000].splitlines(keepends=True)[:101])
    Handler.definitions = json.loads((options.folder / "columns.json").read_text())
    Handler.redirect, Handler.compresses = options.redirect, options.gzip
    Handler.rows = options.rows
    Handler.delay, Handler.bandwidth = options.delay, options.bandwidth
    with Server(("127.0.0.1", 0), Handler) as api, Server(("127.0.0.1", 0), Handler) as storage:
        Handler.storage_port = storage.server_address[1]
        for server in (api, storage):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{api.server_address[1]}", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
