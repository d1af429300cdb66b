"""Section 2: expressions of columns mean what pandas makes of the columns themselves."""

import functools
import operator
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from blackbox import tree
from blackbox.frames import check_same, oracle, whole
from blackbox.state import State
from blackbox.store import Dataset
from blackbox.switches import Switches

import alphacast_pandas as ap

Condition = Callable[[Callable[[str], Any]], Any]
COLUMNS = [ap.col, pd.col] if hasattr(pd, "col") else [ap.col]
NAMES = ["ap.col", "pd.col"][: len(COLUMNS)]

NAN = float("nan")
# Each is written once, and given real columns (the oracle) or columns that are only named.
CONDITIONS: dict[str, Condition] = {
    "a date": lambda c: c("Date") >= "2020",
    "a date turned round": lambda c: ~(c("Date") < "2020-03"),
    "a number on the left": lambda c: c("CPI") < 102,
    "two comparisons": lambda c: (c("Date") >= "2020") & ~c("country").isin(["Chile"]),
    "one or another": lambda c: (c("country") == "Chile") | (c("CPI") > 102.5),
    "the opposite of an order keeps missing values": lambda c: ~(c("CPI") < 102),
    "the opposite of a conjunction": lambda c: ~((c("CPI") < 102) & (c("country") == "Chile")),
    "the opposite of an alternative": lambda c: ~((c("CPI") < 102) | (c("note") == "NA")),
    "twice the opposite": lambda c: ~~(c("CPI") >= 101),
    "unequal": lambda c: c("CPI") != 100.0,
    "missing": lambda c: c("CPI").isna(),
    "not missing": lambda c: c("note").notna() & (c("country") != "Chile"),
    "missing in other words": lambda c: c("rank").isnull() | ~c("CPI").notnull(),
    "between": lambda c: c("CPI").between(100.5, 102),
    "between without ends": lambda c: c("CPI").between(100, 102, inclusive="neither"),
    "between dates": lambda c: c("Date").between("2020-01-01", "2020-06-01", inclusive="left"),
    "methods of comparison": lambda c: c("CPI").ge(101) & c("CPI").lt(103),
    "a method of texts": lambda c: c("country").str.startswith("C"),
    "a part of a date": lambda c: c("Date").dt.month == 6,
    "arithmetic": lambda c: c("CPI") * 2 - 1 > 205,
    "two columns": lambda c: c("CPI") > c("GDP") + 95,
    "a mixture": lambda c: (c("Date") >= "2020-02") & (c("country").str.len() == 5),
    "a mean": lambda c: c("CPI") > c("CPI").mean(),
    "a shift": lambda c: (c("CPI").diff() > 0) & (c("Date") >= "2020-06"),
    "a rank": lambda c: c("CPI").rank(ascending=False) <= 3,
    "exclusive or": lambda c: (c("CPI") > 101) ^ (c("country") == "Chile"),
    "accents": lambda c: c("country") == "Côte d'Ivoire",
    "texts in order": lambda c: c("country") > "Brazil",
    "nothing or something": lambda c: c("country").isin([]) | (c("GDP") >= 10),
}
READINGS: list[dict[str, Any]] = [
    {},
    {"dialect": "documented"},
    {"text": "accents", "last": "rows"},
    {"filter": "ignored", "last_is": "first"},
    {"dates": "T", "last_is": "first"},
    {"order": "newest", "last": "rows", "last_is": "first"},
    {"select": "ids", "text": "folded"},
]
KEYWORDS: list[dict[str, Any]] = [
    {},
    {"last": 3},
    {"start": pd.Timestamp("2020-02-01"), "end": pd.Timestamp("2020-11-01"), "last": 2},
    {"select": ["GDP"], "top": 4},
]


@pytest.mark.parametrize("reading", READINGS, ids=str)
@pytest.mark.parametrize("name", CONDITIONS)
def test_an_expression_finds_what_it_finds_in_a_frame(
    service: State,
    client: ap.Client,
    panel: Dataset,
    name: str,
    reading: dict[str, Any],
) -> None:
    service.switches = Switches(**reading)
    column = COLUMNS[READINGS.index(reading) % len(COLUMNS)]  # both become one tree
    frame = whole(panel, service.switches)
    for keywords in KEYWORDS:
        answer = ap.read_alphacast(
            panel.id, filter=CONDITIONS[name](column), client=client, **keywords
        )
        expected = oracle(frame, keep=lambda f: CONDITIONS[name](f.__getitem__), **keywords)
        check_same(answer, expected)


def sent(service: State) -> list[str]:
    return [request.params.get("$filter", "") for request in service.data_requests()]


@pytest.mark.parametrize("column", COLUMNS, ids=NAMES)
def test_what_can_travel_travels(
    service: State, client: ap.Client, panel: Dataset, column: Any
) -> None:
    words = (column("Date") >= "2020") & column("country").isin(["Chile", "Brazil"])
    ap.read_alphacast(panel.id, filter=words & (column("note").str.len() > 2), client=client)
    [text] = sent(service)
    assert "Date" in text
    assert "Chile" in text
    assert "Brazil" in text
    assert "note" not in text


@pytest.mark.parametrize("column", COLUMNS, ids=NAMES)
def test_the_last_dates_of_some_countries_are_all_that_is_fetched(
    service: State, client: ap.Client, panel: Dataset, column: Any
) -> None:
    chosen = column("country").isin(["Chile", "Brazil"])
    frame = ap.read_alphacast(panel.id, filter=chosen, last=3, client=client)
    [request] = service.data_requests()
    assert request.params["$last"] == "4"
    expected = oracle(whole(panel), keep=lambda f: f["country"].isin(["Chile", "Brazil"]), last=3)
    check_same(frame, expected)


@pytest.mark.parametrize(
    "empty",
    [
        {"country": []},
        [("country", "in", [])],
        ap.col("country").isin([]),
        ap.col("country").isin([]) & (ap.col("CPI") > 1),
        (ap.col("CPI") > 2) & (ap.col("CPI") < 1),
        (ap.col("country") == "Chile") & (ap.col("country") == "Brazil"),
    ],
    ids=str,
)
def test_what_matches_nothing_needs_no_data(
    service: State, client: ap.Client, panel: Dataset, empty: Any
) -> None:
    frame = ap.read_alphacast(panel.id, filter=empty, client=client)
    assert service.data_requests() == []
    check_same(frame, whole(panel).head(0))


def test_a_condition_joined_in_a_loop_may_be_as_long_as_it_likes(
    client: ap.Client, panel: Dataset
) -> None:
    many = functools.reduce(operator.or_, [ap.col("rank") == n for n in range(2, 1500)])
    frame = ap.read_alphacast(panel.id, filter=many, client=client)
    check_same(frame, oracle(whole(panel), keep=lambda f: (f["rank"] >= 2).fillna(value=False)))
    deep = ap.col("CPI") > 101
    for n in range(700):
        deep = (deep | (ap.col("GDP") == -n)) & (ap.col("rank") != 10_000 + n)
    frame = ap.read_alphacast(panel.id, filter=deep, client=client)
    check_same(frame, oracle(whole(panel), keep=lambda f: f["CPI"] > 101))


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_a_loop_that_is_too_long_for_pandas_is_answered_with_isin(
    client: ap.Client, panel: Dataset
) -> None:
    many = functools.reduce(operator.or_, [pd.col("rank") == n for n in range(2, 1500)])
    with pytest.raises(ap.QueryError, match=r"nested too deeply.*isin.*ap\.col"):
        ap.read_alphacast(panel.id, filter=many, client=client)


MISTAKES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "and": (lambda c: (c("CPI") > 1) and (c("GDP") > 1), "&"),
    "or": (lambda c: (c("CPI") > 1) or (c("GDP") > 1), "|"),
    "not": (lambda c: not (c("CPI") > 1), "~"),
    "a chain": (lambda c: 1 < c("CPI") < 5, "between"),
    "no parentheses": (lambda c: c("country") == "Chile" & (c("CPI") > 1), "parentheses"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_pythons_words_are_refused_with_those_to_use(mistake: str) -> None:
    write, word = MISTAKES[mistake]
    with pytest.raises(tree.QueryError) as caught:
        write(ap.col)
    assert word in str(caught.value)
    if mistake != "no parentheses":
        assert isinstance(caught.value, TypeError)


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "an unknown column": (lambda c: c("contry") == "Chile", "did you mean 'country'"),
    "one inside a computation": (lambda c: c("contry").str.len() > 2, "did you mean 'country'"),
    "text for a number": (lambda c: c("CPI") > "high", "not a number"),
    "a number for text": (lambda c: c("country") == 5, "not text"),
    "an unreadable date": (lambda c: c("Date") >= "soon", "not a date"),
    "a time zone": (lambda c: c("Date") >= pd.Timestamp("2020", tz="UTC"), "time zone"),
    "None": (lambda c: c("CPI") == None, "isna()"),  # noqa: E711 - the mistake itself
    "NaN": (lambda c: c("CPI") != NAN, "isna()"),
    "NaN in a list": (lambda c: c("CPI").isin([1.0, NAN]), "isna()"),
    "NaT": (lambda c: c("Date").between(pd.NaT, "2020"), "isna()"),
    "a column alone": (lambda c: c("CPI"), "compare"),
    "a number as the result": (lambda c: c("CPI") + 1, "not one boolean per row"),
    "a list where one value stands": (lambda c: c("CPI") == [1, 2], "isin"),
    "a text where a list stands": (lambda c: c("country").isin("Chile"), "list"),
    "a method that is none": (lambda c: c("CPI").nonsense() > 1, "nonsense"),
    "texts of numbers": (lambda c: c("CPI").str.len() > 1, "str"),
}


@pytest.mark.parametrize("column", COLUMNS, ids=NAMES)
@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_is_said_in_words_that_help(
    client: ap.Client, panel: Dataset, mistake: str, column: Any
) -> None:
    write, words = REFUSED[mistake]
    with pytest.raises(tree.QueryError) as caught:
        ap.read_alphacast(panel.id, filter=write(column), client=client)
    assert words in str(caught.value)


def test_expressions_in_a_list_are_pointed_to_the_ampersand(
    client: ap.Client, panel: Dataset
) -> None:
    with pytest.raises(tree.QueryError, match="&"):
        ap.read_alphacast(panel.id, filter=[ap.col("CPI") > 1, ap.col("GDP") > 1], client=client)


NEAR = [
    ({"country": "chile"}, "'Chile'"),
    ([("country", "in", ["Argentine", "Brasil"])], "'Brazil'"),
    (ap.col("country") == "Cote d'Ivoire", "Côte d'Ivoire"),
]


@pytest.mark.parametrize(("wrong", "near"), NEAR, ids=["case", "spelling", "accent"])
def test_a_country_that_is_not_there_is_answered_with_the_nearest(
    client: ap.Client, panel: Dataset, wrong: Any, near: str
) -> None:
    with pytest.warns(UserWarning, match="no row whose country is") as caught:
        frame = ap.read_alphacast(panel.id, filter=wrong, client=client)
    assert frame.empty
    assert near in str(caught[0].message)
    assert caught[0].filename == __file__


def test_no_country_is_blamed_for_dates_without_rows(client: ap.Client, panel: Dataset) -> None:
    assert ap.read_alphacast(
        panel.id, filter={"country": "Chile"}, start="2030", client=client
    ).empty
