"""The beginning of a table: its header, its first row, or a notice in its place."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import DecodeError, QuotaError
from alphacast_pandas.api import csv_head as tables
from alphacast_pandas.api.body import BodyStream
from alphacast_pandas.api.csv_head import check_table_body, parse_record, read_head, record_end

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6)


def stream_of(body: bytes) -> BodyStream:
    return BodyStream(io.BytesIO(body).read, encoding="", end_is_proven=True)


@given(cells=st.lists(CELLS, min_size=2, max_size=5))
def test_a_record_is_what_the_csv_module_wrote(cells: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(cells)
    record = file.getvalue().encode()
    assert record_end(record + b"more\n") == len(record)
    if not cells[0].startswith("\ufeff"):
        assert parse_record(record) == cells


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_the_head_leaves_the_body_as_it_was(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHUNK_BYTES", size)
    body = '\ufeffDate,"a ""b"", ñ\n"\r\n2020-01-01,"x\ny"\r\n2020-01-02,z\r\n'.encode()
    stream = stream_of(body)
    assert read_head(stream) == (["Date", 'a "b", ñ\n'], ["2020-01-01", "x\ny"])
    assert stream.read_all() == body


@pytest.mark.parametrize("body", [b"Date,a", b"Date,a\n", b"Date,a\r\n"])
def test_a_table_may_have_no_row(body: bytes) -> None:
    assert read_head(stream_of(body)) == (["Date", "a"], None)


@pytest.mark.parametrize("body", [b"", b"\n", b"\xef\xbb\xbf", b",,\n"])
def test_an_empty_body_is_no_table(body: bytes) -> None:
    with pytest.raises(DecodeError, match="empty body"):
        read_head(stream_of(body))


def test_a_name_that_comes_twice_is_an_error() -> None:
    with pytest.raises(DecodeError, match="'a' twice"):
        read_head(stream_of(b"Date,a,a\n"))


@pytest.mark.parametrize("head", [b"error\n", b"Error\r\n", b'"error"\n', b"\xef\xbb\xbfERROR\n"])
def test_a_notice_in_the_place_of_a_table_is_a_quota_error(head: bytes) -> None:
    with pytest.raises(QuotaError, match="used up"):
        read_head(stream_of(head + b'"The plan is used up"\n'))
    with pytest.raises(QuotaError, match="used up"):
        check_table_body(head + b'"The plan is used up"\n', "tsv")


def test_a_column_called_error_is_no_notice() -> None:
    body = b"Date,error\n2020-01-01,1\n"
    assert read_head(stream_of(body))[0] == ["Date", "error"]
    assert check_table_body(body, "csv") == body


def test_fields_longer_than_the_csv_module_takes_are_read_as_it_would() -> None:
    long = "x" * 200_000
    for cells in ([long, 'a "b", c', ""], ["", "", long], [f'"{long},\n"', "1", long], [long]):
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\n").writerow(cells)
        assert parse_record(file.getvalue().encode()) == cells
