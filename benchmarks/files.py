"""Datasets larger than memory: read whole, in chunks, and into a Parquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.support import DATASET, client_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def large_whole(url: str, _: Path) -> Callable[[], Any]:
    """One frame."""
    ap, client = client_of(url)
    read = ap.read_alphacast
    return lambda: len(read(DATASET, client=client, progress=False))


def large_chunks(url: str, _: Path) -> Callable[[], Any]:
    """Frames of 100,000 rows, each of which is dropped."""
    ap, client = client_of(url)
    read = ap.read_alphacast

    def chunks() -> int:
        reader = read(DATASET, client=client, progress=False, chunksize=100_000)
        return sum(len(frame) for frame in reader)

    return chunks


def large_parquet(url: str, folder: Path) -> Callable[[], Any]:
    """A Parquet file."""
    ap, client = client_of(url)
    write = ap.to_parquet
    path = folder / "large.parquet"
    return lambda: int(write(DATASET, path, client=client, progress=False).stat().st_size)
