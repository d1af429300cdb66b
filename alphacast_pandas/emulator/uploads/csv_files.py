"""The CSV file in an upload: decompressed, with the names in its header."""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from alphacast_pandas.emulator.errors import InvalidUpload

MAX_BYTES = 4 * 2**30  # of the plain CSV: a small body can expand without bound
BLOCK_BYTES = 2**20


def decompress(path: Path, target: Path) -> Path:
    """Return the path of the plain CSV in `path`, which is gzip, zip, zlib or plain already."""
    with path.open("rb") as file:
        magic = file.read(2)
        file.seek(0)
        if magic == b"\x1f\x8b":
            write_blocks(gzip_blocks(file), target)
        elif magic == b"PK":
            write_blocks(zip_blocks(file), target)
        elif is_zlib(magic):
            write_blocks(zlib_blocks(file), target)
        else:
            return path
    return target


def is_zlib(magic: bytes) -> bool:
    """Return whether two bytes begin a zlib stream (RFC 1950): method 8, a multiple of 31."""
    return len(magic) == 2 and magic[0] == 0x78 and int.from_bytes(magic, "big") % 31 == 0


def write_blocks(blocks: Iterator[bytes], target: Path) -> None:
    """Write blocks to a file; a body that is damaged or too large is an invalid upload."""
    size = 0
    try:
        # The size in the header of an archive may be wrong: only what comes out is counted.
        with target.open("wb") as file:
            for block in blocks:
                size += len(block)
                if size > MAX_BYTES:
                    message = "File is too large"
                    raise InvalidUpload(message)
                file.write(block)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        message = f"File cannot be decompressed: {error}"
        raise InvalidUpload(message) from None


def gzip_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate a gzip file, all its members."""
    with gzip.open(file) as inflated:
        while block := inflated.read(BLOCK_BYTES):
            yield block


def zlib_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate a zlib stream."""
    inflater = zlib.decompressobj()
    while not inflater.eof:
        block = inflater.unconsumed_tail or file.read(BLOCK_BYTES)
        if not block:
            message = "the stream ends early"
            raise EOFError(message)
        yield inflater.decompress(block, BLOCK_BYTES)


def zip_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Inflate the only file of a zip archive."""
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if len(names) != 1:
            message = "an archive of one file is expected"
            raise zipfile.BadZipFile(message)
        with archive.open(names[0]) as inflated:
            while block := inflated.read(BLOCK_BYTES):
                yield block


def read_header(path: Path) -> list[str]:
    """Return the names in the first row of a CSV file; none if there is no row."""
    with path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            return next(csv.reader(text, strict=True), [])
        except (csv.Error, UnicodeDecodeError) as error:
            message = f"File is not a valid CSV: {error}"
            raise InvalidUpload(message) from None
