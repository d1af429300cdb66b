"""Full-text search of datasets."""

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
