"""The beginning of a table: its header, its first row, or a notice in its place."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import DecodeError, QuotaError
from alphacast_pandas.api.body import BodyStream
from alphacast_pandas.api.csv_head import (
    check_table_answer,
    check_table_body,
    parse_record,
    read_head,
    record_ends,
)
from alphacast_pandas.api.responses import Answer, Request

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6)


def stream_of(body: bytes, size: int = 1 << 20) -> BodyStream:
    """A body that arrives in pieces of at most `size` bytes."""
    source = io.BytesIO(body)
    return BodyStream(lambda most: source.read(min(size, most)), encoding="", end_is_proven=True)


@given(cells=st.lists(CELLS, min_size=2, max_size=5))
def test_a_record_is_what_the_csv_module_wrote(cells: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerow(cells)
    record = file.getvalue().encode()
    assert record_ends(record + b"more\n", 1) == ([len(record)], False)
    if not cells[0].startswith("\ufeff"):
        assert parse_record(record) == cells


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_the_head_leaves_the_body_as_it_was(size: int) -> None:
    body = '\ufeffDate,"a ""b"", ñ\n"\r\n2020-01-01,"x\ny"\r\n2020-01-02,z\r\n'.encode()
    stream = stream_of(body, size)
    head = read_head(stream)
    assert (head.header, head.first_row) == (["Date", 'a "b", ñ\n'], ["2020-01-01", "x\ny"])
    assert stream.read_all() == body


@pytest.mark.parametrize("body", [b"Date,a", b"Date,a\n", b"Date,a\r\n"])
def test_a_table_may_have_no_row(body: bytes) -> None:
    head = read_head(stream_of(body))
    assert (head.header, head.first_row) == (["Date", "a"], None)


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
    assert read_head(stream_of(body)).header == ["Date", "error"]
    assert check_table_body(body, "csv") == body


def test_fields_longer_than_the_csv_module_takes_are_read_as_it_would() -> None:
    long = "x" * 200_000
    for cells in ([long, 'a "b", c', ""], ["", "", long], [f'"{long},\n"', "1", long], [long]):
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\n").writerow(cells)
        assert parse_record(file.getvalue().encode()) == cells


@given(body=st.binary(max_size=60), most=st.integers(1, 4), cut=st.integers(0, 60))
def test_records_end_where_quotes_are_even_however_the_body_arrives(
    body: bytes, most: int, cut: int
) -> None:
    breaks = [n + 1 for n, byte in enumerate(body) if byte == 0x0A]
    expected = [n for n in breaks if body.count(b'"', 0, n) % 2 == 0][:most]
    first, is_quoted = record_ends(body[:cut], most)
    rest = body[len(body[:cut]) :]
    second, _ = record_ends(rest, most - len(first), is_quoted=is_quoted)
    assert first + [len(body[:cut]) + end for end in second] == expected


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html>\n<html>", b'{"error": "no"}', b"[1, 2]", b"\xef\xbb\xbf <a>"]
)
def test_a_page_or_json_is_no_table(body: bytes) -> None:
    head = read_head(stream_of(body))
    for names in ([], ["Date", "x"]):
        with pytest.raises(DecodeError, match="not a table"):
            head.check_is_of(names)


@pytest.mark.parametrize("name", ["[x]", "{y}", "<z>"])
def test_a_column_may_begin_like_a_page(name: str) -> None:
    head = read_head(stream_of(f"{name},a\n2020-01-01,1\n".encode()))
    head.check_is_of([name, "a"])


def answer_of(status: int = 200, **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(Request("GET", "/datasets/1/data"), status, names, stream_of(b""))


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(206),
        answer_of(202),
        answer_of(Content_Range="bytes 0-99/1000"),
        answer_of(Content_Type="text/html; charset=utf-8"),
        answer_of(Content_Type="application/xhtml+xml"),
        answer_of(Content_Type="image/png"),
    ],
    ids=lambda answer: f"{answer.status} {answer.headers}",
)
def test_an_answer_that_is_no_whole_table_by_its_headers_is_an_error(answer: Answer) -> None:
    with pytest.raises(DecodeError, match=r"not a (whole )?table"):
        check_table_answer(answer)


@pytest.mark.parametrize("kind", ["text/csv; charset=utf-8", "text/plain", "application/json", ""])
def test_media_types_that_data_may_come_with_are_taken(kind: str) -> None:
    assert check_table_answer(answer_of(Content_Type=kind)) == kind.partition(";")[0]


@pytest.mark.parametrize(
    ("body", "media_type", "can_be"),
    [
        (b"Service under maintenance, try later\n", "", False),
        (b"Service under maintenance\nPlease try later\n", "text/plain", False),
        (b"Fecha,x\n", "", True),
        (b"period,x\n2020-01-01,1\n", "", True),
        (b"period,x\n2020Q1,1\n", "text/csv", True),
    ],
)
def test_something_must_show_that_a_body_is_a_dataset(
    body: bytes, media_type: str, can_be: bool
) -> None:
    head = read_head(stream_of(body), media_type)
    if can_be:
        head.check_is_of([])
        return
    with pytest.raises(DecodeError, match="nothing shows that"):
        head.check_is_of([])
