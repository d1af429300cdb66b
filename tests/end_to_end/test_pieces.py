"""A read in pieces is the whole read, cut; it is streamed, and whole or an error."""

import gc
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import panel
from hypothesis import given, settings
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

PANEL = panel()
QUERIES: dict[str, dict[str, Any]] = {
    "all": {},
    "filter": {"filter": {"country": ["Brasil", "Côte d'Ivoire"]}},
    "here": {"filter": ap.col("country").str.startswith("B")},
    "other rows": {"filter": ap.col("CPI") > ap.col("CPI").mean()},
    "span": {"start": "2020-02", "end": "2020-05"},
    "last": {"last": 3},
    "top": {"top": 11},
    "select": {"select": ["note", "CPI"]},
    "nothing": {"filter": {"CPI": 1e300}},
    "never": {"filter": {"country": []}},
    "index": {"index": True},
    "pyarrow": {"dtype_backend": "pyarrow"},
    "nullable": {"dtype_backend": "numpy_nullable"},
}


@pytest.fixture
def client(chunked_client: Callable[[int], ap.Client]) -> Iterator[ap.Client]:
    """A client whose blocks have few rows, so that a small table has many of them."""
    with chunked_client(25) as client:
        yield client


@pytest.mark.parametrize("rows", [1, 7, 1000])
@pytest.mark.parametrize("name", QUERIES)
def test_the_pieces_joined_are_the_whole(
    name: str, rows: int, stored: int, client: ap.Client
) -> None:
    whole = ap.read_alphacast(stored, client=client, **QUERIES[name])
    pieces = [*ap.read_alphacast(stored, client=client, chunksize=rows, **QUERIES[name])]
    assert [len(piece) for piece in pieces[:-1]] == [rows] * (len(pieces) - 1)
    assert len(pieces[-1]) <= rows
    pd.testing.assert_frame_equal(pd.concat(pieces), whole, check_exact=True)
    for piece in pieces:
        pd.testing.assert_series_equal(piece.dtypes, whole.dtypes)


def test_a_piece_says_that_it_is_not_all(stored: int, client: ap.Client) -> None:
    first, *_ = ap.read_alphacast(stored, client=client, chunksize=10)
    facts = first.attrs["alphacast"]
    assert (facts["rows"], facts["every_row"]) == (10, False)
    first.iloc[::-1].alphacast.push(stored, if_unchanged=first, client=client)


@settings(max_examples=15)
@given(rows=st.integers(1, 60), chunk_bytes=st.integers(1, 250))
def test_borders_of_chunks_and_blocks_do_not_show_in_the_frames(
    rows: int, chunk_bytes: int, stored: int, chunked_client: Callable[[int], ap.Client]
) -> None:
    with chunked_client(chunk_bytes) as client:
        pieces = [*ap.read_alphacast(stored, client=client, chunksize=rows)]
        pd.testing.assert_frame_equal(
            pd.concat(pieces), ap.read_alphacast(stored, client=client), check_exact=True
        )


def test_the_first_frames_come_before_the_last_bytes(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path="*", port="storage", cut_at=2000)
    reader = ap.read_alphacast(stored, client=client, chunksize=5)
    assert len(next(reader)) == 5
    with pytest.raises(ap.DecodeError, match="short"):
        list(reader)


@pytest.mark.parametrize("place", [0, 1, 15])
def test_what_is_cut_before_the_first_row_is_asked_for_again(
    place: int, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path="*", port="storage", cut_at=place)
    assert sum(map(len, ap.read_alphacast(stored, client=client, chunksize=9))) == len(PANEL)


@pytest.mark.parametrize("status", [503, 429])
def test_a_beginning_is_repeated_as_any_read(
    status: int, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path="*/data", status=status, times=2)
    assert sum(map(len, ap.read_alphacast(stored, client=client, chunksize=9))) == len(PANEL)


def test_a_mistake_is_told_at_the_call(stored: int, client: ap.Client) -> None:
    with pytest.raises(ap.QueryError, match="did you mean"):
        ap.read_alphacast(stored, select="CPl", client=client, chunksize=5)
    for rows in (0, -1, 2.5, True, "5"):
        with pytest.raises(ap.QueryError, match="chunksize"):
            ap.read_alphacast(stored, client=client, chunksize=rows)  # type: ignore[call-overload]


def test_the_form_of_a_filter_that_is_accepted_is_found(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(filter_names="bare")
    filter_ = {"country": "brasil"}
    pieces = ap.read_alphacast(stored, filter=filter_, client=client, chunksize=2)
    whole = ap.read_alphacast(stored, filter=filter_, client=client)
    pd.testing.assert_frame_equal(pd.concat(pieces), whole)


@pytest.mark.parametrize("leave", ["break", "close", "with", "never begun"])
def test_leaving_early_leaves_nothing_behind(
    leave: str, client: ap.Client, push_new: Callable[..., int]
) -> None:
    rows = 20_000
    frame = pd.DataFrame(
        {
            "Date": np.repeat(pd.date_range("2000-01-01", periods=rows // 2), 2),
            "country": ["a", "b"] * (rows // 2),
            "x": np.random.default_rng(1).random(rows),
        }
    )
    number = push_new(frame)
    reader = ap.read_alphacast(number, client=client, chunksize=10)
    if leave == "with":
        with reader:
            next(reader)
    elif leave == "never begun":
        reader.close()
    else:
        for _ in reader:
            break
        if leave == "close":
            reader.close()
    with pytest.raises(StopIteration):
        next(reader if leave != "break" else iter([]))
    del reader
    gc.collect()
    assert not [t for t in threading.enumerate() if t.name == "alphacast-worker"]
    assert len(ap.read_alphacast(number, client=client)) == rows


def test_pieces_of_a_dataset_ten_times_as_large_take_no_more_memory(
    chunked_client: Callable[[int], ap.Client], push_new: Callable[..., int]
) -> None:
    import pyarrow as pa

    client = chunked_client(1 << 14)

    def dataset(rows: int) -> int:
        values = np.random.default_rng(2).random((rows, 3))
        dates = pd.date_range("1900-01-01", periods=rows // 20).repeat(20)
        names = [f"c{n}" for n in range(20)] * (rows // 20)
        return push_new(
            pd.DataFrame(
                {"Date": dates, "country": names, **dict(zip("xyz", values.T, strict=True))}
            )
        )

    def peak(number: int) -> tuple[int, int]:
        before = pa.default_memory_pool()
        pool = pa.proxy_memory_pool(before)
        pa.set_memory_pool(pool)
        tracemalloc.start()
        try:
            rows = sum(map(len, ap.read_alphacast(number, client=client, chunksize=500)))
            return rows, tracemalloc.get_traced_memory()[1] + pool.max_memory()
        finally:
            tracemalloc.stop()
            pa.set_memory_pool(before)

    small, large = dataset(20_000), dataset(200_000)
    peak(small)  # what is loaded once
    (few, low), (many, high) = peak(small), peak(large)
    assert (few, many) == (20_000, 200_000)
    # A pipeline that is full, however many cores it has; all of the frame takes some 10 MB.
    assert high < max(2 * low, 6 << 20)


def test_a_schema_is_a_contract_for_each_frame(stored: int, client: ap.Client) -> None:
    pieces = ap.read_alphacast(stored, client=client, schema=True, chunksize=9)
    assert sum(map(len, pieces)) == len(PANEL)
