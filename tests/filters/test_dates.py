"""Dates as a pandas user writes them, against what df.loc makes of them."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import QueryError
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.filters.expression import col

day = datetime.datetime.fromisoformat
HOURS = pd.Series(0, index=pd.date_range("2019-12-30", "2021-01-03", freq="6h"))
PARTIAL = st.dates(datetime.date(2019, 12, 31), datetime.date(2021, 1, 1)).flatmap(
    lambda date: st.sampled_from([f"{date:%Y}", f"{date:%Y-%m}", f"{date:%Y-%m-%d}"])
)


@given(low=PARTIAL, high=PARTIAL)
def test_a_partial_date_means_what_it_means_in_loc(low: str, high: str) -> None:
    first, (stop, included) = parse_instant(low, "start"), parse_end(high, "end")
    index = HOURS.index
    found = HOURS[(index >= first) & ((index <= stop) if included else (index < stop))]
    pd.testing.assert_series_equal(found, HOURS.loc[low:high], check_freq=False)


@pytest.mark.parametrize(
    "end",
    [
        *("2020-01-31 12", "2020-01-31 12:30", " 2020-01-31T12:30 ", "2020-01-31 12:30:20"),
        *("2020-01-31 12:30:20.5", "2020-01-31 12:30:20.500001", "2020-01-31 00:00"),
    ],
)
def test_a_minute_is_as_long_as_it_is_in_loc(end: str) -> None:
    times = [
        "00:00",
        "12:00",
        "12:30",
        "12:30:20",
        "12:30:20.5",
        "12:30:20.500001",
        "12:31",
        "13:00",
    ]
    rows = pd.Series(0, index=pd.to_datetime([f"2020-01-31T{t}" for t in times], format="ISO8601"))
    stop, included = parse_end(end, "end")
    found = rows[(rows.index <= stop) if included else (rows.index < stop)]
    pd.testing.assert_series_equal(found, rows.loc[: end.strip()])


def test_the_last_minute_of_the_calendar_has_an_end() -> None:
    assert parse_end("9999-12-31 23:59", "end") == (day("9999-12-31T23:59:59.999999"), True)
    with pytest.raises(QueryError, match="not a date"):
        parse_end("2020-13-01 12:00", "end")


@pytest.mark.parametrize(
    "value",
    [
        "2020-02-29",
        " 2020-02-29 ",
        datetime.date(2020, 2, 29),
        day("2020-02-29"),
        pd.Timestamp("2020-02-29"),
        np.datetime64("2020-02-29"),
        pd.Period("2020-02-29", "D"),
    ],
)
def test_a_day_is_a_day_in_every_spelling(value: Any) -> None:
    assert parse_instant(value, "start") == day("2020-02-29")
    stop, included = parse_end(value, "end")
    # An exact instant belongs to its range; a day ends before the next one.
    assert (stop, included) in [
        (day("2020-03-01"), False),
        (day("2020-02-29"), True),
    ]


@pytest.mark.parametrize(
    ("period", "stop"),
    [("2020", "2021-01-01"), ("2020Q1", "2020-04-01"), ("2020-02", "2020-03-01")],
)
def test_a_period_ends_before_the_next(period: str, stop: str) -> None:
    assert parse_end(pd.Period(period), "end") == (day(stop), False)


@pytest.mark.parametrize("year", ["1500", "2999"])
def test_a_year_that_nanoseconds_cannot_hold_is_a_date(year: str) -> None:
    assert parse_instant(year, "start") == day(f"{year}-01-01")
    assert parse_end(year, "end") == (day(f"{int(year) + 1}-01-01"), False)


def test_the_last_year_of_the_calendar_has_an_end() -> None:
    assert parse_end("9999", "end") == (day("9999-12-31T23:59:59.999999"), True)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterdayish",
        "2020-13",
        "2020-02-30",
        12345,
        1.5,
        True,
        None,
        pd.NaT,
        "NaT",
        [],
        "99999",
    ],
)
def test_what_is_no_date_is_refused_with_the_ways_to_write_one(value: Any) -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError, match=r"^end .* is not a date\. Pass text such as '2020'"):
            read(value, "end")


def test_a_year_that_is_a_number_is_to_be_passed_as_text() -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError, match=r"^end 2020 is not a date\. .* as text: '2020'\.$"):
            read(2020, "end")


@pytest.mark.parametrize(
    ("text", "first", "stop"),
    [
        *[(text, "2020-01-01", "2020-04-01") for text in ("2020Q1", "2020-Q1", "2020q1", "1Q2020")],
        *[(text, "2020-02-01", "2020-03-01") for text in ("2020-2", "2020/02")],
        *[(text, "2020-02-01", "2020-03-01") for text in ("Feb 2020", "2020-Feb")],
        *[(text, "2020-02-03", "2020-02-04") for text in ("20200203", "2020/2/3")],
        *[(text, "2020-02-03", "2020-02-04") for text in ("3 Feb 2020", "Feb 3, 2020")],
        *[(text, "2020-02-03", "2020-02-04") for text in ("3-Feb-2020", "2020-Feb-03")],
    ],
)
def test_text_that_can_be_read_in_one_way_is_a_date(text: str, first: str, stop: str) -> None:
    assert parse_instant(text, "start") == day(first)
    assert parse_end(text, "end") == (day(stop), False)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("01/02/2000", "'2000-02-01' or '2000-01-02'"),
        (" 1.2.2000 ", "'2000-02-01' or '2000-01-02'"),
        ("01-02-2000 12:30", "'2000-02-01 12:30' or '2000-01-02 12:30'"),
        ("31.12.2000 10:00", "Write '2000-12-31 10:00'"),
        ("02/2020", "Write '2020-02'"),
        ("2020.02.03", "Write '2020-02-03'"),
        ("2020.02", "such as '2020-02' if that is the month"),
        ("2020.25", "may be a decimal year"),
        ("enero 2020", "Write '2020-01'"),
        ("mayo 2020", "Write '2020-05'"),
        ("3 de enero de 2020", "Write '2020-01-03'"),
        ("1 2 2000", "'2000-02-01' or '2000-01-02'"),
        ("31/12/2000", "Write '2000-12-31'"),
        ("12/31/2000", "Write '2000-12-31'"),
        ("12/12/2000", "Write '2000-12-12'"),
        ("01/02/03", "'2003-02-01' or '2003-01-02' or '2001-02-03'"),
        ("01/02/70", "'1970-02-01' or '1970-01-02'"),
        ("200102", "'2001-02' or '2020-01-02' or '2002-01-20'"),
    ],
)
def test_text_that_can_be_read_otherwise_is_refused_with_its_readings(
    text: str, advice: str
) -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError) as caught:
            read(text, "start")
        assert repr(text) in str(caught.value)
        assert advice in str(caught.value)


@pytest.mark.parametrize(
    "text", ["now", "today", "12:30", "Feb 20", "feb20", "31/31/2000", "2020-W05", "24Q1", "5"]
)
def test_text_whose_date_depends_on_the_day_or_on_a_guess_is_no_date(text: str) -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError, match=r"is not a date\. Pass text such as"):
            read(text, "start")


@pytest.mark.parametrize(
    "value",
    [
        "2020-01-01T00:00Z",
        "2020-01-01 00:00+03:00",
        pd.Timestamp("2020-01-01", tz="America/Buenos_Aires"),
        datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    ],
)
def test_a_time_zone_is_refused(value: Any) -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError, match="has a time zone"):
            read(value, "start")


def test_a_nanosecond_is_refused() -> None:
    with pytest.raises(QueryError, match="finer than a microsecond"):
        parse_instant(pd.Timestamp("2020-01-01T00:00:00.000000001"), "start")


BEYOND = [
    *(np.datetime64("-0044-03-15"), np.datetime64("0000-12-31"), np.datetime64("10000-01-01")),
    *(np.datetime64(10**18, "s"), np.datetime64(-(10**18), "s")),
    *(pd.Period(year=-44, freq="Y"), pd.Period(year=0, freq="Y"), pd.Period(year=12000, freq="Y")),
    *("-0044-03-15", "0000", "0000-01-01", "10000-01-01", "10000-01-01 12:00", "9" * 5000),
    *("9" * 5000 + ":00", "\ud800", "\ud800:"),
]


@pytest.mark.parametrize("value", BEYOND, ids=lambda value: ascii(value)[-25:])
def test_a_date_before_our_era_or_after_9999_is_refused(value: Any) -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError, match=r"is not a date.* of the years 1 to 9999"):
            read(value, "end")


def test_the_first_and_the_last_span_of_the_calendar_are_dates() -> None:
    first = pd.Period(year=1, freq="Y")
    assert parse_instant(first, "start") == day("0001-01-01")
    assert parse_end(first, "end") == (day("0002-01-01"), False)
    last = pd.Period(year=9999, freq="Y")
    assert parse_instant(last, "start") == day("9999-01-01")
    assert parse_end(last, "end") == (day("9999-12-31T23:59:59.999999"), True)
    assert parse_instant(np.datetime64("0001-01-01"), "start") == day("0001-01-01")


def test_an_expression_is_no_date() -> None:
    for read in (parse_instant, parse_end):
        with pytest.raises(QueryError, match="is not a date"):
            read(col("Date"), "start")
