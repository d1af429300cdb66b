"""Uploads as ``multipart/form-data``: the form with its fields, and the flags sent beside it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


File = bytes | str | os.PathLike[str] | BinaryIO
_BLOCK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


class Payload(Protocol):
    """A file that can be read from where it stands."""

    def read(self, size: int = ..., /) -> bytes:
        """Return the next bytes, nothing at the end."""

    def seek(self, offset: int, whence: int = ..., /) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """Return the place."""


@dataclass(frozen=True)
class Field:
    """One field of a form; names are ours and need no escaping."""

    name: str
    payload: Payload
    filename: str | None = None
    content_type: str | None = None

    def head(self, boundary: str) -> bytes:
        """Return what stands before the payload."""
        filename = f'; filename="{self.filename}"' if self.filename else ""
        content_type = f"Content-Type: {self.content_type}\r\n" if self.content_type else ""
        return (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{self.name}"{filename}\r\n'
            f"{content_type}\r\n"
        ).encode("ascii")


class Multipart:
    """
    A ``multipart/form-data`` body of known length, read once from beginning to end.

    The payloads are read as they are sent. `requests` and `urllib3` would copy them into one body
    first, 49 MB more memory for a file of 49 MB; requests-toolbelt, which would not, is not among
    the dependencies of this package.
    """

    def __init__(
        self, fields: Sequence[Field], *, on_read: Callable[[int], None] | None = None
    ) -> None:
        boundary = secrets.token_hex(16)
        self.headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        self._on_read = on_read
        self._streams: list[Payload] = []
        for field in fields:
            self._streams += [io.BytesIO(field.head(boundary)), field.payload, io.BytesIO(b"\r\n")]
        self._streams.append(io.BytesIO(f"--{boundary}--\r\n".encode("ascii")))
        self._length = sum(_remaining(stream) for stream in self._streams)
        self._position = 0

    def __len__(self) -> int:
        return self._length

    @property
    def sent_whole(self) -> bool:
        """Whether the last byte has been handed to the connection."""
        return self._position >= self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(_BLOCK_BYTES), b"")

    def read(self, size: int = -1) -> bytes:
        """Return bytes that come next, at most `size` of them; nothing at the end."""
        if size < 0:
            return b"".join(self)
        taken = b""
        while self._streams and size and not taken:
            taken = self._streams[0].read(size)
            if not taken:
                self._streams.pop(0)
        self._position += len(taken)
        if self._on_read is not None:
            self._on_read(len(taken))
        return taken


def _remaining(stream: Payload) -> int:
    here = stream.tell()
    end = stream.seek(0, os.SEEK_END)
    stream.seek(here)
    return end - here


@dataclass(frozen=True)
class UploadFlags:
    """What an upload may do with the rows and columns that a dataset has."""

    delete_missing: bool = False
    update_on_conflict: bool = False
    accept_new_columns: bool = False

    def to_params(self) -> dict[str, str]:
        """Return the flags as query parameters."""
        params = {
            "deleteMissingFromDB": "true" if self.delete_missing else "false",
            "onConflictUpdateDB": "true" if self.update_on_conflict else "false",
        }
        # The official SDK sends this one only when it is true.
        return {**params, "acceptNewColumns": "true"} if self.accept_new_columns else params


def upload_form(
    stream: Payload,
    manifest: Sequence[Mapping[str, Any]] | None,
    *,
    on_read: Callable[[int], None] | None = None,
) -> Multipart:
    """Return the form of an upload: the file in `stream`, after its manifest if there is one."""
    fields = [Field("data", stream, filename=_filename(stream))]
    if manifest is not None:
        text = json.dumps([dict(column) for column in manifest], ensure_ascii=False)
        fields.insert(0, Field("manifest", io.BytesIO(text.encode())))
    return Multipart(fields, on_read=on_read)


@contextlib.contextmanager
def open_stream(file: File) -> Iterator[BinaryIO]:
    """Yield a binary stream for any kind of file; only what was opened here is closed."""
    if isinstance(file, bytes | bytearray | memoryview):
        yield io.BytesIO(file)
    elif isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as stream:
            yield stream
    elif hasattr(file, "read"):
        yield file
    else:
        msg = f"file must be bytes, a path or a binary file, got {value_text(file)}."
        raise QueryError(msg)


def _filename(stream: Payload) -> str:
    start = stream.tell()
    compressed = stream.read(2) == _GZIP_MAGIC
    stream.seek(start)
    return "data.csv.gz" if compressed else "data.csv"
