"""What one engine packs the others unpack, in pieces of bounded size, and damage is told."""

import gzip
import json
import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import compression
from alphacast_pandas.compression import GZIP, ZLIB, Inflater, checksum, deflate

BODIES = st.binary(max_size=200) | st.binary(max_size=9).map(lambda body: body * 100)


@pytest.fixture(params=["zlib", "isal"], autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The standard library's zlib, and the one of the extra `fast`."""
    name: str = request.param
    module = pytest.importorskip("isal.isal_zlib") if name == "isal" else zlib
    monkeypatch.setattr(compression, "_engine", module)
    monkeypatch.setattr(compression, "_level", 2 if name == "isal" else 4)
    return name


def unpacked(wire: bytes, size: int, bits: int = GZIP) -> tuple[list[bytes], bool]:
    """What an inflater makes of `wire` that comes in pieces, and whether it has ended."""
    inflater = Inflater(bits)
    pieces = []
    for start in range(0, len(wire), size):
        assert inflater.is_hungry
        inflater.feed(wire[start : start + size])
        while not inflater.is_hungry:
            pieces.append(inflater.inflated())
    return pieces, inflater.has_ended


@given(bodies=st.lists(BODIES, max_size=4), size=st.integers(1, 50), most=st.integers(1, 60))
def test_members_that_follow_each_other_are_one_body(
    bodies: list[bytes], size: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compression, "_MOST_INFLATED", most)
        pieces, ended = unpacked(b"".join(map(gzip.compress, bodies)), size)
    assert b"".join(pieces) == b"".join(bodies)
    assert ended is bool(bodies)
    assert all(len(piece) <= most for piece in pieces)


@given(body=BODIES, size=st.integers(1, 50))
def test_a_stream_of_zlib_is_unpacked_too(body: bytes, size: int) -> None:
    pieces, ended = unpacked(zlib.compress(body), size, ZLIB)
    assert (b"".join(pieces), ended) == (body, True)


def test_few_bytes_that_hold_very_many_come_in_pieces() -> None:
    wire = gzip.compress(b"\0" * (40 << 20))
    pieces, ended = unpacked(wire, len(wire))
    assert ended
    assert sum(map(len, pieces)) == 40 << 20
    assert max(map(len, pieces)) <= 1 << 19


@given(bodies=st.lists(BODIES, max_size=5))
def test_pieces_deflated_alone_stand_in_a_row(bodies: list[bytes]) -> None:
    crc = 0
    for body in bodies:
        crc = checksum(body, crc)
    size = sum(map(len, bodies))
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    wire = head + b"".join(map(deflate, bodies)) + b"\x03\x00" + struct.pack("<LL", crc, size)
    assert gzip.decompress(wire) == b"".join(bodies)


@pytest.mark.parametrize("place", [12, 20, -6, -1])
def test_a_byte_that_is_not_what_it_was_is_an_error(place: int) -> None:
    wire = bytearray(gzip.compress(bytes(range(256)) * 4))
    wire[place] ^= 0xFF
    with pytest.raises(ValueError, match=r"."):
        unpacked(bytes(wire), 1 << 20)


@pytest.mark.parametrize("cut", [1, 8, 9, 30])
def test_a_body_cut_short_has_not_ended(cut: int) -> None:
    pieces, ended = unpacked(gzip.compress(bytes(range(256)) * 4)[:-cut], 1 << 20)
    assert not ended
    assert len(b"".join(pieces)) <= 1024


def test_without_the_extra_the_standard_library_packs() -> None:
    program = (
        "import json, sys, zlib; sys.modules['isal'] = None\n"
        "from alphacast_pandas import compression as c\n"
        "print(json.dumps([c._engine is zlib, zlib.decompress(c.deflate(b'abc') + b'\\3\\0', -15)"
        ".decode()]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == [True, "abc"]
