"""The server in front of the service: how long an address may be."""

import pytest

from alphacast_pandas.emulator import Readings


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
