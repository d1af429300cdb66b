"""Pieces of bytes read as one file, without a copy of them."""

from __future__ import annotations

import io
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
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    import pandas as pd


class PiecesFile(io.RawIOBase):
    """A file in memory; a read returns what its current piece has, at most."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._next = self._offset = 0
        self.size = 0

    def append(self, piece: bytes) -> None:
        """Put more bytes behind the last ones."""
        if piece:
            self._pieces.append(piece)
            self.size += len(piece)

    def readable(self) -> bool:
        """Say that it can be read, as `io` asks."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read again."""
        return True

    def close(self) -> None:
        """Let go of the bytes, whoever still has the file."""
        self._pieces.clear()
        super().close()

    def read(self, size: int | None = -1) -> bytes:
        """Return the next bytes, at most `size` of them; nothing at the end."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(self.size), b""))
        if self._next == len(self._pieces) or not size:
            return b""
        piece = self._pieces[self._next]
        taken = piece[self._offset : self._offset + size]  # the piece itself, if that is all of it
        self._offset += len(taken)
        if self._offset == len(piece):
            self._next, self._offset = self._next + 1, 0
        return taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the base's Buffer has no len
        """Fill `buffer` as far as the current piece goes."""
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)

    def tell(self) -> int:
        """Return how many bytes stand before the next one."""
        return sum(map(len, self._pieces[: self._next])) + self._offset

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; beyond the last byte there is none."""
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self.size}[whence]
        if place < 0:
            msg = f"negative seek value {place}"
            raise ValueError(msg)
        self._next, self._offset = 0, place
        while self._next < len(self._pieces) and self._offset >= len(self._pieces[self._next]):
            self._offset -= len(self._pieces[self._next])
            self._next += 1
        self._offset = 0 if self._next == len(self._pieces) else self._offset
        return self.tell()


# So much text stays in a processor's cache until it is deflated.
_CELLS_PER_SLICE = 64_000
# Rows that are made Arrow at a time: few calls, and little memory beyond the frame.
_SLICES_PER_BATCH = 16
# Gzip, deflated, no name, no time, from any system; and a last piece that holds nothing.
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_PIECE = b"\x03\x00"
_TAIL_BYTES = len(_LAST_PIECE) + 8


@dataclass(frozen=True)
class CsvFile:
    """Some rows of a frame as a file of gzip CSV, at its beginning; `is_last` of its frame."""

    stream: PiecesFile
    rows: range
    is_last: bool


def csv_files(
    frame: pd.DataFrame,
    header: Sequence[str],
    formats: Mapping[str, str],
    *,
    most_bytes: int,
    on_rows: Callable[[int], None] | None = None,
) -> Generator[CsvFile]:
    """
    Yield files of at most so many bytes that hold the rows of `frame` in order.

    `formats` are the formats of date columns; `on_rows` is told of rows that are written. A file
    is made when it is asked for; only one of a single row may be larger than `most_bytes`.
    """
    names = _text(pa.RecordBatch.from_arrays([pa.array([], pa.string())] * len(header), [*header]))
    member = _Member(names, first_row=0)
    room = most_bytes - member.size
    slices = _slices(frame, header, formats)
    for packed in side_by_side(slices, lambda _, part: [*_packed(part, room)]):
        for text, deflated, rows in packed:
            if member.rows and member.size + len(deflated) > most_bytes:
                yield member.closed(is_last=False)
                member = _Member(names, first_row=member.rows.stop)
            member.add(text, deflated, rows)
            if on_rows is not None:
                on_rows(rows)
    yield member.closed(is_last=True)


class _Member:
    """
    One member of gzip under way, whose pieces were deflated side by side.

    Each piece ends at a whole byte and refers to nothing before it, so they may stand in a row.
    """

    def __init__(self, names: pa.Buffer, *, first_row: int) -> None:
        self.rows = range(first_row, first_row)
        self._file = PiecesFile()
        self._file.append(_HEAD)
        self._checksum = self._text_size = 0
        self.add(names, deflate(names), 0)

    @property
    def size(self) -> int:
        """Bytes of the file, were it closed now."""
        return self._file.size + _TAIL_BYTES

    def add(self, text: pa.Buffer, deflated: bytes, rows: int) -> None:
        """Append a piece."""
        self._file.append(deflated)
        self._checksum = checksum(text, self._checksum)
        self._text_size += len(text)
        self.rows = range(self.rows.start, self.rows.stop + rows)

    def closed(self, *, is_last: bool) -> CsvFile:
        """Return the file."""
        size = self._text_size & 0xFFFFFFFF
        self._file.append(_LAST_PIECE + struct.pack("<LL", self._checksum, size))
        return CsvFile(self._file, self.rows, is_last)


def _packed(part: pa.RecordBatch, room: int) -> Iterator[tuple[pa.Buffer, bytes, int]]:
    """Yield rows as CSV without a header, that deflated, and their number; in halves if need be."""
    text = _text(part, include_header=False)
    deflated = deflate(text)
    if len(deflated) <= room or part.num_rows == 1:
        yield text, deflated, part.num_rows
        return
    half = part.num_rows // 2
    yield from _packed(part.slice(0, half), room)
    yield from _packed(part.slice(half), room)


def _text(part: pa.RecordBatch, *, include_header: bool = True) -> pa.Buffer:
    """Return rows as CSV; fields are quoted only if there is one that needs to be."""
    try:
        return _written(part, include_header=include_header, quoting_style="none")
    except pa.ArrowInvalid:
        return _written(part, include_header=include_header, quoting_style="needed")


def _written(part: pa.RecordBatch, **how: Any) -> pa.Buffer:
    text = pa.BufferOutputStream()
    csv.write_csv(part, text, csv.WriteOptions(batch_size=max(1, part.num_rows), **how))
    return text.getvalue()


def _slices(
    frame: pd.DataFrame, header: Sequence[str], formats: Mapping[str, str]
) -> Iterator[pa.RecordBatch]:
    kinds = {name: kind_of(frame[name]) for name in frame.columns}
    rows = max(1, _CELLS_PER_SLICE // max(1, frame.shape[1]))
    for start in range(0, len(frame), rows * _SLICES_PER_BATCH):
        part = frame.iloc[start : start + rows * _SLICES_PER_BATCH]
        arrays = [to_arrow(part[name], kind, formats.get(name)) for name, kind in kinds.items()]
        batch = pa.RecordBatch.from_arrays(arrays, names=[*header])
        yield from (batch.slice(first, rows) for first in range(0, len(part), rows))
