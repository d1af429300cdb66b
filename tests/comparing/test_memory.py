"""A comparison takes memory of the order of its two tables, and seconds."""

import time
import tracemalloc

import numpy as np
import pyarrow as pa

from alphacast_pandas.comparing.difference import Difference, compare
from alphacast_pandas.comparing.modes import MODES
from alphacast_pandas.comparing.text import to_text

ROWS = 300_000


def large(change: float, order: np.ndarray) -> pa.Table:
    """Dates by fifty countries, eight columns of numbers."""
    number = np.arange(ROWS)
    days = np.datetime64("1900-01-01", "us") + (number // 50) * np.timedelta64(86400 * 10**6, "us")
    countries = pa.array([f"country {n}" for n in range(50)]).take(pa.array(number % 50))
    values = {f"value {n}": pa.array(number / (n + 7) + change) for n in range(8)}
    return pa.table({"Date": days, "country": countries, **values}).take(pa.array(order))


def test_a_comparison_takes_no_more_than_its_tables() -> None:
    order = np.random.default_rng(1).permutation(ROWS)
    before, sent = large(0.0, np.arange(ROWS)), large(1.0, order)
    found: list[Difference] = []
    arrow, held = pa.default_memory_pool(), pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        begun = time.perf_counter()
        found.append(compare(before, sent, ["Date", "country"], MODES["replace"]))
        assert len(to_text(found[0], "Large", []).splitlines()) > 5
        seconds = time.perf_counter() - begun
        python = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found[0].changed) == ROWS
    assert python + max(0, arrow.bytes_allocated() - held) < 2 * (before.nbytes + sent.nbytes)
    assert seconds < 20  # half a second on two idle cores: a loop over rows would take minutes
