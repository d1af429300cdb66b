"""The body of an answer as a stream of decoded bytes that knows whether it is whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from alphacast_pandas.compression import GZIP, ZLIB, Inflater
from alphacast_pandas.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES = 1 << 18
# After so many of them a body is long, and fewer, larger ones cost less.
_LONG_CHUNKS = 16
# What has been inflated so far is only a sample of a compressed body.
_GENEROUSLY = 1.25


class BodyStream(io.RawIOBase):
    """
    Bytes as the server meant them: transfer ended and decompression complete, or an error.

    `read_wire` returns at most so many bytes as they crossed the network, and nothing at the
    end, `length` how many there will be, if that is known. `end_is_proven` says whether the
    transfer itself can tell a whole body from a cut one.
    """

    def __init__(
        self,
        read_wire: Callable[[int], bytes],
        *,
        encoding: str,
        end_is_proven: bool,
        length: int | None = None,
    ) -> None:
        super().__init__()
        self._read_wire = read_wire
        self._decoder = _decoder(encoding)
        self._decoded = b""
        self._ended = False
        self.end_is_proven = end_is_proven or self._decoder is not None
        self._length = length
        self._size = 0
        self.wire_bytes = 0
        self.last_byte = b""
        self.quotes = 0
        self.on_wire: Callable[[int], None] | None = None

    @property
    def expected_size(self) -> float | None:
        """How many bytes there will be when all have come, rather more; None if nothing tells."""
        if not self._length or not self.wire_bytes:
            return None
        if self._decoder is None:
            return self._length
        return _GENEROUSLY * self._size * self._length / self.wire_bytes

    def readable(self) -> bool:
        """Say that it can be read, as `io` asks."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the base's Buffer has no len
        """Fill `buffer` as far as decoded bytes are at hand; 0 at the end."""
        while not self._decoded and not self._ended:
            self._fill()
        count = min(len(buffer), len(self._decoded))
        self.last_byte = self._decoded[count - 1 : count] or self.last_byte
        buffer[:count] = self._decoded[:count]
        self.quotes += self._decoded.count(b'"', 0, count)
        self._decoded = self._decoded[count:]
        return count

    def read_chunk(self) -> bytes:
        """Return the decoded bytes that come next, as many as there are; nothing at the end."""
        while not self._decoded and not self._ended:
            self._fill()
        chunk, self._decoded = self._decoded, b""
        self.last_byte = chunk[-1:] or self.last_byte
        if b'"' in chunk:  # much faster than to count, and most tables have none
            self.quotes += chunk.count(b'"')
        return chunk

    def read_all(self) -> bytes:
        """Return the whole rest of the body."""
        pieces = [self._decoded]
        self._decoded = b""
        while not self._ended:
            self._fill()
            pieces.append(self._decoded)
            self._decoded = b""
        return b"".join(pieces)

    def unread(self, body: bytes) -> None:
        """Put bytes back in front of what is still to come."""
        self.quotes -= body.count(b'"')
        self._decoded = body + self._decoded

    def check_ended(self) -> None:
        """Raise unless a reader has taken everything, and with it every check of the end."""
        if not self._ended or self._decoded:
            msg = "The body was not read to its end."
            raise DecodeError(msg, retryable=True)

    def _fill(self) -> None:
        """Take bytes that come next; there may be none, without being at the end."""
        decoder = self._decoder
        if decoder is None:
            self._decoded = self._receive()
        else:
            if decoder.is_hungry:
                decoder.feed(self._receive())
            if not decoder.is_hungry:
                self._decoded = _inflated(decoder)
            elif self.wire_bytes and not decoder.has_ended:
                msg = "The compressed body was cut short."
                raise DecodeError(msg, retryable=True)
        self._size += len(self._decoded)

    def _receive(self) -> bytes:
        is_long = self.wire_bytes >= _LONG_CHUNKS * CHUNK_BYTES
        wire = self._read_wire(CHUNK_BYTES * (2 if is_long else 1))
        self.wire_bytes += len(wire)
        self._ended = not wire
        if self.on_wire is not None:
            self.on_wire(len(wire))
        return wire


def _inflated(decoder: Inflater) -> bytes:
    try:
        return decoder.inflated()
    except ValueError as error:
        msg = f"The compressed body is damaged ({error})."
        raise DecodeError(msg, retryable=True) from error


def _decoder(encoding: str) -> Inflater | None:
    name = encoding.strip().casefold()
    if name in {"", "identity"}:
        return None
    if name in {"gzip", "x-gzip"}:
        return Inflater(GZIP)
    if name == "deflate":
        return Inflater(ZLIB)
    msg = f"The body is encoded as {encoding!r}, which was not asked for."
    raise DecodeError(msg)
