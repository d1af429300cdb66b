"""Control over HTTP: faults, readings, reset."""

import pytest

from alphacast_pandas.emulator import Fault, Readings


def test_a_fault_is_ordered_seen_and_cancelled_over_http(call, emulator):
    made = call("POST", "/emulator/faults", {"status": 503, "retry_after": 1, "times": None})
    assert (made.status, made.json["status"], made.json["path"]) == (201, 503, "*")
    assert emulator.faults.pending == [Fault(status=503, retry_after=1, times=None)]
    assert call("GET", "/repositories").headers["Retry-After"] == "1"
    assert call("GET", "/repositories").status == 503
    assert call("GET", "/emulator/faults").json == [made.json]
    assert call("DELETE", "/emulator/faults").status == 204
    assert call("GET", "/repositories").status == 200


def test_control_requests_need_no_key_and_are_not_recorded(call_as, emulator):
    anybody = call_as("")
    assert anybody("POST", "/emulator/faults", {"garbage": "<html>"}).status == 201
    assert anybody("GET", "/emulator/readings").json["last"] == "periods"
    assert emulator.requests == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colour": "red"}, "there is no colour"),
        ({"times": 0}, "times is a positive number, or None for every request"),
        ({"times": True}, "times is a positive number, or None for every request"),
        ({"status": 99}, "status is a number from 200 to 599"),
        ({"status": "503"}, "status is a number from 200 to 599"),
        ({"delay": -1}, "delay is a number of seconds"),
        ({"delay": 10**400}, "delay is a number of seconds"),
        ({"headers": {"a b": "c"}}, "headers is names and texts that HTTP allows"),
        ({"headers": {"a": "c\r\nd: e"}}, "headers is names and texts that HTTP allows"),
        ({"reset": "sometimes"}, "reset is before or after"),
        ({"bandwidth": 0}, "bandwidth is a positive number of bytes a second"),
        ({"cut_at": 1.5}, "cut_at is a number of bytes"),
        ({"port": "front"}, "port is api, storage, search or *"),
        ({"redirect": "/elsewhere"}, "redirect is an address such as http://host:80, without a"),
        ({"redirect": "http://a/"}, "redirect is an address such as http://host:80, without a"),
        (
            {"redirect": "http://a\r\nb: c"},
            "redirect is an address such as http://host:80, without a",
        ),
        ({"method": None}, "method is a verb, or * for all"),
        ({"stale": 1}, "stale is true or false"),
        ({"process_error": 5}, "process_error is a text"),
    ],
)
def test_an_invalid_fault_is_400_with_a_message(call, fields, message):
    answer = call("POST", "/emulator/faults", fields)
    assert answer.status == 400
    assert answer.json["error"].startswith(message)


def test_readings_are_changed_over_http(call, emulator):
    changed = call("PUT", "/emulator/readings", {"last": "rows", "quota": "200"})
    assert (changed.status, changed.json["last"], changed.json["json"]) == (200, "rows", "lines")
    assert emulator.readings == Readings(last="rows", quota="200")
    assert call("PUT", "/emulator/readings", {"last": "days"}).status == 400
    assert call("PUT", "/emulator/readings", {"first": "days"}).json == {
        "error": "there is no first"
    }
    call("PUT", "/emulator/readings", {"error_key": "empty"})
    assert (
        call("PUT", "/emulator/readings", {"last": "x"}).json["error"].startswith("Readings(last")
    )
    assert call("PUT", "/emulator/readings", {}).json == call("GET", "/emulator/readings").json
    assert emulator.readings == Readings()


def test_the_store_is_fresh_after_a_reset_over_http(call, emulator):
    call.dataset()
    emulator.faults.add(status=500)
    assert call("POST", "/emulator/reset").status == 204
    assert call("GET", "/datasets").json == []
    assert len(call("GET", "/repositories").json) == 1


def test_a_body_is_shown_even_if_it_is_no_text(call, emulator):
    emulator.faults.add(body=b"\xff", status=500)
    assert call("GET", "/emulator/faults").json[0]["body"] == "\xff"
