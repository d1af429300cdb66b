"""Searches: every result under every reading of the pages, and odd answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from api_tests.search_host import Reply, Request, SearchHost, json_reply, search_host
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.api.search import SearchResult, fetch_results
from alphacast_pandas.emulator import Emulator

KEY = "ak_Search0000000000000"
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["2020-01-31", "2020-13-01", "2020-01-01T10:00:00", "45"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
FIELDS = [
    *("id", "name", "repositoryId", "repository", "repositoryName", "description", "sourceName"),
    *("sourceUrl", "permission", "updatedAt", "frequency", "minDate", "maxDate", "other"),
]
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES)


@dataclass(frozen=True)
class Pages:
    """A service that finds `count` datasets, under one reading of how it pages."""

    count: int
    offset: str = "results"
    cap: int = 1000
    repeats: int = 0
    total: Any = None

    def __call__(self, request: Request) -> Reply:
        length = min(int(request.query["length"]), self.cap)
        start = int(request.query["offset"])
        start *= length if self.offset == "pages" else 1
        ids = range(max(0, start - self.repeats), min(self.count, start + length))
        data = [{"id": number + 1, "name": f"Dataset {number}"} for number in ids]
        return json_reply({"data": data, "totalItems": self.total})


@pytest.fixture(scope="module")
def one_host() -> Iterator[SearchHost]:
    with search_host() as host:
        yield host


def client_of(host: SearchHost) -> ap.Client:
    return ap.Client(KEY, base_url="http://127.0.0.1:9", search_url=host.url, retries=0)


@given(
    count=st.integers(0, 60),
    offset=st.sampled_from(["results", "pages"]),
    cap=st.integers(1, 25) | st.just(1000),
    repeats=st.integers(0, 1),
    limit=st.none() | st.integers(1, 70),
)
def test_every_result_comes_once_under_every_reading(
    one_host: SearchHost, count: int, offset: str, cap: int, repeats: int, limit: int | None
) -> None:
    one_host.answer = Pages(count, offset, cap, repeats)
    with client_of(one_host) as client:
        found = client.search("prices", limit=limit)
    most = count if limit is None else min(count, limit)
    assert [each.id for each in found] == [*range(1, most + 1)]


@pytest.mark.parametrize(
    ("pages", "limit", "requests"),
    [
        (Pages(1000), 25, 1),
        (Pages(3), 25, 2),
        (Pages(0), 25, 1),
        (Pages(30, cap=10), 30, 4),
        (Pages(30, "pages", cap=10), 30, 3),
        (Pages(30, cap=10), None, 5),
        (Pages(30, "pages", cap=10), None, 4),
    ],
    ids=repr,
)
def test_few_requests_are_enough(
    host: SearchHost, pages: Pages, limit: int | None, requests: int
) -> None:
    host.answer = pages
    with client_of(host) as client:
        assert len(client.search("x", limit=limit)) == min(pages.count, limit or pages.count)
    assert len(host.requests) == requests


@pytest.mark.parametrize("limit", [None, 25, 12])
def test_a_length_that_is_refused_is_replaced(host: SearchHost, limit: int | None) -> None:
    pages = Pages(30)

    def answer(request: Request) -> Reply:
        is_long = int(request.query["length"]) > 10
        return json_reply({"error": "length is at most 10"}, 400) if is_long else pages(request)

    host.answer = answer
    with client_of(host) as client:
        assert len(client.search("x", limit=limit)) == (limit or 30)


def test_an_address_without_a_search_is_told(host: SearchHost) -> None:
    host.answer = lambda _: json_reply({"error": "Not found"}, 404)
    with client_of(host) as client, pytest.raises(ap.NotFoundError, match="search_url") as caught:
        client.search("x")
    assert host.url in str(caught.value)


def test_another_refusal_is_raised(host: SearchHost) -> None:
    host.answer = lambda _: json_reply({"error": "q is too long"}, 400)
    with client_of(host) as client, pytest.raises(ap.APIError, match="q is too long"):
        client.search("x")


def test_a_service_that_ignores_the_offset_does_not_keep_us(host: SearchHost) -> None:
    data = [{"id": number, "name": "x"} for number in range(10)]
    host.answer = lambda _: json_reply({"data": data})
    with client_of(host) as client:
        assert len(client.search("x", limit=None)) == 10
    assert len(host.requests) == 3


@pytest.mark.parametrize(
    ("pages", "limit", "total"),
    [
        (Pages(40, total=40), 25, 40),
        (Pages(40, total=3), 25, None),
        (Pages(40), 25, None),
        (Pages(40, total="many"), 25, None),
        (Pages(7, total=3), 25, 7),
        (Pages(7, total=900), None, 7),
    ],
    ids=repr,
)
def test_a_total_is_stated_and_possible_or_proven(
    host: SearchHost, pages: Pages, limit: int | None, total: int | None
) -> None:
    host.answer = pages
    with client_of(host) as client:
        page = fetch_results(client._connection.search_transport, "x", limit=limit)
    assert page.total == total


def test_what_is_asked_for_is_sent(host: SearchHost) -> None:
    with client_of(host) as client:
        client.search(" consumer prices ", repository_id=45)
        client.search("a&b", mine=True, deprecated=True, limit=3)
    first, second = (request.query for request in host.requests)
    assert first == {
        "q": "consumer prices",
        "asset": "datasets",
        "repositoryId": "45",
        "searchAllAlphacast": "true",
        "excludeDeprecated": "true",
        "offset": "0",
        "length": "25",
        "apiKey": KEY,
    }
    assert second == {
        "q": "a&b",
        "asset": "datasets",
        "offset": "0",
        "length": "3",
        "apiKey": KEY,
    }


@pytest.mark.parametrize("query", ["", "  ", None, 5])
def test_an_empty_query_is_refused(host: SearchHost, query: Any) -> None:
    with client_of(host) as client, pytest.raises(ap.QueryError, match="one or more words"):
        client.search(query)
    assert host.requests == []


@pytest.mark.parametrize("limit", [0, -1, 1.5, "many", True])
def test_a_limit_below_one_is_refused(host: SearchHost, limit: Any) -> None:
    with client_of(host) as client, pytest.raises(ap.QueryError, match="limit must be"):
        client.search("x", limit=limit)
    assert host.requests == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"data": None},
        {"data": {"id": 1}},
        {"data": [1]},
        {"data": [{"id": 1}]},
        {"data": [{"name": "x"}]},
        {"data": [{"id": True, "name": "x"}]},
        {"data": [{"id": 1.5, "name": "x"}]},
        {"data": [{"id": 2**70, "name": "x"}]},
        {"data": [{"id": 1, "name": None}]},
    ],
    ids=repr,
)
def test_an_answer_that_is_none_of_a_search_is_a_decode_error(host: SearchHost, value: Any) -> None:
    host.answer = lambda _: json_reply(value)
    with client_of(host) as client, pytest.raises(ap.DecodeError):
        client.search("x")


@given(value=OBJECTS | JSON_VALUES)
def test_odd_json_is_a_record_that_invents_nothing(value: Any) -> None:
    try:
        record = SearchResult.from_json(value)
    except ap.DecodeError:
        return
    assert record.raw == value
    assert str(record.id) == str(value["id"])
    assert record.name == value["name"]
    for name, key in {
        "description": "description",
        "source_name": "sourceName",
        "source_url": "sourceUrl",
        "permission": "permission",
        "updated_at": "updatedAt",
        "frequency": "frequency",
    }.items():
        sent = value.get(key)
        assert getattr(record, name) == (sent if isinstance(sent, str) and sent else None)
    for name, key in {"min_date": "minDate", "max_date": "maxDate"}.items():
        day = getattr(record, name)
        assert day is None or value[key].startswith(day.isoformat())
    if isinstance(value.get("repositoryId"), int | str) and record.repository_id is not None:
        assert str(record.repository_id) == str(value["repositoryId"])


def test_the_service_itself_is_searched_at_its_other_host() -> None:
    assert ap.Client("ak_x").search_url == "https://www.alphacast.io"
    assert ap.Client("ak_x", base_url="http://127.0.0.1:9").search_url == "http://127.0.0.1:9"
    client = ap.Client("ak_x", search_url="https://search.example.com/")
    assert client.search_url == "https://search.example.com"


@pytest.mark.parametrize("address", ["http://www.alphacast.io", "www.alphacast.io", "ftp://x", 5])
def test_an_address_that_would_give_the_key_away_is_refused(address: Any) -> None:
    with pytest.raises(ap.ConfigurationError, match="search_url"):
        ap.Client("ak_x", search_url=address)


def test_the_environment_gives_the_address_only_with_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALPHACAST_SEARCH_URL", "https://search.example.com")
    assert ap.Client("ak_other").search_url == "https://www.alphacast.io"
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_x")
    assert ap.Client().search_url == "https://search.example.com"
    assert ap.get_client().search_url == "https://search.example.com"


def test_a_stored_key_is_not_sent_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ap.login("ak_stored", store=True, check=False)
    monkeypatch.setenv("ALPHACAST_SEARCH_URL", "https://www.alphacast.io/")
    with ap.Client("ak_x", base_url="http://127.0.0.1:9"):
        pass
    from alphacast_pandas.api.settings import resolve_settings

    assert resolve_settings().search_address == "https://www.alphacast.io"
    monkeypatch.setenv("ALPHACAST_SEARCH_URL", "https://search.example.com")
    with pytest.raises(ap.ConfigurationError, match="ALPHACAST_SEARCH_URL"):
        resolve_settings()


def test_the_emulator_is_searched_like_the_service(emulator: Emulator, client: ap.Client) -> None:
    home = client.repositories.home().id
    numbers = [client.datasets.create(f"Prices {n}", repository_id=home).id for n in range(12)]
    found = client.search("prices", repository_id=home, limit=None)
    assert [each.id for each in found] == numbers
    assert found[0].repository_id == home
