"""Pieces of work done side by side by several threads, and handed on in order."""

from __future__ import annotations

import itertools
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


S = TypeVar("S")
T = TypeVar("T")
# One for each processor; the caller makes the pieces, or puts the results away, meanwhile.
WORKERS = max(1, min(4, os.cpu_count() or 1))
# Finished or waiting beyond those that are worked on.
WAITING = 2


def side_by_side(pieces: Iterator[S], work: Callable[[int, S], T]) -> Iterator[T]:
    """
    Yield what `work` makes of each piece and its number, in order.

    One piece needs no thread. No more pieces are taken than can be worked on, so that memory
    stays bounded; an error ends all of it.
    """
    begun = [*itertools.islice(pieces, 2)]
    if len(begun) < 2:
        yield from (work(number, piece) for number, piece in enumerate(begun))
        return
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="alphacast") as pool:
        results: deque[Future[T]] = deque(pool.submit(work, n, p) for n, p in enumerate(begun))
        try:
            for number, piece in enumerate(pieces, len(begun)):
                results.append(pool.submit(work, number, piece))
                while results and (len(results) > WORKERS + WAITING or results[0].done()):
                    yield results.popleft().result()
            while results:
                yield results.popleft().result()
        finally:
            for result in results:
                result.cancel()
