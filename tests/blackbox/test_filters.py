"""Section 2: text, dict and tuples; what travels, what stays, and what is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from blackbox import tree
from blackbox.frames import COUNTRIES, check_same, oracle, whole
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

Keep = Callable[[pd.DataFrame], pd.Series]
TWO = ["Argentina", "Brazil"]


def on(name: str, test: Callable[[pd.Series], pd.Series]) -> Keep:
    """Return a mask over one column."""
    return lambda frame: test(frame[name])


SPELLINGS: list[tuple[Any, Keep]] = [
    ({"country": "Chile"}, on("country", lambda c: c == "Chile")),
    ({"country": TWO}, on("country", lambda c: c.isin(TWO))),
    ({"country": []}, on("country", lambda c: c.isin([]))),
    ({"country": "chile"}, on("country", lambda c: c == "chile")),
    ({"country": ["Cote d'Ivoire", "Chile"]}, on("country", lambda c: c == "Chile")),
    ({"rank": 3}, on("rank", lambda c: (c == 3).fillna(False))),
    ({"CPI": slice(101, 103.5)}, on("CPI", lambda c: c.between(101, 103.5))),
    ({"CPI": slice(101, None)}, on("CPI", lambda c: c >= 101)),
    ({"country": slice("B", "Chile")}, on("country", lambda c: c.between("B", "Chile"))),
    ({"Date": slice("2020", "2020-06")}, on("Date", lambda c: c.between("2020", "2020-06-30"))),
    ({"Date": date(2020, 3, 1)}, on("Date", lambda c: c == "2020-03-01")),
    ({"Date": [pd.Timestamp("2020-03-01")]}, on("Date", lambda c: c == "2020-03-01")),
    ({"note": "NA"}, on("note", lambda c: c.eq("NA"))),
    ({"note": "a, b\nc"}, on("note", lambda c: c.eq("a, b\nc"))),
    (
        {"country": TWO, "CPI": slice(None, 101.2)},
        lambda f: f["country"].isin(TWO) & (f["CPI"] <= 101.2),
    ),
    ([("country", "==", "Chile")], on("country", lambda c: c == "Chile")),
    ([("country", "=", "Chile")], on("country", lambda c: c == "Chile")),
    ([("country", "!=", "Chile")], on("country", lambda c: c != "Chile")),
    ([("country", "in", TWO)], on("country", lambda c: c.isin(TWO))),
    ([("country", "not in", TWO)], on("country", lambda c: ~c.isin(TWO))),
    ([("country", ">", "Brazil")], on("country", lambda c: c > "Brazil")),
    ([("CPI", "!=", 100.0)], on("CPI", lambda c: c != 100.0)),
    ([("CPI", "not in", [100.0])], on("CPI", lambda c: ~c.isin([100.0]))),
    ([("note", "!=", "NA")], on("note", lambda c: c.isna() | c.ne("NA"))),
    ([("note", "not in", ["NA", "007"])], on("note", lambda c: ~c.isin(["NA", "007"]))),
    ([("rank", "!=", 3)], on("rank", lambda c: c.isna() | (c != 3).fillna(True))),
    ([("rank", "<", 0)], on("rank", lambda c: (c < 0).fillna(False))),
    ([("CPI", ">", 101), ("CPI", "<=", 102.5)], on("CPI", lambda c: (c > 101) & (c <= 102.5))),
    ([("CPI", "<", 101), ("GDP", ">=", 0.1)], lambda f: (f["CPI"] < 101) & (f["GDP"] >= 0.1)),
    ([("Date", ">=", "2020-03-01")], on("Date", lambda c: c >= "2020-03-01")),
    ([("Date", "<", pd.Timestamp("2020-03-01"))], on("Date", lambda c: c < "2020-03-01")),
    ([("Date", "!=", date(2020, 3, 1))], on("Date", lambda c: c != "2020-03-01")),
]
TEXTS: list[tuple[str, Keep]] = [
    ("country eq 'Chile'", on("country", lambda c: c == "Chile")),
    ("country eq 'Côte d''Ivoire'", on("country", lambda c: c == "Côte d'Ivoire")),
    ("CPI gt 101 and CPI le 102.5", on("CPI", lambda c: (c > 101) & (c <= 102.5))),
    ("country eq 'Chile' and CPI gt 101", lambda f: (f["country"] == "Chile") & (f["CPI"] > 101)),
    (
        "country eq 'Chile' and Date ge '2020-03-01'",
        lambda f: (f["country"] == "Chile") & (f["Date"] >= "2020-03-01"),
    ),
]
READINGS: list[dict[str, Any]] = [
    {},
    {"dialect": "documented"},
    {"dialect": "sdk"},
    {"text": "folded"},
    {"text": "accents"},
    {"filter": "ignored"},
    {"dates": "T"},
    {"order": "newest"},
    {"definitions": "irregular", "column_records": "ids"},
]


def turn(service: State, reading: dict[str, Any]) -> None:
    """Turn the switches."""
    for name, value in reading.items():
        setattr(service.switches, name, value)


@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
@pytest.mark.parametrize("reading", READINGS, ids=str)
@pytest.mark.parametrize("case", SPELLINGS, ids=[str(f)[:60] for f, _ in SPELLINGS])
def test_dict_and_tuples_equal_pandas_under_any_reading(
    service: State, client: ap.Client, panel: Dataset, case: Any, reading: dict[str, Any]
) -> None:
    turn(service, reading)
    frame = ap.read_alphacast(panel.id, filter=case[0], client=client)
    check_same(frame, oracle(whole(panel, service.switches), keep=case[1]))


@pytest.mark.parametrize("reading", [r for r in READINGS if r.get("dialect") != "sdk"], ids=str)
@pytest.mark.parametrize("case", TEXTS, ids=[text for text, _ in TEXTS])
def test_the_services_own_text_travels_as_it_is_and_is_applied_again(
    service: State, client: ap.Client, panel: Dataset, case: Any, reading: dict[str, Any]
) -> None:
    turn(service, reading)
    frame = ap.read_alphacast(panel.id, filter=case[0], client=client)
    assert any(case[0] in r.params.get("$filter", "") for r in service.data_requests())
    check_same(frame, oracle(whole(panel, service.switches), keep=case[1]))


def test_a_text_that_the_service_refuses_is_a_query_error_with_its_words(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.dialect = "sdk"
    with pytest.raises(tree.QueryError, match="cannot be parsed"):
        ap.read_alphacast(panel.id, filter="country eq 'Chile'", client=client)


@pytest.mark.parametrize(
    "stays",
    [
        [("country", "!=", "Chile")],
        [("country", "not in", ["Chile"])],
        [("country", ">", "Brazil")],
        [("note", "<=", "x")],
        [("CPI", "!=", 100.0)],
    ],
    ids=str,
)
def test_what_may_lose_rows_does_not_travel(
    service: State, client: ap.Client, panel: Dataset, stays: Any
) -> None:
    ap.read_alphacast(panel.id, filter=stays, last=2, top=3, client=client)
    for request in service.data_requests():
        assert not {"$filter", "$last", "$top"} & set(request.params)


def test_a_conjunction_is_split(service: State, client: ap.Client, panel: Dataset) -> None:
    keep = [("country", "!=", "Chile"), ("CPI", ">", 101)]
    frame = ap.read_alphacast(panel.id, filter=keep, start="2020", client=client)
    [request] = service.data_requests()
    assert "CPI" in request.params["$filter"]
    assert "Date" in request.params["$filter"]
    assert "Chile" not in request.params["$filter"]
    expected = oracle(
        whole(panel),
        start=pd.Timestamp("2020"),
        keep=lambda f: (f["country"] != "Chile") & (f["CPI"] > 101),
    )
    check_same(frame, expected)


def test_an_upper_bound_travels_as_before_the_next_day(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    ap.read_alphacast(panel.id, end="2020-02", client=client)
    [request] = service.data_requests()
    assert "2020-03-01" in request.params["$filter"]
    assert " le " not in request.params["$filter"]


@pytest.mark.parametrize("spelling", ["dict", "tuples"])
def test_a_list_too_long_for_an_address_is_applied_here(
    service: State, client: ap.Client, panel: Dataset, spelling: str
) -> None:
    long = ["Chile", *(f"País número {i}, República d'Oriente" for i in range(2000))]
    chosen: Any = {"country": long} if spelling == "dict" else [("country", "in", long)]
    frame = ap.read_alphacast(panel.id, filter=chosen, start="2020", client=client)
    assert all(len(request.target) < 8000 for request in service.log)
    expected = oracle(
        whole(panel), start=pd.Timestamp("2020"), keep=on("country", lambda c: c == "Chile")
    )
    check_same(frame, expected)


def test_a_400_is_tried_once_in_the_documented_form(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.dialect = "documented"
    chosen = {"country": COUNTRIES[0], "Date": slice("2020-01-01", None)}
    ap.read_alphacast(panel.id, filter=chosen, client=client)
    sent = [request.params["$filter"] for request in service.data_requests()]
    assert len(sent) == 2
    assert "'Date' ge" not in sent[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"contry": "Chile"},
        [("contry", "==", "Chile")],
        {"CPI": "high"},
        [("CPI", ">", "high")],
        {"Date": "soon"},
        [("Date", ">=", "2020-13-45")],
        {"country": 5},
        [("country", "like", "C%")],
        [("country", "==")],
    ],
    ids=str,
)
def test_filters_that_make_no_sense_are_refused_before_rows_are_asked_for(
    service: State, client: ap.Client, panel: Dataset, wrong: Any
) -> None:
    with pytest.raises(tree.QueryError) as caught:
        ap.read_alphacast(panel.id, filter=wrong, client=client)
    assert service.queries() == []
    if "contry" in str(wrong):
        assert "country" in str(caught.value)


@pytest.mark.parametrize("wrong", [5, True, object()], ids=["number", "flag", "object"])
def test_what_is_no_filter_is_refused(client: ap.Client, panel: Dataset, wrong: Any) -> None:
    with pytest.raises((tree.QueryError, TypeError)):
        ap.read_alphacast(panel.id, filter=wrong, client=client)
