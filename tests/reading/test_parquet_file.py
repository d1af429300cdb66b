"""Files of which the metadata come last, and rows that are sorted without being held."""

import errno
import gc
import io
import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.reading.parquet_file import (
    ParquetFileWriter,
    pandas_metadata,
    sorted_tables,
)

DATES = st.datetimes(pd.Timestamp("2019-12-30"), pd.Timestamp("2020-01-03"))


def write(frame: pd.DataFrame, sizes: list[int], group_rows: int) -> bytes:
    """Write a frame in tables of these sizes, and the rest."""
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    file = io.BytesIO()
    writer = ParquetFileWriter(file, schema, group_rows=group_rows)
    ends = [*itertools.accumulate(sizes)]
    for start, end in zip([0, *ends], [*ends, len(frame)], strict=True):
        part = frame.iloc[start:end]
        writer.write(pa.Table.from_pandas(part, schema, preserve_index=False))
    facts = {"rows": len(frame)}
    metadata = {"pandas": pandas_metadata(schema, facts, len(frame)), "alphacast": "{}"}
    attrs = json.dumps({"alphacast": facts})
    writer.finish({**metadata, "PANDAS_ATTRS": attrs})
    return file.getvalue()


@given(
    dates=st.lists(DATES, max_size=30),
    sizes=st.lists(st.integers(0, 10), max_size=4),
    group_rows=st.integers(1, 8),
    cells=st.integers(1, 40),
)
def test_a_file_written_in_any_pieces_is_the_frame_and_sorts_as_pandas_does(
    dates: list[pd.Timestamp], sizes: list[int], group_rows: int, cells: int
) -> None:
    frame = pd.DataFrame(
        {"Date": np.array(dates, dtype="datetime64[us]"), "n": np.arange(len(dates)) / 7}
    ).assign(text=[f"é{n % 3}" for n in range(len(dates))])
    body = write(frame, sizes, group_rows)
    back = pd.read_parquet(io.BytesIO(body))
    pd.testing.assert_frame_equal(back, frame.assign(text=frame["text"].astype(back["text"].dtype)))
    assert back.attrs == {"alphacast": {"rows": len(frame)}}
    assert pq.read_metadata(io.BytesIO(body)).num_rows == len(frame)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        path.write_bytes(body)
        tables = [*sorted_tables(path, "Date", cells_per_span=cells)]
    found = [n for table in tables for n in table.column("n").to_pylist()]
    assert found == frame.sort_values("Date", kind="stable")["n"].tolist()
    # A span is of few rows, or of one day.
    for table in tables:
        days = {date.date() for date in table.column("Date").to_pylist()}
        assert table.num_rows * 3 <= cells or len(days) == 1


class _FullDisk(io.BytesIO):
    """A file that takes so many bytes and no more."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._room = room

    def write(self, body: Any) -> int:
        if self.tell() + len(memoryview(body)) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(body)


def test_a_disk_that_is_full_is_told_of_once() -> None:
    table = pa.table({"Date": pa.array([0, 1], pa.timestamp("us")), "n": [0.5, 1.5]})
    body = io.BytesIO()
    with ParquetFileWriter(body, table.schema) as writer:
        writer.write(table)
        rows = body.tell()
    writer.finish({})
    for room in (0, 4, rows - 1, rows, rows + 1):
        with pytest.raises(OSError, match="No space"):
            write_all(table, _FullDisk(room))
        gc.collect()  # a writer that ends its file as garbage would warn, which is an error


def write_all(table: pa.Table, file: io.BytesIO) -> None:
    with ParquetFileWriter(file, table.schema) as writer:
        writer.write(table)
    writer.finish({})
