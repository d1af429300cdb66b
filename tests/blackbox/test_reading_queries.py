"""Section 1: start, end, last, top and select equal the oracle, however the service reads them."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from blackbox import tree
from blackbox.frames import COUNTRIES, check_same, day, oracle, whole
from blackbox.state import State
from blackbox.store import Dataset
from blackbox.switches import Switches
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

DAILY = [("Date", "Date", True), ("country", "String", True), ("CPI", "Decimal", False)]
HOSTILE = {
    "last": ["periods", "rows"],
    "dialect": ["both", "sdk", "documented"],
    "filter": ["honoured", "ignored"],
    "text": ["exact", "folded", "accents"],
    "select": ["quoted", "naive"],
    "order": ["date", "newest", "entity"],
    "dates": ["auto", "T", "blank"],
    "transfer": ["length", "chunked", "close"],
    "definitions": ["full", "text"],
    "column_records": ["named", "ids", "absent"],
    "row_count": [True, False],
    "gzip": [False, True],
}
switches = st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in HOSTILE.items()})


@pytest.fixture
def daily(service: State) -> Dataset:
    """One country, every day from mid-December 2019 to mid-March 2020, the newest day at 18:30."""
    days = [*pd.date_range("2019-12-15", "2020-03-14").to_pydatetime(), day("2020-03-15 18:30")]
    return service.seed(DAILY, [(date, "Chile", float(i)) for i, date in enumerate(days)])


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2020", None, "2020-01-01", "2020-03-15 18:30"),
        (None, "2019", "2019-12-15", "2019-12-31"),
        ("2020-02", "2020-02", "2020-02-01", "2020-02-29"),
        ("2020-02-03", "2020-02-03", "2020-02-03", "2020-02-03"),
        (None, "2020-03-15", "2019-12-15", "2020-03-15 18:30"),
        (date(2020, 1, 5), date(2020, 1, 6), "2020-01-05", "2020-01-06"),
        (datetime(2020, 1, 5), datetime(2020, 1, 6), "2020-01-05", "2020-01-06"),  # noqa: DTZ001
        (pd.Timestamp("2020-01-05"), pd.Timestamp("2020-01-06"), "2020-01-05", "2020-01-06"),
        (pd.Period("2020-01"), pd.Period("2020-02"), "2020-01-01", "2020-02-29"),
        (pd.Period("2020Q1"), None, "2020-01-01", "2020-03-15 18:30"),
    ],
)
@pytest.mark.parametrize("dialect", ["both", "documented", "sdk"])
def test_dates_mean_what_they_mean_in_loc(
    service: State,
    client: ap.Client,
    daily: Dataset,
    start: Any,
    end: Any,
    first: str,
    last: str,
    dialect: str,
) -> None:
    service.switches.dialect = dialect
    frame = ap.read_alphacast(daily.id, start=start, end=end, client=client)
    expected = oracle(whole(daily), start=pd.Timestamp(first), end=pd.Timestamp(last))
    assert len(expected) > 0
    check_same(frame, expected)


@pytest.mark.parametrize("keyword", ["start", "end"])
@pytest.mark.parametrize(
    "zoned",
    [pd.Timestamp("2020-01-01", tz="UTC"), datetime(2020, 1, 1, tzinfo=UTC)],
    ids=["Timestamp", "datetime"],
)
def test_time_zones_are_refused(
    service: State, client: ap.Client, daily: Dataset, keyword: str, zoned: Any
) -> None:
    with pytest.raises(tree.QueryError):
        ap.read_alphacast(daily.id, **{keyword: zoned}, client=client)
    assert service.queries() == []


@pytest.mark.parametrize(
    "asked",
    [
        {"start": "yesterday"},
        {"end": "2020-02-31"},
        {"start": "2021", "end": "2020"},
        {"last": 0},
        {"last": -1},
        {"last": 1.5},
        {"top": 0},
        {"top": -3},
        {"top": "many"},
        {"select": []},
        {"select": ["CPI", "CPI"]},
        {"select": "CPY"},
        {"select": ["CPI", "cpi"]},
    ],
    ids=str,
)
def test_queries_that_make_no_sense_are_refused_before_rows_are_asked_for(
    service: State, client: ap.Client, daily: Dataset, asked: dict[str, Any]
) -> None:
    with pytest.raises((tree.QueryError, TypeError)):
        ap.read_alphacast(daily.id, **asked, client=client)
    assert service.queries() == []


def test_an_unknown_name_in_select_is_answered_with_close_ones(
    client: ap.Client, panel: Dataset
) -> None:
    with pytest.raises(tree.QueryError, match="country"):
        ap.read_alphacast(panel.id, select=["contry"], client=client)


@pytest.mark.parametrize(
    ("select", "columns"),
    [
        ("GDP", ["Date", "country", "GDP"]),
        (["GDP", "CPI"], ["Date", "country", "GDP", "CPI"]),
        (["rank", "country"], ["Date", "country", "rank"]),
        (["note", "Date"], ["Date", "country", "note"]),
    ],
    ids=str,
)
def test_select_keeps_its_order_and_never_drops_the_key(
    client: ap.Client, panel: Dataset, select: Any, columns: list[str]
) -> None:
    frame = ap.read_alphacast(panel.id, select=select, client=client)
    check_same(frame, whole(panel)[columns])


def test_only_the_rows_and_columns_asked_for_cross_the_network(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    ap.read_alphacast(panel.id, start="2020-06", select="CPI", client=client)
    [request] = service.data_requests()
    assert "$filter" in request.params
    assert "$select" in request.params


@pytest.mark.parametrize("reading", ["periods", "rows"])
@pytest.mark.parametrize("order", ["date", "newest", "shuffled", "entity"])
@pytest.mark.parametrize("last", [1, 2, 5, 100])
def test_last_means_dates_in_either_reading(
    service: State, client: ap.Client, panel: Dataset, reading: str, order: str, last: int
) -> None:
    service.switches.last, service.switches.order = reading, order
    frame = ap.read_alphacast(panel.id, last=last, client=client)
    check_same(frame, oracle(whole(panel, service.switches), last=last))


@pytest.mark.parametrize("reading", ["periods", "rows"])
def test_last_is_whole_when_the_newest_date_has_one_row_only(
    service: State, client: ap.Client, reading: str
) -> None:
    service.switches.last = reading
    rows = [(day("2020-01-01"), country, 1.0) for country in COUNTRIES]
    dataset = service.seed(DAILY, [*rows, (day("2020-02-01"), "Chile", 2.0)])
    assert len(ap.read_alphacast(dataset.id, last=2, client=client)) == 5


@pytest.mark.parametrize("order", ["date", "newest", "shuffled", "entity"])
def test_top_means_the_first_rows_by_date(
    service: State, client: ap.Client, panel: Dataset, order: str
) -> None:
    service.switches.order = order
    frame = ap.read_alphacast(panel.id, top=3, client=client)
    check_same(frame, oracle(whole(panel, service.switches), top=3))


@pytest.mark.parametrize("text", ["exact", "folded", "accents"])
def test_last_and_top_count_only_rows_that_match_exactly(
    service: State, client: ap.Client, text: str
) -> None:
    service.switches.text = text
    names = ((1, "Perú"), (2, "PERÚ"), (3, "Peru"))
    rows = [(day(f"2020-0{month}-01"), name, 1.0) for month, name in names]
    dataset = service.seed(DAILY, rows)
    for asked in ({"last": 1}, {"top": 1}):
        for name in ("Perú", "PERÚ", "Peru"):
            frame = ap.read_alphacast(dataset.id, filter={"country": name}, **asked, client=client)
            assert frame["country"].tolist() == [name], (asked, name)


@pytest.mark.parametrize("asked", [{"last": 2}, {"top": 2}, {"last": 3, "top": 2}], ids=str)
def test_a_service_that_ignores_the_filter_cannot_shorten_the_answer(
    service: State, client: ap.Client, panel: Dataset, asked: dict[str, int]
) -> None:
    service.switches.filter = "ignored"
    frame = ap.read_alphacast(panel.id, end="2020-03", **asked, client=client)
    check_same(frame, oracle(whole(panel), end=pd.Timestamp("2020-03-31"), **asked))


bounds = st.dates(datetime(2019, 10, 1).date(), datetime(2021, 2, 1).date())  # noqa: DTZ001
queries = st.fixed_dictionaries(
    {},
    optional={
        "start": bounds,
        "end": bounds,
        "last": st.integers(1, 16),
        "top": st.integers(1, 60),
        "select": st.lists(
            st.sampled_from(["CPI", "GDP", "rank", "note"]), min_size=1, unique=True
        ),
        "country": st.lists(st.sampled_from([*COUNTRIES, "chile"]), unique=True, max_size=3),
    },
)


@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
@given(asked=queries, turned=switches)
def test_any_query_equals_the_oracle_under_any_reading(
    service: State,
    client: ap.Client,
    panel: Dataset,
    asked: dict[str, Any],
    turned: dict[str, Any],
) -> None:
    if asked.get("start") and asked.get("end") and asked["start"] > asked["end"]:
        asked["start"], asked["end"] = asked["end"], asked["start"]
    service.switches = Switches(**turned)
    asked, countries = dict(asked), asked.get("country")
    asked.pop("country", None)
    expected = dict(asked) | {k: pd.Timestamp(asked[k]) for k in ("start", "end") if k in asked}
    if countries is not None:
        expected["keep"] = lambda frame: frame["country"].isin(countries)
        asked["filter"] = {"country": countries}
    frame = ap.read_alphacast(panel.id, **asked, client=client)
    check_same(frame, oracle(whole(panel, service.switches), **expected))
