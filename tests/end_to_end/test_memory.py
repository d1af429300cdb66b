"""Streams stay streams: what is on its way is never held whole."""

import gzip
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.writing.csv_files import BlocksFile, csv_files


def large(rows: int) -> pd.DataFrame:
    """A frame whose text is several times as large as what is sent of it."""
    dates = pd.date_range("1900-01-01", periods=rows, freq="h").floor("D")
    number = np.arange(rows)
    columns = {f"value {n}": (number % 1000) / 7 + n for n in range(8)}
    return pd.DataFrame({"Date": dates, "series": (number % 24).astype(str), **columns})


def peak_of(work: Callable[[], object]) -> int:
    """The most bytes that Python and Arrow held at a time beyond what they held before."""
    before = pa.default_memory_pool()
    arrow = pa.proxy_memory_pool(before)  # counts from zero, whatever ran before
    pa.set_memory_pool(arrow)
    tracemalloc.start()
    try:
        work()
        python = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(before)
    return int(python + (arrow.max_memory() or 0))


def test_the_text_of_a_frame_is_never_held_whole() -> None:
    frame = large(400_000)
    sizes: list[int] = []

    def write() -> BlocksFile:
        files = csv_files([frame], [*frame.columns], {"Date": "%Y-%m-%d"}, largest_bytes=1 << 40)
        (only,) = files
        sizes.append(only.stream.size)
        return only.stream

    peak = peak_of(write)
    text = sum(len(line) for line in gzip.GzipFile(fileobj=write(), mode="rb"))
    assert text > 4 * sizes[0]
    assert peak < text / 2


def test_an_upload_takes_no_second_copy_of_what_is_sent(
    client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> None:
    # Incompressible, so that a copy would be seen.
    file = np.random.default_rng(1).bytes(24 << 20)
    number = new_dataset()
    emulator.faults.add(method="PUT", path="*/data", status=413)

    def upload() -> None:
        with pytest.raises(ap.APIError, match="413"):
            client.datasets.upload(number, file)

    assert peak_of(upload) < len(file)


def test_coverage_holds_some_rows_however_many_there_are(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    def dataset(days: int) -> int:
        dates = pd.date_range("1900-01-01", periods=days).repeat(40)
        names = [f"Country {n}" for n in range(40)] * days
        values = np.arange(days * 40) % 97
        return push_new(
            pd.DataFrame({"Date": dates, "country": names, "CPI": values}), entities=["country"]
        )

    def peak(number: int, days: int) -> int:
        def count() -> None:
            found = ap.coverage(number, client=client)
            assert found["count"].tolist() == [days] * 40

        return peak_of(count)

    small, large = dataset(6_000), dataset(18_000)
    peak(small, 6_000)  # what is loaded once
    few, many = peak(small, 6_000), peak(large, 18_000)
    assert many < 1.6 * few  # with three times the rows; a pipeline fills up


def test_a_file_is_written_and_pushed_in_the_same_memory_however_many_rows_it_has(
    request: pytest.FixtureRequest,
) -> None:
    is_long = request.config.getoption("--exhaustive")
    program = Path(__file__).with_name("large_files.py")
    # Two row groups and more: a few of them are held, however many there are. What the process
    # holds counts once it has grown to its size.
    sizes = ["1410000", "1410000", "14100000"] if is_long else ["1410000", "4500000"]
    run = subprocess.run([sys.executable, str(program), *sizes], check=True, stdout=subprocess.PIPE)
    few, many = json.loads(run.stdout)[-2:]
    growth = many["rows"] / few["rows"]
    assert many["table"] > 0.9 * growth * few["table"]
    for step in ("written", "pushed"):
        assert many[step] < few[step] + many["table"] / 4
        process = f"process, {step}"
        if is_long and many[process] is not None:
            assert many[process] < few[process] + 0.6 * many["table"]
