"""Providers: upstream sources seen through one interface."""

import itertools
from typing import get_args
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.emulator import Plan, Readings

LIFE = "/providers/gapminder/series/cote-d-ivoire/life_expectancy"
GDP = "/providers/fred/series/united-states/realgdp"


def test_providers_are_listed_without_a_key_but_previewed_with_one(emulator):
    for path in ("/providers", "/providers/bls", "/providers/bls/browse", "/providers/match?q=us"):
        with urlopen(emulator.url + path, timeout=20) as response:
            assert response.status == 200
    with pytest.raises(HTTPError, match="401") as refused:
        urlopen(emulator.url + LIFE, timeout=20)
    refused.value.close()


def test_a_provider_has_the_documented_fields(call):
    found = call("GET", "/providers").json
    assert [provider["slug"] for provider in found] == ["fred", "bls", "gapminder"]
    assert set(found[0]) == {"slug", "name", "provider", "description", "capabilities", "license"}
    assert "frozen" in found[0]["description"]
    assert call("GET", "/providers/nope").json == {"error": "Provider not found"}


def test_match_returns_the_best_providers_first(call):
    found = call("GET", "/providers/match?q=life%20expectancy").json
    assert found[0]["slug"] == "gapminder"
    assert call("GET", "/providers/match?q=fred").json[0]["slug"] == "fred"
    assert len(found) <= 5
    assert "api_key_required" not in found[0]
    assert found[0]["popular_series"][0]["series_id"] == "afghanistan/life_expectancy"
    assert call("GET", "/providers/match").json == {"error": "q is required"}


def test_categories_and_series_are_browsed_page_by_page(call):
    tree = call("GET", "/providers/GapMinder/browse").json["categories"]
    assert len(tree) == 142
    path = "/providers/gapminder/browse?series=true"
    first = call("GET", path).json
    assert (len(first["series"]), first["total"], first["limit"]) == (200, 426, 200)
    last = call("GET", f"{path}&offset=400").json
    assert len(last["series"]) == 26
    assert call("GET", f"{path}&limit=5000").json["limit"] == 1000
    assert call("GET", f"{path}&limit=-1").status == 400
    chile = call("GET", f"{path}&category=chile").json["series"]
    assert [each["series_id"] for each in chile] == [
        "chile/life_expectancy",
        "chile/population",
        "chile/gdp_per_capita",
    ]


def test_series_are_searched_by_words(call):
    found = call("GET", "/providers/gapminder/search?q=life%20expectancy%20Brasil").json
    assert found["series"][0]["series_id"] == "brazil/life_expectancy"
    assert call("GET", "/providers/bls/search?q=manufacturing&limit=1").json["series"] == [
        {"series_id": "manufacturing", "label": "manufacturing", "frequency": "monthly"}
    ]


def test_a_preview_shows_the_newest_points_of_an_id_with_a_slash(call):
    shown = call("GET", GDP).json
    assert (shown["series_id"], shown["is_preview"]) == ("united-states/realgdp", True)
    assert len(shown["data"]) == 24
    assert shown["data"][-1] == {"date": "2009-07-01", "value": 12990.341}
    assert len(call("GET", LIFE).json["data"]) == 12
    assert (
        call("GET", GDP.replace("/realgdp", "%2Frealgdp")).json["series_id"] == shown["series_id"]
    )
    assert call("GET", "/providers/fred/series/a/b/c").json == {"error": "Series not found"}


def test_the_full_history_may_be_limited_to_dates(call):
    full = call("POST", f"{LIFE}/data", {}).json
    assert (len(full["data"]), full["is_preview"]) == (12, False)
    some = call("POST", f"{LIFE}/data", {"start_date": "1960-01-01", "end_date": "1972-01-01"}).json
    assert [point["date"][:4] for point in some["data"]] == ["1962", "1967", "1972"]
    assert call("POST", f"{LIFE}/data", {"start_date": "soon"}).status == 400


def test_a_provider_beyond_the_plan_is_402(call, emulator):
    emulator.plan = Plan(paid_providers=("gapminder",))
    assert call("GET", LIFE).status == 402
    assert call("POST", f"{LIFE}/data", {}).status == 402
    assert call("GET", "/providers/gapminder/browse").status == 200


@pytest.mark.parametrize(
    ("path", "name", "has_page"),
    [
        ("/providers", "providers", False),
        ("/providers/match?q=bls", "providers", False),
        ("/providers/bls/browse", "categories", True),
        ("/providers/bls/browse?series=true", "series", True),
        ("/providers/bls/search?q=retail", "series", True),
        ("/user-keys", "user_keys", False),
    ],
)
def test_a_list_stands_elsewhere_by_reading(call, emulator, path, name, has_page):
    call("PUT", "/user-keys/fred", {"key": "x"})
    emulator.readings = Readings(provider_lists="array")
    items = call("GET", path).json
    assert items
    assert isinstance(items, list)
    emulator.readings = Readings()
    assert call("GET", path).json == (
        {**call("GET", path).json, name: items} if has_page else items
    )
    for word, key in (("data", "data"), ("named", name)):
        emulator.readings = Readings(provider_lists=word)
        shown = call("GET", path).json
        assert shown[key] == items
        assert (len(shown) > 1) == has_page


def test_providers_and_series_have_other_fields_by_reading(call, emulator):
    emulator.readings = Readings(provider_fields="bare")
    assert call("GET", "/providers").json[0] == {"slug": "fred", "name": "FRED"}
    assert call("GET", "/providers/bls").json == {"slug": "bls", "name": "BLS employment"}
    found = call("GET", "/providers/bls/search?q=manufacturing").json["series"]
    assert found[0] == {"series_id": "manufacturing"}
    assert set(call("GET", GDP).json) == {"data", "is_preview"}
    assert set(call("POST", f"{LIFE}/data", {}).json) == {"data", "is_preview"}
    emulator.readings = Readings(provider_fields="renamed")
    shown = call("GET", "/providers/bls").json
    assert (shown["id"], shown["title"]) == ("bls", "BLS employment")
    assert shown["organization"] == {"name": "Bureau of Labor Statistics"}
    preview = call("GET", GDP).json
    assert (preview["id"], preview["api_key_required"]) == ("united-states/realgdp", True)
    assert len(preview["observations"]) == 24


@pytest.mark.parametrize(
    ("words", "newest"),
    [
        ({}, {"date": "2009-07-01", "value": 12990.341}),
        ({"provider_points": "pairs"}, ["2009-07-01", 12990.341]),
        (
            {"provider_points": "renamed", "provider_dates": "period"},
            {"period": "2009-Q3", "obs_value": 12990.341},
        ),
        (
            {"provider_values": "texts", "provider_dates": "moment"},
            {"date": "2009-07-01T00:00:00.000Z", "value": "12990.341"},
        ),
        ({"provider_dates": "epoch"}, {"date": 1246406400000, "value": 12990.341}),
    ],
)
def test_a_point_is_written_otherwise_by_reading(call, emulator, words, newest):
    emulator.readings = Readings(**words)
    assert call("GET", GDP).json["data"][-1] == newest


def test_points_may_be_two_lists_or_one_object(call, emulator):
    emulator.readings = Readings(provider_points="columns")
    shown = call("GET", LIFE).json["data"]
    assert (shown["dates"][0], shown["values"][0]) == ("1952-01-01", 40.477)
    assert len(shown["dates"]) == len(shown["values"]) == 12
    emulator.readings = Readings(provider_points="mapping", provider_dates="period")
    assert next(iter(call("GET", LIFE).json["data"].items())) == ("1952", 40.477)


@pytest.mark.parametrize(("word", "written"), [("null", None), ("dot", "."), ("empty", "")])
def test_each_fifth_value_is_missing_by_reading(call, emulator, word, written):
    emulator.readings = Readings(provider_missing=word, provider_values="texts")
    full = call("POST", f"{LIFE}/data", {}).json["data"]
    assert [place for place, point in enumerate(full, 1) if point["value"] == written] == [5, 10]
    assert full[0]["value"] == "40.477"
    some = call("POST", f"{LIFE}/data", {"start_date": "1970-01-01"}).json["data"]
    assert some == full[4:]


def test_the_full_history_may_be_its_points_alone(call, emulator):
    whole = call("POST", f"{LIFE}/data", {}).json["data"]
    emulator.readings = Readings(provider_lists="array")
    assert call("POST", f"{LIFE}/data", {}).json == whole
    assert call("GET", LIFE).json["is_preview"] is True


@pytest.mark.parametrize("path", ["/providers/match", "/providers/bls/search"])
def test_free_text_stands_in_one_parameter_by_reading(call, emulator, path):
    names = ("q", "query", "search", "text")
    for name in names:
        assert call("GET", f"{path}?{name}=bls").status == 200
    for name, other in itertools.permutations(names, 2):
        emulator.readings = Readings(provider_text=name)
        assert call("GET", f"{path}?{name}=bls&{other}=").status == 200
        refused = call("GET", f"{path}?{other}=bls")
        assert (refused.status, refused.json) == (400, {"error": f"{name} is required"})


@given(
    words=st.fixed_dictionaries(
        {
            name: st.sampled_from(get_args(kind))
            for name, kind in Readings.__annotations__.items()
            if name.startswith("provider_") and name != "provider_text"
        }
    )
)
def test_every_combination_of_shapes_is_answered(call, emulator, words):
    emulator.readings = Readings(**words)
    assert call("GET", LIFE).json["is_preview"] is True
    for path in ("/providers", "/providers/match?q=bls", "/providers/bls/browse?series=true"):
        shown = call("GET", path).json
        items = shown if isinstance(shown, list) else max(shown.values(), key=lambda v: len(str(v)))
        assert all("slug" in item or "id" in item or "series_id" in item for item in items)
    history = call("POST", f"{LIFE}/data", {}).json
    if isinstance(history, dict):
        history = history.get("data") or history.get("observations") or history
    assert len(history.get("dates", history) if isinstance(history, dict) else history) == 12
