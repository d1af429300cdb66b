"""A frame to gzip CSV, slice by slice: the text is never held whole."""

from __future__ import annotations

import struct
import tempfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa
from pyarrow import csv

from alphacast_pandas.pipeline import side_by_side
from alphacast_pandas.writing.kinds import kind_of
from alphacast_pandas.writing.values import to_arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

_CELLS_PER_SLICE = 100_000
_MOST_BYTES_IN_MEMORY = 1 << 26
_LEVEL = 4
# Gzip, deflated, no name, no time, from any system; and a last piece that holds nothing.
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_PIECE = b"\x03\x00"


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
    """
    Write one member of gzip whose pieces are deflated side by side.

    Each piece ends at a whole byte and refers to nothing before it, so they may stand in a row.
    """
    spool.write(_HEAD)
    checksum = size = 0
    for text, deflated in side_by_side(batches, _packed):
        checksum = zlib.crc32(text, checksum)
        size += len(text)
        spool.write(deflated)
    spool.write(_LAST_PIECE + struct.pack("<LL", checksum, size & 0xFFFFFFFF))


def _packed(number: int, batch: pa.RecordBatch) -> tuple[pa.Buffer, bytes]:
    """Return a slice as CSV, under its header if it is the first, and that deflated."""
    text = pa.BufferOutputStream()
    csv.write_csv(batch, text, csv.WriteOptions(include_header=number == 0))
    buffer = text.getvalue()
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return buffer, deflate.compress(buffer) + deflate.flush(zlib.Z_FULL_FLUSH)


def _batches(
    frame: pd.DataFrame, header: Sequence[str], formats: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    kinds = {name: kind_of(frame[name]) for name in frame.columns}
    rows = max(1, _CELLS_PER_SLICE // max(1, frame.shape[1]))
    for start in range(0, len(frame), rows):
        part = frame.iloc[start : start + rows]
        arrays = [to_arrow(part[name], kind, formats.get(name)) for name, kind in kinds.items()]
        yield pa.RecordBatch.from_arrays(arrays, names=[*header])
