"""Traffic: recorded requests, faults, the limit of addresses."""

import time
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator import Readings

ROW = "Date,country,a\n2020-01-01,x,1\n"


def test_a_fault_answers_with_its_status_for_a_route_and_a_count(call, emulator):
    emulator.faults.add(
        method="GET", path="/repositories/*", status=503, body="busy", retry_after=7, times=2
    )
    assert call("GET", "/repositories").status == 200
    first = call("GET", "/repositories/home")
    assert (first.status, first.body, first.headers["Retry-After"]) == (503, b"busy", "7")
    assert call("GET", "/repositories/home").status == 503
    assert call("GET", "/repositories/home").status == 200
    assert emulator.faults.pending == []
    assert [request.status for request in emulator.requests] == [200, 503, 503, 200]


def test_a_refused_request_is_not_carried_out_unless_ordered(call, emulator):
    fields = {"name": "x", "privacy": "Private"}
    emulator.faults.add(method="POST", status=500)
    assert call("POST", "/repositories", fields).status == 500
    assert len(call("GET", "/repositories").json) == 1
    emulator.faults.add(method="POST", status=504, applied=True)
    assert call("POST", "/repositories", fields).status == 504
    assert len(call("GET", "/repositories").json) == 2


def test_a_connection_is_reset_before_or_after_the_request_was_taken(call, emulator):
    dataset = call.dataset()
    for word, number in (("before", 0), ("after", 1)):
        emulator.faults.add(method="PUT", path="*/data", reset=word)
        with pytest.raises((ConnectionError, RemoteDisconnected)):
            call.upload(dataset, ROW)
        emulator.wait()
        assert len(call("GET", f"/datasets/{dataset}/processes").json) == number
    assert [r.status for r in emulator.requests if r.method == "PUT"] == [None, None]


def test_a_reset_before_a_request_is_carried_out_waits_until_all_of_it_has_come(call, emulator):
    emulator.faults.add(method="PUT", reset="before")
    connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=20)
    connection.putrequest("PUT", "/datasets/1/data")
    connection.putheader("Content-Length", "2")
    connection.endheaders(b"a")
    connection.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        connection.sock.recv(1)
    connection.send(b"b")
    connection.sock.settimeout(20)
    with pytest.raises(ConnectionResetError):
        connection.sock.recv(1)
    connection.close()


@pytest.mark.parametrize("place", [0, 1, 20])
def test_a_body_is_cut_off_at_a_byte(call, emulator, place):
    dataset = call.filled(ROW)
    emulator.faults.add(path="*/data", cut_at=place)
    with pytest.raises(IncompleteRead) as cut:
        call.data(dataset)
    assert cut.value.partial == b"Date,country,a\n2020-01-01,x,1.0\n"[:place]
    assert call.data(dataset).status == 200


def test_a_body_that_ends_before_the_cut_is_whole(call, emulator):
    dataset = call.filled(ROW)
    emulator.faults.add(path="*/data", cut_at=1000)
    assert call.data(dataset).text.endswith("1.0\n")


def test_storage_has_faults_of_its_own(call, emulator):
    dataset = call.filled(ROW)
    emulator.faults.add(port="storage", cut_at=5)
    location = urlsplit(call.data(dataset, "").headers["Location"])
    connection = HTTPConnection(location.netloc, timeout=20)
    connection.request("GET", f"{location.path}?{location.query}")
    with pytest.raises(IncompleteRead):
        connection.getresponse().read()
    connection.close()
    assert emulator.requests[-1].port == "storage"
    assert emulator.requests[-1].header("Authorization") is None


def test_garbage_comes_with_the_status_of_the_real_answer(call, emulator):
    emulator.faults.add(method="POST", garbage="<html>")
    answer = call("POST", "/repositories", {"name": "x", "privacy": "Private"})
    assert (answer.status, answer.body) == (201, b"<html>")


def test_an_answer_is_delayed_as_ordered(call, emulator):
    emulator.faults.add(delay=30, path="/repositories")
    connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=0.05)
    connection.request("GET", "/repositories", headers=call.auth)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_bandwidth_is_limited_as_ordered(call, emulator):
    dataset = call.filled(ROW)
    emulator.faults.add(path="*/data", bandwidth=100)
    start = time.monotonic()
    assert call.data(dataset).status == 200
    assert time.monotonic() - start > 0.3


@pytest.fixture
def dataset(call):
    return call.filled("Date,country,a\n2020-01-01,Chile,1\n")


@pytest.mark.parametrize("limit", [4094, 8190])
def test_an_address_over_the_limit_gets_414_before_the_key_is_asked(
    call, call_as, dataset, emulator, limit
):
    emulator.readings = Readings(url_limit=str(limit))
    start = f"/datasets/{dataset}/data?$top=1&x="
    fill = "x" * (limit - len(f"GET {start} HTTP/1.1"))
    assert call("GET", start + fill).status == 200
    for asked in (call, call_as("nobody")):
        answer = asked("GET", start + fill + "x")
        assert (answer.status, answer.headers["Content-Type"]) == (414, "text/html; charset=utf-8")
    assert emulator.requests[-1].status == 414
    assert call("POST", "/nowhere?" + "x" * limit, {"a": "b" * 100_000}).status == 414
    assert call("PUT", "/emulator/readings?" + "x" * limit, {}).status == 200
    assert call("GET", start + fill + "x").status == 200


def test_no_address_is_too_long_by_default(call, dataset):
    assert call.data(dataset, "$top=1&x=" + "x" * 500_000).status == 200


def test_requests_are_recorded_as_they_came(call, emulator):
    call("GET", "/datasets?&$name=a%20b&&")
    request = emulator.requests[-1]
    assert (request.method, request.path, request.query) == ("GET", "/datasets", "&$name=a%20b&&")
    assert request.header("Authorization") == call.auth["Authorization"]
    emulator.forget_requests()
    assert emulator.requests == []


def test_a_redirect_leads_to_the_same_path_and_query_elsewhere(call, emulator, fetch):
    path = f"/api/search?q=a%20b&apiKey={call.key}"
    emulator.faults.add(port="search", redirect="http://127.0.0.2:9", times=2)
    emulator.faults.add(port="search", redirect=emulator.url, status=308)
    for status, host in (
        (302, "http://127.0.0.2:9"),
        (302, "http://127.0.0.2:9"),
        (308, emulator.url),
    ):
        answer = fetch(emulator.search_url + path)
        assert (answer.status, answer.headers["Location"]) == (status, host + path)
    assert fetch(emulator.search_url + path).status == 200
    assert [request.status for request in emulator.requests] == [302, 302, 308, 200]


def test_faults_act_on_searches(call, emulator, fetch):
    url = f"{emulator.search_url}/api/search?q=x&apiKey={call.key}"
    emulator.faults.add(path="/api/search", status=429, retry_after=3)
    emulator.faults.add(port="search", status=503, body="busy")
    emulator.faults.add(port="search", garbage='{"data": [')
    emulator.faults.add(port="search", garbage="<html>")
    busy = fetch(url)
    assert (busy.status, busy.headers["Retry-After"]) == (429, "3")
    assert fetch(url).body == b"busy"
    assert fetch(url).body == b'{"data": ['
    spoiled = fetch(url)
    assert (spoiled.status, spoiled.headers["Content-Type"]) == (200, "application/json")
    emulator.faults.add(port="search", reset="after")
    with pytest.raises((ConnectionError, RemoteDisconnected)):
        fetch(url)
    emulator.faults.add(port="search", cut_at=5)
    with pytest.raises(IncompleteRead):
        fetch(url)
    emulator.faults.add(port="api", status=500)
    assert fetch(url).status == 200
