"""A body is whole in every form of transfer, or it is an error."""

import gzip
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import DecodeError
from alphacast_pandas.api.body import BodyStream

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
}


def stream_of(wire: bytes, encoding: str, size: int = 1 << 20, **words: bool) -> BodyStream:
    """A body that arrives in pieces of at most `size` bytes."""
    source = io.BytesIO(wire)
    return BodyStream(
        lambda most: source.read(min(size, most)),
        encoding=encoding,
        end_is_proven=words.get("end_is_proven", True),
    )


@given(body=st.binary(), encoding=st.sampled_from([*FORMS]), size=st.integers(1, 9))
def test_a_body_is_read_whole_in_every_form_of_transfer(
    body: bytes, encoding: str, size: int
) -> None:
    wire = FORMS[encoding](body)
    assert stream_of(wire, encoding, size).read_all() == body
    stream = stream_of(wire, encoding, size)
    assert io.BufferedReader(stream, size).read() == body
    stream.check_ended()
    assert stream.wire_bytes == len(wire)
    assert stream.last_byte == body[-1:]


@given(first=st.binary(), second=st.binary(), size=st.integers(1, 9))
def test_members_of_gzip_follow_each_other(first: bytes, second: bytes, size: int) -> None:
    wire = gzip.compress(first) + gzip.compress(second)
    assert stream_of(wire, "gzip", size).read_all() == first + second


@given(body=st.binary(min_size=1), data=st.data(), encoding=st.sampled_from(["gzip", "x-gzip"]))
def test_a_compressed_body_cut_short_is_an_error(
    body: bytes, data: st.DataObject, encoding: str
) -> None:
    wire = FORMS[encoding](body)
    cut = data.draw(st.integers(1, len(wire) - 1))
    with pytest.raises(DecodeError) as caught:
        stream_of(wire[:cut], encoding).read_all()
    assert caught.value.retryable


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_a_damaged_body_is_an_error(encoding: str) -> None:
    with pytest.raises(DecodeError, match="damaged"):
        stream_of(b"not compressed at all", encoding).read_all()


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, br", "deflate"])
def test_a_form_that_was_not_asked_for_is_an_error(encoding: str) -> None:
    with pytest.raises(DecodeError, match="not requested"):
        stream_of(b"", encoding)


def test_a_body_that_was_not_read_to_its_end_is_told_apart() -> None:
    stream = stream_of(b"a,b\n1,2\n", "", 4)
    stream.read(2)
    with pytest.raises(DecodeError, match="not read to its end"):
        stream.check_ended()


def test_what_was_looked_at_can_be_put_back() -> None:
    stream = stream_of(b"abcdef", "", 2)
    stream.unread(stream.read(4) or b"")
    assert stream.read_all() == b"abcdef"


def test_compression_proves_the_end_where_the_transfer_does_not() -> None:
    assert not stream_of(b"", "", end_is_proven=False).end_is_proven
    assert stream_of(b"", "gzip", end_is_proven=False).end_is_proven


def test_few_bytes_that_hold_very_many_are_decoded_in_bounded_chunks() -> None:
    stream = stream_of(gzip.compress(b"\0" * (40 << 20)), "gzip")
    chunks = [*iter(stream.read_chunk, b"")]
    assert sum(map(len, chunks)) == 40 << 20
    assert max(map(len, chunks)) <= 1 << 19


@pytest.mark.parametrize("place", [0, 3, 20, -6, -1])
def test_a_byte_that_is_not_what_it_was_is_an_error(place: int) -> None:
    wire = bytearray(gzip.compress(bytes(range(256)) * 4, mtime=0))
    wire[place] ^= 0xFF
    with pytest.raises(DecodeError):
        stream_of(bytes(wire), "gzip").read_all()
