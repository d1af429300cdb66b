"""The CSV files of a push, read by other programs; the file in memory against io.BytesIO."""

import csv
import gzip
import io
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.writing.csv_files import BlocksFile, CsvFile, csv_files

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
ROWS = st.lists(
    st.tuples(
        st.dates(pd.Timestamp("1700-01-01").date(), pd.Timestamp("2200-01-01").date()),
        st.none() | TEXTS,
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(-(2**53), 2**53),
    ),
    min_size=1,
    max_size=8,
)


# Before 3.1, pandas reads floats to the last bit only when it is asked to; from then on always.
EXACT: Any = {} if pd.__version__ >= "3.1" else {"float_precision": "round_trip"}


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    dates, texts, floats, integers = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "Date": pd.to_datetime([*dates]),
            "text": pd.Series(texts, dtype=object),
            "float": pd.Series(floats, dtype="float64"),
            "integer": pd.array(integers, dtype="Int64"),
        }
    )


def file_of(
    frame: pd.DataFrame, header: list[str], cells: int = 100_000, **formats: str
) -> BlocksFile:
    (only,) = csv_files(
        [frame], header, formats, largest_bytes=1 << 40, cells_per_slice=cells, slices_per_batch=2
    )
    assert only.rows == range(len(frame))
    assert only.is_last
    return only.stream


def records_of(text: str) -> list[list[str]]:
    return [*csv.reader(io.StringIO(text, newline=""))]


def text_of(frame: pd.DataFrame, cells: int = 100_000, **formats: str) -> str:
    return gzip.decompress(file_of(frame, [*frame.columns], cells, **formats).read()).decode()


@pytest.mark.parametrize("cells", [1, 5, 100_000])
@given(rows=ROWS)
def test_the_csv_module_reads_the_same_values(cells: int, rows: list[tuple[Any, ...]]) -> None:
    text = text_of(frame_of(rows), cells, Date="%Y-%m-%d")
    header, *records = csv.reader(io.StringIO(text, newline=""))
    assert header == ["Date", "text", "float", "integer"]
    assert len(records) == len(rows)
    for record, (date, words, number, whole) in zip(records, rows, strict=True):
        assert record[0] == date.isoformat()
        assert record[1] == (words or "")
        assert float(record[2] or "nan") == number or (record[2] == "" and number is None)
        assert record[3] == ("" if whole is None else str(whole))


@given(rows=ROWS)
def test_pandas_reads_the_same_frame(rows: list[tuple[Any, ...]]) -> None:
    frame = frame_of([row for row in rows if row[1] is not None] or [(*rows[0][:1], "a", 1.5, 1)])
    with file_of(frame, [*frame.columns], Date="%Y-%m-%d") as file:
        back = pd.read_csv(
            file,
            compression="gzip",
            dtype={"text": object, "float": "float64", "integer": "Int64"},
            parse_dates=["Date"],
            keep_default_na=False,
            na_values={"float": [""], "integer": [""]},
            lineterminator="\n",
            **EXACT,
        )
    pd.testing.assert_frame_equal(
        back.drop(columns="Date"), frame.drop(columns="Date"), check_exact=True, check_dtype=False
    )
    assert back["Date"].tolist() == frame["Date"].tolist()


def test_a_double_is_the_shortest_text_that_reads_back() -> None:
    frame = pd.DataFrame({"x": [0.1, 5830.2271000000155, 1e23, -0.0, np.nan]})
    values = text_of(frame).splitlines()[1:]
    assert [float(value or "nan").hex() for value in values] == [v.hex() for v in frame["x"]]
    assert values[:2] == ["0.1", "5830.2271000000155"]
    assert values[4] == ""


def test_decimal_objects_keep_their_digits() -> None:
    digits = ["0.1000", "12345678901234567890.5", "1000", "0.0000001"]
    values = [
        Decimal("0.1000"),
        Decimal("12345678901234567890.5"),
        Decimal("1E+3"),
        Decimal("1E-7"),
    ]
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    assert [line.strip('"') for line in text_of(frame).splitlines()[1:]] == digits


@pytest.mark.parametrize("dtype", ["string[pyarrow]", "string[python]", "category", object])
def test_a_slice_of_a_frame_is_written_as_it_is(dtype: Any) -> None:
    texts = pd.Series(["long before", "", "a", None, "b", ""], dtype=dtype)
    dates = pd.Series([*pd.date_range("2020", periods=6).date], dtype=object)
    months = pd.Categorical([1, 2, None, 3, 4, 5])
    frame = pd.DataFrame({"Date": dates, "text": texts, "month": months}).iloc[1:4]
    assert records_of(text_of(frame, Date="%Y-%m-%d"))[1:] == [
        ["2020-01-02", "", "2"],
        ["2020-01-03", "a", ""],
        ["2020-01-04", "", "3"],
    ]


def test_numpy_dates_in_an_object_column_are_dates() -> None:
    days = [np.datetime64("2020-01-02"), np.datetime64("2020-01-03"), None]
    frame = pd.DataFrame({"Date": pd.Series(days, dtype=object), "x": 1})
    assert records_of(text_of(frame, Date="%Y-%m-%d"))[1:] == [
        ["2020-01-02", "1"],
        ["2020-01-03", "1"],
        ["", "1"],
    ]


def test_the_same_frame_gives_the_same_bytes() -> None:
    frame = pd.DataFrame({"x": [1.5, 2.5]})
    assert file_of(frame, ["x"]).read() == file_of(frame, ["x"]).read()


def test_a_header_may_have_other_names_than_the_frame() -> None:
    file = file_of(pd.DataFrame({"x": [1.5]}), ['said "so", ñ'])
    assert gzip.decompress(file.read()).decode() == '"said ""so"", ñ"\n1.5\n'


def files_of(frame: pd.DataFrame, largest_bytes: int, cells: int = 100_000) -> list[CsvFile]:
    formats = {"Date": "%Y-%m-%d"}
    header = [*frame.columns]
    return [
        *csv_files([frame], header, formats, largest_bytes=largest_bytes, cells_per_slice=cells)
    ]


@pytest.mark.parametrize("cells", [1, 9, 100_000])
@given(rows=ROWS, largest_bytes=st.integers(1, 300))
def test_files_hold_the_rows_in_order_each_under_the_header_and_within_the_limit(
    cells: int, rows: list[tuple[Any, ...]], largest_bytes: int
) -> None:
    frame = frame_of(rows)
    whole = text_of(frame, Date="%Y-%m-%d")
    head = '"Date","text","float","integer"\n'
    files = files_of(frame, largest_bytes, cells)
    texts = [gzip.decompress(file.stream.read()).decode() for file in files]
    assert all(text.startswith(head) for text in texts)
    joined = head + "".join(text.removeprefix(head) for text in texts)
    assert records_of(joined) == records_of(whole)  # quotes may stand where they need not
    assert [file.is_last for file in files] == [False] * (len(files) - 1) + [True]
    assert [row for file in files for row in file.rows] == [*range(len(rows))]
    assert all(len(file.rows) == 1 or file.stream.size <= largest_bytes for file in files)


@pytest.mark.parametrize("short_by", [0, 1])
def test_a_file_may_be_exactly_as_large_as_the_limit(short_by: int) -> None:
    frame = frame_of([(pd.Timestamp("2020-01-01").date(), "a", n / 7, n) for n in range(50)])
    (whole,) = files_of(frame, 1 << 40)
    assert len(files_of(frame, whole.stream.size - short_by)) == 1 + short_by


def test_a_file_is_made_when_it_is_asked_for() -> None:
    written: list[int] = []
    frame = pd.DataFrame({"x": np.arange(10_000) / 7})
    files = csv_files(
        [frame], ["x"], {}, largest_bytes=200, on_rows=written.append, cells_per_slice=1
    )
    first = next(files)
    assert len(first.rows) == sum(written) < 50
    files.close()


BLOCKS = st.lists(st.binary(max_size=6), max_size=6)
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


def blocks_file(blocks: list[bytes]) -> BlocksFile:
    file = BlocksFile()
    for block in blocks:
        file.append(block)
    return file


def read_into(file: BlocksFile, size: int) -> bytes:
    buffer = bytearray(size)
    return bytes(buffer[: file.readinto(memoryview(buffer))])


def agree_on_reading(known: io.BytesIO, taken: bytes, size: int) -> None:
    """A read may be short, but it is empty only at the end."""
    assert len(taken) <= size
    here = known.tell()
    assert known.read(len(taken)) == taken
    assert bool(taken) == bool(size and here < len(known.getvalue()))


def agree_on_seeking(file: BlocksFile, known: io.BytesIO, offset: int, whence: int) -> None:
    size = len(known.getvalue())
    place = offset + (0, known.tell(), size)[whence]
    if place < 0:
        with pytest.raises(ValueError, match="negative seek"):
            file.seek(offset, whence)
    else:
        assert file.seek(offset, whence) == known.seek(min(place, size))


@given(blocks=BLOCKS, steps=STEPS)
def test_it_reads_and_seeks_as_one_file(blocks: list[bytes], steps: list[tuple]) -> None:
    file, known = blocks_file(blocks), io.BytesIO(b"".join(blocks))
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


@given(blocks=BLOCKS, place=SIZES)
def test_the_readers_of_python_read_it(blocks: list[bytes], place: int) -> None:
    whole = b"".join(blocks)
    file = blocks_file(blocks)
    file.seek(place)
    assert io.BufferedReader(file, 3).read() == whole[place:]


def test_a_block_that_is_wanted_whole_is_not_copied() -> None:
    block = b"a block of some length"
    assert blocks_file([block, b"another"]).read(1000) is block


def test_closing_frees_the_bytes() -> None:
    with blocks_file([b"abc"]) as file:
        reference = file
    assert reference.closed
    assert reference._blocks == []
