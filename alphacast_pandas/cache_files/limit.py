"""The size of the cache: what was used least recently goes first."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from alphacast_pandas.cache_files.folders import ENTRY, TABLE, cache_root, dataset_folders

if TYPE_CHECKING:
    from pathlib import Path


def make_room(limit: int) -> None:
    """
    Remove files until the cache has no more than `limit` bytes.

    An entry and its table are used together, so they go together. Whoever is reading one of them
    just now has it open, and goes on; whoever comes later finds that it is gone.
    """
    found: list[tuple[float, int, Path]] = []
    for folder in dataset_folders(cache_root()):
        for path in (*folder.files(ENTRY), *folder.files(TABLE)):
            with contextlib.suppress(OSError):
                facts = path.stat()
                found.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if total <= limit:
            return
        with contextlib.suppress(OSError):
            path.unlink()
            total -= size
