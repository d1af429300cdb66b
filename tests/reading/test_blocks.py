"""A body is cut where rows end, wherever the network cut it, and its blocks stay in order."""

import csv
import io
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.api.body import BodyStream
from alphacast_pandas.reading import blocks
from alphacast_pandas.reading.blocks import row_blocks, side_by_side

CELLS = st.text('a",\n\r é日😀', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12)


def stream_of(body: bytes, size: int) -> BodyStream:
    source = io.BytesIO(body)
    return BodyStream(lambda most: source.read(min(size, most)), encoding="", end_is_proven=True)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def read(body: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(body.decode(), newline=""))]


@given(rows=ROWS, chunk=st.integers(1, 9), least=st.integers(1, 40))
def test_every_block_is_whole_rows(rows: list[list[str]], chunk: int, least: int) -> None:
    body = written(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_BYTES", least)
        stream = stream_of(body, chunk)
        found = [*row_blocks(stream)]
    assert b"".join(found) == body
    assert [row for block in found for row in read(block)] == read(body)
    assert stream.quotes == body.count(b'"')
    assert stream.last_byte == body[-1:]
    stream.check_ended()


def test_what_is_cut_short_is_a_block_too() -> None:
    assert [*row_blocks(stream_of(b'a,b\n1,"2', 3))] == [b'a,b\n1,"2']


def test_blocks_come_back_in_order_however_long_each_takes() -> None:
    last_is_done = threading.Event()

    def work(number: int, block: bytes) -> tuple[int, bytes]:
        if number == 1:
            last_is_done.set()
        else:
            assert last_is_done.wait(10)
        return number, block

    found = [*side_by_side(iter([b"a", b"b"]), work)]
    assert found == [(0, b"a"), (1, b"b")]


def test_one_block_needs_no_thread() -> None:
    threads = [*side_by_side(iter([b"a"]), lambda *_: threading.current_thread())]
    assert threads == [threading.current_thread()]
    assert [*side_by_side(iter([]), lambda number, block: (number, block))] == [(0, b"")]


def test_blocks_are_taken_no_faster_than_they_are_worked_on() -> None:
    taken: list[int] = []
    may_work = threading.Event()

    def source() -> Iterator[bytes]:
        for number in range(100):
            taken.append(number)
            if len(taken) == blocks._WORKERS + blocks._WAITING + 1:
                may_work.set()
            yield b"x"

    def work(number: int, _: bytes) -> int:
        assert may_work.wait(10)
        return number

    results = side_by_side(source(), work)
    assert next(results) == 0
    assert len(taken) <= blocks._WORKERS + blocks._WAITING + 2
    assert [*results] == [*range(1, 100)]


def test_an_error_in_one_block_ends_all_of_it() -> None:
    def work(number: int, _: bytes) -> int:
        if number == 3:
            raise ValueError("damaged")
        return number

    with pytest.raises(ValueError, match="damaged"):
        [*side_by_side(iter([b"x"] * 50), work)]
    assert not [t for t in threading.enumerate() if t.name.startswith("alphacast-parse")]
