"""The bytes of a table: to blocks of whole rows, which are parsed side by side."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alphacast_pandas.api.body import BodyStream

T = TypeVar("T")
# Large enough that a parser does not notice their borders, small enough for a processor's cache.
BLOCK_BYTES = 1 << 21
# The network, the inflating and the order of things take one more thread: the caller's.
_WORKERS = max(1, min(4, os.cpu_count() or 1))
_WAITING = 2


def row_blocks(stream: BodyStream) -> Iterator[bytes]:
    """
    Yield the body in blocks that end where a row ends.

    A line break ends a row if an even number of quotes stands before it. What is left at the end
    is a block too, whether a row ends there or not.
    """
    pieces: list[bytes] = []
    size = 0
    while chunk := stream.read_chunk():
        pieces.append(chunk)
        size += len(chunk)
        if size >= BLOCK_BYTES:
            body = b"".join(pieces)
            end = _end_of_rows(body)
            if end:
                yield body[:end]
            pieces, size = [body[end:]], 0
    rest = b"".join(pieces)
    if rest:
        yield rest


def _end_of_rows(body: bytes) -> int:
    """Return where the last whole row ends, 0 if there is none."""
    end = body.rfind(b"\n") + 1
    if b'"' not in body:  # much faster than to count
        return end
    is_inside = body.count(b'"', 0, end) % 2
    while is_inside and end:
        before = body.rfind(b"\n", 0, end - 1) + 1
        is_inside ^= body.count(b'"', before, end) % 2
        end = before
    return end


def side_by_side(blocks: Iterator[bytes], work: Callable[[int, bytes], T]) -> Iterator[T]:
    """
    Yield what `work` makes of each block, in order; several threads are at it if there are several.

    No more blocks are taken than can be worked on, so that memory stays bounded.
    """
    first = next(blocks, b"")
    second = next(blocks, None)
    if second is None:
        yield work(0, first)
        return
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="alphacast-parse") as pool:
        waiting: deque[Future[T]] = deque([pool.submit(work, 0, first)])
        waiting.append(pool.submit(work, 1, second))
        try:
            for number, block in enumerate(blocks, 2):
                waiting.append(pool.submit(work, number, block))
                while waiting and (len(waiting) > _WORKERS + _WAITING or waiting[0].done()):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
