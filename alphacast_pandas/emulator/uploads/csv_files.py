"""From the file a client sent to a plain CSV file and its header."""

import csv
import gzip
import io
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from alphacast_pandas.emulator.errors import InvalidUpload

MAX_BYTES = 4 * 2**30
PIECE = 2**20


def decompress(path: Path, target: Path) -> Path:
    """Return the path of the plain CSV in `path`: gzip, zip, zlib or plain already."""
    with path.open("rb") as file:
        magic = file.read(2)
        file.seek(0)
        if magic == b"\x1f\x8b":
            copy(gzip_pieces(file), target)
        elif magic == b"PK":
            copy(zip_pieces(file), target)
        elif is_zlib(magic):
            copy(zlib_pieces(file), target)
        else:
            return path
    return target


def is_zlib(magic: bytes) -> bool:
    """Return whether two bytes are the head of a zlib stream."""
    return len(magic) == 2 and magic[0] == 0x78 and int.from_bytes(magic, "big") % 31 == 0


def copy(pieces: Iterator[bytes], target: Path) -> None:
    """Write pieces to a file; a body that is damaged or too large is an invalid upload."""
    size = 0
    try:
        with target.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > MAX_BYTES:
                    message = "File is too large"
                    raise InvalidUpload(message)
                file.write(piece)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        message = f"File cannot be decompressed: {error}"
        raise InvalidUpload(message) from None


def gzip_pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate a gzip file, all its members."""
    with gzip.open(file) as inflated:
        while piece := inflated.read(PIECE):
            yield piece


def zlib_pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate a zlib stream."""
    inflater = zlib.decompressobj()
    while not inflater.eof:
        piece = inflater.unconsumed_tail or file.read(PIECE)
        if not piece:
            message = "the stream ends early"
            raise EOFError(message)
        yield inflater.decompress(piece, PIECE)


def zip_pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate the only file of a zip archive."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if len(names) != 1:
            message = "an archive of one file is expected"
            raise zipfile.BadZipFile(message)
        with archive.open(names[0]) as inflated:
            while piece := inflated.read(PIECE):
                yield piece


def read_header(path: Path) -> list[str]:
    """Return the names in the first row of a CSV file; none if there is no row."""
    with path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            return next(csv.reader(text, strict=True), [])
        except (csv.Error, UnicodeDecodeError) as error:
            message = f"File is not a valid CSV: {error}"
            raise InvalidUpload(message) from None


def save(source: IO[bytes], target: Path) -> None:
    """Copy what was uploaded to a file of ours."""
    with target.open("wb") as file:
        shutil.copyfileobj(source, file, PIECE)
