"""Runs one case in this process, and prints its time and memory as a line of JSON."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from benchmarks import alignment, files, many, stages, starts, transfers


def peak() -> int:
    """Return the most memory this process has held, in bytes; getrusage would count its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def reset_peak() -> int:
    """Reset the peak, and return the memory in use now."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def main() -> None:
    """Run one case."""
    name, url, folder = sys.argv[1:4]
    modules = (transfers, files, many, alignment, stages, starts)
    module = next(module for module in modules if hasattr(module, name))
    run = getattr(module, name)(url, Path(folder))
    threads, before = threading.active_count(), reset_peak()
    cpu, wall = time.process_time(), time.perf_counter()
    result = run()
    measured = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "memory": peak() - before,
        "threads": threading.active_count() - threads,
        "size": result if isinstance(result, int) else 0,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
