"""Runs one case in this process, and prints what it took as a line of JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from benchmarks import lines, stages, starts


def peak() -> int:
    """Return the most memory this process has held, in bytes; getrusage would count its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def forget_peak() -> int:
    """Begin the peak anew, and return what is held now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def main() -> None:
    """Run one case."""
    name, url, folder = sys.argv[1:4]
    room = next(room for room in (lines, stages, starts) if hasattr(room, name))
    prepared = getattr(room, name)(url, Path(folder))
    threads, before = threading.active_count(), forget_peak()
    cpu, wall = time.process_time(), time.perf_counter()
    answer = prepared()
    took = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "memory": peak() - before,
        "threads": threading.active_count() - threads,
        "size": answer if isinstance(answer, int) else 0,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
