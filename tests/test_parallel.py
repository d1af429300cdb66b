"""Pieces are worked on side by side and come back in order."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from alphacast_pandas.cancellation import (
    Cancellation,
    CancelledError,
    check_not_cancelled,
    current_cancellation,
)
from alphacast_pandas.parallel import (
    WAITING,
    WORKERS,
    as_they_end,
    in_background,
    side_by_side,
)


def test_pieces_come_back_in_order_however_long_each_takes() -> None:
    last_is_done = threading.Event()

    def work(number: int, block: bytes) -> tuple[int, bytes]:
        if number == 1:
            last_is_done.set()
        else:
            assert last_is_done.wait(10)
        return number, block

    found = [*side_by_side(iter([b"a", b"b"]), work)]
    assert found == [(0, b"a"), (1, b"b")]


def test_one_piece_needs_no_thread() -> None:
    threads = [*side_by_side(iter([b"a"]), lambda *_: threading.current_thread())]
    assert threads == [threading.current_thread()]
    assert [*side_by_side(iter([]), lambda number, block: (number, block))] == []


def test_pieces_are_taken_no_faster_than_they_are_worked_on() -> None:
    taken: list[int] = []
    may_work = threading.Event()

    def source() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            if len(taken) == WORKERS + WAITING + 1:
                may_work.set()
            yield b"x"

    def work(number: int, _: bytes) -> int:
        assert may_work.wait(10)
        return number

    results = side_by_side(source(), work)
    assert next(results) == 0
    assert len(taken) <= WORKERS + WAITING + 2
    assert [*results] == [*range(1, 100)]


def test_an_error_in_one_piece_ends_all_of_it() -> None:
    def work(number: int, _: bytes) -> int:
        if number == 3:
            raise ValueError("damaged")
        return number

    with pytest.raises(ValueError, match="damaged"):
        [*side_by_side(iter([b"x"] * 50), work)]
    assert not [t for t in threading.enumerate() if t.name == "alphacast-worker"]


def test_work_in_the_background_gives_its_result_or_its_error() -> None:
    assert in_background(divmod, 7, 3).result(10) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        in_background(divmod, 1, 0).result(10)


ABANDONED = """
import threading, time
from alphacast_pandas.parallel import in_background
in_background(threading.Event().wait)
"""


def test_a_result_that_nobody_waits_for_does_not_delay_the_end_of_the_process() -> None:
    subprocess.run([sys.executable, "-c", ABANDONED], check=True, timeout=60)


AT_THE_END = """
import atexit, threading
from alphacast_pandas.parallel import in_background, side_by_side
def work():
    print(in_background(divmod, 7, 3).result(), [*side_by_side(iter("abc"), lambda n, x: x)])
def work_later():
    threading.main_thread().join()
    work()
atexit.register(work)
threading.Thread(target=work_later).start()
"""


def test_work_goes_on_after_the_main_thread_has_ended() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_END], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["(2, 1) ['a', 'b', 'c']"] * 2
    assert done.stderr == ""


def test_works_are_told_as_they_end_and_no_more_than_so_many_are_under_way() -> None:
    may_end = [threading.Event() for _ in range(4)]
    begun: list[int] = []

    def work(place: int) -> int:
        begun.append(place)
        assert may_end[place].wait(10)
        return place

    ended = as_they_end([partial(work, place) for place in range(4)], 2, lambda _: False)
    may_end[1].set()
    place, future = next(ended)
    assert (place, future.result()) == (1, 1)
    assert {*begun} <= {0, 1, 2}
    for each in may_end:
        each.set()
    assert {place: future.result() for place, future in ended} == {0: 0, 2: 2, 3: 3}


@pytest.mark.parametrize("is_raised", [True, False])
def test_no_work_begins_after_the_last_however_late_the_caller_looks(*, is_raised: bool) -> None:
    begun: list[int] = []
    threads = threading.active_count()

    def work(place: int) -> int:
        begun.append(place)
        if is_raised:
            raise ValueError("damaged")
        return place

    ended = as_they_end([partial(work, place) for place in range(50)], 1, lambda place: place == 0)
    place, future = next(ended)
    while threading.active_count() > threads:
        pass
    assert (place, begun) == (0, [0])
    assert [*ended] == []
    if is_raised:
        with pytest.raises(ValueError, match="damaged"):
            future.result()


def test_the_end_of_a_call_ends_what_its_threads_wait_for() -> None:
    is_waiting, is_ended = threading.Event(), threading.Event()
    begun: list[int] = []

    def work(place: int) -> None:
        begun.append(place)
        cancellation = current_cancellation()
        assert cancellation is not None
        with cancellation.ending(is_ended.set):
            is_waiting.set()
            assert is_ended.wait(10)
        check_not_cancelled()

    def call(cancellation: Cancellation) -> None:
        with cancellation:
            ended = as_they_end([partial(work, place) for place in range(3)], 1, bool)
            in_background(lambda: next(ended))
            assert is_waiting.wait(10)
            raise KeyboardInterrupt

    cancellation = Cancellation()
    with pytest.raises(KeyboardInterrupt):
        call(cancellation)
    assert begun == [0]
    assert is_ended.is_set()
    assert current_cancellation() is None
    with pytest.raises(CancelledError):
        cancellation.check()
