"""Many small datasets where each answer takes a tenth of a second: side by side, and in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.support import client_with_latency

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_WORKERS = 8


def many_ours(_: str, __: Path) -> Callable[[], Any]:
    """`read_many` with eight workers."""
    ap, client, numbers = client_with_latency()
    read = ap.read_many  # loads what it needs: importing is measured on its own
    return lambda: read(numbers, workers=_WORKERS, client=client, progress=False)


def many_single(_: str, __: Path) -> Callable[[], Any]:
    """The same datasets, one `read_alphacast` after the other."""
    ap, client, numbers = client_with_latency()
    read = ap.read_alphacast
    return lambda: [read(number, client=client, progress=False) for number in numbers]
