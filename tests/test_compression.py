"""What one engine packs the other unpacks, and damage is an error."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.compression import (
    ENGINE,
    GZIP_ERRORS,
    STANDARD,
    Engine,
    checksum,
    deflate,
    open_gzip,
)
from alphacast_pandas.emulator import Emulator

BODIES = st.binary(max_size=200) | st.binary(max_size=9).map(lambda body: body * 100)
# The second is that of the extra `fast`, where it is installed.
ENGINES = pytest.mark.parametrize("engine", [STANDARD, ENGINE], ids=["standard", "best"])


class Slow(io.RawIOBase):
    """A file that gives at most so many bytes at once."""

    def __init__(self, body: bytes, size: int) -> None:
        super().__init__()
        self._source, self._size = io.BytesIO(body), size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._source.read(min(self._size, size) if size >= 0 else self._size)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # the base's Buffer has no len
        taken = self.read(len(buffer))
        buffer[: len(taken)] = taken
        return len(taken)


@ENGINES
@given(bodies=st.lists(BODIES, max_size=4), size=st.integers(1, 50))
def test_members_that_follow_each_other_are_one_body(
    engine: Engine, bodies: list[bytes], size: int
) -> None:
    wire = b"".join(map(gzip.compress, bodies))
    assert open_gzip(Slow(wire, size), engine).read() == b"".join(bodies)


@ENGINES
def test_few_bytes_that_hold_very_many_come_in_pieces(engine: Engine) -> None:
    file = open_gzip(io.BytesIO(gzip.compress(b"\0" * (40 << 20))), engine)
    pieces = [*iter(lambda: file.read(1 << 19), b"")]
    assert sum(map(len, pieces)) == 40 << 20
    assert max(map(len, pieces)) <= 1 << 19


@ENGINES
@given(bodies=st.lists(BODIES, max_size=5))
def test_pieces_deflated_alone_stand_in_a_row(engine: Engine, bodies: list[bytes]) -> None:
    crc = 0
    for body in bodies:
        crc = checksum(body, crc, engine)
    size = sum(map(len, bodies))
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    packed = b"".join(deflate(body, engine) for body in bodies)
    wire = head + packed + b"\x03\x00" + struct.pack("<LL", crc, size)
    assert gzip.decompress(wire) == b"".join(bodies)
    assert open_gzip(io.BytesIO(wire), engine).read() == b"".join(bodies)


@ENGINES
@pytest.mark.parametrize("place", [12, 20, -6, -1])
def test_a_byte_that_is_not_what_it_was_is_an_error(engine: Engine, place: int) -> None:
    wire = bytearray(gzip.compress(bytes(range(256)) * 4))
    wire[place] ^= 0xFF
    with pytest.raises(GZIP_ERRORS):
        open_gzip(io.BytesIO(wire), engine).read()


@ENGINES
@pytest.mark.parametrize("cut", [1, 8, 9, 30])
def test_a_body_cut_short_is_an_error(engine: Engine, cut: int) -> None:
    wire = gzip.compress(bytes(range(256)) * 4)[:-cut]
    with pytest.raises(GZIP_ERRORS):
        open_gzip(io.BytesIO(wire), engine).read()


WITHOUT = """
import json, os, sys
sys.modules["isal"] = None  # as where the extra is not installed
import numpy as np
import pandas as pd
import alphacast_pandas as ap
from alphacast_pandas.compression import ENGINE, STANDARD
frame = pd.DataFrame({"Date": pd.date_range("2000", periods=5000), "x": np.arange(5000) / 7})
result = frame.alphacast.push(name="Without", progress=False)
back = ap.read_alphacast(result.dataset_id, progress=False)
print(json.dumps([ENGINE is STANDARD, bool((back["x"] == frame["x"]).all())]))
"""


def test_without_the_extra_the_standard_library_compresses_both_ways(emulator: Emulator) -> None:
    place = {"ALPHACAST_API_KEY": emulator.api_key, "ALPHACAST_BASE_URL": emulator.url}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **place},
    )
    assert json.loads(done.stdout) == [True, True]
