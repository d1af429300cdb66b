"""Providers: upstream sources seen through one interface."""

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from alphacast_pandas.emulator import Plan

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
