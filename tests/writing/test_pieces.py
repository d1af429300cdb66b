"""Pieces as one file, against the file in memory that Python brings."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.writing.csv_files import PiecesFile

PIECES = st.lists(st.binary(max_size=6), max_size=6)
SIZES = st.integers(0, 12)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), SIZES),
        st.tuples(st.just("readinto"), SIZES),
        st.tuples(st.just("seek"), st.integers(-40, 40), st.sampled_from([0, 1, 2])),
        st.tuples(st.just("append"), st.binary(max_size=4)),
    ),
    max_size=12,
)


def file_of(pieces: list[bytes]) -> PiecesFile:
    file = PiecesFile()
    for piece in pieces:
        file.append(piece)
    return file


def read_into(file: PiecesFile, size: int) -> bytes:
    buffer = bytearray(size)
    return bytes(buffer[: file.readinto(memoryview(buffer))])


def agree_on_reading(known: io.BytesIO, taken: bytes, size: int) -> None:
    """A read may be short, but it is empty only at the end."""
    assert len(taken) <= size
    here = known.tell()
    assert known.read(len(taken)) == taken
    assert bool(taken) == bool(size and here < len(known.getvalue()))


def agree_on_seeking(file: PiecesFile, known: io.BytesIO, offset: int, whence: int) -> None:
    size = len(known.getvalue())
    place = offset + (0, known.tell(), size)[whence]
    if place < 0:
        with pytest.raises(ValueError, match="negative seek"):
            file.seek(offset, whence)
    else:
        assert file.seek(offset, whence) == known.seek(min(place, size))


@given(pieces=PIECES, steps=STEPS)
def test_it_reads_and_seeks_as_one_file(pieces: list[bytes], steps: list[tuple]) -> None:
    file, known = file_of(pieces), io.BytesIO(b"".join(pieces))
    for name, *words in steps:
        if name == "append":
            file.append(*words)
            known = io.BytesIO(known.getvalue() + words[0])
            known.seek(file.tell())
        elif name == "seek":
            agree_on_seeking(file, known, *words)
        else:
            taken = file.read(*words) if name == "read" else read_into(file, *words)
            agree_on_reading(known, taken, *words)
        assert file.tell() == known.tell()
        assert file.size == len(known.getvalue())
    assert file.read() == known.read()
    assert file.read() == b""


@given(pieces=PIECES, place=SIZES)
def test_the_readers_of_python_read_it(pieces: list[bytes], place: int) -> None:
    whole = b"".join(pieces)
    file = file_of(pieces)
    file.seek(place)
    assert io.BufferedReader(file, 3).read() == whole[place:]


def test_a_piece_that_is_wanted_whole_is_not_copied() -> None:
    piece = b"a piece of some length"
    assert file_of([piece, b"another"]).read(1000) is piece


def test_closing_lets_go_of_the_bytes() -> None:
    with file_of([b"abc"]) as file:
        kept = file
    assert kept.closed
    assert kept._pieces == []
