"""What we send as a form, read by somebody else."""

import email
import email.policy
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.api.multipart import Field, Multipart


def parsed(form: Multipart, body: bytes) -> list[tuple[str, str | None, bytes]]:
    """Read a form with the mail parser: name, file name, content."""
    head = f"Content-Type: {form.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


# The mail parser takes the last line break of a part for its own, and knows three kinds of them.
PAYLOADS = st.binary().map(lambda body: body.replace(b"\r", b"").replace(b"\n", b"") + b".")


@given(payloads=st.lists(PAYLOADS, min_size=1, max_size=3), size=st.integers(1, 200))
def test_a_form_is_read_back_whatever_the_size_of_the_pieces(
    payloads: list[bytes], size: int
) -> None:
    form = Multipart([Field(f"p{n}", io.BytesIO(p), f"{n}.csv") for n, p in enumerate(payloads)])
    pieces = [*iter(lambda: form.read(size), b"")]
    assert max(map(len, pieces)) <= size
    body = b"".join(pieces)
    assert len(form) == len(body)
    assert form.sent_whole
    assert parsed(form, body) == [(f"p{n}", f"{n}.csv", p) for n, p in enumerate(payloads)]


def test_a_form_is_the_same_whole_or_in_pieces() -> None:
    payload = bytes(range(256)) * 1000
    form = Multipart([Field("data", io.BytesIO(payload), "data.csv.gz", "application/gzip")])
    body = b"".join(form)
    assert payload in body
    assert b"Content-Type: application/gzip\r\n\r\n" in body
    assert form.read() == b""


def test_a_file_is_sent_from_where_it_stands() -> None:
    file = io.BytesIO(b"skipped,kept")
    file.seek(8)
    form = Multipart([Field("data", file)])
    assert parsed(form, form.read()) == [("data", None, b"kept")]


def test_a_witness_hears_of_every_byte() -> None:
    heard: list[int] = []
    form = Multipart([Field("data", io.BytesIO(b"x" * 1000))], on_read=heard.append)
    assert not form.sent_whole
    while form.read(64):
        pass
    assert sum(heard) == len(form)


@pytest.mark.parametrize("count", [1, 2])
def test_each_form_has_a_boundary_of_its_own(count: int) -> None:
    made = {Multipart([]).headers["Content-Type"] for _ in range(count)}
    assert len(made) == count
