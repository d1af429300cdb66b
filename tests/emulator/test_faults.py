"""Faults: misbehaviour to order."""

import time
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

TEXT = "Date,country,a\n2020-01-01,x,1\n"


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
            call.upload(dataset, TEXT)
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
    dataset = call.filled(TEXT)
    emulator.faults.add(path="*/data", cut_at=place)
    with pytest.raises(IncompleteRead) as cut:
        call.data(dataset)
    assert cut.value.partial == b"Date,country,a\n2020-01-01,x,1.0\n"[:place]
    assert call.data(dataset).status == 200


def test_a_body_that_ends_before_the_cut_is_whole(call, emulator):
    dataset = call.filled(TEXT)
    emulator.faults.add(path="*/data", cut_at=1000)
    assert call.data(dataset).text.endswith("1.0\n")


def test_storage_suffers_faults_of_its_own(call, emulator):
    dataset = call.filled(TEXT)
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


def test_an_answer_is_delayed_to_order(call, emulator):
    emulator.faults.add(delay=30, path="/repositories")
    connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=0.05)
    connection.request("GET", "/repositories", headers=call.auth)
    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()


def test_bandwidth_is_limited_to_order(call, emulator):
    dataset = call.filled(TEXT)
    emulator.faults.add(path="*/data", bandwidth=100)
    start = time.monotonic()
    assert call.data(dataset).status == 200
    assert time.monotonic() - start > 0.3


def test_a_fault_without_sense_is_refused(emulator):
    with pytest.raises(ValueError, match="times"):
        emulator.faults.add(times=0)
    with pytest.raises(TypeError, match="a fault has no colour"):
        emulator.faults.add(colour="red")
