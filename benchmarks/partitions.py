"""A grouped mean of a large dataset: two workers of Dask, and one process that reads it whole."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import http.server
import io
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd

from benchmarks.support import DATASET, KEY

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_YEAR = 2001  # whose days every year has
_VALUES = 4  # columns
_DAYS = 250
_YEAR = re.compile(r"(ge|lt) (\d{4})-01-01")


def block(rows: int) -> bytes:
    """Return the rows of one year, which every year has."""
    random = np.random.default_rng(7)
    days = pd.date_range(f"{_FIRST_YEAR}-01-01", periods=_DAYS)
    entities = rows // _DAYS
    made = {
        "Date": np.repeat(days.strftime("%Y-%m-%d").to_numpy(), entities),
        "place": np.tile([f"Place {n:05}" for n in range(entities)], _DAYS),
        **{f"value {n}": random.normal(100, 30, rows).round(3) for n in range(_VALUES)},
    }
    text = io.BytesIO()
    pd.DataFrame(made).to_csv(text, index=False, header=False)
    return text.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    """One dataset of many equal years, of which a request takes some or all."""

    protocol_version = "HTTP/1.1"
    rows: ClassVar[bytes]
    years: ClassVar[int]

    def do_GET(self) -> None:
        """Answer with the definitions, the process or the rows."""
        url = urlsplit(self.path)
        if url.path.endswith("/data"):
            self._rows(parse_qs(url.query).get("$filter", [""])[0])
            return
        definitions = [
            {"sourceName": "Date", "dataType": "Date", "isEntity": True},
            {"sourceName": "place", "dataType": "String", "isEntity": True},
            *({"sourceName": f"value {n}", "dataType": "Decimal"} for n in range(_VALUES)),
        ]
        record: Any = {"id": DATASET, "columnDefinitions": definitions}
        if url.path.endswith("/processes"):
            record = [{"id": 1, "datasetId": DATASET, "status": "Processed", "stats": {}}]
        elif not url.path.endswith("/columns"):
            last = datetime.date(_FIRST_YEAR + self.years - 1, 12, 31)
            columns = [{"id": n, "name": d["sourceName"], **d} for n, d in enumerate(definitions)]
            dates = {"minDate": f"{_FIRST_YEAR}-01-01", "maxDate": str(last)}
            record = {"id": DATASET, "name": "Benchmark", "columns": columns, **dates}
        body = json.dumps(record).encode()
        self.send_response_only(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _rows(self, filter_: str) -> None:
        """Send the years of a filter, or all of them, with every column."""
        bounds = {word: int(year) for word, year in _YEAR.findall(filter_)}
        first = bounds.get("ge", _FIRST_YEAR)
        stop = bounds.get("lt", _FIRST_YEAR + self.years)
        header = ",".join(["Date", "place", *(f"value {n}" for n in range(_VALUES))]) + "\n"
        self.send_response_only(200)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(len(header) + len(self.rows) * (stop - first)))
        self.end_headers()
        self.wfile.write(header.encode())
        for year in range(first, stop):
            old, new = (f"\n{each}-".encode() for each in (_FIRST_YEAR, year))
            self.wfile.write(self.rows if old == new else (b"\n" + self.rows).replace(old, new)[1:])


def serve(rows: int, years: int) -> None:
    """Serve until standard input closes."""
    Handler.rows, Handler.years = block(rows), years
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def service(rows: int, years: int) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.partitions", "serve", str(rows), str(years)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.communicate("")


def peak() -> int:
    """Return the most memory this process has held, in bytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def read_in_partitions() -> tuple[float, int, float]:
    """Return the seconds, the peak of the larger worker, and the mean of what was computed."""
    from distributed import Client, LocalCluster

    import alphacast_pandas as ap

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        begun = time.perf_counter()
        ddf = ap.read_dask(DATASET, by="YE")
        means = ddf.groupby("place")[["value 0", "value 1"]].mean().compute()
        taken = time.perf_counter() - begun
        return taken, max(client.run(peak).values()), float(means["value 0"].mean())


def read_whole() -> tuple[float, int, float]:
    """Return the same of one process that reads the dataset whole."""
    import alphacast_pandas as ap

    begun = time.perf_counter()
    frame = ap.read_alphacast(DATASET, progress=False)
    means = frame.groupby("place")[["value 0", "value 1"]].mean()
    taken = time.perf_counter() - begun
    return taken, peak(), float(means["value 0"].mean())


_CASES = {"partitions": read_in_partitions, "whole": read_whole}


def measure(case: str, url: str) -> tuple[float, int, float]:
    """Run one case in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.partitions", case]
    settings = {"ALPHACAST_API_KEY": KEY, "ALPHACAST_BASE_URL": url}
    environment = {**os.environ, **settings}  # noqa: TID251 - the case finds its client there
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    seconds, memory, mean = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), int(memory), float(mean)


def main() -> None:
    """Measure both and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.partitions", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of each year")
    parser.add_argument("--years", type=int, default=20)
    options = parser.parse_args()
    total = options.rows * options.years
    print(f"{total:,} rows of {_VALUES + 2} columns, one partition a year")
    with service(options.rows, options.years) as url:
        for case in _CASES:
            seconds, memory, mean = measure(case, url)
            print(
                f"{case:<12} {seconds:8.1f} s  {total / seconds:>12,.0f} rows a second  "
                f"peak of a process {memory / 1e6:8,.0f} MB  (mean {mean:.6f})"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:] and sys.argv[1] in _CASES:
        print(json.dumps(_CASES[sys.argv[1]]()))
    else:
        main()
