"""Text search: words are found however they are spelled."""

import json
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from alphacast_pandas.emulator import Emulator


def test_search_finds_words_however_they_are_spelled(call, search_names):
    for name in ("Argentina - Inflación", "Brasil - Inflation", "Chile - Copper price"):
        call.dataset(name)
    assert search_names("INFLACION argentina")[0] == "Argentina - Inflación"
    assert search_names("inflatoin brasil")[0] == "Brasil - Inflation"
    assert search_names("coper") == search_names("copp") == ["Chile - Copper price"]
    assert search_names("zzzz") == search_names("☃ ''")[:0] == []
    assert len(search_names("")) == 3


def test_two_letters_in_the_wrong_order_are_found_in_a_short_word_too(call, search_names):
    for name in ("Chile - GDP", "Chile - PPI"):
        call.dataset(name)
    assert search_names("gpd") == ["Chile - GDP"]
    assert search_names("cpi") == []  # another word, however like it


def test_texts_with_all_words_come_before_a_name_with_one_of_them(call, search_names):
    call.dataset("Life insurance")
    call.filled("Date,country,life_expectancy\n2020-01-01,Chile,1\n")
    assert search_names("life expectancy") == ["A dataset", "Life insurance"]


@pytest.fixture(scope="module")
def demonstration():
    with Emulator(seed="demo") as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("life expectancy", "World - Life expectancy, population and income"),
        ("life expectansy", "World - Life expectancy, population and income"),
        ("lief expectency", "World - Life expectancy, population and income"),
        ("gdp per capita", "World - Life expectancy, population and income"),
        ("GDP USA quarterly", "United States - Macroeconomic data, quarterly"),
        ("unemployment", "United States - Macroeconomic data, quarterly"),
        ("payroll", "United States - Nonfarm employment, monthly"),
        ("united states", "United States - Macroeconomic data, quarterly"),
        ("manufacturing", "United States - Nonfarm employment, monthly"),
        ("goods producing", "United States - Nonfarm employment, monthly"),
    ],
)
def test_the_demonstration_data_are_found(demonstration, query, best):
    path = f"/api/search?{urlencode({'q': query, 'apiKey': demonstration.api_key})}"
    with urlopen(demonstration.search_url + path, timeout=20) as answer:
        assert json.load(answer)["data"][0]["name"] == best
