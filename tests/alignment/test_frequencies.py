"""Which frequency dates tell, and which words name one."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from alignment.random_frames import OFFSETS, some_dates
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap


def found(dates: Any, **columns: Any) -> str | None:
    frame = pd.DataFrame({"Date": dates, **columns, "v": 1.0})
    word: str | None = ap.align({"x": frame}).attrs["alphacast"]["frequency"]
    return word


@given(word=st.sampled_from([*OFFSETS]), seed=st.integers(0, 2**32), gaps=st.sampled_from([0, 0.2]))
def test_dates_with_gaps_tell_their_frequency(word: str, seed: int, gaps: float) -> None:
    random = np.random.default_rng(seed)
    dates = some_dates(random, word, gaps)
    if word == "Y" and len(dates) < 2:
        return
    # With few dates of months left, all of them may be quarters or half-years apart.
    expected = word
    months = dates.to_period("M").astype("int64") if word in ("M", "Q") else np.array([])
    step = np.gcd.reduce(np.diff(months)) if len(months) > 1 else 0
    if (word == "M" and step % 3 == 0) or (word == "Q" and step % 6 == 0):
        return
    assert found(random.permutation(dates)) == expected


@pytest.mark.parametrize(
    ("dates", "word"),
    [
        (["2024-01-31", "2024-02-29", "2024-05-31"], "M"),
        (["2024-01-15", "2024-02-15", "2024-03-15"], "M"),
        (["2024-01-30", "2024-02-29", "2024-03-30"], "M"),  # the 30th, or the last before it
        (["2024-05-31", "2024-06-28", "2024-07-31"], "M"),  # last business days
        (["2024-06-03", "2024-07-01", "2024-08-01"], "M"),  # first business days
        (["2024-01-01", "2024-04-01"], "Q"),
        (["2024-02-15", "2024-05-15", "2025-02-15"], "Q"),
        (["2024-03-29", "2024-06-28", "2024-09-30"], "Q"),
        (["1952-01-01", "1957-01-01", "1962-01-01"], "Y"),
        (["2023-12-29", "2024-12-31"], "Y"),
        (["2024-01-05", "2024-01-12", "2024-02-23"], "W-FRI"),
        (["2024-01-01", "2024-01-08"], "W-MON"),
        (["2024-01-05", "2024-01-08"], "B"),
        (["2024-01-05", "2024-01-06"], "D"),
        (["2024-01-31", "2024-02-01"], "B"),
        (["2024-01-01 09:00", "2024-01-02 17:30", "2024-01-03"], "B"),
    ],
)
@pytest.mark.every_parameter
def test_few_dates_tell_the_coarsest_frequency_that_fits(dates: list[str], word: str) -> None:
    assert found(pd.to_datetime(dates, format="ISO8601")) == word


def test_each_country_may_stand_at_another_place_of_the_month() -> None:
    first, last = (
        pd.date_range("2024-01-01", periods=6, freq="MS"),
        pd.date_range("2024-01-31", periods=6, freq="ME"),
    )
    names = ["Chile"] * 6 + ["Peru"] * 6
    assert found([*first, *last], country=names) == "M"
    quarters = [
        *pd.date_range("2024-01-01", periods=6, freq="QS"),
        *pd.date_range("2024-03-31", periods=6, freq="QE"),
    ]
    assert found(quarters, country=names) == "Q"
    with pytest.raises(ap.QueryError, match="do not tell a frequency"):
        found([*first, *last])


def test_series_of_one_date_each_are_taken_for_one_series() -> None:
    names = ["Chile", "Peru", "Togo"]
    days = pd.to_datetime(["2024-04-29", "2024-05-03", "2024-05-06"])  # the last of daily series
    with pytest.raises(ap.QueryError, match="its 3 dates are 3 to 4 days apart"):
        found(days, country=names)
    assert found(pd.to_datetime(["2010-01-01", "2011-01-01", "2017-01-01"]), country=names) == "Y"


@pytest.mark.parametrize("word", ["D", "B", "W-WED", "M", "Q", "Y"])
@pytest.mark.every_parameter
@pytest.mark.filterwarnings("ignore:Period with BDay freq is deprecated:FutureWarning")
@pytest.mark.filterwarnings("ignore:PeriodDtype.B. is deprecated:FutureWarning")
def test_periods_tell_it_by_their_type(word: str) -> None:
    periods = pd.period_range("2024-01-03", periods=1, freq=word)
    assert found(periods) == word


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        (["2024-01-01"], "it has one date, 2024-01-01"),
        (["2024-01-01", "2024-01-01"], "it has one date, 2024-01-01"),
        (["2024-01-01", "2024-07-01", "2025-01-01"], "stand at steps of 6 months"),
        (["2024-01-03", "2024-01-12", "2024-02-01"], "are 9 to 20 days apart"),
        (["2024-01-01", "2024-01-15", "2024-01-29"], "are 14 days apart"),
        (["2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01"], "1 to 28 days apart"),
    ],
)
@pytest.mark.every_parameter
def test_dates_that_tell_none_need_it_stated(dates: list[str], reason: str) -> None:
    frame = pd.DataFrame({"Date": pd.to_datetime(dates), "v": range(len(dates))})
    frame = frame.drop_duplicates("Date")
    other = pd.DataFrame({"Date": pd.date_range("2024-01-31", periods=3, freq="QE"), "w": 1.0})
    with pytest.raises(ap.QueryError) as caught:
        ap.align({"x": frame, "y": other})
    assert "frame 'x' do not tell a frequency: " in str(caught.value)
    assert reason in str(caught.value)
    assert "'y': 'Q' (quarters)" in str(caught.value)
    stated = "Y" if "6 months" in reason else "Q"
    assert f"such as frequency={stated!r}" in str(caught.value)
    if stated == "Y":
        return
    # Stated, it is taken to have it.
    result = ap.align({"x": frame}, frequency="D")
    assert result["Date"].tolist() == frame["Date"].tolist()
    assert result.attrs["alphacast"]["columns"]["v"] == {
        "dataset_id": None,
        "label": "x",
        "column": "v",
        "frequency": "D",
        "aggregate": None,
    }


@pytest.mark.parametrize("day", ["MS", "ME"])
def test_half_years_are_lowered_to_years_and_never_raised(day: str) -> None:
    dates = pd.date_range("2020-01-01", "2022-12-31", freq=day)
    halves = dates[dates.month.isin([1, 7] if day == "MS" else [6, 12])]
    frame = pd.DataFrame({"Date": halves, "poor": [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]}).drop(index=3)
    months = pd.DataFrame({"Date": dates, "cpi": 1.0})
    for word in ("D", "M", "Q"):
        with pytest.raises(ap.QueryError) as caught:
            ap.align({"x": frame, "y": months[:0]}, frequency=word, aggregate="mean")
        assert "Frame 'x' holds half-years ('6M'), and raising it to " in str(caught.value)
        assert "Pass frequency='Y'" in str(caught.value)
    result = ap.align({"x": frame, "y": months}, frequency="Y", aggregate="mean", how="inner")
    held = result.set_index("Date")["poor"].dropna()
    assert held.tolist() == [2.0, 10.0]  # the second year lacks a half
    columns = result.attrs["alphacast"]["columns"]
    assert (columns["poor"]["frequency"], columns["cpi"]["frequency"]) == ("6M", "M")


@pytest.mark.parametrize(
    ("word", "frequency", "days"),
    [
        ("Y-JUN", "Y", ["2023-01-01", "2024-01-01"]),  # until June 2023 and June 2024
        ("Q-JAN", "Q", ["2023-01-01", "2023-04-01"]),  # until January and April 2023
        ("2M", "M", ["2023-02-01", "2023-04-01"]),
        ("12h", "D", ["2023-01-01"]),
    ],
)
def test_periods_that_are_not_of_the_calendar_belong_where_they_end(
    word: str, frequency: str, days: list[str]
) -> None:
    first = pd.Period("2023-01-01", word)
    frame = pd.DataFrame({"Date": pd.PeriodIndex([first, first + 1]), "v": [1.0, 2.0]})
    result = ap.align({"x": frame}, frequency=frequency, aggregate="last", partial=True)
    assert [str(day.date()) for day in result["Date"]] == days


def test_irregular_dates_that_meet_in_a_period_are_aggregated_as_days() -> None:
    dates = pd.to_datetime(["2024-01-10", "2024-02-01", "2024-02-20", "2024-04-30"])
    frame = pd.DataFrame({"Date": dates, "rate": [1.0, 2.0, 3.0, 4.0]})
    with pytest.raises(
        ap.QueryError, match=r"period of 2024-02-01 \(rows of 2024-02-01, 2024-02-20\)"
    ):
        ap.align({"x": frame}, frequency="M")
    result = ap.align({"x": frame}, frequency="M", aggregate="last")
    assert result["Date"].dt.month.tolist() == [1, 2, 4]
    assert result["rate"].fillna(-1).tolist() == [-1, 3.0, 4.0]
    alone = ap.align({"x": frame.iloc[[0]]}, frequency="M", aggregate="last")
    assert alone["rate"].tolist() == [1.0]


def test_a_working_week_may_be_days_or_business_days() -> None:
    week = pd.DataFrame({"Date": pd.date_range("2024-01-01", periods=5), "week": 1.0})
    month = pd.DataFrame({"Date": pd.date_range("2024-01-01", periods=31), "month": 1.0})
    assert ap.align({"x": week, "y": month}).attrs["alphacast"]["frequency"] == "D"
    assert ap.align({"x": week}, frequency="D").attrs["alphacast"]["frequency"] == "D"
    assert ap.align({"x": week}).attrs["alphacast"]["frequency"] == "B"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(("ME", "M"), ("MS", "M"), ("m", "M"), ("monthly", "M"), ("QE-DEC", "Q"), ("Q-MAR", "Q")),
        *(("A", "Y"), ("YE", "Y"), ("annual", "Y"), ("w", "W"), ("W-MONDAY", "W-MON")),
        *(("weekly", "W"), ("w-fri", "W-FRI"), ("d", "D"), ("bdays", "B"), ("1M", None), (5, None)),
    ],
)
@pytest.mark.every_parameter
def test_a_word_that_is_none_is_refused_with_the_one_that_may_be_meant(
    word: Any, meant: str | None
) -> None:
    with pytest.raises(ap.QueryError) as caught:
        ap.align(
            {"x": pd.DataFrame({"Date": pd.date_range("2024", periods=3), "v": 1})}, frequency=word
        )
    message = str(caught.value)
    assert message.startswith(f"frequency {word!r} is not known.")
    assert ("Did you mean" in message) == (meant is not None)
    assert meant is None or f"Did you mean {meant!r}?" in message
    assert "'D', 'B', 'W' (or with the day that ends it: 'W-FRI'), 'M', 'Q' and 'Y'" in message


SERIES = {
    word: pd.DataFrame(
        {"Date": pd.date_range("2024-01-01", periods=20, freq=OFFSETS[word][1]), word: 1.0}
    )
    for word in OFFSETS
}


def test_mixed_frequencies_are_listed() -> None:
    with pytest.raises(ap.QueryError) as caught:
        ap.align({word: SERIES[word] for word in ("W-FRI", "M", "W-WED")})
    assert str(caught.value).splitlines()[1:4] == [
        "  'W-FRI': 'W-FRI' (weeks that end on Friday)",
        "  'M': 'M' (months)",
        "  'W-WED': 'W-WED' (weeks that end on Wednesday)",
    ]
    assert "frequency='M' with aggregate=\"mean\"" in str(caught.value)
    with pytest.raises(ap.QueryError, match="different frequencies"):
        ap.align({word: SERIES[word] for word in ("W-FRI", "W-WED")})


@pytest.mark.parametrize(
    ("own", "target", "why"),
    [
        *(
            (own, target, "before they were published")
            for own, target in [("Q", "M"), ("Y", "Q"), ("M", "W"), ("W-FRI", "B"), ("Y", "D")]
        ),
        ("B", "D", "on weekends it has no values"),
    ],
)
@pytest.mark.every_parameter
def test_raising_is_refused_with_the_reason(own: str, target: str, why: str) -> None:
    with pytest.raises(ap.QueryError, match=f"raising it to .* is refused: .*{why}") as caught:
        ap.align({own: SERIES[own], "D": SERIES["D"]}, frequency=target, aggregate="last")
    assert f"Pass frequency={own!r} with aggregate= to lower the others" in str(caught.value)


def test_few_dates_may_be_more_than_they_look_like() -> None:
    with pytest.raises(
        ap.QueryError, match=r"Its 2 dates look like quarters; if they are not, pass"
    ):
        ap.align({"x": SERIES["Q"][:2]}, frequency="M")


def test_an_empty_frame_has_the_frequency_of_the_others() -> None:
    result = ap.align({"x": SERIES["Q"][:0], "y": SERIES["M"]})
    assert result.attrs["alphacast"]["frequency"] == "M"
    assert result["Q"].isna().all()
    nothing = ap.align({"x": SERIES["Q"][:0]})
    assert nothing.attrs["alphacast"]["frequency"] is None
    assert nothing.dtypes.tolist() == ap.align({"x": SERIES["Q"]}).dtypes.tolist()
