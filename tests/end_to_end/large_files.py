"""A program: writes a large dataset to a file and pushes that, and prints the most memory held."""

import contextlib
import json
import os
import sys
import tempfile
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import alphacast_pandas as ap

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS_A_DAY = 3_000
DEFINITIONS = [
    {"sourceName": "Date", "dataType": "Date", "isEntity": True},
    {"sourceName": "series", "dataType": "String", "isEntity": True},
    {"sourceName": "value", "dataType": "Decimal", "isEntity": False},
]
POOLS: list[pa.MemoryPool] = []  # Arrow 16 may crash where one ends before the last of its memory
PROCESS = {"id": 1, "datasetId": 1, "status": "Processed", "stats": {}}


class Handler(BaseHTTPRequestHandler):
    """A dataset of so many rows, of which no more than one day is held, and uploads to nowhere."""

    protocol_version = "HTTP/1.1"
    rows = 0
    uploaded = 0

    def do_GET(self) -> None:
        if self.path.partition("?")[0].endswith("/data"):
            self.send_table()
        elif "/processes" in self.path:
            self.send_json([PROCESS] if self.path.endswith("/processes") else PROCESS)
        elif self.path.endswith("/columns"):
            self.send_json({"id": 1, "columnDefinitions": DEFINITIONS})
        else:
            columns = [{"id": n, "name": c["sourceName"], **c} for n, c in enumerate(DEFINITIONS)]
            self.send_json({"id": 1, "name": "Large", "repositoryId": 1, "columns": columns})

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        Handler.uploaded += left
        while left:
            left -= len(self.rfile.read(min(left, 1 << 16)))
        self.send_json(PROCESS)

    def send_table(self) -> None:
        """Send the same rows for one day after the other."""
        day = "".join(f"2000-01-01,s{n},{n / 7!r}\n" for n in range(ROWS_A_DAY)).encode()
        days = pd.date_range("2000-01-01", periods=self.rows // ROWS_A_DAY)
        header = b"Date,series,value\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(header) + len(day) * len(days)))
        self.end_headers()
        self.wfile.write(header)
        for date in days.strftime("%Y-%m-%d"):
            self.wfile.write(day.replace(b"2000-01-01", date.encode()))

    def send_json(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def reset_peak() -> None:
    """Forget the most memory that this process has held; Linux only."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> int | None:
    """Return the most memory it has held since; getrusage would count the process before it."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def measure(client: ap.Client, rows: int) -> dict[str, Any]:
    """Return the most bytes that Arrow held, and the process."""
    Handler.rows, Handler.uploaded = rows, 0
    pool = pa.default_memory_pool()
    measured: dict[str, Any] = {"rows": rows}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.parquet"
        steps: dict[str, Callable[[], object]] = {
            "written": lambda: ap.to_parquet(1, path, client=client, progress=False),
            "pushed": lambda: ap.push(path, 1, client=client, progress=False),
        }
        for step, work in steps.items():
            arrow = pa.proxy_memory_pool(pool)  # counts from zero
            POOLS.append(arrow)
            pa.set_memory_pool(arrow)
            reset_peak()
            work()
            measured[step], measured[f"process, {step}"] = arrow.max_memory(), peak()
            pa.set_memory_pool(pool)
        assert pq.read_metadata(path).num_rows == rows
        measured["table"] = pq.read_table(path).nbytes
    assert Handler.uploaded
    return measured


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with ap.Client("ak_0", base_url=f"http://127.0.0.1:{server.server_address[1]}") as client:
        transport = client._connection.transport
        transport.settings = replace(transport.settings, largest_file_bytes=1 << 20)
        measured = [measure(client, int(rows)) for rows in sys.argv[1:]]
    sys.stdout.write(json.dumps(measured))
    sys.stdout.flush()
    os._exit(0)  # before the pools


if __name__ == "__main__":
    main()
