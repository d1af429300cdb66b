"""The bytes of a table: to blocks of whole rows, so that they can be parsed side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.api.body import BodyStream

# Large enough that a parser does not notice their borders, small enough for a processor's cache.
BLOCK_BYTES = 1 << 19


def row_blocks(stream: BodyStream) -> Iterator[bytes]:
    """
    Yield the body in blocks that end where a row ends.

    A line break ends a row if an even number of quotes stands before it. What is left at the end
    is a block too, whether a row ends there or not.
    """
    pieces: list[bytes] = []
    size = 0
    while chunk := stream.read_chunk():
        pieces.append(chunk)
        size += len(chunk)
        if size >= BLOCK_BYTES:
            body = b"".join(pieces)
            end = _end_of_rows(body)
            if end:
                yield body[:end]
            pieces, size = [body[end:]], 0
    rest = b"".join(pieces)
    if rest:
        yield rest


def _end_of_rows(body: bytes) -> int:
    """Return where the last whole row ends, 0 if there is none."""
    end = body.rfind(b"\n") + 1
    if b'"' not in body:  # much faster than to count
        return end
    is_inside = body.count(b'"', 0, end) % 2
    while is_inside and end:
        before = body.rfind(b"\n", 0, end - 1) + 1
        is_inside ^= body.count(b'"', before, end) % 2
        end = before
    return end
