"""What is done is counted: requests, bytes, threads, copies, memory. Time is for benchmarks."""

import threading
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from end_to_end.frames import panel
from end_to_end.test_memory import large, peak_of

import alphacast_pandas as ap
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.reading.csv_table import Block, Columns
from alphacast_pandas.reading.frame import to_frame
from alphacast_pandas.writing.csv_files import csv_files


def asked(emulator: Emulator) -> list[str]:
    """The requests since the last look, without what stands for numbers of things."""
    paths = [
        f"{r.method} {''.join(c for c in r.path if not c.isdigit())}" for r in emulator.requests
    ]
    emulator.forget_requests()
    return sorted(paths)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of threads as they are started."""
    names: list[str] = []
    start = threading.Thread.start

    def counted(thread: threading.Thread) -> None:
        if "emulator" not in thread.name and "asyncio" not in thread.name:
            names.append(thread.name)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", counted)
    return names


DEFINITIONS = ["GET /datasets/", "GET /datasets//columns"]


def test_a_read_asks_for_definitions_once_and_for_data_alone_from_then_on(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    data = ["GET /datasets//data"]
    ap.read_alphacast(stored, filter={"country": "Brasil"}, client=client)
    assert asked(emulator) == sorted([*DEFINITIONS, *data])
    ap.read_alphacast(stored, filter={"country": "brasil"}, client=client)
    assert asked(emulator) == data
    ap.read_alphacast(stored, start="2020", last=2, client=client)
    assert asked(emulator) == data


def test_a_small_read_of_what_is_known_starts_no_thread(
    stored: int, client: ap.Client, started: list[str]
) -> None:
    ap.read_alphacast(stored, client=client)
    started.clear()
    ap.read_alphacast(stored, client=client)
    ap.read_alphacast(stored, filter={"country": "Brasil"}, client=client)
    assert not [name for name in started if name == "alphacast-worker"]


def test_a_small_push_compresses_and_checks_without_threads(
    stored: int, client: ap.Client, started: list[str]
) -> None:
    panel().alphacast.push(stored, client=client)
    assert not [name for name in started if name == "alphacast-worker"]


def test_a_push_asks_for_what_it_needs_to_know_and_sends_once(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    panel().alphacast.push(stored, client=client)
    requests = asked(emulator)
    assert requests.count("PUT /datasets//data") == 1
    before = sorted([*DEFINITIONS, "GET /datasets//processes", "PUT /datasets//data"])
    assert [path for path in requests if path != "GET /datasets//processes/"] == before


def test_what_is_sent_is_no_larger_than_gzip_makes_it_at_its_best(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    import gzip

    random = np.random.default_rng(3)
    dates = pd.date_range("1990-01-01", periods=2000).repeat(10)
    frame = pd.DataFrame({"Date": dates, "country": [f"Country {n}" for n in range(10)] * 2000})
    for name in "abcd":
        frame[name] = random.normal(100, 30, len(frame))
    (only,) = csv_files([frame], [*frame.columns], {"Date": "%Y-%m-%d"}, largest_bytes=1 << 40)
    best = len(gzip.compress(frame.to_csv(index=False).encode(), 9))
    assert only.stream.size < 1.05 * best


def test_numbers_and_dates_of_blocks_are_moved_once_and_then_are_the_frame() -> None:
    types = {"Date": pa.timestamp("us"), "x": pa.float64()}
    columns = Columns(types)
    for start in (0.0, 5.0):
        table = pa.table(
            {"Date": pa.array([0, 1], pa.timestamp("us")), "x": pa.array([start, None])}
        )
        columns.add(Block(table, 10), 20.0)
    table = columns.table()
    frame = to_frame(table, Definitions(), dtype_backend=None, categories=False, is_last_use=True)
    memory = np.frombuffer(table.column("x").chunk(0).buffers()[1])
    assert np.shares_memory(frame["x"].to_numpy(), memory)
    np.testing.assert_array_equal(frame["x"], [0.0, np.nan, 5.0, np.nan])
    frame.loc[0, "x"] = 7.0  # it can be written to
    assert frame["x"].tolist()[0] == 7.0


def test_a_block_is_sent_without_a_copy_of_it() -> None:
    frame = large(30_000)
    (only,) = csv_files([frame], [*frame.columns], {"Date": "%Y-%m-%d"}, largest_bytes=1 << 40)
    blocks = iter(lambda: only.stream.read(1 << 20), b"")
    assert [id(block) for block in blocks] == [id(block) for block in only.stream._blocks]


def test_a_read_holds_little_more_than_its_frame(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    frame = large(200_000)
    number = push_new(frame)
    ap.read_alphacast(number, client=client)
    held: list[int] = []

    def read() -> None:
        held.append(ap.read_alphacast(number, client=client).memory_usage(deep=True).sum())

    peak = peak_of(read)
    assert peak < 1.6 * held[0] + (8 << 20)


def test_a_push_holds_little_beyond_what_it_sends(
    client: ap.Client, new_dataset: Callable[[], int]
) -> None:
    frame = large(200_000)
    sent: list[int] = []
    number = new_dataset()
    peak = peak_of(lambda: sent.append(frame.alphacast.push(number, client=client).bytes_sent))
    assert peak < sent[0] + (40 << 20)
