"""Tables as files that never change: an Arrow stream a column, named by a hash of all of them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from typing import TYPE_CHECKING

import pyarrow as pa

from alphacast_pandas.atomic_files import new_file
from alphacast_pandas.cache_files.folders import TABLE
from alphacast_pandas.parallel import side_by_side

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

# What a file that is damaged, gone or unreadable raises.
UNREADABLE = (OSError, ValueError, MemoryError, pa.ArrowException, struct.error)
_LENGTH = struct.Struct("<Q")
_ROOM_A_CHUNK = 1 << 16
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


def write_table(folder: Path, table: pa.Table) -> tuple[str, int]:
    """
    Write a table, unless it is there; return the name of its file and the number of bytes.

    A file of that name which is damaged is replaced.
    """
    digest, size = _digest(), 0
    # Not synced: a file that a failure of the machine has damaged is found out by its hash.
    with new_file(folder, "table", is_private=True, is_synced=False) as new:
        # One column after the other: side by side would be faster, and hold a tenth more memory.
        for column in zip(table.column_names, table.columns, strict=True):
            body = _to_stream(*column)
            digest.update(_digest(body).digest())
            new.file.write(_LENGTH.pack(len(body)))
            new.file.write(body)
            size += _LENGTH.size + len(body)
        name = f"{digest.hexdigest()}{TABLE}"
        with contextlib.suppress(*UNREADABLE):
            read_table(folder / name, ())
            os.utime(folder / name)
            return name, size
        new.name = name
    return name, size


def read_table(path: Path, names: Collection[str]) -> pa.Table:
    """
    Return these columns of a table, in memory of its own; raise one of `UNREADABLE` for damage.

    Column by column, so that no more than a few are held as they are in the file; all of them are
    hashed, whatever is taken.
    """
    digest = _digest()
    found: dict[str, pa.ChunkedArray] = {}
    for part, table in side_by_side(_bodies(path), lambda _, body: _read_body(body, names)):
        digest.update(part)
        if table is not None:
            found[table.column_names[0]] = table.column(0)
    if f"{digest.hexdigest()}{TABLE}" != path.name:
        msg = "the hash of the file is not its name"
        raise ValueError(msg)
    return pa.table([found[name] for name in names], names=[*names])


def _digest(body: bytes = b"") -> hashlib._Hash:
    # With the instructions that processors have for it: 1 GB/s, and BLAKE2b 0.8.
    return hashlib.sha256(body)


def _bodies(path: Path) -> Iterator[bytes]:
    """Yield the stream of each column."""
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        while left:
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
            left -= _LENGTH.size + length
            if left < 0:
                msg = "the file is cut short"
                raise ValueError(msg)
            yield file.read(length)


def _read_body(body: bytes, names: Collection[str]) -> tuple[bytes, pa.Table | None]:
    """Return the hash of the stream of a column, and its table if it is one of these."""
    return _digest(body).digest(), _from_stream(body, names)


def _to_stream(name: str, column: pa.ChunkedArray) -> pa.Buffer:
    """Return the stream of a column."""
    # What is not written to costs no memory; a stream that grows would be copied as it does.
    room = pa.allocate_buffer(int(column.nbytes * 1.02) + _ROOM_A_CHUNK * (column.num_chunks + 1))
    table = pa.table([column], names=[name])
    with pa.FixedSizeBufferWriter(room) as sink:
        with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
            writer.write_table(table)
        return room.slice(0, sink.tell())


def _from_stream(body: bytes, names: Collection[str]) -> pa.Table | None:
    """Return the column of a stream, None if it is none of these."""
    with pa.ipc.open_stream(pa.py_buffer(body)) as reader:
        return reader.read_all() if reader.schema.names[0] in names else None
