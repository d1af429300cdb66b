"""Uploaded files: compressed, plain, damaged."""

import gzip
import io
import zipfile
import zlib

import pytest


def zip_of(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.csv", text)
    return packed.getvalue()


ROW = "Date,country,a\n2020-01-01,x,1\n"


@pytest.mark.parametrize(
    ("filename", "content"),
    [
        ("data", ROW.encode()),
        ("data.csv", b"\xef\xbb\xbf" + ROW.encode()),
        (None, ROW.encode()),
        ("data.csv.gz", gzip.compress(ROW.encode(), mtime=0)),
        (
            "two-members.gz",
            gzip.compress(ROW[:20].encode(), mtime=0) + gzip.compress(ROW[20:].encode(), mtime=0),
        ),
        ("zlib-stream.zip", zlib.compress(ROW.encode())),
        ("data.zip", zip_of(ROW)),
    ],
    # An archive holds the time it was made at, which no name of a test may.
    ids=["plain", "mark", "nameless", "gzip", "two members", "zlib", "zip"],
)
def test_every_form_of_upload_ever_accepted_is_accepted(call, filename, content):
    dataset = call.filled(content, filename=filename)
    assert call.data(dataset).text == "Date,country,a\n2020-01-01,x,1.0\n"


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"Date,country,a\n2020-01-01,x,1\n" * 50, mtime=0)[:-9],
        b"\x1f\x8bgarbage",
        zlib.compress(b"x" * 100)[:-3],
        b"PKgarbage",
        b'Date,country,a\n2020-01-01,"x,1\n',
        b"Date,country,a\n2020-01-01,x\n",
        b"Date,country,a\n2020-01-01,x,1,2\n",
        b"Date,country,a\n2020-01-01,\xff,1\n",
        b"\xff\xfe\x00",
        b"\x00" * 100,
        b'"Date',
    ],
    ids=lambda content: f"{len(content)} bytes from {content[:6]!r}",
)
def test_a_damaged_file_ends_its_process_and_nothing_else(call, content):
    status, message = call.ending(content)
    assert status == "Error"
    assert not message.startswith("Internal error")
    dataset = call.dataset("another")
    assert call.process(dataset, "Date,country,a\n2020-01-01,x,1\n")["status"] == "Processed"
