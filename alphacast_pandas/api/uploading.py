"""Sends one file with its manifest and flags."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from alphacast_pandas.api.multipart import Multipart, Part, Payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alphacast_pandas.api.transport import Transport

File = bytes | str | os.PathLike[str] | BinaryIO
_GZIP_MAGIC = b"\x1f\x8b"


def send_file(
    transport: Transport,
    path: str,
    stream: Payload,
    *,
    manifest: Sequence[Mapping[str, Any]] | None,
    flags: Mapping[str, bool],
    on_read: Callable[[int], None] | None = None,
) -> Any:
    """Return what the service answers to the file in `stream`: the process it starts."""
    parts = [Part("data", stream, filename=_filename(stream))]
    if manifest is not None:
        text = json.dumps([dict(column) for column in manifest], ensure_ascii=False)
        parts.insert(0, Part("manifest", io.BytesIO(text.encode())))
    content = Multipart(parts, on_read=on_read)
    return transport.send("PUT", path, params=_query(flags), content=content)


@contextlib.contextmanager
def opened(file: File) -> Iterator[BinaryIO]:
    """Give a binary stream for whatever a caller calls a file; close only what was opened here."""
    if isinstance(file, bytes | bytearray | memoryview):
        yield io.BytesIO(file)
    elif isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as stream:
            yield stream
    else:
        yield file


def _filename(stream: Payload) -> str:
    start = stream.tell()
    compressed = stream.read(2) == _GZIP_MAGIC
    stream.seek(start)
    return "data.csv.gz" if compressed else "data.csv"


def _query(flags: Mapping[str, bool]) -> dict[str, str]:
    query = {name: "true" if value else "false" for name, value in flags.items()}
    # The official SDK sends this one only when it is true.
    if query.get("acceptNewColumns") == "false":
        del query["acceptNewColumns"]
    return query
