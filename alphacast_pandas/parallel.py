"""Work in helper threads: beside the caller, or on several blocks at once."""

from __future__ import annotations

import itertools
import os
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from alphacast_pandas.cancellation import check_not_cancelled, current_cancellation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    Tasks: TypeAlias = SimpleQueue[Callable[[], None] | None]

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
# One for each processor; the caller makes the blocks, or uses the results, meanwhile.
WORKERS = max(1, min(4, os.cpu_count() or 1))
# Finished or waiting beyond those that are worked on.
WAITING = 2
_SECONDS_BETWEEN_LOOKS = 0.5


def in_background(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """
    Begin `work` in a thread of its own; return its future.

    A future that nobody asks for any more delays neither the caller nor the end of the process,
    as one of a ThreadPoolExecutor would: a request may take a minute to fail.
    """
    future: Future[T] = Future()
    # In the context of the caller: who watches it sees the pauses of the thread too.
    task: Callable[[], None]
    task = partial(_settle, future, partial(copy_context().run, work, *args, **kwargs))
    cancellation = current_cancellation()
    if cancellation is not None:
        task = cancellation.counted(task)
    if _start(task, "alphacast-background") is None:
        task()
    return future


def as_they_end(
    works: Sequence[Callable[[], T]], workers: int, is_last: Callable[[T], bool]
) -> Iterator[tuple[int, Future[T]]]:
    """
    Yield the place and the future of each work when it ends; at most `workers` are under way.

    They begin in order. One that raises or whose result `is_last` is the last that is yielded, and
    none begins after it, nor when the cancellation of the caller ends.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    ended: SimpleQueue[tuple[int, Future[T]]] = SimpleQueue()
    for place in range(len(works)):
        waiting.put(place)
    for _ in range(min(workers, len(works))):
        in_background(_begin_in_order, works, waiting, ended, is_last)
    for _ in works:
        place, future = _next_of(ended)
        yield place, future
        if _ends_all(future, is_last):
            return


def _begin_in_order(
    works: Sequence[Callable[[], T]],
    waiting: SimpleQueue[int],
    ended: SimpleQueue[tuple[int, Future[T]]],
    is_last: Callable[[T], bool],
) -> None:
    while True:
        check_not_cancelled()
        try:
            place = waiting.get_nowait()
        except Empty:
            return
        future: Future[T] = Future()
        _settle(future, works[place])
        if _ends_all(future, is_last):
            _empty(waiting)  # here, since the caller looks a moment later
        ended.put((place, future))
        del future  # its result may be large


def _ends_all(future: Future[T], is_last: Callable[[T], bool]) -> bool:
    return future.exception() is not None or is_last(future.result())


def _empty(queue: SimpleQueue[int]) -> None:
    with suppress(Empty):
        while True:
            queue.get_nowait()


def _next_of(queue: SimpleQueue[T]) -> T:
    """Return what comes next; a wait without an end could not be interrupted on Windows."""
    while True:
        try:
            return queue.get(timeout=_SECONDS_BETWEEN_LOOKS)
        except Empty:
            continue


def side_by_side(blocks: Iterator[S], work: Callable[[int, S], T]) -> Iterator[T]:
    """
    Yield what `work` makes of each block and its number, in order.

    One block needs no thread. No more blocks are taken than can be worked on, so that memory
    stays bounded; an error ends all of it.
    """
    first = [*itertools.islice(blocks, 2)]
    numbered = enumerate(itertools.chain(first, blocks))
    tasks: Tasks = SimpleQueue()
    threads = _start_workers(tasks) if len(first) > 1 else []
    if not threads:
        yield from (work(number, block) for number, block in numbered)
        return
    results: deque[Future[T]] = deque()
    try:
        for number, block in numbered:
            results.append(Future())
            tasks.put(partial(_settle, results[-1], partial(work, number, block)))
            while results and (len(results) > WORKERS + WAITING or results[0].done()):
                yield results.popleft().result()
        while results:
            yield results.popleft().result()
    finally:
        for future in results:
            future.cancel()
        for _ in threads:
            tasks.put(None)
        for thread in threads:
            thread.join()


def _start_workers(tasks: Tasks) -> list[threading.Thread]:
    started = [_start(partial(_work_off, tasks), "alphacast-worker") for _ in range(WORKERS)]
    return [thread for thread in started if thread is not None]


def _settle(future: Future[T], work: Callable[[], T]) -> None:
    """Give a future the result of `work` or its error, unless it was cancelled."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
        future.set_exception(error)
    else:
        future.set_result(result)


def _start(task: Callable[[], None], name: str) -> threading.Thread | None:
    """
    Begin `task` in a daemon thread; None if the process can have no more threads.

    So it is while the interpreter is ending, for functions of `atexit` and for threads that go on
    after the main one.
    """
    thread = threading.Thread(target=task, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


def _work_off(tasks: Tasks) -> None:
    while (task := tasks.get()) is not None:
        task()
        del task
