"""What would be sent is shown without reading, and is what a read then sends."""

import html
import re
import warnings
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pandas as pd
import pytest
from end_to_end.frames import assert_same

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Fault, Readings

QUESTIONS: dict[str, dict[str, Any]] = {
    "everything": {},
    "a dict": {"filter": {"country": "Brasil", "Date": slice("2020", None)}},
    "an expression": {"filter": ap.col("country").isin(["Brasil", "brasil"]), "last": 3},
    "half of it": {"filter": (ap.col("CPI") > 101) & (ap.col("note") > "A"), "select": "rank"},
    "a text": {"filter": "country eq 'Brasil'", "start": "2020", "select": "CPI"},
    "a mean": {"filter": ap.col("CPI") > ap.col("CPI").mean(), "top": 3},
    "bounds": {"start": "2020", "end": "2020", "last": 2},
    "the first rows": {"top": 5},
}


def sent_params(emulator: Emulator) -> list[dict[str, str]]:
    """The parameters of each request for data."""
    return [
        {name: values[0] for name, values in parse_qs(request.query).items()}
        for request in emulator.requests
        if request.path.endswith("/data")
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_read_sends_what_was_explained(
    name: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    explained = ap.explain(stored, client=client, **QUESTIONS[name])
    assert sent_params(emulator) == []
    ap.read_alphacast(stored, client=client, **QUESTIONS[name])
    assert explained.params is not None
    assert sent_params(emulator)[0] == {k: str(v) for k, v in explained.params.items()}


def test_the_alternatives_are_those_that_are_tried(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(filter_names="bare")
    words: dict[str, Any] = {"filter": {"country": "Brasil"}, "select": "CPI"}
    before = ap.explain(stored, client=client, **words)
    ap.read_alphacast(stored, client=client, **words)
    assert [before.params, before.alternatives[0]] == sent_params(emulator)
    after = ap.explain(stored, client=client, **words)
    assert after.params == before.alternatives[0]


def test_it_is_said_of_each_condition_where_it_is_evaluated(stored: int, client: ap.Client) -> None:
    words = (
        (ap.col("country") == "Brasil")
        & (ap.col("CPI") != 5)
        & (ap.col("note") > "A")
        & ap.col("rank").notna()
        & (ap.col("note").str.len() == 2)
        & ((ap.col("country") == "Chile, insular") | ((ap.col("CPI") > 1) & ap.col("CPI").notna()))
    )
    explained = ap.explain(stored, filter=words, end="2020", client=client)
    places = dict(explained.conditions)
    assert list(places) == [
        "Date < 2021-01-01",
        "country == 'Brasil'",
        "CPI != 5",
        "note > 'A'",
        "rank is not missing",
        "col('note').str.len() == 2",
        "country == 'Chile, insular' or (CPI > 1 and CPI is not missing)",
    ]
    assert [place.partition(":")[0] for place in places.values()] == [
        *("sent", "sent", "evaluated here", "evaluated here", "evaluated here", "evaluated here"),
        "sent in part",
    ]


def test_it_reads_well_in_a_terminal_and_in_a_notebook(stored: int, client: ap.Client) -> None:
    explained = ap.explain(
        stored,
        filter=ap.col("CPI").isin(range(1000)) & (ap.col("note") == "<b>"),
        select="rank",
        last=1,
        top=2,
        client=client,
    )
    text = str(explained)
    assert text == repr(explained)
    assert "keep the rows of the last 1 date\n" in text
    assert "keep the first 2 rows" in text
    assert "drop 'CPI', 'note', which only the conditions need" in text
    assert "and 994 more" in text
    page = explained._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize("form", ["dict", "text"])
def test_what_a_terminal_would_act_on_is_escaped(form: str, stored: int, client: ap.Client) -> None:
    value = "a\x1b[31m\u202eb"
    filter_ = {"country": value} if form == "dict" else f"'country' eq '{value}'"
    text = str(ap.explain(stored, filter=filter_, client=client))
    assert "'a\\x1b[31m\\u202eb'" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_notebook_shows_all_that_the_text_says(stored: int, client: ap.Client) -> None:
    explained = ap.explain(
        stored,
        filter=(ap.col("note").str.len() == 2) & (ap.col("country") == "Brasil"),
        select="rank",
        start="2020",
        last=1,
        client=client,
    )
    page = explained._repr_html_()
    shown = html.unescape(re.sub(r"<[^>]*>", "\n", page))
    for line in str(explained).splitlines():
        for part in re.split(r" {2,}|: ", line.strip()):
            assert part in shown
    for condition, _ in explained.conditions:
        assert shown.count(f"\n{condition}\n") == 1
    assert "text-align:right" not in page


def test_nothing_is_sent_where_nothing_can_match(stored: int, client: ap.Client) -> None:
    explained = ap.explain(stored, filter={"country": []}, client=client)
    assert explained.params is None
    assert explained.conditions == ()
    assert "no row can match" in str(explained)
    assert "nothing" in explained._repr_html_()


def test_a_text_beyond_our_knowledge_is_said_to_be_so(stored: int, client: ap.Client) -> None:
    explained = ap.explain(stored, filter="contains(country, 'B')", client=client)
    assert "not understood here" in explained.conditions[0][1]
    assert "all of them checked" not in str(explained)
    assert "checked here again unless the line says otherwise" in str(explained)
    assert "all of them checked here again" in str(
        ap.explain(stored, filter="country eq 'B'", client=client)
    )


def test_mistakes_are_those_of_a_read(stored: int, client: ap.Client) -> None:
    with pytest.raises(ap.QueryError, match="did you mean 'country'"):
        ap.explain(stored, filter={"contry": "Chile"}, client=client)
    with pytest.raises(ap.NotFoundError):
        ap.explain(1, client=client)


def test_advice_is_no_reason_to_fail(stored: int, client: ap.Client, emulator: Emulator) -> None:
    path = f"/datasets/{stored}/data"
    emulator.faults.add(Fault(method="GET", path=path, body="Date,country,CPI\n", status=200))
    emulator.faults.add(Fault(method="GET", path=path, status=402))
    with pytest.warns(UserWarning, match=r"no row whose country is 'brazil'\.$"):
        frame = ap.read_alphacast(stored, filter={"country": "brazil"}, select="CPI", client=client)
    assert frame.empty


def test_advice_looks_at_the_end_of_the_dataset_only(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    with pytest.warns(UserWarning, match="'Brasil', 'brasil'"):
        ap.read_alphacast(stored, filter={"country": "brasiL"}, client=client)
    assert sent_params(emulator)[1]["$filter"] == f"'Date' ge {pd.Timestamp('2019-12-01').date()}"


def test_advice_says_no_more_than_it_has_seen(
    push_new: Callable[..., int], client: ap.Client, emulator: Emulator
) -> None:
    years = pd.to_datetime(["1990", "2010"])
    frame = pd.DataFrame({"Date": years, "country": ["Yugoslavia", "Chile"], "CPI": [1.0, 2.0]})
    number = push_new(frame, entities="country")
    with pytest.warns(UserWarning, match="no row since 2008-12-31 whose country is 'Yugoslavia'"):
        ap.read_alphacast(number, filter={"country": "Yugoslavia"}, start="2000", client=client)
    path = f"/datasets/{number}/data"
    emulator.faults.add(Fault(method="GET", path=path, body="Date,country,CPI\n", status=200))
    emulator.faults.add(Fault(method="GET", path=path, status=402))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ap.read_alphacast(number, filter={"country": "Brasil"}, start="2000", client=client)


def test_an_address_that_is_too_long_for_the_service_is_no_failure(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    path = f"/datasets/{stored}/data"
    emulator.faults.add(Fault(method="GET", path=path, status=414))
    frame = ap.read_alphacast(stored, filter={"country": "Brasil"}, last=2, client=client)
    assert set(frame["country"]) == {"Brasil"}
    assert frame["Date"].nunique() == 2
    assert sent_params(emulator)[1] == {"$format": "csv"}


def test_a_text_that_is_too_long_is_applied_here(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    text = " or ".join(f"country eq 'País {n}'" for n in range(500)) + " or country eq 'Brasil'"
    frame = ap.read_alphacast(stored, filter=text, start="2020", client=client)
    assert set(frame["country"]) == {"Brasil"}
    assert all(len(request.query) < 4000 for request in emulator.requests)


def test_a_text_that_is_too_long_and_not_understood_is_sent_alone(
    stored: int, client: ap.Client
) -> None:
    text = f"contains(country, '{'x' * 4000}')"
    explained = ap.explain(stored, filter=text, start="2020", client=client)
    assert explained.params == {"$format": "csv", "$filter": text}
    assert explained.conditions[1] == (
        "Date >= 2020-01-01",
        "evaluated here: it is too long for an address",
    )


def test_columns_by_number_are_no_reason_for_the_other_form_of_a_filter(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    refusal = Fault(method="GET", path=f"/datasets/{stored}/data", status=400, times=2)
    emulator.faults.add(refusal)  # as a service does that takes no names in $select
    words: dict[str, Any] = {"filter": {"country": "Brasil"}}
    ap.read_alphacast(stored, select="CPI", client=client, **words)
    assert sent_params(emulator)[2]["$select"].isdigit()
    explained = ap.explain(stored, client=client, **words)
    assert explained.params == {"$format": "csv", "$filter": "'country' eq 'Brasil'"}
    again = ap.explain(stored, select="CPI", client=client, **words)
    assert again.params is not None
    assert again.params["$select"].isdigit()


@pytest.mark.parametrize("reading", [Readings(filter="ignored"), Readings(last="rows")])
def test_last_dates_are_asked_for_again_unless_the_answer_proves_itself(
    reading: Readings, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = reading
    early = {"CPI": slice(None, 105)}
    expected = ap.read_alphacast(stored, filter=early, client=client)
    expected = expected[expected["Date"].isin(expected["Date"].unique()[-2:])]
    emulator.forget_requests()
    found = ap.read_alphacast(stored, filter=early, last=2, client=client)
    assert_same(found, expected.reset_index(drop=True))
    assert [request.get("$last") for request in sent_params(emulator)] == ["3", None]
