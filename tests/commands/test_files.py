"""Files to and from frames: the same values come back, and what does not fit is said."""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.column_types import (
    DATE,
    DECIMAL,
    SHORT_INTEGER,
    STRING,
    date_dtype,
    text_dtype,
)
from alphacast_pandas.commands.cells import TextForm
from alphacast_pandas.commands.files import (
    SUFFIXES,
    FileForm,
    check_suffix,
    read_file,
    read_names,
    write_file,
)
from alphacast_pandas.commands.output import print_csv
from alphacast_pandas.errors import AlphacastError, QueryError, ValidationError

TYPES = {"Date": DATE, "country": STRING, "x": DECIMAL, "n": SHORT_INTEGER, "a, 'b'": STRING}
CHARACTERS = st.characters(exclude_categories=["Cs"])
# As XML holds them, which Excel's files are.
EXCEL = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.just(
    "\n"
)
SPECIAL = ["NA", "007", "1e5", "=1+1", "#N/A", " a ", "TRUE", '"', "a,b", "a\nb", "-", "2024-01-01"]


def frames(characters: st.SearchStrategy[str]) -> st.SearchStrategy[pd.DataFrame]:
    texts = st.text(characters, min_size=1, max_size=8) | st.sampled_from(SPECIAL)
    days = st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2261-12-31"))
    dates = days.map(lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000))
    row = st.tuples(
        days.map(lambda d: d.replace(hour=0, minute=0, second=0, microsecond=0)) | dates,
        texts,
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.integers(-(2**15), 2**15 - 1),
        st.none() | texts,
    )
    return st.lists(row, min_size=1, max_size=6).map(frame_of)


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    date, country, x, n, note = map(list, zip(*rows, strict=True))
    return pd.DataFrame(
        {
            "Date": pd.Series(date).astype(date_dtype()),
            "country": pd.Series(country, dtype=text_dtype()),
            "x": np.array(x, dtype="float64"),
            "n": pd.array(n, dtype="Int16"),
            "a, 'b'": pd.Series(note, dtype=object).astype(text_dtype()),
        }
    )


def assert_comes_back(frame: pd.DataFrame, path: Path) -> None:
    write_file(frame, path)
    assert read_names(path, FileForm()) == [*frame.columns]
    found = read_file(path, TYPES)
    pd.testing.assert_frame_equal(found.reset_index(drop=True), frame, check_exact=True)
    assert found["Date"].dtype == frame["Date"].dtype
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@given(frame=frames(CHARACTERS))
def test_a_frame_comes_back_from_csv(
    frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / "frame.csv"
    assert_comes_back(frame, path)
    texts = pd.read_csv(path, dtype=str, keep_default_na=False, lineterminator=None)
    if "\r" not in "".join(frame["country"]) + "".join(frame["a, 'b'"].dropna()):
        shown = frame["country"].str.replace("\0", "")
        assert texts["country"].str.replace("\0", "").tolist() == shown.tolist()
    assert [float(t) if t else None for t in texts["x"]] == [
        None if np.isnan(v) else v for v in frame["x"]
    ]


@given(frame=frames(CHARACTERS))
def test_a_frame_comes_back_from_parquet_with_its_attrs(
    frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / "frame.parquet"
    frame.attrs["alphacast"] = {"dataset_id": 7}
    assert_comes_back(frame, path)
    assert read_file(path, {}).attrs == frame.attrs


@given(frame=frames(EXCEL))
def test_a_frame_comes_back_from_excel_and_text_is_no_formula(
    frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / "frame.xlsx"
    assert_comes_back(frame, path)
    sheet = openpyxl.load_workbook(path).active
    assert {cell.data_type for cell in sheet["B"]} == {"s"}
    shown = pd.read_excel(path, keep_default_na=False, dtype={"country": str})
    assert shown["country"].tolist() == frame["country"].tolist()
    assert pd.to_numeric(shown["x"]).astype("float64").equals(frame["x"])


def test_a_csv_file_has_the_bytes_that_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = frame_of(
        [
            (pd.Timestamp("2024-01-01"), "Perú", 0.1 + 0.2, 7, None),
            (pd.Timestamp("2024-01-02"), 'a "b", c\nd', np.nan, None, "NA"),
        ]
    )
    path = tmp_path / "frame.csv"
    write_file(frame, path)
    print_csv(frame)
    assert path.read_bytes() == capsys.readouterr().out.encode()
    assert (
        path.read_bytes()
        == (
            "Date,country,x,n,\"a, 'b'\"\n"
            "2024-01-01,Perú,0.30000000000000004,7,\n"
            '2024-01-02,"a ""b"", c\nd",,,NA\n'
        ).encode()
    )
