"""Spans of dates: every date lies in exactly one of them."""

import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.dask.spans import Span, cut_spans, parse_by
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.reading.options import ReadOptions

DAYS = st.dates(datetime.date(1600, 1, 1), datetime.date(2400, 1, 1))
FREQUENCIES = ["YE", "Y", "YS", "YE-JUN", "10YE", "QE", "Q-JAN", "ME", "MS", "7M", "W", "W-FRI"]
NEAR = st.timedeltas(datetime.timedelta(days=-900), datetime.timedelta(days=900))


def is_inside(moment: datetime.datetime, span: Span) -> bool:
    if span.start is not None and moment < parse_instant(span.start, "start"):
        return False
    if span.end is None:
        return True
    stop, is_included = parse_end(span.end, "end")
    return moment < stop or (moment == stop and is_included)


@given(
    by=st.sampled_from(FREQUENCIES) | st.lists(DAYS, max_size=5, unique=True).map(sorted),
    first=DAYS,
    days=st.integers(0, 3000),
    options=st.fixed_dictionaries(
        {}, optional={"start": st.sampled_from(["1990", "1990-03-31"]), "end": DAYS}
    ),
    near=st.lists(NEAR, min_size=1, max_size=9),
)
def test_every_date_lies_in_the_one_span_whose_turn_it_is(
    by: Any, first: datetime.date, days: int, options: dict[str, Any], near: list[Any]
) -> None:
    last = first + datetime.timedelta(days=days)
    whole = Span(options.get("start"), options.get("end"))
    spans = cut_spans(parse_by(by), ReadOptions(**options), first, last)
    start = datetime.datetime.combine(first, datetime.time())
    moments = sorted([start, *(start + each for each in near)])
    places = [[n for n, span in enumerate(spans) if is_inside(moment, span)] for moment in moments]
    assert [len(place) for place in places] == [is_inside(each, whole) for each in moments]
    assert sorted(places) == [place for place in places if not place] + [p for p in places if p]
    assert (spans[0].start, spans[-1].end) == (whole.start, whole.end)


@given(by=st.sampled_from([each for each in FREQUENCIES if each != "W"]), first=DAYS)
def test_partitions_begin_where_the_periods_of_pandas_do(by: str, first: datetime.date) -> None:
    last = first + datetime.timedelta(days=1500)
    alias = by.replace("YS", "Y").replace("MS", "M").replace("E", "", "FRE" not in by)
    periods = pd.period_range(pd.Period(first, alias), pd.Period(last, alias), freq=alias)
    spans = cut_spans(parse_by(by), ReadOptions(), first, last)
    begins = [str(parse_instant(period, "date")) for period in periods[1:]]
    assert [str(span.start) for span in spans] == ["None", *begins]


@pytest.mark.every_parameter
@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("ye", "Did you mean 'YE'"),
        ("h", "'YE', 'QE', 'ME', 'W' or 'D'"),
        ("0YE", "not '0YE'"),
        ("ME-JUN", "not 'ME-JUN'"),
        ("YE-XYZ", "pandas does not know 'Y-XYZ'"),
        (5, "a list of the dates at which partitions begin, not 5"),
        (pd.Timestamp("2020"), "a list of the dates"),
        (["2020", "2020-01-01"], "must ascend"),
        (["2021", "2020"], "Sort them"),
        ([pd.Timestamp("2020", tz="UTC")], "time zone"),
        (["05/06/2020"], "2 ways"),
    ],
)
def test_what_is_no_frequency_and_no_dates_is_refused(by: Any, words: str) -> None:
    with pytest.raises(ap.QueryError, match=words):
        parse_by(by)


def test_too_many_spans_are_refused_with_their_number() -> None:
    with pytest.raises(ap.QueryError, match="292,194 partitions"):
        cut_spans(
            parse_by("D"), ReadOptions(), datetime.date(1600, 1, 1), datetime.date(2399, 12, 31)
        )


@pytest.mark.parametrize(
    ("options", "words"), [({}, "Pass start= and end="), ({"start": "2020"}, "Pass end=")]
)
def test_a_frequency_needs_dates_to_be_counted_from(options: Any, words: str) -> None:
    with pytest.raises(ap.QueryError, match=words):
        cut_spans(parse_by("YE"), ReadOptions(**options), None, None)
