"""A program: compares two large tables in a process of its own, and prints what it took."""

import json
import sys
import time
import tracemalloc

import numpy as np
import pyarrow as pa

from alphacast_pandas.difference.difference import compare
from alphacast_pandas.difference.display import to_text
from alphacast_pandas.difference.modes import MODES

ROWS = 300_000


def large(change: float, order: np.ndarray) -> pa.Table:
    """Dates by fifty countries, eight columns of numbers."""
    number = np.arange(ROWS)
    days = np.datetime64("1900-01-01", "us") + (number // 50) * np.timedelta64(86400 * 10**6, "us")
    countries = pa.array([f"country {n}" for n in range(50)]).take(pa.array(number % 50))
    values = {f"value {n}": pa.array(number / (n + 7) + change) for n in range(8)}
    return pa.table({"Date": days, "country": countries, **values}).take(pa.array(order))


def measure() -> dict[str, float]:
    order = np.random.default_rng(1).permutation(ROWS)
    stored, sent = large(0.0, np.arange(ROWS)), large(1.0, order)
    pool = pa.default_memory_pool()
    held, peak = pool.bytes_allocated(), pool.max_memory()
    tracemalloc.start()
    begun = time.perf_counter()
    found = compare(stored, sent, ["Date", "country"], MODES["replace"])
    to_text(found, "Large", [])
    seconds = time.perf_counter() - begun
    python = tracemalloc.get_traced_memory()[1]
    arrow = pool.max_memory() - held if pool.max_memory() > peak else peak - held
    return {
        "changed": len(found.changed),
        "tables": stored.nbytes + sent.nbytes,
        "peak": python + arrow,
        "seconds": seconds,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()))
