"""Gzip CSV files made of the rows of frames, each within a size limit."""

from __future__ import annotations

import io
import itertools
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import csv

from alphacast_pandas.compression import checksum, deflate
from alphacast_pandas.parallel import side_by_side
from alphacast_pandas.writing.arrow import to_arrow
from alphacast_pandas.writing.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

    import pandas as pd


# As much text as stays in a processor's cache until it is deflated.
_CELLS_PER_SLICE = 64_000
# Slices converted to Arrow together: few calls, and little memory beyond the frame.
_SLICES_PER_BATCH = 16
# Gzip (RFC 1952): deflated, no name, no time, unknown system; then an empty last block of deflate.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x03\x00"
_GZIP_END_BYTES = len(_LAST_BLOCK) + 8


@dataclass(frozen=True)
class CsvFile:
    """Some rows as a file of gzip CSV, at its beginning; `is_last` of those of a push."""

    stream: BlocksFile
    rows: range
    is_last: bool


@dataclass(frozen=True)
class _Block:
    """Some rows as CSV without a header, as text and deflated."""

    text: pa.Buffer
    deflated: bytes
    rows: int


def csv_files(
    frames: Iterable[pd.DataFrame],
    header: Sequence[str],
    formats: Mapping[str, str],
    *,
    largest_bytes: int,
    on_rows: Callable[[int], None] | None = None,
    cells_per_slice: int = _CELLS_PER_SLICE,
    slices_per_batch: int = _SLICES_PER_BATCH,
) -> Generator[CsvFile]:
    """
    Yield files of at most so many bytes that hold the rows of `frames` in order.

    `formats` are the formats of date columns; `on_rows` is told of rows that are written. A file
    is made when it is asked for; only one of a single row may be larger than `largest_bytes`.
    """
    names = pa.RecordBatch.from_arrays([pa.array([], pa.string())] * len(header), [*header])
    head = _to_csv(names, include_header=True)
    file = _GzipFile(head, first_row=0)
    most = largest_bytes - file.size
    slices = itertools.chain.from_iterable(
        _slices(frame, header, formats, cells_per_slice, slices_per_batch) for frame in frames
    )
    for blocks in side_by_side(slices, lambda _, part: [*_to_blocks(part, most)]):
        for block in blocks:
            if file.rows and file.size + len(block.deflated) > largest_bytes:
                yield file.finish(is_last=False)
                file = _GzipFile(head, first_row=file.rows.stop)
            file.add(block)
            if on_rows is not None:
                on_rows(block.rows)
    yield file.finish(is_last=True)


class _GzipFile:
    """
    A gzip file that is put together of blocks which several threads have deflated.

    A block ends at a whole byte and refers to no text before it, so blocks can be joined without
    inflating them; only the checksum and the size at the end need the text of all.

    Measured on 1M rows and two cores: 0.97 s, against 0.79 s with isal.igzip_threaded and 8.5 s
    with Arrow's CompressedOutputStream, in the same memory. But igzip comes with the extra `fast`
    only, and a stream does not tell the sizes by which files are kept within the limit.
    """

    def __init__(self, head: pa.Buffer, *, first_row: int) -> None:
        self.rows = range(first_row, first_row)
        self._stream = BlocksFile()
        self._stream.append(_GZIP_HEADER)
        self._checksum = self._text_bytes = 0
        self.add(_Block(head, deflate(head), 0))

    @property
    def size(self) -> int:
        """Bytes of the file if it were finished now."""
        return self._stream.size + _GZIP_END_BYTES

    def add(self, block: _Block) -> None:
        """Append the rows of a block."""
        self._stream.append(block.deflated)
        self._checksum = checksum(block.text, self._checksum)
        self._text_bytes += len(block.text)
        self.rows = range(self.rows.start, self.rows.stop + block.rows)

    def finish(self, *, is_last: bool) -> CsvFile:
        """Return the file with its end."""
        end = struct.pack("<LL", self._checksum, self._text_bytes & 0xFFFFFFFF)
        self._stream.append(_LAST_BLOCK + end)
        return CsvFile(self._stream, self.rows, is_last)


class BlocksFile(io.RawIOBase):
    """Blocks of bytes in memory, read as one file without a copy of them."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[bytes] = []
        self._next = self._offset = 0
        self.size = 0

    def append(self, block: bytes) -> None:
        """Append bytes."""
        if block:
            self._blocks.append(block)
            self.size += len(block)

    def readable(self) -> bool:
        """Return True, as `io` asks."""
        return True

    def seekable(self) -> bool:
        """Return True: it can be read again."""
        return True

    def close(self) -> None:
        """Free the bytes, even if there are more references to the file."""
        self._blocks.clear()
        super().close()

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes, at most `size` of them and of one block; nothing at the end."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(self.size), b""))
        if self._next == len(self._blocks) or not size:
            return b""
        block = self._blocks[self._next]
        taken = block[self._offset : self._offset + size]  # the block itself, if that is all of it
        self._offset += len(taken)
        if self._offset == len(block):
            self._next, self._offset = self._next + 1, 0
        return taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the base's Buffer has no len
        """Fill `buffer` as far as the current block goes."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def tell(self) -> int:
        """Return the position of the next byte."""
        return sum(map(len, self._blocks[: self._next])) + self._offset

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set the position, at most to the end of the file; return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self.size}[whence]
        position = base + offset
        if position < 0:
            msg = f"negative seek value {position}"
            raise ValueError(msg)
        self._next, self._offset = 0, position
        while self._next < len(self._blocks) and self._offset >= len(self._blocks[self._next]):
            self._offset -= len(self._blocks[self._next])
            self._next += 1
        self._offset = 0 if self._next == len(self._blocks) else self._offset
        return self.tell()


def _slices(
    frame: pd.DataFrame,
    header: Sequence[str],
    formats: Mapping[str, str],
    cells_per_slice: int,
    slices_per_batch: int,
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a frame as Arrow, a slice of some cells at a time."""
    kinds = {name: kind_of(frame[name]) for name in frame.columns}
    rows = max(1, cells_per_slice // max(1, frame.shape[1]))
    for start in range(0, len(frame), rows * slices_per_batch):
        part = frame.iloc[start : start + rows * slices_per_batch]
        arrays = [to_arrow(part[name], kind, formats.get(name)) for name, kind in kinds.items()]
        batch = pa.RecordBatch.from_arrays(arrays, names=[*header])
        yield from (batch.slice(first, rows) for first in range(0, len(part), rows))


def _to_blocks(rows: pa.RecordBatch, largest_bytes: int) -> Iterator[_Block]:
    """Yield the rows in blocks of at most so many bytes: all in one, or in halves if need be."""
    text = _to_csv(rows, include_header=False)
    deflated = deflate(text)
    if len(deflated) <= largest_bytes or rows.num_rows == 1:
        yield _Block(text, deflated, rows.num_rows)
        return
    half = rows.num_rows // 2
    yield from _to_blocks(rows.slice(0, half), largest_bytes)
    yield from _to_blocks(rows.slice(half), largest_bytes)


def _to_csv(rows: pa.RecordBatch, *, include_header: bool) -> pa.Buffer:
    """Return rows as CSV; texts are quoted only if one of them needs to be."""
    try:
        return _write_csv(rows, include_header=include_header, quoting_style="none")
    except pa.ArrowInvalid:
        return _write_csv(rows, include_header=include_header, quoting_style="needed")


def _write_csv(rows: pa.RecordBatch, **options: Any) -> pa.Buffer:
    text = pa.BufferOutputStream()
    csv.write_csv(rows, text, csv.WriteOptions(batch_size=max(1, rows.num_rows), **options))
    return text.getvalue()
