"""A body is cut where rows end, wherever the network cut it."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.api.body import BodyStream
from alphacast_pandas.reading.csv_table import row_blocks

CELLS = st.text('a",\n\r é日😀', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12)


def stream_of(body: bytes, size: int) -> BodyStream:
    source = io.BytesIO(body)
    return BodyStream(source.read, encoding="", end_is_proven=True, chunk_bytes=size)


def written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def read(body: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(body.decode(), newline=""))]


@given(rows=ROWS, chunk=st.integers(1, 12))
def test_every_block_is_whole_rows(rows: list[list[str]], chunk: int) -> None:
    body = written(rows)
    stream = stream_of(body, chunk)
    found = [*row_blocks(stream)]
    assert b"".join(found) == body
    assert [row for block in found for row in read(block)] == read(body)
    assert stream.quotes == body.count(b'"')
    assert stream.last_byte == body[-1:]
    stream.check_ended()


def test_what_is_cut_short_is_a_block_too() -> None:
    assert [*row_blocks(stream_of(b'a,b\n1,"2', 3))] == [b'a,b\n1,"2']
