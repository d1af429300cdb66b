"""The CSV file in an upload: decompressed, with the names in its header."""

import csv
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from alphacast_pandas.emulator.errors import InvalidUpload

MAX_BYTES = 4 * 2**30  # of the plain CSV: a small body can expand without bound
BLOCK_BYTES = 2**20
RECORD_BYTES = 2**21  # DuckDB sets memory aside for rows of this length, by default
MAX_RECORD_BYTES = 2**28
# What gzip, zipfile and the modules below them raise for damaged bytes.
UNREADABLE = (
    OSError,
    EOFError,
    RuntimeError,  # an encrypted archive, or a method that this Python lacks
    ValueError,
    struct.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)


def decompress(path: Path, target: Path) -> Path:
    """Return the path of the plain CSV in `path`, which is gzip, zip, zlib or plain already."""
    with path.open("rb") as file:
        begin = file.read(64)
        file.seek(0)
        if begin.startswith(b"\x1f\x8b"):
            write_blocks(gzip_blocks(file), target)
        elif begin.startswith((b"PK\3\4", b"PK\5\6")):
            write_blocks(zip_blocks(file), target)
        elif is_zlib(begin):
            write_blocks(zlib_blocks(file), target)
        else:
            return path
    return target


def is_zlib(begin: bytes) -> bool:
    """Return whether bytes begin a zlib stream (RFC 1950), as `x^2,y` does but for what follows."""
    if begin[:1] != b"x":  # method 8, a window of 32 KiB
        return False
    try:
        zlib.decompressobj().decompress(begin)
    except zlib.error:
        return False
    return len(begin) > 1


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
    except UNREADABLE:
        message = "File cannot be decompressed"
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
        except (csv.Error, UnicodeDecodeError):
            message = "File is not a valid CSV: line 1"
            raise InvalidUpload(message) from None


def longest_record(path: Path) -> int:
    """Return how many bytes a row of the CSV file may have, or refuse a row that is too long."""
    longest = size = 0
    is_quoted = False
    if path.stat().st_size > RECORD_BYTES:
        with path.open("rb") as file:
            for line in file:
                size += len(line)
                # A line break in quotes ends no row; a quote within quotes is doubled.
                is_quoted ^= line.count(b'"') % 2 == 1
                if not is_quoted:
                    longest, size = max(longest, size), 0
    longest = max(longest, size)
    if longest > MAX_RECORD_BYTES:
        message = f"File is not a valid CSV: a row has more than {MAX_RECORD_BYTES} bytes"
        raise InvalidUpload(message)
    return max(longest + 1, RECORD_BYTES)
