"""What a frame must have to be aligned, and the remedy where it has not."""

import datetime
from collections import UserDict
from typing import Any

import numpy as np
import pandas as pd
import pytest

import alphacast_pandas as ap

MONTHS = pd.date_range("2024-01-31", periods=3, freq="ME")
NAMES = ["Chile", "Peru", "Togo"]
FRAME = pd.DataFrame({"Date": MONTHS, "country": NAMES, "v": 1.0})
STATED = FRAME.copy()
STATED.attrs["alphacast"] = {"date": "Date", "entities": ["country"]}


def message(call: Any, kind: type[ap.AlphacastError] = ap.ValidationError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("frame", "parts"),
    [
        (
            FRAME[["country", "v"]],
            ["has no column of dates", "columns are 'country', 'v'", "pd.to_datetime"],
        ),
        (pd.DataFrame(), ["has no column of dates. There are no columns. Add"]),
        (FRAME.assign(Date=["01/2024", "02/2024", "03/2024"]), ["'01/2024'", 'format="%m/%Y"']),
        (FRAME.assign(Date=[2022, 2023, 2024]), ["holds integers, such as 2022", 'format="%Y"']),
        (FRAME.drop(columns="Date").assign(year=2024, month=[1, 2, 3]), ['pd.DataFrame({"year"']),
        (FRAME.assign(Date=MONTHS.tz_localize("UTC")), ["time zone", "dt.tz_localize(None)"]),
        (
            FRAME.assign(Date=MONTHS.tz_localize("UTC")).set_index(["Date", "country"]),
            ["time zone", "df = df.reset_index()", "df = df.set_index(['Date', 'country'])"],
        ),
        (
            FRAME.assign(Date=["01/2024", "02/2024", "03/2024"]).set_index("Date"),
            ["df['Date'] = pd.to_datetime(df['Date']", "Before that, make columns of the index"],
        ),
        (FRAME.assign(Date=[*MONTHS[:2], pd.NaT]), ["1 of its 3 rows", "dropna(subset=['Date'])"]),
        (
            FRAME.assign(other=MONTHS),
            ["several columns of dates ('Date', 'other')", "df.drop(columns=['other'])"],
        ),
        (
            FRAME.assign(sector="x"),
            [
                "several columns of text ('country', 'sector')",
                "df.set_index(['Date', 'country', 'sector'])",
                "entities={'country': 'country', 'sector': 'sector'}",
            ],
        ),
        (
            FRAME.assign(sector="x").set_index("Date"),
            ["df = df.set_index(['country', 'sector'], append=True)"],
        ),
        (FRAME.set_axis(MONTHS)[["v"]], ['df.index.name = "Date"']),
        (FRAME.set_index([MONTHS, "country"])[["v"]], ["levels of its index have no name"]),
        (
            FRAME.set_index("country").rename_axis(None),
            ["texts in its index", "reset_index(drop=True)"],
        ),
        (FRAME.set_index("v", drop=False), ["'v' is both in the index and a column"]),
        (FRAME.set_axis(["Date", "x", "x"], axis=1), ["'x' occurs twice"]),
        (FRAME.rename(columns={"v": 2024}), ["2024 is not the name of a column; names are text"]),
        (
            FRAME.set_axis(pd.MultiIndex.from_product([["a"], FRAME.columns]), axis=1),
            ["MultiIndex"],
        ),
        (
            pd.DataFrame({"country": NAMES, 2020: 1.0, 2021: 2.0}),
            ["dates as columns (2020, 2021)", "df.melt(id_vars=['country']"],
        ),
        (
            STATED.assign(Date=["2024-01", "2024-02", "2024-03"]),
            ["'Date' holds text", "to_datetime"],
        ),
        (FRAME.assign(Date=[pd.Period(year=300_000, month=1, freq="M")] * 3), ["the calendar"]),
    ],
)
@pytest.mark.every_parameter
def test_a_frame_without_roles_is_refused_with_the_remedy(
    frame: pd.DataFrame, parts: list[str]
) -> None:
    aligned = message(lambda: ap.align({"cpi": frame, "gdp": FRAME}))
    assert aligned.startswith("Frame 'cpi'")
    assert message(lambda: ap.latest(frame)).startswith("The frame")
    assert [part for part in parts if part not in aligned] == []


@pytest.mark.parametrize(
    ("frames", "parts"),
    [
        ([FRAME], ["got list", "{'cpi': df1, 'gdp': df2}"]),
        (FRAME, ["got DataFrame", "{'label': df}"]),
        (5515, ["got int", "read_many"]),
        ({}, ["frames is empty"]),
        ({("a", 1): FRAME}, ["A label of frames must be text or a number, got ('a', 1)"]),
        ({True: FRAME}, ["must be text or a number, got True"]),
    ],
)
@pytest.mark.every_parameter
def test_what_maps_no_labels_to_frames_is_refused(frames: Any, parts: list[str]) -> None:
    told = message(lambda: ap.align(frames), ap.QueryError)
    assert [part for part in parts if part not in told] == []


def test_what_is_no_frame_is_refused_by_its_label() -> None:
    told = message(lambda: ap.align({"cpi": FRAME, "gdp": FRAME["v"]}))  # type: ignore[dict-item]
    assert told.startswith("Frame 'gdp': A pandas DataFrame is expected, not pandas.Series.")
    assert ".to_frame()" in told


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ({"how": "right"}, ["how must be 'outer', 'inner' or 'left', got 'right'"]),
        ({"partial": "no"}, ["partial must be True or False, got 'no'"]),
        ({"aggregate": "average"}, ["aggregate 'average' is not known. Did you mean 'mean'?"]),
        ({"aggregate": np.mean}, ["It is one of 'mean', 'sum', 'first', 'last', 'min', 'max'"]),
        ({"aggregate": {"v": "avg"}}, ["aggregate 'avg' is not known. Did you mean 'mean'?"]),
        ({"aggregate": {"V": "mean"}}, ["there is no value column 'V'; did you mean 'v'?"]),
        (
            {"aggregate": {"country": "last"}},
            ["no value column 'country'", "the value columns are"],
        ),
        ({"aggregate": {("cpi", "w"): "mean"}}, ["the value columns are 'v'"]),
        ({"aggregate": {("gdb", "w"): "mean"}}, ["the labels are 'cpi', 'gdp'"]),
        ({"aggregate": {"gdp: w": "mean"}}, ["the column of one frame is named by ('gdp', 'w')"]),
        ({}, ["Frame 'cpi' holds months ('M'), which are to become years", "there is no default"]),
        ({"aggregate": {"w": "sum"}}, ["names none for 'v'", "add 'v' or ('cpi', 'v')"]),
        (
            {"aggregate": "sum"},
            ["column 'w' holds text, of which there is no 'sum'", "'w': 'last'"],
        ),
    ],
)
@pytest.mark.every_parameter
def test_words_that_say_nothing_are_refused_with_the_remedy(words: Any, parts: list[str]) -> None:
    text = FRAME.assign(w="a").drop(columns="v").set_index(["Date", "country"])
    frames = {"cpi": FRAME, "gdp": text}
    told = message(lambda: ap.align(frames, frequency="Y", **words), ap.QueryError)
    assert [part for part in parts if part not in told] == []


def test_rows_of_one_key_in_one_period_are_shown() -> None:
    twice = pd.concat([FRAME, FRAME.assign(Date=FRAME["Date"] - pd.Timedelta(days=3))])
    told = message(lambda: ap.align({"x": twice}, frequency="M"), ap.QueryError)
    assert "'Chile', period of 2024-01-01 (rows of 2024-01-31, 2024-01-28); 'Peru', " in told
    assert "Pass aggregate=" in told
    other = twice.assign(note="a").set_index(["Date", "country"])[["note", "v"]]
    told = message(lambda: ap.align({"x": other}, frequency="M"), ap.QueryError)
    assert "If 'note' tells them apart, it is an entity: add it to entities=." in told
    assert "aggregate={'note': 'last'}" in told
    for frames in ({"x": pd.concat([FRAME] * 2)}, {"x": pd.concat([FRAME] * 2), "y": FRAME}):
        told = message(lambda given=frames: ap.align(given), ap.QueryError)
        assert "Frame 'x' has several rows of one key in one period" in told
    result = ap.align({"x": pd.concat([FRAME] * 2)}, aggregate="sum")
    assert result["v"].tolist() == [2.0] * 3
    assert result.attrs["alphacast"]["columns"]["v"]["aggregate"] == "sum"


def test_roles_are_those_of_attrs_the_index_or_the_call() -> None:
    frame = FRAME.assign(sector=["x", "y", "z"])
    assert [*ap.align({"x": frame}, entities={"country": "country"}).columns] == [
        *("Date", "country", "v", "sector")
    ]
    indexed = frame.set_index(["Date", "sector"])
    assert [*ap.align({"x": indexed}).columns] == ["Date", "sector", "country", "v"]
    words: dict[str, Any] = {"entities": {"pais": "country"}}
    numbered = frame.assign(sector=[1, 1, 2])
    for given in (frame.set_index(["Date", "sector"]), numbered.set_index(["Date", "sector"])):
        assert [*ap.align({"x": given}, **words).columns] == ["Date", "sector", "pais", "v"]
    keys = numbered.assign(Date=MONTHS[0])[["Date", "sector", "v"]].drop(index=0)
    assert ap.align({"x": keys.set_index(["Date", "sector"])}, frequency="M").shape == (2, 3)
    assert ap.latest(keys.set_index(["Date", "sector"]))["sector"].tolist() == [1, 2]
    frame.attrs["alphacast"] = {"date": "Date", "entities": ["sector", "country"]}
    result = ap.align(UserDict({"x": frame.set_index(["sector", "Date"])}))
    assert [*result.columns] == ["Date", "sector", "country", "v"]
    assert ap.align({"x": FRAME[["Date", "country"]]}).shape == (3, 2)


def test_text_of_which_no_row_is_left_is_an_entity_still() -> None:
    empty = FRAME.astype({"country": object})[:0]
    result = ap.align({"x": empty, "y": FRAME.rename(columns={"v": "w"})})
    assert [*result.columns] == ["Date", "country", "v", "w"]


def test_dates_of_any_kind_are_dates() -> None:
    days = [datetime.date(2024, month, 1) for month in (1, 2, 3)]
    for dates in (days, pd.array(days, "date32[day][pyarrow]"), MONTHS.to_period("M")):
        result = ap.align({"x": FRAME.assign(Date=dates), "y": FRAME.rename(columns={"v": "w"})})
        assert result[["v", "w"]].notna().all(axis=None)
        assert result["Date"].dtype == pd.to_datetime(pd.Series(["2024-01-01"])).dtype
