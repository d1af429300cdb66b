"""Runs the cases in turn, each in a process, and prints medians as ratios to ours."""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import data

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGE = ["large_parquet", "large_chunks", "large_whole"]
# By title: the options of the server, then the cases, ours first.
SETS: dict[str, tuple[list[str], list[str]]] = {
    "download, gzip, redirect": (["--gzip", "--redirect"], ["download_ours", "download_sdk"]),
    "download, gzip": (["--gzip"], ["download_ours", "download_zlib", "download_sdk"]),
    "download, plain, redirect": (["--redirect"], ["download_ours", "download_sdk"]),
    "download, plain": ([], ["download_ours", "parse_pyarrow", "parse_pandas", "download_sdk"]),
    "read again": (["--redirect"], ["again_ours", "again_only", "download_ours", "keep_ours"]),
    "read again, 100 Mbit/s, 50 ms": (
        ["--redirect", "--delay", "0.05", "--bandwidth", "12.5e6"],
        ["again_ours", "download_ours"],
    ),
    "upload": ([], ["upload_ours", "upload_zlib", "upload_sdk"]),
    "small reads, 200 of 100 rows": ([], ["small_ours", "small_filtered", "small_requests"]),
    "many reads, 100 ms of latency": ([], ["many_ours", "many_single"]),
    "parse": ([], ["parse_ours", "parse_pyarrow", "parse_pandas"]),
    "serialise": ([], ["serialise_ours", "serialise_pandas"]),
    "serialise, compress": ([], ["write_ours", "write_zlib"]),
    "compress": ([], ["compress_ours", "compress_zlib", "compress_gzip"]),
    "inflate": ([], ["inflate_ours", "inflate_zlib", "inflate_gzip"]),
    "align": ([], ["align_ours", "align_pandas"]),
    "align, lowered": ([], ["lower_ours", "lower_pandas"]),
    "large, 1M rows": (["--rows", "1000000"], _LARGE),
    "large, 5M rows": (["--rows", "5000000"], _LARGE),
    "large, 20M rows": (["--rows", "20000000"], _LARGE),
    "import": ([], ["import_ours", "import_base"]),
    "first read of a process": ([], ["first_read_ours", "first_read_requests"]),
}
# A virtual machine may be given its memory when it first touches it, at fifty times the cost.
_TOUCH = "import sys, numpy; numpy.ones(int(sys.argv[1]) // 8)"
_BYTES_A_ROW = 900


@contextlib.contextmanager
def serve(folder: Path, server_options: list[str]) -> Iterator[str]:
    """Run the server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.server", str(folder), *server_options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.communicate("")


def measure(title: str, folder: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Return the medians of each case of a set."""
    server_options, cases = SETS[title]
    measured: dict[str, list[dict[str, Any]]] = {case: [] for case in cases}
    with serve(folder, server_options) as url:
        for _ in range(rounds):
            for case in cases:
                command = [sys.executable, "-m", "benchmarks.cases", case, url, str(folder)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                measured[case].append(json.loads(done.stdout))
    return {
        case: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for case, runs in measured.items()
    }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=["numbers", "texts"], default="numbers")
    parser.add_argument("--only", default="", help="sets whose title contains this")
    options = parser.parse_args()
    folder = Path(tempfile.gettempdir()) / f"alphacast-benchmarks-{options.kind}-{options.rows}"
    data.write(folder, options.rows, options.kind)
    if not (folder / "frame.pkl").exists():
        data.frame(options.rows, options.kind).to_pickle(folder / "frame.pkl")
    memory = str(options.rows * _BYTES_A_ROW)
    subprocess.run([sys.executable, "-c", _TOUCH, memory], check=True)
    print(f"{options.rows:,} rows of ten columns ({options.kind}), medians of {options.rounds}")
    for title in (title for title in SETS if options.only in title):
        medians = measure(title, folder, options.rounds)
        ours = next(iter(medians.values()))
        for case, took in medians.items():
            print(
                f"{title:<32} {case:<16} {took['wall']:8.3f} s "
                f"x{took['wall'] / ours['wall']:5.2f}  "
                f"cpu {took['cpu']:7.3f} s  memory {took['memory'] / 1e6:7.0f} MB "
                f"x{took['memory'] / max(1, ours['memory']):5.2f}  {took['size']:>11,.0f} bytes"
            )


if __name__ == "__main__":
    main()
