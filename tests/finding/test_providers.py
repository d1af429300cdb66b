"""Series of upstream sources, and whatever a source may send."""

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.column_types import date_dtype
from alphacast_pandas.emulator import Emulator, Plan

LIFE = "cote-d-ivoire/life_expectancy"
ODD = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
ODD |= st.lists(ODD, max_size=2) | st.dictionaries(st.sampled_from(["date", "value", "x"]), ODD)
POINTS = st.lists(
    ODD | st.fixed_dictionaries({"date": st.just("2024-01-31") | ODD, "value": ODD}), max_size=3
)


def test_a_series_is_read_whole(emulator: Emulator, client: ap.Client) -> None:
    frame = ap.read_provider("GapMinder", LIFE, client=client)
    assert frame.dtypes.to_dict() == {"Date": date_dtype(), "value": "float64"}
    assert len(frame) == 12
    assert frame.iloc[0].tolist() == [pd.Timestamp("1952-01-01"), 40.477]
    assert emulator.requests[-1].path == f"/providers/gapminder/series/{LIFE}/data"
    facts = frame.attrs["alphacast"]
    assert json.loads(json.dumps(facts)) == facts
    assert (facts["provider"], facts["series_id"], facts["rows"]) == ("gapminder", LIFE, 12)
    assert facts["metadata"]["variable"] == "life_expectancy"


def test_parameters_go_to_the_source(client: ap.Client) -> None:
    found = ap.read_provider(
        "gapminder",
        LIFE,
        start_date=pd.Timestamp("1990-01-01"),
        end_date="2002-12-31",
        client=client,
    )
    assert [date.year for date in found["Date"]] == [1992, 1997, 2002]
    assert found.attrs["alphacast"]["parameters"]["start_date"] == "1990-01-01"
    empty = ap.read_provider("gapminder", LIFE, start_date="2030-01-01", client=client)
    assert empty.dtypes.to_dict() == found.dtypes.to_dict()
    with pytest.raises(ap.QueryError, match="JSON"):
        ap.read_provider("gapminder", LIFE, start_date=object(), client=client)


def test_a_provider_that_is_not_there_is_answered_with_the_list(client: ap.Client) -> None:
    with pytest.raises(ap.NotFoundError, match="'freed'; there are fred, bls, gapminder"):
        ap.read_provider("freed", "GDP", client=client)
    with pytest.raises(ap.NotFoundError, match="Series not found"):
        ap.read_provider("fred", "GDP", client=client)


def test_a_list_that_is_refused_hides_nothing(emulator: Emulator, client: ap.Client) -> None:
    emulator.faults.add(path="/providers", status=403)
    with pytest.raises(ap.NotFoundError, match="Provider not found"):
        ap.read_provider("freed", "GDP", client=client)


def test_a_provider_beyond_the_plan_is_a_quota_error(emulator: Emulator, client: ap.Client) -> None:
    emulator.plan = Plan(paid_providers=("gapminder",))
    with pytest.raises(ap.QuotaError):
        ap.read_provider("gapminder", LIFE, client=client)


def test_a_source_that_wants_a_key_gets_the_stored_one(client: ap.Client) -> None:
    with pytest.raises(ap.APIError, match="PUT /user-keys/fred"):
        ap.read_provider("fred", "united-states/realgdp", client=client)
    client.user_keys.set("Fred", "0123456789abcdef")
    assert [key.slug for key in client.user_keys.list()] == ["fred"]
    assert len(ap.read_provider("fred", "united-states/realgdp", client=client)) == 203
    client.user_keys.delete("FRED")
    assert client.user_keys.list() == []
    with pytest.raises(ap.NotFoundError):
        client.user_keys.delete("fred")


@pytest.mark.parametrize("slug", ["", " ", "a/b", "..", ".", None, 5])
@pytest.mark.parametrize(
    "call",
    [
        lambda client, slug: client.providers.get(slug),
        lambda client, slug: client.user_keys.set(slug, "0123456789abcdef"),
        lambda client, slug: ap.read_provider(slug, "GDP", client=client),
    ],
    ids=["get", "set", "read"],
)
def test_a_slug_leads_nowhere_else(
    emulator: Emulator, client: ap.Client, call: Any, slug: Any
) -> None:
    with pytest.raises(ap.QueryError, match="short name"):
        call(client, slug)
    assert emulator.requests == []


@pytest.mark.parametrize(
    "number", ["", "a//b", "../../repositories", "a/..", ".", None, 5, "\ud800"]
)
def test_an_id_leads_nowhere_else(emulator: Emulator, client: ap.Client, number: Any) -> None:
    with pytest.raises(ap.QueryError):
        client.providers.preview("fred", number)
    assert emulator.requests == []


@pytest.mark.parametrize("key", ["", "  ", None, 5])
def test_an_empty_key_is_refused(emulator: Emulator, client: ap.Client, key: Any) -> None:
    with pytest.raises(ap.QueryError, match="key for the source"):
        client.user_keys.set("fred", key)
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("points", "values"),
    [
        ([["2024-02-01", 2], ["2024-01-01", 1.5]], [1.5, 2.0]),
        ([{"date": "2024-01", "value": "1.5"}, {"date": "2024-02-01", "value": "2"}], [1.5, 2.0]),
        (
            [{"date": "2024-01-01", "value": 1}, {"date": "2024-02-01", "value": 2.0, "x": 1}],
            [1, 2],
        ),
    ],
    ids=["pairs", "texts", "objects"],
)
def test_points_come_in_several_forms(
    emulator: Emulator, client: ap.Client, points: list[Any], values: list[float]
) -> None:
    emulator.faults.add(path="/providers/*/data", garbage=json.dumps({"data": points}))
    frame = ap.read_provider("gapminder", LIFE, client=client)
    assert frame["Date"].tolist() == [*pd.to_datetime(["2024-01-01", "2024-02-01"])]
    assert frame["value"].tolist() == values


DAYS = ["1969-12-01", "1970-01-01", "2024-02-01"]
SECONDS = [-2_678_400, 0, 1_706_745_600]


@pytest.mark.parametrize(
    "dates",
    [
        DAYS,
        [f"{day}T00:00:00-03:00" for day in DAYS],
        [f"{day} 00:00:00.000Z" for day in DAYS],
        [day[:7] for day in DAYS],
        [day.replace("-", "") for day in DAYS],
        SECONDS,
        [second * 1000 for second in SECONDS],
        [str(second * 1000) for second in SECONDS],
    ],
    ids=repr,
)
@pytest.mark.parametrize("form", ["pairs", "columns", "mapping", "upper", "bare"])
def test_dates_are_written_in_several_forms(
    emulator: Emulator, client: ap.Client, dates: list[Any], form: str
) -> None:
    values = [".", 2, "-.5e1"]
    pairs = [*zip(dates, values, strict=True)]
    answer = {
        "pairs": {"data": pairs},
        "columns": {"observations": {"Dates": dates, "values": values}},
        "mapping": {"data": {str(date): value for date, value in pairs}},
        "upper": [{"TIME_PERIOD": date, "OBS_VALUE": value} for date, value in pairs],
        "bare": {"dates": dates, "values": values},
    }[form]
    emulator.faults.add(path="/providers/*/data", garbage=json.dumps(answer))
    frame = ap.read_provider("gapminder", LIFE, client=client)
    assert frame["Date"].tolist() == [*pd.to_datetime(DAYS)]
    assert pd.isna(frame["value"][0])
    assert frame["value"].tolist()[1:] == [2, -5]


@pytest.mark.parametrize(
    "answer", [[], {"data": []}, {"data": {}}, {"dates": [], "values": []}], ids=repr
)
def test_a_series_without_points_has_the_same_types(
    emulator: Emulator, client: ap.Client, answer: Any
) -> None:
    emulator.faults.add(path="/providers/*/data", garbage=json.dumps(answer))
    frame = ap.read_provider("gapminder", LIFE, client=client)
    assert frame.empty
    assert frame.dtypes.to_dict() == {"Date": date_dtype(), "value": "float64"}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"data": {"note": "none"}},
        {"data": {"dates": ["2024-01-01"], "values": []}},
        {"data": [1]},
        [1, 2],
        {"dates": ["2024-01-01"], "values": []},
        {"data": [{"date": "2024-01-01"}]},
        {"data": [{"date": None, "value": 1}]},
        {"data": [{"date": 20240101, "value": 1}]},
        {"data": [{"date": "soon", "value": 1}]},
        {"data": [{"date": "01/02/2024", "value": 1}]},
        {"data": [[2024, 1], [2025, 1]]},
        {"data": [[10**17, 1]]},
        {"data": [{"date": "2024-01-01", "value": "1,5"}]},
        {"data": [{"year": "2024", "period": "M01", "value": 1}]},
        {"data": [{"date": "2024-01-01", "value": True}]},
        {"data": [{"date": "2024-01-01", "value": 10**400}]},
        {"data": [], "is_preview": True},
    ],
    ids=lambda answer: json.dumps(answer)[:60],
)
def test_an_answer_that_is_no_series_is_a_decode_error(
    emulator: Emulator, client: ap.Client, answer: Any
) -> None:
    emulator.faults.add(path="/providers/*/data", garbage=json.dumps(answer))
    with pytest.raises(ap.DecodeError):
        ap.read_provider("gapminder", LIFE, client=client)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(points=POINTS, form=st.sampled_from([None, "data", "observations"]))
def test_any_points_are_a_frame_or_a_decode_error(
    emulator: Emulator, client: ap.Client, points: list[Any], form: str | None
) -> None:
    answer = points if form is None else {form: points}
    emulator.faults.add(path="/providers/*/data", garbage=json.dumps(answer))
    try:
        frame = ap.read_provider("gapminder", LIFE, client=client)
    except ap.DecodeError:
        return
    assert len(frame) == len(points)
    assert frame.dtypes["value"] == "float64"
