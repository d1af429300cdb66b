"""Remedies for columns of the wrong kind: what they make of the values that they are for."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from alphacast_pandas.writing.date_remedies import remedy_to_dates
from alphacast_pandas.writing.value_remedies import remedy_to_numbers, remedy_to_text
from alphacast_pandas.writing.wide_frames import date_columns

FIRST_OF_MONTHS = ["2024-01-01", "2024-02-01", "2024-03-01"]
DATES: dict[str, tuple[list[Any], list[str]]] = {
    "days": (["2024-01-31", "2024-02-29"], ["2024-01-31", "2024-02-29"]),
    "slashes": (["31/01/2024", "01/02/2024"], ["2024-01-31", "2024-02-01"]),
    "month first": (["01/31/2024", "02/01/2024"], ["2024-01-31", "2024-02-01"]),
    "dots": (["31.1.2024", "1.2.2024"], ["2024-01-31", "2024-02-01"]),
    "year first": (["2024/01/31", "2024/02/01"], ["2024-01-31", "2024-02-01"]),
    "two digits": (["31/01/99", "31/03/99"], ["1999-01-31", "1999-03-31"]),
    "names": (["31 Jan 2024", "1 Feb 2024"], ["2024-01-31", "2024-02-01"]),
    "American names": (["Jan 31, 2024", "Feb 1, 2024"], ["2024-01-31", "2024-02-01"]),
    "months": (["2024-01", "2024-02", "2024-03"], FIRST_OF_MONTHS),
    "months as numbers": ([202401, 202402, 202403], FIRST_OF_MONTHS),
    "months of Excel": (["Jan-24", "Feb-24", "Mar-24"], FIRST_OF_MONTHS),
    "months of the IMF": (["2024M1", "2024M02", "2024M3"], FIRST_OF_MONTHS),
    "weeks": (["2024W01", "2024W05"], ["2024-01-01", "2024-01-29"]),
    "quarters": (["2023Q4", "2024q1"], ["2023-10-01", "2024-01-01"]),
    "quarters first": (["4Q2023", "1Q2024"], ["2023-10-01", "2024-01-01"]),
    "quarters behind Q": (["Q4/2023", "Q1-2024"], ["2023-10-01", "2024-01-01"]),
    "days as text": (["20240131", "20240201"], ["2024-01-31", "2024-02-01"]),
    "days that are no other ones": ([20121012, 20240131], ["2012-10-12", "2024-01-31"]),
    "half past ten": (["31/01/2024 10:30"], ["2024-01-31 10:30"]),
    "with the zone": (["2024-01-31T10:30:00-03:00"], ["2024-01-31 10:30"]),
}


def run(remedy: str, values: pd.Series) -> pd.Series:
    """Return the column as the remedy leaves it."""
    df = values.to_frame("x")
    exec(remedy.removesuffix("."), {"pd": pd, "df": df})
    return df["x"]


@pytest.mark.parametrize("dtype", [object, "string", "string[pyarrow]", "category"])
@pytest.mark.parametrize("name", DATES)
def test_the_only_reading_is_the_remedy_and_it_is_right(name: str, dtype: Any) -> None:
    given, expected = DATES[name]
    if not isinstance(given[0], str) and dtype is not object:
        pytest.skip("these are numbers")
    values = pd.Series([*given, None], name="x", dtype=dtype)
    found = run(remedy_to_dates(values), values)
    assert [date.isoformat(" ", "minutes") for date in found[:-1]] == [
        pd.Timestamp(day).isoformat(" ", "minutes") for day in expected
    ]
    assert found.isna().tolist()[-1]


READINGS = [
    (["01/02/2024"], ["1 February 2024", "2 January 2024"]),
    (["12/12/2024", "01/02/2024"], ["1 February 2024", "2 January 2024"]),
    (["01/02/03"], ["1 February 2003", "2 January 2003", "3 February 2001"]),
    ([200102], ["1 February 2001", "2 January 2020", "20 January 2002"]),
    ([45292], ["2024-01-01, as a day number of Excel", "1970-01-01 12:34:52, as seconds"]),
]


@pytest.mark.parametrize(("values", "readings"), READINGS, ids=str)
def test_several_readings_are_all_shown_and_each_is_right(
    values: list[Any], readings: list[str]
) -> None:
    column = pd.Series(values, name="x")
    remedy = remedy_to_dates(column)
    assert "which is meant" in remedy or "is to be read" in remedy
    for reading in readings:
        call = next(part for part in remedy.split("; ") if f"makes it {reading}" in part)
        call = call[call.index("df['x'] = ") :].partition(" makes it ")[0]
        day = run(call, column).iloc[-1]
        told = {f"{day.day} {day.month_name()} {day.year}", str(day).removesuffix(" 00:00:00")}
        assert reading.partition(",")[0] in told


def test_dates_that_are_the_same_in_every_reading_need_no_answer() -> None:
    assert "can be read" not in remedy_to_dates(pd.Series(["12/12/2024"], name="x"))


@pytest.mark.parametrize("values", [["hello", "world"], ["2024S1", "2024S2"], ["31/31/2024"]])
def test_no_call_is_shown_for_text_that_nobody_can_read(values: list[str]) -> None:
    assert "is not in a form that is known here" in remedy_to_dates(pd.Series(values, name="x"))


def test_texts_become_the_nearest_doubles() -> None:
    doubles = np.random.default_rng(7).uniform(0, 1000, 2000)
    values = pd.Series([repr(float(double)) for double in doubles], name="x")
    assert run(remedy_to_numbers(values), values).tolist() == doubles.tolist()
    holed = pd.Series([*values, "n/a"], name="x")
    remedy = remedy_to_numbers(holed).partition(" makes missing values")[0]
    assert run(remedy, holed).tolist()[:-1] == doubles.tolist()


NUMBERS = [
    (["1,234,567.5", "1"], [1234567.5, 1.0]),
    (["1.234.567,5", "1"], [1234567.5, 1.0]),
    (["1,5", "-2"], [1.5, -2.0]),
    (["1,234.5", 2.5, None], [1234.5, 2.5, None]),
    ([" 1.5 ", "1e3"], [1.5, 1000.0]),
]


@pytest.mark.parametrize(("given", "expected"), NUMBERS, ids=str)
def test_numbers_with_one_reading_are_read_like_that(
    given: list[Any], expected: list[float | None]
) -> None:
    values = pd.Series(given, name="x", dtype=object)
    found = run(remedy_to_numbers(values), values)
    assert [None if pd.isna(number) else number for number in found] == expected


def test_digits_are_never_made_missing_without_a_word() -> None:
    remedy = remedy_to_numbers(pd.Series(["1,23,4", "5 %"], name="x"))
    assert remedy.startswith("Correct '1,23,4', '5 %'")
    mixed = remedy_to_numbers(pd.Series(["1,234.5", "-"], name="x"))
    assert mixed.startswith("Make missing values of '-' first")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1, 2], ["1", "2"]),
        ([1.0, None], ["1", None]),
        ([0.1 + 0.2, 1.5], ["0.30000000000000004", "1.5"]),
        (pd.to_datetime(["2024-01-31"]), ["2024-01-31"]),
        (pd.to_datetime(["2024-01-31 10:30"]), ["2024-01-31 10:30:00"]),
        ([pd.Timestamp("2024-01-31").date(), None], ["2024-01-31", None]),
        (pd.PeriodIndex(["2024Q1"], freq="Q"), ["2024Q1"]),
        (pd.Series([1, "a", None], dtype=object), ["1", "a", None]),
    ],
    ids=str,
)
def test_text_is_what_a_person_would_write(values: Any, texts: list[str | None]) -> None:
    column = pd.Series(values, name="x")
    found = run(remedy_to_text(column), column)
    assert [None if pd.isna(text) else text for text in found] == texts


@pytest.mark.parametrize(
    ("names", "years"),
    [
        (["country", 2019, 2020], [2019, 2020]),
        (["country", "2019", "2020"], ["2019", "2020"]),
        (["country", 2019.0, 2020.0], [2019.0, 2020.0]),
        (["country", "2019"], []),
        (["country", "CPI", "20190"], []),
        ([True, False, 1], []),
    ],
    ids=str,
)
def test_years_are_columns_if_there_are_several(names: list[Any], years: list[Any]) -> None:
    assert date_columns(pd.DataFrame([[1.5] * len(names)], columns=names)) == years


def test_years_beside_dates_are_no_mistake() -> None:
    frame = pd.DataFrame({"Date": pd.to_datetime(["2024-01-01"]), "2019": [1.5], "2020": [2.5]})
    assert date_columns(frame) == []
