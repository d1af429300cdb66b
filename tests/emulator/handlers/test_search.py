"""Full-text search of datasets."""

import json
from typing import get_args
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.emulator import Readings

TEXT = "Date,country,GDP,CPI\n2020-01-01,Chile,1,2\n2020-02-01,Chile,3,\n"


def test_search_looks_at_descriptions_and_variables_too(call, search_names):
    call.filled(TEXT)
    home = call("GET", "/repositories/home").json["id"]
    fields = {"name": "Other", "repositoryId": home, "description": "Consumer prices (GDP share)"}
    call("POST", "/datasets", fields)
    assert search_names("cpi") == ["A dataset"]
    assert search_names("consumer") == ["Other"]
    assert sorted(search_names("gdp")) == ["A dataset", "Other"]


def test_search_answers_page_by_page(call, search):
    for number in range(7):
        call.dataset(f"Prices {number}")
    pages = [search("prices", offset=offset, length=3) for offset in (0, 3, 6, 9)]
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert [page["currentPage"] for page in pages] == [1, 2, 3, 4]
    assert {(page["totalItems"], page["totalPages"]) for page in pages} == {(7, 3)}
    assert pages[1]["offset"] == 3
    assert len({item["id"] for page in pages for item in page["data"]}) == 7
    assert search("prices", length=0)["data"] == []
    assert search("prices", asset="charts")["totalItems"] == 0


def test_search_is_restricted_to_what_one_may_see_or_asks_for(call, call_as, emulator, search):
    guest = emulator.add_account("guest")
    mine, public = call.repository("Mine"), call.repository("Public", "Public")
    call.dataset("Prices here", mine)
    call.dataset("Prices for all", public)
    assert search("prices")["totalItems"] == 2
    assert [d["repositoryId"] for d in search("prices", repositoryId=mine)["data"]] == [mine]
    assert search("prices", key=guest)["totalItems"] == 0
    everything = search("prices", key=guest, searchAllAlphacast="true", excludeDeprecated="true")
    assert [dataset["name"] for dataset in everything["data"]] == ["Prices for all"]


def test_search_takes_its_key_from_the_query_only(call):
    assert call("GET", "/api/search?q=x").status == 401
    assert call("GET", f"/api/search?q=x&apiKey={call.key}&offset=-1").status == 400


@pytest.fixture
def found(call):
    """Return the id of a public dataset with rows, and a function that shows it as a result."""
    repository = call.repository("Open data", "Public")
    fields = {"name": "Growth", "repositoryId": repository, "description": "d", "sourceName": "s"}
    dataset = call("POST", "/datasets", fields).json["id"]
    call.process(dataset, TEXT)

    def show():
        answer = call("GET", f"/api/search?q=growth&apiKey={call.key}")
        return answer.json["data"][0]

    return dataset, repository, show


def test_a_result_has_the_documented_fields_of_its_dataset(call, found):
    dataset, _, show = found
    record = call("GET", f"/datasets/{dataset}").json
    del record["columns"]
    assert show() == record


def test_a_result_has_an_id_and_a_name_under_every_reading(emulator, found):
    dataset, _, show = found
    for word in get_args(Readings.__annotations__["search_fields"]):
        for moment in ("moves", "absent"):
            emulator.readings = Readings(search_fields=word, updated_at=moment)
            assert (show()["id"], show()["name"]) == (dataset, "Growth")
    emulator.readings = Readings(search_fields="bare")
    assert set(show()) == {"id", "name"}


def test_a_result_has_other_names_or_types_by_reading(emulator, found):
    _, repository, show = found
    emulator.readings = Readings(search_fields="renamed")
    shown = show()
    assert (shown["repository_id"], shown["repository_name"]) == (repository, "Open data")
    assert (shown["start_date"], shown["end_date"]) == ("2020-01-01", "2020-02-01")
    assert shown["periodicity"] == "monthly"
    emulator.readings = Readings(search_fields="nested")
    shown = show()
    assert shown["repository"] == {"id": repository, "name": "Open data"}
    assert shown["dates"] == {"min": "2020-01-01", "max": "2020-02-01"}
    emulator.readings = Readings(search_fields="typed")
    shown = show()
    assert (shown["repositoryId"], shown["frequency"]) == (str(repository), 12)
    assert (shown["minDate"], shown["maxDate"]) == (1577836800000, "2020-02-01T00:00:00.000Z")
    assert isinstance(shown["updatedAt"], int)


def test_a_result_without_rows_is_shown_under_every_reading(call, emulator, search):
    dataset = call.dataset("Empty")
    for word in get_args(Readings.__annotations__["search_fields"]):
        emulator.readings = Readings(search_fields=word)
        assert [each["id"] for each in search("empty")["data"]] == [dataset]


@pytest.fixture
def seven(call):
    """Return the ids of seven datasets that match alike, which come in this order."""
    return [call.dataset(f"Prices {number}") for number in range(7)]


@pytest.fixture
def pages(search):
    """Return a function that takes offset and length, and returns the ids of that page."""

    def ask(offset, length):
        return [each["id"] for each in search("prices", offset=offset, length=length)["data"]]

    return ask


def test_an_offset_counts_pages_by_reading(emulator, pages, search, seven):
    assert pages(3, 3) == seven[3:6]
    emulator.readings = Readings(search_offset="pages")
    assert pages(0, 3) + pages(1, 3) + pages(2, 3) == seven
    assert pages(3, 3) == []
    second = search("prices", offset=1, length=3)
    assert (second["currentPage"], second["offset"], second["totalPages"]) == (2, 1, 3)


def test_a_page_has_at_most_so_many_results_by_reading(emulator, pages, search, seven):
    emulator.readings = Readings(search_length="3")
    assert pages(0, 100) == seven[:3]
    assert pages(0, 2) == seven[:2]
    assert search("prices", length=100)["totalPages"] == 3
    emulator.readings = Readings(search_length="3", search_offset="pages")
    assert pages(1, 100) == seven[3:6]


def test_results_are_repeated_across_pages_by_reading(emulator, pages, search, seven):
    a, b, c, d, e, f, g = seven
    emulator.readings = Readings(search_repeats="some")
    assert pages(0, 5) == [a, b, a, c, d]
    assert pages(5, 5) == [c, e, f, e, g]
    assert pages(10, 5) == [g]
    assert search("prices")["totalItems"] == 11
    emulator.readings = Readings(search_repeats="last")
    assert pages(3, 3) == [d, e, f]
    assert pages(6, 3) == pages(9, 3) == pages(900, 3) == [g]
    assert search("nothing", offset=10)["data"] == []


def test_the_total_is_wrong_or_absent_by_reading(emulator, search, seven):
    for word, total in (("right", len(seven)), ("low", 3), ("high", 10_000)):
        emulator.readings = Readings(search_total=word)
        assert search("prices", length=3)["totalItems"] == total
    emulator.readings = Readings(search_total="absent")
    assert set(search("prices")) == {"data", "currentPage", "offset"}


@given(
    words=st.fixed_dictionaries(
        {
            name: st.sampled_from(get_args(kind))
            for name, kind in Readings.__annotations__.items()
            if name.startswith("search_")
        }
    )
)
def test_whoever_pages_until_nothing_is_new_finds_all_under_every_reading(
    call, emulator, seven, words
):
    emulator.readings = Readings(**words)
    found, offset = [], 0
    while True:
        query = f"/api/search?q=prices&offset={offset}&length=4&apiKey={call.key}"
        page = [each["id"] for each in fetch_page(emulator.search_url, query)]
        if not set(page) - set(found):
            break
        found += page
        offset += 1 if words["search_offset"] == "pages" else len(page)
    assert set(found) == set(seven)


def fetch_page(url, path):
    with urlopen(url + path, timeout=20) as answer:
        return json.load(answer)["data"]


def test_the_host_of_the_web_pages_answers_searches_alone(call, emulator, fetch, seven):
    path = f"/api/search?q=prices&apiKey={call.key}"
    assert len({emulator.url, emulator.search_url, emulator.storage_url}) == 3
    assert fetch(emulator.search_url + path).json == fetch(emulator.url + path).json
    assert fetch(emulator.search_url + f"/datasets?apiKey={call.key}").status == 404
    emulator.readings = Readings(search_host="web")
    assert fetch(emulator.search_url + path).json["totalItems"] == len(seven)
    refused = fetch(emulator.url + path)
    assert (refused.status, refused.json) == (404, {"error": "Not Found"})
    assert [request.port for request in emulator.requests[-2:]] == ["search", "api"]


def test_a_search_with_a_wrong_key_or_none_is_unauthorized(call, emulator, fetch):
    for url in (emulator.url, emulator.search_url):
        for query in ("q=x", "q=x&apiKey=", "q=x&apiKey=ak_wrong"):
            answer = fetch(f"{url}/api/search?{query}", call.auth)
            assert (answer.status, answer.json) == (401, {"error": "Unauthorized"})


def test_it_is_recorded_where_the_key_of_a_search_was(call, emulator, fetch):
    fetch(f"{emulator.search_url}/api/search?q=a%20b&apiKey={call.key}", {"Referer": "http://x/"})
    request = emulator.requests[-1]
    assert (request.port, request.path) == ("search", "/api/search")
    assert request.query == f"q=a%20b&apiKey={call.key}"
    assert f"http://{request.header('Host')}" == emulator.search_url
    assert request.header("Authorization") is None
    assert request.header("Referer") == "http://x/"
