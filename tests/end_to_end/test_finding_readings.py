"""Finding holds whichever way the service reads the disputed points: complete, right or missing."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

FINDING = ("search_", "series_", "provider_", "user_key_")
WORDS = {field.name: get_args(field.type) for field in fields(Readings)}
# Another answer, not another form of it: what a list shows, what words permissions have, and small
# ids of columns, which are no numbers of series.
ANOTHER_ANSWER = {"listing", "permission", "export", "empty_cell", "absent_column", "column_ids"}
OTHERS = [
    (switch, word)
    for switch, words in WORDS.items()
    for word in words[1:]
    if switch not in ANOTHER_ANSWER
]
COMBINATIONS = st.fixed_dictionaries(
    {
        switch: st.sampled_from(words)
        for switch, words in WORDS.items()
        if switch.startswith(FINDING)
    }
)
SERIES = {
    "gapminder": "cote-d-ivoire/life_expectancy",
    "bls": None,  # the first one
    "fred": "united-states/realgdp",
}


@dataclass(frozen=True)
class Place:
    """A service with datasets to find, and what the likeliest reading tells of them."""

    emulator: Emulator
    client: ap.Client
    number: int  # of a dataset with data
    found: pd.DataFrame
    listed: pd.DataFrame
    coverage: pd.DataFrame
    series: pd.DataFrame
    histories: dict[str, pd.DataFrame]
    ids: dict[str, str]


@pytest.fixture
def place(emulator: Emulator) -> Iterator[Place]:
    client = ap.Client(
        emulator.api_key, base_url=emulator.url, search_url=emulator.search_url, retries=0
    )
    prices = pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
            "country": ["Chile", "Perú", "Chile"],
            "CPI": [1.0, None, 3.5],
        }
    )
    with client:
        client.repositories.create("Labor", description="Work")
        labor = client.repositories.find("Labor")
        assert labor is not None
        numbers = [
            client.datasets.create(f"Prices {n}", repository_id=labor.id).id for n in range(22)
        ]
        number = numbers[3]
        client.datasets.update(number, description="Prices of all")
        prices.alphacast.push(number, entities=["country"], client=client)
        client.user_keys.set("fred", "0123456789abcdef")
        ids = {slug: series or first_series(client, slug) for slug, series in SERIES.items()}
        yield Place(
            emulator,
            client,
            number,
            ap.search("prices", limit=None, client=client),
            ap.datasets("Labor", client=client),
            ap.coverage(number, client=client),
            ap.read_series(series_id(client, number), wide=False, client=client),
            {slug: ap.read_provider(slug, one, client=client) for slug, one in ids.items()},
            ids,
        )


def first_series(client: ap.Client, slug: str) -> str:
    series = client.providers.browse(slug, series=True, limit=1).series
    assert series
    assert series[0].id is not None
    return series[0].id


def series_id(client: ap.Client, number: int) -> int:
    return int(ap.info(number, client=client).columns["id"].iloc[-1])


def look(place: Place, readings: Readings) -> None:
    """Find everything under these readings, and compare it with what there is."""
    place.emulator.readings = readings
    try:
        check_search(place)
        check_datasets(place)
        check_series(place)
        check_providers(place, readings)
        check_user_keys(place)
    finally:
        place.emulator.readings = Readings()


def check_search(place: Place) -> None:
    for limit in (None, 25, 4):
        found = ap.search("prices", limit=limit, client=place.client)
        truth = place.found.head(limit or len(place.found))
        pd.testing.assert_series_equal(found.dtypes, truth.dtypes)
        assert found["id"].tolist() == truth["id"].tolist()
        assert found["name"].tolist() == truth["name"].tolist()
        for name in found.columns.drop(["id", "name", "repository"]):
            is_told = found[name].notna()
            assert found.loc[is_told, name].tolist() == truth.loc[is_told, name].tolist()
        assert {*found["repository"].dropna()} <= {"Labor"}
        facts = found.attrs["alphacast"]
        assert facts["shown"] == len(found)
        # Its end proves how many there are; before it only the service can know, if it is right.
        assert limit is not None or facts["total"] == len(place.found)
        assert facts["total"] is None or facts["total"] >= len(found)


def check_datasets(place: Place) -> None:
    client, number = place.client, place.number
    pd.testing.assert_frame_equal(ap.datasets("Labor", client=client), place.listed)
    assert ap.datasets(name="PRICES 3", client=client)["id"].tolist() == [number]
    told = ap.info(number, expect="prices 3", client=client)
    assert (told.name, told.description) == ("Prices 3", "Prices of all")
    assert told.columns["role"].tolist() == ["date", "entity", "value"]
    pd.testing.assert_frame_equal(ap.coverage(number, client=client), place.coverage)


def check_series(place: Place) -> None:
    one = series_id(place.client, place.number)
    found = ap.read_series(one, wide=False, client=place.client)
    assert set(found["name"]) <= {"CPI", "value"}
    pd.testing.assert_frame_equal(found.drop(columns="name"), place.series.drop(columns="name"))
    record = place.client.series.get(one)
    assert record.id == one
    assert record.name in {"CPI", None}
    assert record.dataset_id in {place.number, None}


def check_providers(place: Place, readings: Readings) -> None:
    client = place.client
    providers = client.providers.list()
    assert [each.slug for each in providers] == ["fred", "bls", "gapminder"]
    assert {each.name for each in providers} <= {"FRED", "BLS employment", "Gapminder", None}
    assert client.providers.match("life expectancy")[0].slug == "gapminder"
    assert client.providers.get("fred").slug in {"fred", None}
    categories = client.providers.browse("gapminder").categories
    assert categories is not None
    assert len(categories) == 142
    series = client.providers.search("gapminder", "life expectancy brazil").series
    assert series is not None
    assert series[0].id == "brazil/life_expectancy"
    for slug, one in place.ids.items():
        truth = place.histories[slug].copy()
        if readings.provider_missing != "none":
            truth.loc[np.arange(len(truth)) % 5 == 4, "value"] = None
        found = ap.read_provider(slug, one, client=client)
        pd.testing.assert_frame_equal(found, truth)
        preview = client.providers.preview(slug, one)
        assert preview.data is not None
        assert len(preview.data) == min(24, len(truth))
        if (readings.provider_lists, readings.provider_points) != ("array", "mapping"):
            # With both, a series without points is an object without anything: a DecodeError.
            empty = ap.read_provider(slug, one, client=client, start_date="2100-01-01")
            pd.testing.assert_frame_equal(empty, truth.head(0))
    with pytest.raises(ap.NotFoundError, match="there are fred, bls, gapminder"):
        ap.read_provider("freed", "GDP", client=client)


def check_user_keys(place: Place) -> None:
    keys = place.client.user_keys
    assert [key.slug for key in keys.list()] == ["fred"]
    assert keys.set("BLS", "abcdefabcdef").slug == "bls"
    assert [key.slug for key in keys.list()] == ["bls", "fred"]
    keys.delete("bls")
    assert [key.slug for key in keys.list()] == ["fred"]


@pytest.mark.parametrize(("switch", "word"), OTHERS)
def test_finding_holds_under_another_reading(place: Place, switch: str, word: str) -> None:
    look(place, replace(Readings(), **{switch: word}))


@given(words=COMBINATIONS)
def test_finding_holds_under_any_readings(place: Place, words: dict[str, Any]) -> None:
    look(place, Readings(**words))


def test_a_search_that_is_elsewhere_is_looked_for_there(place: Place) -> None:
    place.emulator.readings = Readings(search_host="web")
    here = ap.Client(place.emulator.api_key, base_url=place.emulator.url, retries=0)
    with here, pytest.raises(ap.NotFoundError, match="search_url"):
        ap.search("prices", client=here)
    assert len(ap.search("prices", limit=3, client=place.client)) == 3
