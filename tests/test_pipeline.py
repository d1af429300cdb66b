"""Pieces are worked on side by side and come back in order."""

import threading
from collections.abc import Iterator

import pytest

from alphacast_pandas.parallel import WAITING, WORKERS, side_by_side


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
    assert not [t for t in threading.enumerate() if t.name.startswith("alphacast_")]
