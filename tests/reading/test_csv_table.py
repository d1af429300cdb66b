"""The bytes of a CSV body become a table at declared types, or an error."""

import csv
import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import DecodeError
from alphacast_pandas.api.body import BodyStream
from alphacast_pandas.api.csv_head import read_head
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.reading.answer import OpenAnswer
from alphacast_pandas.reading.csv_table import parse_table, table_with_nulls
from alphacast_pandas.reading.frame import to_frame
from alphacast_pandas.reading.query import Query

STATED = Definitions(
    (
        Column("Date", "Date", is_entity=True),
        Column("name", "String", is_entity=True),
        Column("number", "Decimal"),
        Column("short", "Short Integer"),
    )
)
HEADER = [*STATED.names]


def stream_of(body: bytes, *, end_is_proven: bool = True) -> BodyStream:
    source = io.BytesIO(body)
    return BodyStream(source.read, encoding="", end_is_proven=end_is_proven)


def table_of(body: str, definitions: Definitions = STATED, **words: bool) -> pa.Table:
    stream = stream_of(body.encode(), **words)
    header = read_head(stream).header
    answer = OpenAnswer(definitions, Query(), {}, stream, header, definitions.names)
    return table_with_nulls(parse_table(answer))


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
ROWS = st.lists(
    st.tuples(
        st.datetimes(),
        st.none() | TEXTS,
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(-32768, 32767),
    ),
    max_size=8,
)


@given(rows=ROWS)
def test_what_the_csv_module_writes_is_read_as_it_was(rows: list[tuple[Any, ...]]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(HEADER)
    for date, *values in rows:
        writer.writerow([date.isoformat(), *("" if value is None else value for value in values)])
    table = table_of(file.getvalue())
    assert table.to_pylist() == [dict(zip(HEADER, row, strict=True)) for row in rows]


@pytest.mark.parametrize("word", ["NA", "N/A", "null", "nan", "None", "007", "1e5", "true"])
def test_a_word_in_a_text_column_stays_that_word(word: str) -> None:
    assert table_of(f"Date,name,number,short\n2020-01-01,{word},,\n")["name"].to_pylist() == [word]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2020-01-01,a,many,1", "many"),
        ("2020-01-01,a,1,1.5", "Short Integer"),
        ("2020-01-01,a,1,40000", "Short Integer"),
        ("yesterday,a,1,1", "yesterday"),
        (",a,1,1", "empty"),
        ("2020-01-01,a,1", "columns"),
        ('2020-01-01,"a,1,1', "definitions|quoted"),
    ],
)
def test_a_row_that_breaks_its_definitions_is_an_error(row: str, why: str) -> None:
    with pytest.raises(DecodeError, match=why):
        table_of(f"Date,name,number,short\n2020-01-01,b,2,2\n{row}\n")


def test_a_body_without_proof_of_its_end_must_end_with_a_line() -> None:
    body = "Date,name,number,short\n2020-01-01,b,2,2"
    assert table_of(body).num_rows == 1
    with pytest.raises(DecodeError, match="middle of a line"):
        table_of(body, end_is_proven=False)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2.5", "-3e-7"], "float64"),
        (["1", ""], "float64"),
        (["1", "007"], "text"),
        (["1", "1e5x"], "text"),
        (["NA", "1"], "text"),
        (["1", " 2"], "text"),
        (["1", "nan"], "text"),
        (["1", "inf"], "text"),
    ],
)
def test_without_definitions_only_plain_numbers_are_numbers(cells: list[str], kind: str) -> None:
    unknown = Definitions((Column("Date", "Date", is_entity=True), Column("value")), stated=False)
    body = "".join(f"2020-01-01,{cell}\n" for cell in cells)
    values = table_of(f"Date,value\n{body}", unknown)["value"]
    assert pa.types.is_floating(values.type) is (kind == "float64")
    if kind == "text":
        assert values.to_pylist() == cells


@pytest.mark.parametrize("backend", [None, "numpy_nullable", "pyarrow"])
def test_a_frame_has_the_types_of_its_definitions_with_rows_and_without(
    backend: str | None,
) -> None:
    types = {
        None: [pd.to_datetime(["2020"]).dtype, pd.Series(["a"]).dtype, "float64", "Int16"],
        "numpy_nullable": [pd.to_datetime(["2020"]).dtype, "string", "Float64", "Int16"],
        "pyarrow": [
            "timestamp[us][pyarrow]",
            "string[pyarrow]",
            "double[pyarrow]",
            "int16[pyarrow]",
        ],
    }[backend]
    for rows in ("", "2020-01-01,a,1.5,7\n2020-01-02,,,\n"):
        table = table_of(f"Date,name,number,short\n{rows}")
        frame = to_frame(table, STATED, dtype_backend=backend, categories=False)
        for name, kind in zip(HEADER, types, strict=True):
            expected = pd.ArrowDtype(pa.string()) if kind == "string[pyarrow]" else kind
            assert frame[name].dtype == expected
        assert frame.isna().to_numpy().sum() == (3 if rows else 0)


@pytest.mark.parametrize("promised", [10**12, 10**18, 10**30])
def test_a_length_that_no_memory_holds_is_no_reason_to_fail(promised: int) -> None:
    """The first rows may be much shorter than those that follow, or a server may lie."""
    body = b"Date,name,number,short\n" + b"2020-01-01,a,1.5,\n" * 50
    source = io.BytesIO(body)
    stream = BodyStream(
        source.read, encoding="", end_is_proven=True, length=promised, chunk_bytes=25
    )
    header = read_head(stream).header
    table = parse_table(OpenAnswer(STATED, Query(), {}, stream, header, STATED.names))
    assert table["number"].to_pylist() == [1.5] * 50


def test_a_header_without_a_line_break_is_an_empty_table() -> None:
    assert table_of("Date,name,number,short").num_rows == 0


def test_a_first_field_may_be_as_long_as_any_other() -> None:
    text = 'long, "very"\n' * 20_000
    quoted = text.replace('"', '""')
    table = table_of(f'Date,name,number,short\n2020-01-01,"{quoted}",1.5,\n')
    assert table["name"].to_pylist() == [text]


@pytest.mark.parametrize("text", ["1e400", "-1.8e308", "inf", "-Infinity"])
def test_a_number_beyond_the_doubles_is_an_error(text: str) -> None:
    with pytest.raises(DecodeError, match="'number' holds a number beyond"):
        table_of(f"Date,name,number,short\n2020-01-01,a,{text},\n")


@pytest.mark.parametrize("text", ["1.7976931348623157e308", "5e-324", "-0.0"])
def test_numbers_at_the_ends_of_the_doubles_are_read_exactly(text: str) -> None:
    table = table_of(f"Date,name,number,short\n2020-01-01,a,{text},\n")
    assert repr(table["number"][0].as_py()) == repr(float(text))
