"""Values as Arrow: the instants of dates, how dates and numbers are written."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.writing.arrow import to_arrow
from alphacast_pandas.writing.dates import date_format, exact_attoseconds
from alphacast_pandas.writing.kinds import Kind


@given(moments=st.lists(st.sampled_from([0, 86_400, 3_600]), min_size=1, max_size=7))
def test_a_time_of_day_is_seen_in_whichever_slice_it_stands(moments: list[int]) -> None:
    values = pd.Series(np.array(moments, dtype="datetime64[s]"))
    is_midnight = (values == values.dt.normalize()).all()
    assert (date_format(values, rows_per_slice=2) == "%Y-%m-%d") is bool(is_midnight)


DAY = 86_400 * 10**18
NEAR: dict[str, tuple[Any, int]] = {
    "a day": (datetime.date(1970, 1, 3), 2 * DAY),
    "a moment": (datetime.datetime(1970, 1, 1, 0, 0, 1), 10**18),  # noqa: DTZ001 - dates of datasets have no zone
    "a year": (np.datetime64("2000"), 10_957 * DAY),
    "a month before our era": (np.datetime64("-0001-12"), -719_559 * DAY),
    "a week": (np.datetime64(2, "W"), 14 * DAY),
    "a multiple of a unit": (np.datetime64(3, ("s", 25)), 75 * 10**18),
    "less than NumPy's smallest": (np.datetime64(-1, "as"), -1),
    "a quarter": (pd.Period("1970Q2"), 90 * DAY),
    "half a second": (pd.Timestamp("1970-01-01 00:00:00.5"), 5 * 10**17),
}


@pytest.mark.parametrize("name", NEAR)
def test_an_instant_is_what_the_caller_gave(name: str) -> None:
    value, attoseconds = NEAR[name]
    assert exact_attoseconds(value) == attoseconds


@given(months=st.integers(-600_000, 600_000))
def test_a_month_begins_when_the_calendar_says(months: int) -> None:
    days = int(np.datetime64(months, "M").astype("datetime64[D]").astype(int))
    assert exact_attoseconds(np.datetime64(months, "M")) == days * DAY


@pytest.mark.parametrize("missing", [None, pd.NaT, np.datetime64("NaT"), pd.NA], ids=repr)
def test_a_missing_instant_is_none(missing: Any) -> None:
    assert exact_attoseconds(missing) is None


def test_a_zero_with_many_places_is_written_short() -> None:
    zeros = pd.Series([Decimal("0E-999999"), Decimal("-0.00"), Decimal("1.50")], dtype=object)
    assert to_arrow(zeros, Kind.DECIMAL).to_pylist() == ["0", "-0", "1.50"]
