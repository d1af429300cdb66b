"""What becomes of the values of a period: by definition, one series and period after the other."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from alignment.random_frames import Case, lowered, lowered_cases
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap


def align_one(frame: pd.DataFrame, **words: Any) -> pd.DataFrame:
    return ap.align({"x": frame}, **words)


def as_rows(frame: pd.DataFrame, value: str = "value") -> dict[tuple[Any, str], float | None]:
    dates, names = frame["Date"], frame["country"]
    values = frame[value].astype(object).where(frame[value].notna(), None)
    return {(d, str(c)): v for d, c, v in zip(dates, names, values, strict=True)}


@given(case=lowered_cases(), partial=st.booleans())
def test_values_are_lowered_as_by_definition(case: Case, partial: bool) -> None:
    result = align_one(case.frame, frequency=case.target, aggregate=case.word, partial=partial)
    expected = lowered(case, partial=partial)
    found = as_rows(result)
    assert [*found] == sorted(expected)
    for key, value in expected.items():
        assert found[key] == (None if value is None else pytest.approx(value, abs=1e-9)), key
    facts = result.attrs["alphacast"]["columns"]["value"]
    assert (facts["frequency"], facts["aggregate"]) == (case.frequency, case.word)


def test_holidays_do_not_empty_a_month_but_its_ends_must_be_reached() -> None:
    # January begins with a holiday, and the series ends before the last business day of April.
    days = pd.bdate_range("2024-01-02", "2024-04-29")
    holidays = pd.to_datetime(["2024-02-01", "2024-02-29", "2024-03-29"])
    frame = pd.DataFrame({"Date": days.difference(holidays), "fx": 1.0})
    found = align_one(frame, frequency="M", aggregate="mean")["fx"].notna()
    assert found.tolist() == [False, True, True, False]
    first = pd.DataFrame({"Date": [pd.Timestamp("2024-01-01")], "fx": [1.0]})
    last = pd.DataFrame({"Date": [pd.Timestamp("2024-04-30")], "fx": [1.0]})
    longer = pd.concat([frame, first, last])
    assert align_one(longer, frequency="M", aggregate="mean")["fx"].notna().all()
    assert align_one(frame, frequency="M", aggregate="mean", partial=True)["fx"].notna().all()


def test_a_month_starts_and_ends_with_its_business_days() -> None:
    # 1 June 2024 is a Saturday, and so is 31 August.
    days = pd.bdate_range("2024-06-03", "2024-08-30")
    found = align_one(pd.DataFrame({"Date": days, "fx": 1.0}), frequency="M", aggregate="sum")
    assert found["fx"].tolist() == [20.0, 23.0, 22.0]


def test_each_column_and_entity_has_its_own_first_and_last_period() -> None:
    days = pd.bdate_range("2024-01-01", "2024-03-29")
    frame = pd.DataFrame({"Date": [*days, *days], "country": ["Chile"] * 65 + ["Peru"] * 65})
    frame["early"] = 1.0
    frame["late"] = np.where(frame["Date"] < "2024-02-15", np.nan, 1.0)
    frame.loc[(frame["country"] == "Peru") & (frame["Date"] > "2024-03-01"), "early"] = np.nan
    found = align_one(frame, frequency="M", aggregate="last")
    assert found.loc[found["country"] == "Chile", "early"].notna().tolist() == [True] * 3
    assert found.loc[found["country"] == "Peru", "early"].notna().tolist() == [True, True, False]
    assert found["late"].notna().tolist() == [False] * 4 + [True] * 2


def test_a_quarter_needs_a_value_in_each_month_whatever_else_it_has() -> None:
    frame = pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-31", "2024-02-29", "2024-02-29", "2024-04-30"]),
            "v": [1.0, 2.0, 3.0, 5.0],
        }
    )
    found = align_one(frame, frequency="Q", aggregate="sum")
    assert found["v"].isna().all()
    assert align_one(frame, frequency="Q", aggregate="sum", partial=True)["v"].tolist() == [6, 5]


def test_a_week_belongs_to_the_month_it_ends_in() -> None:
    frame = pd.DataFrame({"Date": pd.date_range("2024-01-05", "2024-03-29", freq="W-FRI"), "v": 1})
    found = align_one(frame, frequency="M", aggregate="sum")
    # The first week begins in December, and the last one ends on the last business day.
    assert found["v"].tolist() == [4, 4, 5]
    shorter = align_one(frame[:-1], frequency="M", aggregate="sum")
    assert shorter["v"].isna().tolist() == [False, False, True]


def test_a_weekend_belongs_to_the_monday_after_it() -> None:
    frame = pd.DataFrame({"Date": pd.date_range("2024-01-01", "2024-01-15"), "v": range(15)})
    found = align_one(frame, frequency="B", aggregate="sum")
    days = frame["Date"].where(frame["Date"].dt.day_of_week < 5, frame["Date"] + pd.offsets.BDay())
    expected = frame["v"].groupby(days).sum()
    assert found["Date"].tolist() == expected.index.tolist()
    assert found["v"].tolist() == expected.tolist()


@pytest.mark.parametrize("week", ["W-SUN", "W-WED"])
def test_weeks_move_into_the_week_they_end_in(week: str) -> None:
    dates = pd.date_range("2024-01-05", periods=9, freq="W-FRI")
    found = align_one(pd.DataFrame({"Date": dates, "v": range(9)}), frequency=week)
    assert found["Date"].tolist() == [each.start_time for each in dates.to_period(week)]
    assert found["v"].tolist() == [*range(9)]
    assert found.attrs["alphacast"]["columns"]["v"]["aggregate"] is None


MONTHS = pd.to_datetime(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"])


@pytest.mark.parametrize(
    ("values", "word", "dtype", "value"),
    [
        (pd.array([30000, 30000, None, 1], "Int16"), "sum", "Int64", 60000),
        (np.array([30000, 30000, 5, 1], "int16"), "sum", "Int64", 60005),
        (np.array([1, 2, 3, 1]), "mean", "float64", 2.0),
        (pd.array([1, 2, 3, 1], "Int16"), "mean", "Float64", 2.0),
        (pd.array([1, 2, 3, 1], "int64[pyarrow]"), "max", "int64[pyarrow]", 3),
        (pd.array([1, 2, 3, 1], "int64[pyarrow]"), "mean", "double[pyarrow]", 2.0),
        (pd.array([1, 2, 3, 1], "int16[pyarrow]"), "sum", "int64[pyarrow]", 6),
        (np.array([1.5, np.nan, 3, 1], "float32"), "sum", "float64", 4.5),
        (np.array([1.5, np.nan, 3, 1], "float32"), "last", "float32", 3.0),
        (np.array([True, False, True, True]), "sum", "Int64", 2),
        (np.array([True, False, True, True]), "last", "boolean", True),
        ([Decimal("0.1"), None, Decimal("0.3"), None], "sum", "float64", 0.4),
        ([Decimal("0.1"), None, Decimal("0.3"), None], "max", "object", Decimal("0.3")),
        (pd.array(["b", None, "a", "c"], "string"), "min", "string", "a"),
        (pd.Categorical(["b", None, "a", "c"]), "last", "category", "a"),
        (pd.array(["b", None, "a", "c"], "string[pyarrow]"), "first", "string[pyarrow]", "b"),
    ],
)
@pytest.mark.every_parameter
def test_types_hold_what_is_made_of_them(values: Any, word: str, dtype: str, value: Any) -> None:
    frame = pd.DataFrame({"Date": MONTHS, "v": values})
    frame.attrs["alphacast"] = {"date": "Date", "entities": []}
    found = align_one(frame, frequency="Q", aggregate=word, partial=True)["v"]
    assert found.dtype == dtype
    assert found[0] == (pytest.approx(value) if dtype == "float64" else value)
    whole = align_one(frame, frequency="Q", aggregate=word)["v"]
    assert whole.dtype == dtype
    assert whole.isna()[1]


def test_the_sum_of_no_values_is_missing() -> None:
    frame = pd.DataFrame({"Date": MONTHS, "v": [None, None, None, 1.0]})
    assert align_one(frame, frequency="Q", aggregate="sum", partial=True)["v"].isna()[0]


def test_a_sum_beyond_int64_is_refused() -> None:
    for values in ([2**62, 2**62, 5, 1], [2**63, 1, 5, 1]):
        frame = pd.DataFrame({"Date": MONTHS, "v": values})
        with pytest.raises(ap.QueryError, match=r"too large for Int64\. .*astype\(float\)"):
            align_one(frame, frequency="Q", aggregate="sum")
    frame["v"] = pd.array([2**62, -(2**62), None, 2**62], "int64[pyarrow]")
    sums = align_one(frame, frequency="Q", aggregate="sum", partial=True)["v"]
    assert sums.tolist() == [0, 2**62]


def test_values_without_an_order_have_no_smallest_one() -> None:
    frame = pd.DataFrame({"Date": MONTHS, "v": [{}, {"a": 1}, {}, {}]})
    with pytest.raises(ap.QueryError, match=r"no order, so they have no 'min' .*'v': 'last'"):
        align_one(frame, frequency="Q", aggregate="min")
    found = align_one(frame, frequency="Q", aggregate="last", partial=True)
    assert found["v"].tolist() == [{}, {}]
