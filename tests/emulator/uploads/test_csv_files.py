"""Uploaded files: compressed, plain, damaged."""

import contextlib
import gzip
import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.uploads.csv_files import decompress, longest_record


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
        ("fast.zlib", zlib.compress(ROW.encode(), 2)),
        ("data.zip", zip_of(ROW)),
    ],
    # An archive holds the time it was made at, which no name of a test may.
    ids=["plain", "mark", "nameless", "gzip", "two members", "zlib", "fast zlib", "zip"],
)
def test_every_form_of_upload_ever_accepted_is_accepted(call, filename, content):
    dataset = call.filled(content, filename=filename)
    assert call.data(dataset).text == "Date,country,a\n2020-01-01,x,1.0\n"


@pytest.mark.parametrize("name", ["PK", "PKB", "x^2", "x"])
def test_a_name_that_begins_like_an_archive_is_a_name(call, name):
    manifest = [{"sourceName": "Date", "dataType": "Date"}]
    dataset = call.filled(f"{name},Date\n1,2020-01-01\n", manifest=manifest)
    assert call.data(dataset).text == f"Date,{name}\n2020-01-01,1.0\n"


@pytest.mark.parametrize("size", [2**21 - 20, 2**21, 2_300_000, 9_000_000])
@pytest.mark.parametrize("line", ["x", "x\n", 'x,""\n'], ids=["one line", "lines", "quotes"])
def test_rows_of_any_length_are_stored(call, size, line):
    text = (line * (size // len(line) + 1))[:size].rstrip('"')
    manifest = [
        {"sourceName": "Date", "dataType": "Date"},
        {"sourceName": "t", "dataType": "String"},
    ]
    quoted = f'"{text}"' if {",", "\n"} & set(text) else text
    sent = f"Date,t\n2020-01-01,{quoted}\n2020-01-02,after\n"
    # Not compared by assert, which would take minutes to show where they differ.
    is_whole = call.data(call.filled(sent, manifest=manifest)).text == sent
    assert is_whole


def test_a_row_that_no_memory_holds_is_refused(tmp_path):
    file = tmp_path / "file"
    with file.open("wb") as target:
        target.write(b'Date,t\n2020-01-01,"')
        target.truncate(2**28 + 100)  # a hole, which takes no space
    with pytest.raises(InvalidUpload, match="a row has more than 268435456 bytes"):
        longest_record(file)


def damage(packed, places):
    """Return bytes with some of them changed, `places` as fractions of their length."""
    content = bytearray(packed)
    for fraction, value in places:
        content[int(fraction * len(content))] = value
    return bytes(content)


def pack(text, method):
    if method == "gzip":
        return gzip.compress(text.encode(), mtime=0)
    if method == "zlib":
        return zlib.compress(text.encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("data.csv", text)
    return packed.getvalue()


METHODS = ["gzip", "zlib", zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]
METHODS.append(zipfile.ZIP_LZMA)


@given(
    method=st.sampled_from(METHODS),
    places=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=5),
)
def test_a_damaged_archive_is_read_or_refused(tmp_path, method, places):
    file = tmp_path / "file"
    file.write_bytes(damage(pack(ROW * 20, method), places))
    with contextlib.suppress(InvalidUpload):  # and nothing else
        assert decompress(file, tmp_path / "plain").exists()


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
    known = ("File cannot be decompressed", "File is not a valid CSV", "Data has not Date column")
    assert message.startswith(known)
    assert ":" not in message.removeprefix("File is not a valid CSV: line ")
    dataset = call.dataset("another")
    assert call.process(dataset, "Date,country,a\n2020-01-01,x,1\n")["status"] == "Processed"
