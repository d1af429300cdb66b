"""The hash of a table's values, which does not depend on how they are stored."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

_HASH_BYTES = 20  # as long as those of git; nobody is kept out by them, they find damage


def hash_bytes(body: bytes) -> str:
    """Return the hash of some bytes."""
    return hashlib.blake2b(body, digest_size=_HASH_BYTES).hexdigest()


def hash_table(table: pa.Table) -> str:
    """
    Return the hash of the names, types and values of a table, in the order of its rows.

    Chunks, offsets and what lies under a missing value do not count. NaN is missing, and zeros of
    either sign are one value, as for every comparison of this package.
    """
    digest = hashlib.blake2b(digest_size=_HASH_BYTES)
    fields = [[field.name, str(field.type)] for field in table.schema]
    digest.update(to_canonical_json([table.num_rows, fields]))
    for column in table.columns:
        for part in _canonical_parts(column):
            digest.update(part)
    return digest.hexdigest()


def to_canonical_json(value: Any) -> bytes:
    """Return the one text that stands for a value of JSON."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _canonical_parts(column: pa.ChunkedArray) -> Iterator[bytes]:
    """Yield which values there are, then the values, with nothing for missing ones."""
    values = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    is_valid = np.asarray(values.is_valid())
    if pa.types.is_string(values.type):
        yield np.packbits(is_valid).tobytes()
        yield from _texts(values)
        return
    numbers = _numbers(values)
    if numbers.dtype.kind == "f":
        is_valid = is_valid & ~np.isnan(numbers)
        numbers = np.where(is_valid, numbers, 0.0) + 0.0  # which makes -0.0 a 0.0
    yield np.packbits(is_valid).tobytes()
    yield numbers.astype(numbers.dtype.newbyteorder("<"), copy=False).tobytes()


def _numbers(values: pa.Array) -> np.ndarray:
    """Return numbers, or dates as integers, with 0 for those that are null."""
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.int64())
    filled = pc.fill_null(values, pa.scalar(0, values.type))
    numbers: np.ndarray = filled.to_numpy(zero_copy_only=False)
    return numbers


def _texts(values: pa.Array) -> Iterator[bytes]:
    """Yield the lengths of texts in bytes, and all of them one after the other."""
    texts = values.drop_null()
    if not len(texts):
        return
    _, offsets, body = texts.buffers()
    ends = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    yield np.diff(ends).astype("<i4").tobytes()
    yield body[int(ends[0]) : int(ends[-1])] if body is not None else b""
