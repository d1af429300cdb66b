"""Section 10 against a service that somebody else wrote: search, lists, series, sources."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from blackbox.frames import DATE, PANEL, TEXT, panel_rows
from blackbox.state import Point, Series, State
from blackbox.store import Dataset

import alphacast_pandas as ap

# Every word of each switch that is about finding, or about the files that series come in.
WORDS: dict[str, list[Any]] = {
    "search_at": ["anywhere", "web"],
    "result": ["full", "minimal", "wordy", "nested", "odd"],
    "offset_is": ["results", "pages", "ignored"],
    "page_limit": [0, 10, 4],
    "repeats": ["", "overlap", "forever"],
    "total": ["right", "wrong", "none", "text", "absent"],
    "series_record": ["full", "wordy", "odd", "empty"],
    "series_header": ["name", "value", "long"],
    "series_file": ["direct", "storage"],
    "provider_list": ["array", "data", "named", "items"],
    "provider_record": ["documented", "minimal", "odd"],
    "history": ["object", "points"],
    "points": ["objects", "pairs", "lists", "object"],
    "point_dates": ["day", "T", "zone", "month"],
    "point_values": ["numbers", "text"],
    "point_order": ["oldest", "newest"],
    "gap": ["null", "dot", "empty", "nan"],
    "text_name": ["any", "q", "query", "search", "text"],
    "dates": ["auto", "T", "blank"],
    "bom": [False, True],
    "crlf": [False, True],
    "gzip": [False, True],
    "transfer": ["length", "chunked", "close"],
    "order": ["date", "shuffled", "newest", "entity"],
    "definitions": ["full", "irregular", "text", "empty"],
    "column_records": ["named", "shuffled"],
    "stats": [True, False],
    "names": ["exact", "ignored"],
}
OTHERS = [(switch, word) for switch, words in WORDS.items() for word in words[1:]]
POINTS: list[Point] = [
    (f"{2020 + n // 12}-{n % 12 + 1:02}-01", None if n % 5 == 4 else n / 4) for n in range(40)
]
FOUND = ["id", "name", "repository_id", "repository", "frequency", "start", "end", "updated_at"]
FOUND += ["source", "permission", "description", "url"]


@dataclass
class Place:
    """A service with things to find, and a client of it."""

    service: State
    client: ap.Client
    panel: Dataset
    ids: list[int]  # that a search for prices finds, in order

    def turn(self, **switches: Any) -> None:
        for switch, word in switches.items():
            assert hasattr(self.service.switches, switch)
            setattr(self.service.switches, switch, word)


@pytest.fixture
def place(service: State) -> Iterator[Place]:
    panel = service.seed(PANEL, panel_rows(), "Consumer Prices")
    panel.facts |= {"description": "Prices of all", "frequency": "monthly", "sourceName": "Office"}
    others = [service.add_dataset(f"Prices {n}") for n in range(17)]
    series = [Series("us/gdp", "GDP", POINTS), Series("us/cpi", "CPI", [])]
    service.add_provider("fred", "Fred", series)
    service.add_provider("bls", "Labor", [], needs_key=True)
    with ap.Client(
        service.key, base_url=service.url, search_url=service.search_url, retries=2
    ) as client:
        yield Place(service, client, panel, [panel.id, *(each.id for each in others)])


def look(place: Place) -> None:
    check_search(place)
    check_dataset(place)
    check_series(place)
    check_provider(place)
    check_keys(place)


def check_search(place: Place) -> None:
    ignores_offset = place.service.switches.offset_is == "ignored"
    most = len(place.ids)
    if ignores_offset:  # no service that does so gives more than its first page
        most = min(most, place.service.switches.page_limit or most)
    for limit in (None, 25, 3):
        found = ap.search("prices", limit=limit, client=place.client)
        assert found["id"].tolist() == place.ids[: min(most, limit or most)]
        assert list(found.columns) == FOUND
        kinds = dict.fromkeys(FOUND, TEXT) | {"id": "int64", "repository_id": "Int64"}
        kinds |= dict.fromkeys(["start", "end", "updated_at"], DATE)
        assert found.dtypes.to_dict() == kinds
        first = found.loc[0]
        assert first["name"] == "Consumer Prices"
        told = {
            "repository_id": place.service.home,
            "repository": "Home",
            "frequency": "monthly",
            "start": pd.Timestamp("2019-11-01"),
            "end": pd.Timestamp("2020-12-01"),
            "updated_at": pd.Timestamp("2021-10-06T16:51:35.418493"),
            "source": "Office",
            "permission": "Admin",
            "description": "Prices of all",
        }
        if place.service.switches.result == "odd":  # an odd field may be a text, which is one
            assert not {*found["repository_id"].dropna()} - {-1}
            told = {}
        for name, value in told.items():
            assert pd.isna(first[name]) or first[name] == value
        if place.service.switches.result == "full":
            assert first.drop("repository").notna().all()
        facts = found.attrs["alphacast"]
        assert facts["shown"] == len(found)
        assert facts["total"] is None or facts["total"] >= len(found)
    records = place.client.search("prices", limit=3)
    assert [each.id for each in records] == place.ids[: len(records)]


def check_dataset(place: Place) -> None:
    number = place.panel.id
    assert {*ap.datasets(client=place.client)["id"]} >= {*place.ids}
    assert ap.datasets(name="consumer", client=place.client)["id"].tolist() == [number]
    told = ap.info("Consumer Prices", expect="consumer*", client=place.client)
    assert (told.id, told.name) == (number, "Consumer Prices")
    names = ["Date", "country", "CPI", "GDP", "rank", "note"]
    assert sorted(told.columns["name"]) == sorted(names)
    held = ap.coverage(told, client=place.client).set_index(["country", "column"])
    rows = [dict(zip(names, row, strict=True)) for row in panel_rows()]
    for (country, column), line in held.iterrows():
        own = [row for row in rows if row["country"] == country]
        dates = [row["Date"] for row in own if row[column] is not None]
        assert line["count"] == len(dates)
        assert (line["first"], line["last"]) == (min(dates), max(dates))
        gaps = [row for row in own if row[column] is None]
        assert line["missing"] == sum(min(dates) <= row["Date"] <= max(dates) for row in gaps)
    assert len(held) == 4 * 4


def check_series(place: Place) -> None:
    by_name = {column.name: column.id for column in place.panel.columns}
    rows = sorted((r[0], r[1], r[2]) for r in panel_rows())
    found = ap.read_series(by_name["CPI"], wide=False, client=place.client)
    names = {*found["name"]}
    assert len(names) == 1
    assert names <= {"CPI", "Value", "Consumer Prices - CPI", "x", "2024-13-45"}
    held = sorted(
        (date.to_pydatetime(), country, None if pd.isna(value) else value)
        for date, country, value in zip(
            found["Date"], found["country"], found["value"], strict=True
        )
    )
    assert held == rows
    assert found["Date"].is_monotonic_increasing
    assert found["value"].dtype == "float64"
    record = place.client.series.get(by_name["CPI"])
    assert (record.id, record.dataset_id in {place.panel.id, None, -1}) == (by_name["CPI"], True)


def check_provider(place: Place) -> None:
    client, providers = place.client, place.client.providers
    found = ap.read_provider("FRED", "us/gdp", client=client)
    assert found.dtypes.to_dict() == {"Date": DATE, "value": "float64"}
    assert found["Date"].tolist() == [pd.Timestamp(day) for day, _ in POINTS]
    values = [None if pd.isna(value) else value for value in found["value"]]
    assert values == [value for _, value in POINTS]
    assert len(ap.read_provider("fred", "us/gdp", start="2022-01-01", client=client)) == 16
    preview = providers.preview("fred", "us/gdp")
    assert preview.data is not None
    assert len(preview.data) == 24
    assert [each.slug for each in providers.list()] == ["fred", "bls"]
    assert [each.slug for each in providers.match("labor office")] == ["bls"]
    assert (providers.get("bls").slug, providers.get("bls").api_key_stored) == ("bls", False)
    assert providers.browse("fred").categories == ({"id": "all", "name": "All"},)
    series = providers.browse("fred", series=True).series
    assert [each.id for each in series or ()] == ["us/gdp", "us/cpi"]
    series = providers.search("fred", "gdp").series
    assert [each.id for each in series or ()] == ["us/gdp"]
    with pytest.raises(ap.NotFoundError, match="there are fred, bls"):
        ap.read_provider("freed", "us/gdp", client=client)


def check_keys(place: Place) -> None:
    keys = place.client.user_keys
    assert list(keys.list()) == []
    assert keys.set("BLS", "0123456789abcdef").slug == "bls"
    assert [each.slug for each in keys.list()] == ["bls"]
    assert place.client.providers.get("bls").api_key_stored is True
    assert place.service.user_keys == {"bls": "0123456789abcdef"}
    keys.delete("bls")
    assert list(keys.list()) == []


@pytest.mark.parametrize(("switch", "word"), OTHERS)
def test_finding_holds_under_another_switch(place: Place, switch: str, word: Any) -> None:
    place.turn(**{switch: word})
    look(place)


@pytest.mark.parametrize("number", range(30))
def test_finding_holds_under_many_switches(place: Place, number: int) -> None:
    dice = random.Random(number)
    place.turn(**{switch: dice.choice(words) for switch, words in WORDS.items()})
    look(place)


def test_every_key_of_a_search_is_in_its_query_only(place: Place) -> None:
    ap.search("prices", client=place.client)
    searches = [each for each in place.service.log if "/api/search" in each.path]
    assert searches
    for each in searches:
        assert each.params["apiKey"] == place.service.key
        assert "authorization" not in {name.lower() for name in each.headers}


def test_what_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(ap.NotFoundError, match="Nearest names: 'Home'"):
        ap.search("prices", repository="Homee", client=place.client)
    with pytest.raises(ap.NotFoundError, match="'Consumer Prices'"):
        ap.info("Consumer Price", client=place.client)
    with pytest.raises(ap.NotFoundError):
        ap.read_provider("fred", "us/nothing", client=place.client)
    place.service.paid.add("fred")
    with pytest.raises(ap.QuotaError):
        ap.read_provider("fred", "us/gdp", client=place.client)
    with pytest.raises(ap.QueryError, match="expect="):
        ap.info(place.panel.id, expect="Producer*", client=place.client)


@pytest.mark.parametrize("query", ["", " "])
@pytest.mark.parametrize("limit", [0, -1, None])
def test_a_search_for_nothing_is_refused(place: Place, query: str, limit: int | None) -> None:
    with pytest.raises(ap.QueryError):
        ap.search(query, client=place.client)
    if limit is not None:
        with pytest.raises(ap.QueryError, match="limit"):
            ap.search("prices", limit=limit, client=place.client)
    assert place.service.log == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_may_not_search_is_told(place: Place, status: int) -> None:
    place.service.order_reply("GET /api/search", status, b'{"error": "no search"}')
    with pytest.raises((ap.AuthenticationError, ap.PermissionDenied), match="no search"):
        ap.search("prices", client=place.client)
