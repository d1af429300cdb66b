"""Parquet files are checked some rows at a time, with the result of the check of their frame."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.writing.check_files import check_files
from alphacast_pandas.writing.check_frame import FrameOptions, check_frame
from alphacast_pandas.writing.parquet_files import open_files

# Few of each, so that keys repeat in one batch and across batches.
DATES = st.sampled_from([*pd.date_range("2024-01-01", periods=6), pd.Timestamp("2024-01-01 06:00")])
COUNTRIES = st.sampled_from(["Chile", "Perú", "Uruguay", "Chad"])
ODD = {
    "country": st.sampled_from(["Chile ", None, "\t"]),
    "CPI": st.sampled_from([np.inf, -np.inf]),
    "rank": st.sampled_from([2**53 + 1, None]),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a frame whose rows come in any order and may break the contract."""
    rows = draw(st.integers(1, 14))
    keys = draw(st.lists(st.tuples(DATES, COUNTRIES), min_size=rows, max_size=rows))
    if draw(st.booleans()):
        keys = sorted({*keys})
    frame = pd.DataFrame(
        {
            "Date": pd.Series([date for date, _ in keys], dtype="datetime64[us]"),
            "country": pd.Series([country for _, country in keys], dtype=object),
            "CPI": np.arange(len(keys)) / 7,
            "rank": pd.array([*range(len(keys))], "Int64"),
        }
    )
    for name, values in ODD.items():
        for row in draw(st.lists(st.integers(0, len(frame) - 1), max_size=2)):
            frame.loc[row, name] = draw(values)
    return frame.set_index(["Date", "country"]) if draw(st.booleans()) else frame


def as_objects(frame: pd.DataFrame) -> pd.DataFrame:
    objects = frame.reset_index().astype(object)
    return objects.where(objects.notna(), None)


def found_by(check: Any) -> tuple[set[str], str]:
    try:
        check()
    except ap.ValidationError as error:
        rows = error.failures.itertuples(index=False)
        return {repr(tuple(row)) for row in rows}, str(error)
    return set(), ""


@given(
    frame=frames(),
    cells=st.integers(1, 30),
    group_rows=st.integers(1, 5),
    place=st.integers(0, 14),
)
def test_what_is_found_in_batches_is_what_is_found_in_the_frame(
    frame: pd.DataFrame, cells: int, group_rows: int, place: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, part in enumerate([frame.iloc[:place], frame.iloc[place:]]):
            table = pa.Table.from_pandas(part, preserve_index=None)
            pq.write_table(table, f"{folder}/{number}.parquet", row_group_size=group_rows)
        files = replace(open_files(folder), cells_per_batch=cells)
        options = FrameOptions(date="Date", entities=["country"])
        whole = pd.concat([*files.frames()])
        # As pandas reads them, but for the rows of two files that each begin at 0.
        expected = frame if isinstance(frame.index, pd.MultiIndex) else frame.reset_index(drop=True)
        pd.testing.assert_frame_equal(as_objects(whole), as_objects(expected))
        there, text = found_by(lambda: check_files(files, options, None))
        here, _ = found_by(lambda: check_frame(whole, options, None))
        assert there == here
        assert not there or folder in text
        if there:
            return
        checked, oracle = check_files(files, options, None), check_frame(whole, options, None)
        assert checked.date_format == oracle.date_format
        assert checked.date_span == oracle.date_span
        for first in range(len(frame)):
            rest = pd.concat([*checked.frames(first)], ignore_index=True)
            same = oracle.frame[first:].reset_index(drop=True)
            pd.testing.assert_frame_equal(as_objects(rest), as_objects(same))


FRAME = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "v": [1.5]})


def test_the_files_of_a_folder_need_one_form(tmp_path: Path) -> None:
    with pytest.raises(ap.QueryError, match=r"There is no file or folder .*none"):
        ap.validate(tmp_path / "none")
    with pytest.raises(ap.QueryError, match="holds no files"):
        ap.validate(tmp_path)
    FRAME.to_parquet(tmp_path / "1.parquet")
    (tmp_path / "_SUCCESS").write_text("")  # which others leave there
    assert ap.validate(str(tmp_path)) == str(tmp_path)
    FRAME.assign(v="x").to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ap.QueryError, match="other types for one column"):
        ap.validate(tmp_path)
    FRAME.assign(w=1.0).to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ap.QueryError, match=r"have the column 'w': see 1.parquet and 2.parquet"):
        ap.validate(tmp_path)
    (tmp_path / "2.parquet").write_text("Date,v\n")
    with pytest.raises(ap.QueryError, match=r"2.parquet is not a Parquet file"):
        ap.validate(tmp_path)
    FRAME.assign(year=2020).to_parquet(tmp_path / "years", partition_cols=["year"])
    with pytest.raises(ap.QueryError, match="year=2020"):
        ap.validate(tmp_path / "years")


def test_a_column_that_is_empty_in_one_file_has_the_type_of_the_others(tmp_path: Path) -> None:
    empty = FRAME.assign(note=pd.Series([None], dtype=object))
    empty.to_parquet(tmp_path / "1.parquet")
    later = FRAME.assign(Date=np.datetime64("2024-02-01", "s"), note="final")
    later.to_parquet(tmp_path / "2.parquet")
    files = open_files(tmp_path)
    whole = pd.concat([*files.frames()])
    assert whole["note"].tolist() == [pd.NA, "final"]
    assert [*map(str, whole["Date"])] == ["2024-01-01 00:00:00", "2024-02-01 00:00:00"]
    ap.validate(tmp_path, date="Date", entities=[])


def test_a_file_without_rows_or_with_a_damaged_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    FRAME[:0].to_parquet(path)
    with pytest.raises(ap.ValidationError, match=r"x.parquet holds no rows"):
        ap.validate(path)
    pd.concat([FRAME] * 9).to_parquet(path, compression=None)
    body = bytearray(path.read_bytes())
    body[4:40] = b"\xff" * 36  # the first page, which nothing looks at before it is read
    path.write_bytes(body)
    with pytest.raises(ap.ValidationError, match=r"x.parquet cannot be read"):
        ap.validate(path)


def test_of_very_many_failures_some_are_told_and_none_is_missed(tmp_path: Path) -> None:
    path, number = tmp_path / "x.parquet", np.arange(6_000)
    start, day = np.datetime64("2000-01-01", "us"), np.timedelta64(1, "D")
    options = FrameOptions(date="Date", entities=[])

    def failures_of(frame: pd.DataFrame) -> tuple[set[str], str]:
        frame.to_parquet(path, row_group_size=1_000)
        files = replace(open_files(path), cells_per_batch=4_000)
        return found_by(lambda: check_files(files, options, None))

    # All rows have one of few keys; then one key in four is repeated, far from the first.
    found, text = failures_of(pd.DataFrame({"Date": start + number % 50 * day, "v": 1.5}))
    assert len(found) == 1_000
    assert "is not a unique key" in text
    found, text = failures_of(pd.DataFrame({"Date": start + number % 4_500, "v": 1.5}))
    assert len(found) == 400
    assert "of 1,500 keys that are repeated, 200 are told of" in text
    found, text = failures_of(pd.DataFrame({"Date": start + number * day, "v": np.inf}))
    assert len(found) == 2_000
    assert "rows after 1,999 were not checked" in text


def test_files_of_a_folder_may_have_their_columns_in_another_order(tmp_path: Path) -> None:
    FRAME.to_parquet(tmp_path / "1.parquet")
    second = FRAME.assign(Date=pd.Timestamp("2024-02-01"), v=2.5)
    second[["v", "Date"]].to_parquet(tmp_path / "2.parquet")
    third = FRAME.assign(Date=pd.Timestamp("2024-03-01"), v=3.5)
    third.set_index("Date").to_parquet(tmp_path / "3.parquet")
    whole = pd.concat([*open_files(tmp_path).frames()])
    assert [*whole["Date"].dt.month] == [1, 2, 3]
    assert whole["v"].tolist() == [1.5, 2.5, 3.5]
    ap.validate(tmp_path, entities=[])


def test_nothing_in_a_folder_is_left_out_unseen(tmp_path: Path) -> None:
    folder, other = tmp_path / "rows", tmp_path / "other"
    for each in (folder, other):
        each.mkdir()
        FRAME.assign(Date=pd.Timestamp(2024, 1, len(each.name))).to_parquet(each / "1.parquet")
    link = folder / "link"
    link.symlink_to(other)
    with pytest.raises(ap.QueryError, match="link is a link to a folder"):
        ap.validate(folder)
    link.unlink()
    link.symlink_to(tmp_path / "none")
    with pytest.raises(ap.QueryError, match="link is not a Parquet file"):
        ap.validate(folder)
    link.unlink()
    link.symlink_to(other / "1.parquet")
    assert open_files(folder).rows == 2
    ap.validate(folder, entities=[])


@pytest.mark.every_parameter
@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5_000, "~no such user/x.parquet"])
def test_a_name_that_no_file_can_have_is_refused(path: str) -> None:
    with pytest.raises(ap.QueryError, match="There is no file or folder '"):
        ap.push(path, 1)


def test_the_labels_of_the_rows_are_those_of_pandas(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    frame = pd.concat([FRAME] * 5, ignore_index=True)
    frame.set_axis(pd.RangeIndex(10, 0, -2, name="n")).to_parquet(path, row_group_size=2)
    files = replace(open_files(path), cells_per_batch=2)
    pd.testing.assert_frame_equal(
        pd.concat([*files.frames()]), pd.read_parquet(path, dtype_backend="pyarrow")
    )
    with pytest.raises(ap.ValidationError, match=r"rows 10, 8, 6, 4, 2: 2024-01-01 is not a uni"):
        ap.validate(path, date="Date", entities=[])
    found = found_by(lambda: ap.validate(path, date="Date", entities=["n"]))
    assert found[0] == found_by(lambda: ap.validate(pd.read_parquet(path), entities=["n"]))[0]
    frame.set_axis(pd.MultiIndex.from_tuples([("Date", ""), ("v", "x")]), axis=1).to_parquet(path)
    with pytest.raises(ap.ValidationError, match="are a MultiIndex"):
        ap.validate(path)


def test_values_that_the_types_of_other_files_do_not_hold_are_said_to_be_that(
    tmp_path: Path,
) -> None:
    FRAME.assign(v=2**53 + 1).to_parquet(tmp_path / "1.parquet")
    FRAME.to_parquet(tmp_path / "2.parquet")
    with pytest.raises(ap.ValidationError, match=r"1\.parquet do not fit the types that hold"):
        ap.validate(tmp_path)


def test_what_is_wrong_with_names_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    FRAME.rename(columns={"v": "v "}).to_parquet(path)
    with pytest.raises(ap.ValidationError) as caught:
        ap.validate(path)
    assert str(caught.value).count(str(path)) == 1


def test_years_as_numbers_are_refused_with_a_remedy_that_works(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    FRAME.assign(Date=[2024]).to_parquet(path)
    df = pd.read_parquet(path, dtype_backend="pyarrow")
    with pytest.raises(ap.ValidationError, match="must hold dates, not integers") as caught:
        ap.validate(path, date="Date", entities=[])
    call = str(caught.value).partition("Remedy: df['Date'] = ")[2].removesuffix(".")
    df["Date"] = eval(call, {"df": df, "pd": pd})
    ap.validate(df, entities=[])
