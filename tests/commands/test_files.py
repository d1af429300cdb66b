"""Files to and from frames: the same values come back, and what does not fit is said."""

import datetime
import re
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
    FileForm,
    check_suffix,
    read_file,
    read_names,
    write_file,
)
from alphacast_pandas.commands.output import print_csv
from alphacast_pandas.errors import QueryError, ValidationError

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


WRITTEN = """\
Date,country,x,n,"a, 'b'"
2024-01-01,AR,1.5,7,NA
2024-01-02T10:30,"two
lines",+.5e1,,007
2024-01-03 10:30:00.5,CL,,-3.0,1e5
"""
READ = frame_of(
    [
        (pd.Timestamp("2024-01-01"), "AR", 1.5, 7, "NA"),
        (pd.Timestamp("2024-01-02T10:30"), "two\nlines", 5.0, None, "007"),
        (pd.Timestamp("2024-01-03T10:30:00.5"), "CL", np.nan, -3, "1e5"),
    ]
)
FORMS = {
    "a byte order mark": ("\ufeff" + WRITTEN, FileForm()),
    "lines of Windows": (WRITTEN.replace("\n", "\r\n"), FileForm()),
    "empty lines": (f"\n{WRITTEN}\n\n", FileForm()),
    "UTF-16": (WRITTEN, FileForm(encoding="utf-16")),
    "semicolons and decimal commas": (
        WRITTEN.replace(",", ";").replace("a;", "a,").replace("1.5", "1,5").replace(".5e1", ",5e1"),
        FileForm(separator=";", texts=TextForm(decimal=",")),
    ),
    "dates of another form": (
        re.sub(r"2024-01-(\d\d)", r"\1/01/2024", WRITTEN)
        .replace("T10:30", " 10:30:00.0")
        .replace("01/01/2024,", "01/01/2024 0:0:0.0,"),
        FileForm(texts=TextForm(date_format="%d/%m/%Y %H:%M:%S.%f")),
    ),
}


@pytest.mark.every_parameter
@pytest.mark.parametrize("name", FORMS)
def test_a_csv_file_is_read_at_the_types_of_its_columns(name: str, tmp_path: Path) -> None:
    written, form = FORMS[name]
    if name == "semicolons and decimal commas":
        written = written.replace("-3.0", "-3")
    path = tmp_path / "FILE.CSV"
    path.write_text(written, encoding=form.encoding, newline="")
    found = read_file(path, TYPES, form)
    is_windows = name == "lines of Windows"
    expected = READ.assign(country=READ["country"].replace("two\nlines", "two\r\nlines"))
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), expected if is_windows else READ, check_exact=True
    )
    first = 3 if name == "empty lines" else 2
    assert found.index.tolist() == [first, first + 2, first + 3]  # the last line of each row


# What is wrong with a file, and what of the message says where, and what to do.
WRONG = {
    "": ["is empty"],
    "\n\n": ["is empty"],
    "Date;x\n2024-01-01;1": ["by ';'", "--sep ';'", "--decimal ,"],
    "Date\tx\n2024-01-01\t1": ["by tab", "--sep tab"],
    "Date,x,Date\n": ["columns 1 and 3", "'Date'"],
    "Date,,x\n": ["column 2 of 3 has no name"],
    "Date,x\n2024-01-01\n2024-01-02,1\n2024-01-03,1,5\n": ["line 2 has 1, line 4 has 3"],
    'Date,country\n2024-01-01,"AR\n2024-01-02,CL\n': ["begins in line 2", "never closed"],
    'Date,country\n\n2024-01-01,"A"R\n': ["begins in line 3", "follows the quote"],
    "Date,x\n2024-01-01,\xff": ["line 2 is not UTF-8 (byte 0xff)", "--encoding"],
    "Date,x\n2024-01-01,1\n2024-01-02,abc\n": ["1 cell", "Column 'x', line 3: 'abc'", "--text x"],
    "Date,x\n2024-01-01,NA\n": ["line 2: 'NA'", "empty"],
    "Date,x\n2024-01-01,  \n": ["line 2: '  '", "blanks"],
    'Date,x\n2024-01-01,"1,5"\n': ["decimal comma. --decimal , reads it"],
    'Date,x\n2024-01-01,"1,500"\n': ["separate thousands or begin the fraction"],
    'Date,x\n2024-01-01,"1,234.5"\n': ["separator of thousands", "1234.5"],
    "Date,x\n2024-01-01,5%\n": ["percentages"],
    "Date,x\n2024-01-01,1e999\n": ["'1e999'", "range of a double"],
    "Date,x\n2024-01-01,9007199254740993\n": ["2**53"],
    "Date,x\n" + "2024-01-01,?\n" * 9: ["9 cells", "line 4: '?' and 6 more"],
    "Date,n\n2024-01-01,1.5\n": ["Column 'n', line 2: 1.5", "integer"],
    "Date,n\n2024-01-01,40000\n": ["40000.0", "32,767"],
    "Date,x\n31/12/2024,1\n": ["'31/12/2024'", "--date-format %d/%m/%Y reads it"],
    "Date,x\n01/02/2024,1\n": ["--date-format %d/%m/%Y or --date-format %m/%d/%Y"],
    "Date,x\n2024-01,1\n": ["--date-format %Y-%m reads it"],
    "Date,x\n2024,1\n": ["--date-format %Y reads it"],
    "Date,x\n2024-02-30,1\n": ["does not exist"],
    "Date,x\n2024-02-20T10:00Z,1\n": ["time zone"],
    "Date,x\nyesterday,1\n": ["'yesterday'", "2024-12-31"],
}


@pytest.mark.every_parameter
@pytest.mark.parametrize("written", WRONG)
def test_what_is_wrong_with_a_csv_file_is_said_with_its_line(written: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(written.encode("latin-1"))
    with pytest.raises(ValidationError) as raised:
        read_file(path, TYPES, assumed={"x"})
    for part in ("wrong.csv", *WRONG[written]):
        assert part in str(raised.value)


def test_a_file_that_is_not_in_the_encoding_that_was_named_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("Date,x\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="utf-16"):
        read_file(path, TYPES, FileForm(encoding="utf-16"))
    path.write_text("Date,x\n", encoding="utf-16")
    with pytest.raises(ValidationError, match="--encoding utf-16 reads it"):
        read_file(path, TYPES)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ({"encoding": "utf8000"}, "cp1252"),
        ({"encoding": "base64"}, "cp1252"),
        ({"separator": "||"}, "--sep"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused(words: dict[str, Any], part: str) -> None:
    with pytest.raises(QueryError, match=part):
        FileForm(**words)


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("words", "part"),
    [
        ({"decimal": "x"}, "--decimal"),
        ({"date_format": "%d/%m"}, "no year"),
        ({"date_format": "%Y-%m-%d %z"}, "time zone"),
        ({"date_format": "%Q"}, "%d/%m/%Y"),
        ({"date_format": "%"}, "%d/%m/%Y"),
    ],
)
def test_a_form_of_texts_that_makes_no_sense_is_refused(words: dict[str, Any], part: str) -> None:
    with pytest.raises(QueryError, match=part):
        TextForm(**words)


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("x.csv.gz", r"compressed.*without \.gz"),
        ("x.xls", r"save it as \.xlsx"),
        ("x", "no suffix"),
        ("x.txt", r"suffix \.txt"),
    ],
)
def test_a_file_of_another_kind_is_refused(name: str, part: str) -> None:
    with pytest.raises(QueryError, match=part):
        check_suffix(Path(name))
    assert check_suffix(Path("X.XLSX")) == ".xlsx"


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Other").append(["Date", "n"])
    book.save(path)
    return path


HEAD = ["Date", "country", "x", "n"]
DAY = datetime.datetime(2024, 1, 1)  # noqa: DTZ001 - dates of Alphacast have no time zone


def test_cells_of_a_workbook_are_read_at_the_types_of_their_columns(tmp_path: Path) -> None:
    rows = [
        HEAD,
        [DAY, 7, "1.5", 3.0],
        ["2024-01-02", "007", 5, "-2"],
        [DAY.date(), "a", None, None],
        [],
    ]
    found = read_file(workbook(tmp_path / "x.xlsx", [*rows, [None] * 4]), TYPES)
    expected = frame_of(
        [
            (DAY, "7", 1.5, 3, None),
            (datetime.datetime(2024, 1, 2), "007", 5.0, -2, None),  # noqa: DTZ001 - as above
            (DAY, "a", np.nan, None, None),
        ]
    )
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected[HEAD], check_exact=True)
    assert found.index.tolist() == [2, 3, 4]
    assert read_names(tmp_path / "x.xlsx", FileForm(sheet="Other")) == ["Date", "n"]
    with pytest.raises(QueryError, match="its sheets are: 'Sheet', 'Other'"):
        read_names(tmp_path / "x.xlsx", FileForm(sheet="other"))


WRONG_CELLS: list[tuple[list[Any], list[str]]] = [
    ([DAY, "a", "#N/A", 1], ["cell C2", "'#N/A'"]),
    ([DAY, "a", "=1+1", 1], ["cell C2", "formula", "save"]),
    ([DAY, 1.5, 1, 1], ["'country', row 2: 1.5", "a number in a column of text"]),
    ([DAY, DAY, 1, 1], ["a date in a column of text"]),
    ([DAY, "a", True, 1], ["'x', row 2: True", "truth value"]),
    ([DAY, "a", DAY, 1], ["'x'", "a date, not a number"]),
    ([DAY, "a", "1,5", 1], ["--decimal ,"]),
    ([DAY, "a", "9007199254740993", 1], ["2**53"]),
    ([DAY, "a", 1, 1.5], ["'n'", "integer"]),
    ([45292, "a", 1, 1], ["'Date', row 2: 45292", "date format"]),
    (["31/12/2024", "a", 1, 1], ["--date-format %d/%m/%Y"]),
    ([datetime.time(10), "a", 1, 1], ["a time, not a date"]),
    ([DAY, "a", 1, 1, "beside"], ["cell E2", "'beside'", "no name"]),
]


def test_what_is_wrong_with_a_workbook_is_said_with_its_cell(tmp_path: Path) -> None:
    for number, (row, parts) in enumerate(WRONG_CELLS):
        path = workbook(tmp_path / f"{number}.xlsx", [HEAD, row])
        with pytest.raises(ValidationError) as raised:
            read_file(path, TYPES)
        for part in (path.name, *parts):
            assert part in str(raised.value)
    for header, part in (
        ([], "first row"),
        (["Date", None, "x"], "column 2 of 3 has no name"),
        (["Date", "x", "x"], "columns 2 and 3"),
        (["Date", 1.5], "cell B1"),
    ):
        path = workbook(tmp_path / "header.xlsx", [header])
        with pytest.raises(ValidationError, match=part):
            read_names(path, FileForm())


def test_a_number_that_shows_as_another_text_is_not_taken_for_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "x.xlsx", [HEAD, [DAY, 7, 1, 1]])
    book = openpyxl.load_workbook(path)
    book["Sheet"]["B2"].number_format = "000"
    book.save(path)
    with pytest.raises(ValidationError, match="another text"):
        read_file(path, TYPES)


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx"])
def test_a_file_that_is_something_else_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"Date,x\n2024-01-01,1\n")
    with pytest.raises(ValidationError, match="cannot be read as a"):
        read_names(path, FileForm())


UNHELD: dict[str, Any] = {
    "1899-12-31": pd.to_datetime(["1899-12-31"]),
    "millisecond": pd.to_datetime(["2024-01-01T00:00:00.0001"]),
    "time zone": pd.to_datetime(["2024-01-01"], utc=True),
    "32,767": ["a" * 32_768],
    r"\\r": ["a\rb"],
    "_x0041_": ["_x0041_"],
    "infinite": [np.inf],
    "9007199254740993": [2**53 + 1],
    "bytes": [b"a"],
}


def test_what_excel_cannot_hold_is_said_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"before")
    too_long = pd.DataFrame({"x": np.zeros(2**20)})
    for part, frame in {
        "1,048,575": too_long,
        **{part: pd.DataFrame({"v": values}) for part, values in UNHELD.items()},
    }.items():
        with pytest.raises(ValidationError, match=part):
            write_file(frame, path)
    assert path.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_is_written_only_into_a_folder_that_exists(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_file(READ, tmp_path / "no" / "x.csv")
    assert not (tmp_path / "no").exists()
    (tmp_path / "there.csv").write_bytes(b"before")
    (tmp_path / "link.csv").symlink_to(tmp_path / "there.csv")
    write_file(READ, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there.csv").read_bytes() != b"before"


def test_without_the_extra_files_of_excel_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "x.xlsx", [HEAD])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    install = r"pip install 'alphacast-pandas\[excel\]'"
    with pytest.raises(ModuleNotFoundError, match=f"Reading files of Excel .* {install}"):
        read_names(path, FileForm())
    with pytest.raises(ModuleNotFoundError, match=f"Writing files of Excel .* {install}"):
        write_file(READ, tmp_path / "y.xlsx")
    assert [*tmp_path.iterdir()] == [path]
