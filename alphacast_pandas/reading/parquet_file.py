"""Parquet files written row group by row group, whose metadata are known only at the end."""

from __future__ import annotations

import io
import itertools
import json
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

# Some 8 and 64 MB of numbers: row groups that are read quickly, and spans that are sorted at once.
_CELLS_PER_GROUP = 1_000_000
_CELLS_PER_SPAN = 8_000_000
_MAGIC_BYTES = len(b"PAR1")


class ParquetFileWriter:
    """
    Writes tables of one schema into an open file, and its metadata last.

    A context manager of the rows: after an error nothing more is written.
    """

    def __init__(
        self, file: IO[bytes], schema: pa.Schema, *, group_rows: int | None = None
    ) -> None:
        self._file, self._schema = file, schema
        self._group_rows = group_rows or rows_per_group(schema)
        self._written: list[Any] = []
        self._writer = _writer(file, schema, self._written)

    def __enter__(self) -> ParquetFileWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self._abandon()

    def write(self, table: pa.Table) -> None:
        """Write a table as row groups."""
        self._writer.write_table(table, row_group_size=self._group_rows)

    def finish(self, metadata: Mapping[str, str]) -> None:
        """
        Write the end of the file, with these metadata of its schema.

        A writer takes them at the beginning only, when the number of rows is not known yet. So its
        own end is replaced by that of a file without rows which has been given its row groups.
        """
        try:
            self._writer.close()
        except BaseException:
            self._abandon()
            raise
        [written] = self._written
        empty: list[Any] = []
        _writer(io.BytesIO(), self._schema.with_metadata({**metadata}), empty).close()
        [end] = empty
        end.append_row_groups(written)
        footer = io.BytesIO()
        end.write_metadata_file(footer)
        self._file.seek(_end_of_rows(written))
        self._file.truncate()
        self._file.write(footer.getvalue()[_MAGIC_BYTES:])

    def _abandon(self) -> None:
        self._writer.is_open = False  # or it would end the file when it is garbage


def rows_per_group(schema: pa.Schema) -> int:
    """Return how many rows a row group has."""
    return max(1, _CELLS_PER_GROUP // max(1, len(schema)))


def pandas_metadata(schema: pa.Schema, facts: Mapping[str, Any] | None, rows: int) -> str:
    """
    Return what `pandas.read_parquet` restores a frame by, from a schema that Arrow made of one.

    It has a RangeIndex. `facts` become its attributes, for readers that look for them here.
    """
    described = json.loads(schema.metadata[b"pandas"])
    for column in described["columns"]:
        if column["pandas_type"] == "empty":  # objects, of which no value tells what they are
            column["pandas_type"] = "unicode"
        if column["numpy_type"] == "string[pyarrow]" and column["pandas_type"] == "unicode":
            # pandas takes the usual name for its StringDtype; this one leads to an ArrowDtype.
            column["numpy_type"] = "utf8[pyarrow]"
    index = {"kind": "range", "name": None, "start": 0, "stop": rows, "step": 1}
    described["index_columns"] = [index]
    if facts is not None:
        described["attributes"] = {"alphacast": facts}
    return json.dumps(described)


def sorted_tables(
    path: Path, date: str, *, cells_per_span: int = _CELLS_PER_SPAN
) -> Iterator[pa.Table]:
    """Yield the rows of a file by date; rows of one date keep their order. Few are held at once."""
    with pq.ParquetFile(path) as file:
        groups = range(file.num_row_groups)
        days: dict[Any, int] = {}
        for group in groups:
            found, counts = np.unique(_days(file, group, date), return_counts=True)
            for day, count in zip(found.tolist(), counts.tolist(), strict=True):
                days[day] = days.get(day, 0) + count
        for first, last in _spans(days, cells_per_span // max(1, len(file.schema_arrow))):
            parts = [*_rows_between(file, groups, date, first, last)]
            table = pa.concat_tables(parts)
            dates = table.column(date).to_numpy()
            yield table.take(pa.array(np.argsort(dates, kind="stable")))


def _writer(file: IO[bytes], schema: pa.Schema, collector: list[Any]) -> pq.ParquetWriter:
    texts = [field.name for field in schema if _is_text(field.type)]
    return pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=texts or False,  # numbers seldom repeat, and to find that out takes long
        metadata_collector=collector,
    )


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind))


def _end_of_rows(metadata: Any) -> int:
    """Return where the last column of the last row group ends."""
    ends = [_MAGIC_BYTES]
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for number in range(row_group.num_columns):
            column = row_group.column(number)
            start = column.data_page_offset
            if column.has_dictionary_page:
                start = min(start, column.dictionary_page_offset)
            ends.append(start + column.total_compressed_size)
    return max(ends)


def _days(file: pq.ParquetFile, group: int, date: str) -> np.ndarray:
    """Return the day of each row of a row group, as a number."""
    dates: np.ndarray = file.read_row_group(group, columns=[date]).column(date).to_numpy()
    return dates.astype("datetime64[D]").astype(np.int64)


def _spans(days: Mapping[int, int], rows: int) -> Iterator[tuple[int, int]]:
    """Yield first and last days of spans of at most so many rows, or of a single day."""
    ordered = sorted(days)
    totals = itertools.accumulate(days[day] for day in ordered)
    begun, before = 0, 0
    for number, total in enumerate(totals):
        if number > begun and total - before > rows:
            yield ordered[begun], ordered[number - 1]
            begun, before = number, total - days[ordered[number]]
    if ordered:
        yield ordered[begun], ordered[-1]


def _rows_between(
    file: pq.ParquetFile, groups: range, date: str, first: int, last: int
) -> Iterator[pa.Table]:
    for group in groups:
        days = _days(file, group, date)
        mask = (days >= first) & (days <= last)
        if mask.any():
            rows = file.read_row_group(group)
            yield rows if mask.all() else rows.filter(pa.array(mask))


def is_by_date(dates: pa.ChunkedArray, before: Any) -> bool:
    """Tell whether dates, which follow the date `before`, never go back."""
    values = dates.to_numpy()
    if not len(values):
        return True
    return bool((before is None or before <= values[0]) and (values[:-1] <= values[1:]).all())
