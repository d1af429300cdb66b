"""Pieces of bytes read as one file, without a copy of them."""

from __future__ import annotations

import io


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
