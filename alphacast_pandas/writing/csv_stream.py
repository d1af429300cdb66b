"""A frame to gzip CSV, slice by slice: the text is never held whole."""

from __future__ import annotations

import gzip
import tempfile
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa
from pyarrow import csv

from alphacast_pandas.writing.kinds import kind_of
from alphacast_pandas.writing.values import to_arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

_CELLS_PER_SLICE = 500_000
_MOST_BYTES_IN_MEMORY = 1 << 26
_LEVEL = 4


def write_csv(frame: pd.DataFrame, header: Sequence[str], formats: Mapping[str, str]) -> BinaryIO:
    """
    Return a file, at its beginning, that holds the columns of `frame` as gzip CSV.

    `formats` are the formats of date columns. A large file is on disk, and gone when closed.
    """
    spool = cast(
        "BinaryIO",
        tempfile.SpooledTemporaryFile(max_size=_MOST_BYTES_IN_MEMORY),  # noqa: SIM115 - the caller closes it
    )
    try:
        _write(spool, _batches(frame, header, formats))
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _write(spool: BinaryIO, batches: Iterator[pa.RecordBatch]) -> None:
    with gzip.GzipFile(fileobj=spool, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
        writer: csv.CSVWriter | None = None
        for batch in batches:
            writer = writer or csv.CSVWriter(packed, batch.schema)
            writer.write(batch)
        if writer is not None:
            writer.close()


def _batches(
    frame: pd.DataFrame, header: Sequence[str], formats: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    kinds = {name: kind_of(frame[name]) for name in frame.columns}
    rows = max(1, _CELLS_PER_SLICE // max(1, frame.shape[1]))
    for start in range(0, len(frame), rows):
        part = frame.iloc[start : start + rows]
        arrays = [to_arrow(part[name], kind, formats.get(name)) for name, kind in kinds.items()]
        yield pa.RecordBatch.from_arrays(arrays, names=[*header])
