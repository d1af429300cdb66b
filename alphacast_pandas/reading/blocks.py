"""The bytes of a table: to blocks of whole rows, so that they can be parsed side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.api.body import BodyStream

# Large enough that a parser does not notice their borders, small enough for a processor's cache.
BLOCK_BYTES = 1 << 20


def row_blocks(stream: BodyStream) -> Iterator[bytes]:
    """
    Yield the body in blocks that end where a row ends.

    A line break ends a row if an even number of quotes stands before it. What is left at the end
    is a block too, whether a row ends there or not.
    """
    pieces: list[bytes] = []
    size = 0
    is_inside = False
    while chunk := stream.read_chunk():
        size += len(chunk)
        end = _end_of_rows(chunk, is_inside=is_inside) if size >= BLOCK_BYTES else 0
        if end:
            yield b"".join([*pieces, memoryview(chunk)[:end]])
            pieces, chunk = [], chunk[end:]
            size, is_inside = len(chunk), False
        pieces.append(chunk)
        is_inside ^= _has_odd_quotes(chunk, 0, len(chunk))
    if size:
        yield b"".join(pieces)


def _end_of_rows(chunk: bytes, *, is_inside: bool) -> int:
    """Return where the last whole row ends, 0 if there is none; it may begin inside quotes."""
    end = chunk.rfind(b"\n") + 1
    is_inside ^= _has_odd_quotes(chunk, 0, end)
    while is_inside and end:
        before = chunk.rfind(b"\n", 0, end - 1) + 1
        is_inside ^= _has_odd_quotes(chunk, before, end)
        end = before
    return end


def _has_odd_quotes(chunk: bytes, start: int, end: int) -> bool:
    # To look for one is much faster than to count, and most tables have none.
    return chunk.find(b'"', start, end) >= 0 and chunk.count(b'"', start, end) % 2 == 1
