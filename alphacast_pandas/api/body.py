"""The body of an answer: a stream of decoded bytes that raises if the body is cut short."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from alphacast_pandas.compression import GZIP_ERRORS, open_gzip
from alphacast_pandas.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES = 1 << 18
# After so many chunks a body is long, and fewer, larger ones cost less.
_LONG_CHUNKS = 16
# A gzip file may expand a thousandfold, so what one read returns is limited.
_CHUNKS_DECODED = 2
# The ratio of what has come so far is only a sample of a compressed body.
_MARGIN = 1.25


class _Wire(io.RawIOBase):
    """The bytes as they cross the network, counted; it remembers its end."""

    def __init__(self, read: Callable[[int], bytes], chunk_bytes: int) -> None:
        super().__init__()
        self._read = read
        self._chunk_bytes = chunk_bytes
        self.count = 0
        self.has_ended = False
        self.on_wire: Callable[[int], None] | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as many as come at once; nothing at the end."""
        if self.has_ended or not size:
            return b""
        is_long = self.count >= _LONG_CHUNKS * self._chunk_bytes
        most = self._chunk_bytes * (2 if is_long else 1)
        taken = self._read(most if size < 0 else min(size, most))
        self.count += len(taken)
        self.has_ended = not taken
        if self.on_wire is not None:
            self.on_wire(len(taken))
        return taken

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the base's Buffer has no len
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)


class BodyStream(io.RawIOBase):
    """
    The decoded bytes of a body; reading raises a DecodeError if it is damaged or cut short.

    Parameters
    ----------
    read_wire : callable
        Returns at most so many bytes as they crossed the network, and nothing at the end.
    encoding : str
        The Content-Encoding of the answer.
    end_is_proven : bool
        Whether the transfer itself can tell a whole body from a cut one.
    length : int, optional
        How many bytes will cross the network, if the answer says it.
    chunk_bytes : int
        How many bytes are requested at once.
    """

    def __init__(
        self,
        read_wire: Callable[[int], bytes],
        *,
        encoding: str,
        end_is_proven: bool,
        length: int | None = None,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        super().__init__()
        self.chunk_bytes = chunk_bytes
        self._wire = _Wire(read_wire, chunk_bytes)
        is_packed = _is_gzip(encoding)
        self._gzip = open_gzip(self._wire) if is_packed else None
        self.end_is_proven = end_is_proven or is_packed
        self._length = length
        self._decoded = b""
        self._size = 0
        self._has_ended = False
        self.last_byte = b""
        self.quotes = 0

    @property
    def wire_bytes(self) -> int:
        """How many bytes have crossed the network so far."""
        return self._wire.count

    @property
    def size(self) -> int:
        """How many decoded bytes have come so far."""
        return self._size

    @property
    def on_wire(self) -> Callable[[int], None] | None:
        """What is called with the number of bytes, whenever some have crossed the network."""
        return self._wire.on_wire

    @on_wire.setter
    def on_wire(self, function: Callable[[int], None] | None) -> None:
        self._wire.on_wire = function

    @property
    def expected_size(self) -> float | None:
        """An estimate of the size of the whole body, rather too large; None if there is none."""
        if not self._length or not self.wire_bytes:
            return None
        if self._gzip is None:
            return self._length
        return _MARGIN * self._size * self._length / self.wire_bytes

    def readable(self) -> bool:
        """Return True, as `io` requires of streams that can be read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the base's Buffer has no len
        """Fill `buffer` as far as decoded bytes are at hand; 0 at the end."""
        self._fill()
        count = min(len(buffer), len(self._decoded))
        buffer[:count] = self._decoded[:count]
        self._note(self._decoded[:count])
        self._decoded = self._decoded[count:]
        return count

    def read_chunk(self) -> bytes:
        """Return the decoded bytes that come next, as many as there are; nothing at the end."""
        self._fill()
        chunk, self._decoded = self._decoded, b""
        self._note(chunk)
        return chunk

    def read_all(self) -> bytes:
        """Return the whole rest of the body."""
        return b"".join(iter(self.read_chunk, b""))

    def unread(self, body: bytes) -> None:
        """Put bytes back in front of what is still to come."""
        self.quotes -= body.count(b'"')
        self._decoded = body + self._decoded

    def check_ended(self) -> None:
        """Raise unless a reader has taken everything, and with it every check of the end."""
        if not self._has_ended or self._decoded:
            msg = "The body was not read to its end."
            raise DecodeError(msg, retryable=True)

    def _note(self, taken: bytes) -> None:
        """Keep what tells whether a table is whole: its last byte, and whether quotes are even."""
        self.last_byte = taken[-1:] or self.last_byte
        if b'"' in taken:  # much faster than to count, and most tables have none
            self.quotes += taken.count(b'"')

    def _fill(self) -> None:
        """Take bytes that come next, unless some are left or the body has ended."""
        if self._decoded or self._has_ended:
            return
        if self._gzip is None:
            self._decoded = self._wire.read()
        else:
            try:
                self._decoded = self._gzip.read(_CHUNKS_DECODED * self.chunk_bytes)
            except EOFError as error:
                msg = "The compressed body was cut short."
                raise DecodeError(msg, retryable=True) from error
            except GZIP_ERRORS as error:
                msg = f"The compressed body is damaged ({error})."
                raise DecodeError(msg, retryable=True) from error
        self._has_ended = not self._decoded
        self._size += len(self._decoded)


def _is_gzip(encoding: str) -> bool:
    """Tell whether a body is compressed; raise for a compression that was not requested."""
    name = encoding.strip().casefold()
    if name not in {"", "identity", "gzip", "x-gzip"}:
        msg = f"The body is encoded as {encoding!r}, which was not requested."
        raise DecodeError(msg)
    return name in {"gzip", "x-gzip"}
