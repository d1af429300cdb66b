"""The stranger's service itself, asked with nothing but the standard library."""

import base64
import gzip
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from blackbox.state import Series, State
from blackbox.store import Dataset


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let urllib reach the service past the proxy that all tests are given."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Show a redirect instead of following it."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing."""


def ask(
    service: State, line: str, body: bytes | None = None, host: str = "", **more: str
) -> tuple[int, bytes]:
    """Send `VERB /path` to the API or another host, return status and body."""
    verb, _, target = line.partition(" ")
    token = base64.b64encode(f"{service.key}:".encode()).decode()
    request = urllib.request.Request((host or service.url) + target, body, method=verb)
    request.add_header("Authorization", f"Basic {token}")
    for name, value in more.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", "").encode() or error.read()


def rows(service: State, dataset: Dataset, **params: str) -> list[str]:
    """Return the lines of a computed answer."""
    query = urllib.parse.urlencode({f"${name}": value for name, value in params.items()})
    status, body = ask(service, f"GET /datasets/{dataset.id}/data?{query}")
    assert status == 200, body
    return body.decode().splitlines()


def test_plain_csv_is_in_storage_which_takes_no_credentials(service: State, panel: Dataset) -> None:
    status, place = ask(service, f"GET /datasets/{panel.id}/data")
    assert status == 302
    with urllib.request.urlopen(place.decode()) as answer:
        assert answer.read().startswith(b"Date,country,CPI")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(place.decode() + "&apiKey=x")
    caught.value.close()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("'Date' ge 2020-12-01", 4),
        ("country eq 'Chile' and Date ge '2020-12-01'", 1),
        ("('country' eq 'Chile' or 'country' eq 'Brazil') and ('Date' ge 2020-12-01)", 2),
        ("'country' eq 'Côte d''Ivoire' AND 'GDP' lt 1", 1),
        ("'note' ne 'NA' and 'Date' lt 2020-01-01", 4),
    ],
)
def test_filters_are_evaluated(service: State, panel: Dataset, text: str, count: int) -> None:
    assert len(rows(service, panel, filter=text, select="CPI")) - 1 == count


def test_last_has_two_readings(service: State, panel: Dataset) -> None:
    periods = rows(service, panel, last="2", select="CPI")
    service.switches.last = "rows"
    assert len(rows(service, panel, last="2", select="CPI")) == 3
    assert len(periods) > 3


def test_names_with_commas_need_quotes_or_ids(service: State) -> None:
    dataset = service.seed([("Date", "Date", True), ("a, b", "Decimal", False)], [])
    assert rows(service, dataset, select='"a, b"') == ['Date,"a, b"']
    assert rows(service, dataset, select=str(dataset.columns[1].id)) == ['Date,"a, b"']
    assert ask(service, f"GET /datasets/{dataset.id}/data?$select=a,%20b")[0] == 400


@pytest.mark.parametrize("update", [True, False])
@pytest.mark.parametrize("delete", [True, False])
def test_uploads_are_merged_by_the_flags(
    service: State, panel: Dataset, delete: bool, update: bool
) -> None:
    old = dict(panel.rows)
    first = next(iter(old))
    file = gzip.compress(f"Date,country,GDP\n2019-11-01,{first[1]},7\n2030-01-01,X,8\n".encode())
    head = b'--BB\r\nContent-Disposition: form-data; name="data"; filename="data.csv.gz"\r\n\r\n'
    query = f"deleteMissingFromDB={delete}&onConflictUpdateDB={update}"
    line = f"PUT /datasets/{panel.id}/data?{query}"
    media = "multipart/form-data; boundary=BB"
    status, _ = ask(service, line, head + file + b"\r\n--BB--\r\n", Content_Type=media)
    assert status == 201
    assert panel.rows[first]["GDP"] == (7.0 if update else 0.1)
    assert len(panel.rows) == (2 if delete else len(old) + 1)
    states = [show(service, panel) for _ in range(3)]
    assert states == ["Requested", "Processing", "Processed"]


def show(service: State, dataset: Dataset) -> Any:
    """Return the state of the newest process."""
    return json.loads(ask(service, f"GET /datasets/{dataset.id}/processes")[1])[0]["status"]


def look(service: State, line: str, body: object = None) -> Any:
    """Send `VERB /path` with JSON, return the JSON of the answer."""
    sent = None if body is None else json.dumps(body).encode()
    more = {} if body is None else {"Content_Type": "application/json"}
    status, answer = ask(service, line, sent, **more)
    assert status in {200, 201}, answer
    return json.loads(answer)


def find(service: State, text: str = "prices", **params: object) -> Any:
    """Search, return the answer."""
    query = urllib.parse.urlencode({"q": text, "apiKey": service.key} | params)
    status, body = ask(service, f"GET /api/search?{query}", host=service.search_url)
    assert status == 200, body
    return json.loads(body)


def ids(answer: Any) -> list[int]:
    """Return the numbers of the results."""
    return [each["id"] for each in answer["data"]]


@pytest.fixture
def seven(service: State) -> list[int]:
    """Seven datasets that match alike."""
    return [service.add_dataset(f"Prices {n}").id for n in range(7)]


def test_a_search_finds_words_and_those_like_them(service: State, panel: Dataset) -> None:
    other = service.add_dataset("Consumer prices")
    other.facts = {"description": "Every month", "deprecated": True}
    assert ids(find(service, "consumr prices")) == ids(find(service, "month")) == [other.id]
    assert ids(find(service, "GDP")) == [panel.id]
    assert ids(find(service, "nothing")) == []
    assert ids(find(service, "prices", excludeDeprecated="true")) == []
    assert ids(find(service, "prices", asset="charts")) == []


def test_a_search_sees_what_others_have_only_if_told(service: State, seven: list[int]) -> None:
    theirs = service.add_repository("Theirs", privacy="Public")
    service.foreign.add(theirs)
    found = service.add_dataset("Prices 0", repository=theirs)
    assert ids(find(service)) == seven
    assert ids(find(service, searchAllAlphacast="true")) == [*seven, found.id]
    assert ids(find(service, searchAllAlphacast="true", repositoryId=theirs)) == [found.id]
    assert [each["id"] for each in look(service, "GET /datasets")] == seven
    assert theirs not in [each["id"] for each in look(service, "GET /repositories")]


def test_the_key_of_a_search_is_in_its_query_only(service: State, seven: list[int]) -> None:
    for host in (service.url, service.search_url):
        for query in ("q=prices", "q=prices&apiKey=x"):
            assert ask(service, f"GET /api/search?{query}", host=host)[0] == 401
    line = f"GET /api/search?q=prices&apiKey={service.key}"
    assert ask(service, line)[0] == ask(service, line, host=service.search_url)[0] == 200
    assert ask(service, f"{line}&offset=-1")[0] == 400
    service.switches.search_at = "web"
    assert ask(service, line)[0] == 404
    assert ask(service, line, host=service.search_url)[0] == 200
    assert ask(service, "GET /datasets", host=service.search_url)[0] == 404
    assert service.log[-1].port == "web"
    assert ids(find(service)) == seven


def test_pages_have_many_readings(service: State, seven: list[int]) -> None:
    assert ids(find(service, offset=3, length=3)) == seven[3:6]
    assert ids(find(service, offset=7)) == []
    service.switches.offset_is = "pages"
    assert ids(find(service, offset=1, length=3)) == seven[3:6]
    assert find(service, offset=1, length=3)["currentPage"] == 2
    service.switches.offset_is = "ignored"
    assert ids(find(service, offset=3, length=3)) == seven[:3]
    service.switches.offset_is, service.switches.page_limit = "results", 2
    assert ids(find(service, offset=2, length=100)) == seven[2:4]
    service.switches.repeats = "overlap"
    assert ids(find(service, offset=2, length=100)) == seven[1:4]
    assert ids(find(service, offset=8)) == []
    service.switches.repeats = "forever"
    assert ids(find(service, offset=8)) == ids(find(service, offset=800)) == seven[6:]


@pytest.mark.parametrize(
    ("how", "total"), [("right", 7), ("wrong", 6), ("none", None), ("text", "7")]
)
def test_totals_have_many_readings(
    service: State, seven: list[int], how: str, total: object
) -> None:
    service.switches.total = how
    answer = find(service, length=2)
    assert (answer["totalItems"], answer["totalPages"], ids(answer)) == (total, 4, seven[:2])
    service.switches.total = "absent"
    assert set(find(service)) == {"data"}


@pytest.mark.parametrize("how", ["full", "minimal", "wordy", "nested", "odd"])
def test_of_a_result_only_number_and_name_are_certain(
    service: State, panel: Dataset, how: str
) -> None:
    service.switches.result = how
    (shown,) = find(service, "panel")["data"]
    assert (shown["id"], shown["name"]) == (panel.id, "Panel")
    expected: dict[str, object] = {
        "full": {"repositoryId": service.home, "minDate": "2019-11-01"},
        "minimal": {},
        "wordy": {"repositoryName": "Home", "from": "2019-11-01"},
        "nested": {"repository": {"id": service.home, "name": "Home"}},
        "odd": {},
    }[how]
    assert expected.items() <= shown.items()
    if how == "odd":
        assert len(shown) == 10
        assert shown["repositoryId"] != service.home


def test_a_series_is_one_value_column(service: State, panel: Dataset) -> None:
    number = panel.columns[2].id
    assert look(service, f"GET /series/{number}")["datasetId"] == panel.id
    assert ask(service, f"GET /series/{panel.columns[0].id}")[0] == 404
    for how, header in (("name", b"CPI"), ("value", b"Value"), ("long", b"Panel - CPI")):
        service.switches.series_header = how
        lines = ask(service, f"GET /series/{number}/data?$format=csv")[1].splitlines()
        assert lines[0] == b"Date,country," + header
        assert len(lines) == len(panel.rows) + 1
    assert json.loads(ask(service, f"GET /series/{number}/data?$format=json")[1].splitlines()[0])
    service.switches.series_file = "storage"
    assert ask(service, f"GET /series/{number}/data")[1].startswith(service.storage_url.encode())
    service.switches.quota = "402"
    assert ask(service, f"GET /series/{number}/data")[0] == 402


def test_what_is_said_of_a_series_is_open(service: State, panel: Dataset) -> None:
    line = f"GET /series/{panel.columns[2].id}"
    shown = {}
    for how in ("full", "wordy", "odd", "empty"):
        service.switches.series_record = how
        shown[how] = look(service, line)
    assert shown["full"]["name"] == shown["wordy"]["title"] == "CPI"
    assert shown["odd"] != shown["full"]
    assert set(shown["odd"]) == set(shown["full"])
    assert shown["empty"] == {}


POINTS: list[tuple[str, float | None]] = [("2020-01-01", 1.5), ("2020-02-01", None)]
LINE = "POST /providers/FRED/series/us/gdp/data"


@pytest.fixture
def fred(service: State) -> None:
    """A provider with one series, whose id has a slash, and a second provider."""
    service.add_provider("fred", "Fred", [Series("us/gdp", "GDP", POINTS)])
    service.add_provider("bls", "Labor", [], needs_key=True)


@pytest.mark.usefixtures("fred")
def test_providers_are_listed_found_and_browsed(service: State) -> None:
    assert [each["slug"] for each in look(service, "GET /providers")] == ["fred", "bls"]
    assert look(service, "GET /providers/match?query=labor")[0]["slug"] == "bls"
    assert look(service, "GET /providers/bls")["has_api_key"] is False
    assert look(service, "GET /providers/fred/browse") == [{"id": "all", "name": "All"}]
    brief = [{"series_id": "us/gdp", "label": "GDP"}]
    assert look(service, "GET /providers/fred/browse?series=true") == brief
    assert look(service, "GET /providers/fred/browse?series=true&offset=1") == []
    assert look(service, "GET /providers/fred/search?text=gdp") == brief
    assert ask(service, "GET /providers/nope")[0] == 404
    service.switches.text_name = "q"
    assert ask(service, "GET /providers/fred/search?text=gdp")[0] == 400
    for how, key in (("data", "data"), ("named", "series"), ("items", "items")):
        service.switches.provider_list = how
        assert look(service, "GET /providers/fred/search?q=gdp")[key] == brief
    service.switches.provider_record = "minimal"
    assert look(service, "GET /providers")["items"] == [{"slug": "fred"}, {"slug": "bls"}]
    service.switches.provider_record = "odd"
    assert look(service, "GET /providers")["items"][0]["name"] is None


@pytest.mark.usefixtures("fred")
@pytest.mark.parametrize(
    ("switches", "data"),
    [
        ({}, [{"date": "2020-01-01", "value": 1.5}, {"date": "2020-02-01", "value": None}]),
        ({"points": "pairs", "gap": "dot"}, [["2020-01-01", 1.5], ["2020-02-01", "."]]),
        (
            {"points": "lists", "point_values": "text", "point_dates": "T"},
            {"dates": ["2020-01-01T00:00:00", "2020-02-01T00:00:00"], "values": ["1.5", None]},
        ),
        (
            {"points": "object", "point_dates": "month", "point_order": "newest", "gap": "nan"},
            {"2020-02": "NaN", "2020-01": 1.5},
        ),
        (
            {"points": "pairs", "point_dates": "zone", "gap": "empty"},
            [["2020-01-01T00:00:00+00:00", 1.5], ["2020-02-01T00:00:00+00:00", ""]],
        ),
    ],
)
def test_points_are_written_in_many_ways(
    service: State, switches: dict[str, str], data: object
) -> None:
    for name, word in switches.items():
        setattr(service.switches, name, word)
    preview = look(service, "GET /providers/fred/series/us/gdp")
    assert (preview["data"], preview["is_preview"]) == (data, True)
    assert look(service, LINE, {})["data"] == data
    service.switches.provider_record = "minimal"
    assert look(service, LINE, {}) == {"data": data}
    service.switches.history = "points"
    assert look(service, LINE, {}) == data


@pytest.mark.usefixtures("fred")
def test_parameters_plans_and_keys_of_providers(service: State) -> None:
    assert len(look(service, LINE, {"start": "2020-02-01"})["data"]) == 1
    assert ask(service, LINE)[0] == 200
    service.paid.add("fred")
    assert ask(service, LINE)[0] == 402
    service.add_provider("bls", "Labor", [Series("a", "A", POINTS)], needs_key=True)
    data = "POST /providers/bls/series/a/data"
    assert look(service, "GET /providers/bls/series/a")["api_key_required"] is True
    assert ask(service, data)[0] == 400
    assert look(service, "PUT /user-keys/BLS", {"key": "hush"}) == {"slug": "bls"}
    assert look(service, "GET /user-keys") == [{"slug": "bls"}]
    assert ask(service, data)[0] == 200
    service.switches.provider_list = "items"
    assert look(service, "GET /user-keys") == {"items": {"bls": {"stored": True}}}
    assert ask(service, "DELETE /user-keys/bls")[0] == 204
    assert ask(service, "DELETE /user-keys/bls")[0] == 404
    assert ask(service, "PUT /user-keys/bls", b"{}", Content_Type="application/json")[0] == 400
