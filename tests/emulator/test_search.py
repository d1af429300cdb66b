"""Search, series, connector runs."""

import io
import json
from urllib.parse import urlencode

import openpyxl
import pytest

from alphacast_pandas.emulator import Plan

TEXT = "Date,country,GDP,CPI\n2020-01-01,Chile,1,2\n2020-02-01,Chile,3,\n"


@pytest.fixture
def find(call):
    def ask(q, key=None, **words):
        query = urlencode({"q": q, "asset": "datasets", "apiKey": key or call.key} | words)
        answer = call.send("GET", f"/api/search?{query}", None, {"Authorization": "Basic eDo="})
        assert answer.status == 200, answer.text
        return answer.json

    return ask


@pytest.fixture
def names(find):
    return lambda q, **words: [dataset["name"] for dataset in find(q, **words)["data"]]


def test_search_finds_words_however_they_are_spelled(call, names):
    for name in ("Argentina - Inflación", "Brasil - Inflation", "Chile - Copper price"):
        call.dataset(name)
    assert names("INFLACION argentina")[0] == "Argentina - Inflación"
    assert names("inflatoin brasil")[0] == "Brasil - Inflation"
    assert names("coper") == names("copp") == ["Chile - Copper price"]
    assert names("zzzz") == names("☃ ''")[:0] == []
    assert len(names("")) == 3


def test_search_looks_at_descriptions_and_variables_too(call, names):
    call.filled(TEXT)
    home = call("GET", "/repositories/home").json["id"]
    fields = {"name": "Other", "repositoryId": home, "description": "Consumer prices (GDP share)"}
    call("POST", "/datasets", fields)
    assert names("cpi") == ["A dataset"]
    assert names("consumer") == ["Other"]
    assert sorted(names("gdp")) == ["A dataset", "Other"]


def test_search_answers_page_by_page(call, find):
    for number in range(7):
        call.dataset(f"Prices {number}")
    pages = [find("prices", offset=offset, length=3) for offset in (0, 3, 6, 9)]
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert [page["currentPage"] for page in pages] == [1, 2, 3, 4]
    assert {(page["totalItems"], page["totalPages"]) for page in pages} == {(7, 3)}
    assert pages[1]["offset"] == 3
    assert len({item["id"] for page in pages for item in page["data"]}) == 7
    assert find("prices", length=0)["data"] == []
    assert find("prices", asset="charts")["totalItems"] == 0


def test_search_is_restricted_to_what_one_may_see_or_asks_for(call, call_as, emulator, find):
    guest = emulator.add_account("guest")
    mine, public = call.repository("Mine"), call.repository("Public", "Public")
    call.dataset("Prices here", mine)
    call.dataset("Prices for all", public)
    assert find("prices")["totalItems"] == 2
    assert [d["repositoryId"] for d in find("prices", repositoryId=mine)["data"]] == [mine]
    assert find("prices", key=guest)["totalItems"] == 0
    everything = find("prices", key=guest, searchAllAlphacast="true", excludeDeprecated="true")
    assert [dataset["name"] for dataset in everything["data"]] == ["Prices for all"]


def test_search_takes_its_key_from_the_query_only(call):
    assert call("GET", "/api/search?q=x").status == 401
    assert call("GET", f"/api/search?q=x&apiKey={call.key}&offset=-1").status == 400


def test_a_series_is_one_value_column(call):
    dataset = call.filled(TEXT)
    date, country, gdp, cpi = call("GET", f"/datasets/{dataset}").json["columns"]
    shown = call("GET", f"/series/{cpi['id']}").json
    assert (shown["id"], shown["name"], shown["datasetId"]) == (cpi["id"], "CPI", dataset)
    assert (shown["frequency"], shown["minDate"]) == ("monthly", "2020-01-01")
    path = f"/series/{gdp['id']}/data"
    assert (
        call("GET", path).text == "Date,country,GDP\n2020-01-01,Chile,1.0\n2020-02-01,Chile,3.0\n"
    )
    lines = call("GET", f"/series/{cpi['id']}/data?$format=json&$top=1").text.splitlines()
    assert [json.loads(line)["CPI"] for line in lines] == [2.0, None]
    assert call("GET", f"{path}?$format=tsv").text.startswith("Date\tcountry\tGDP\n")
    book = openpyxl.load_workbook(io.BytesIO(call("GET", f"{path}?$format=xlsx").body))
    assert book.active["C3"].value == 3
    for number in (date["id"], country["id"], 5, "x"):
        for rest in ("", "/data"):
            answer = call("GET", f"/series/{number}{rest}")
            assert (answer.status, answer.json) == (404, {"error": "Series not found"})
    assert call("GET", f"{path}?$format=pdf").status == 400


def test_a_series_needs_read_on_its_dataset(call, call_as, emulator):
    dataset = call.filled(TEXT)
    number = call("GET", f"/datasets/{dataset}").json["columns"][-1]["id"]
    guest = call_as(emulator.add_account("guest"))
    assert guest("GET", f"/series/{number}").status == 404
    emulator.grant(call("GET", "/repositories/home").json["id"], guest.key, "Read")
    assert guest("GET", f"/series/{number}/data").status == 200
    emulator.plan = Plan(monthly_exports=0)
    assert guest("GET", f"/series/{number}/data").status == 402


def test_a_connector_run_is_started_and_found_again(call, call_as, emulator):
    dataset = call.dataset()
    path = f"/datasets/{dataset}/connector/runs"
    made = call("POST", path, form=b"executionParam=full%20load")
    assert made.status == 201
    assert (made.json["executionParam"], made.json["datasetId"]) == ("full load", dataset)
    number = made.json["id"]
    assert call("GET", f"{path}/{number}").json == made.json
    assert call("GET", f"{path}/{number + 1}").status == 404
    assert call("GET", f"/datasets/{call.dataset('b')}/connector/runs/{number}").status == 404
    guest = call_as(emulator.add_account("guest"))
    emulator.grant(call("GET", "/repositories/home").json["id"], guest.key, "Read")
    assert guest("POST", path).status == 403
