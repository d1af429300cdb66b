"""Transfer: whole files, compressed ones, stale ones."""

import gzip
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator import Plan, Readings

TEXT = "Date,country,a\n2020-01-01,x,1.0\n"
MORE = "Date,country,a\n2020-01-01,x,1.0\n2021-01-01,x,2.0\n"


@pytest.fixture
def stored(call, transmit):
    """Return what storage sends for a dataset."""

    def fetch(dataset, headers=None):
        location = urlsplit(call.data(dataset, "").headers["Location"])
        address = f"http://{location.netloc}"
        return transmit(address, "GET", f"{location.path}?{location.query}", None, headers)

    return fetch


def test_answers_are_not_compressed_unless_by_reading(call, stored):
    dataset = call.filled(TEXT)
    computed = call.send(
        "GET", f"/datasets/{dataset}/data?$top=9", None, {"Accept-Encoding": "gzip"}
    )
    for answer in (computed, stored(dataset, {"Accept-Encoding": "gzip"})):
        assert answer.headers["Content-Encoding"] is None
        assert answer.text == TEXT


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("gzip, deflate, br;q=0.5", True),
        ("deflate, GZIP;q=0.1", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("deflate", False),
        ("", False),
    ],
)
def test_files_are_compressed_for_those_who_accept_it_by_reading(
    call, emulator, stored, accepted, is_compressed
):
    emulator.readings = Readings(transfer="gzip")
    dataset = call.filled(TEXT)
    headers = {"Accept-Encoding": accepted}
    computed = call.send("GET", f"/datasets/{dataset}/data?$top=9", None, headers)
    assert computed.headers["Row-Count"] == "1"
    for answer in (computed, stored(dataset, headers)):
        assert (answer.headers["Content-Encoding"] == "gzip") is is_compressed
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert (gzip.decompress(answer.body) if is_compressed else answer.body) == TEXT.encode()


def test_a_compressed_file_may_be_large(call, emulator, stored):
    emulator.readings = Readings(transfer="gzip")
    rows = "".join(f"2020-01-01,{number},{number}.5\n" for number in range(50_000))
    dataset = call.filled("Date,country,a\n" + rows)
    answer = stored(dataset, {"Accept-Encoding": "gzip"})
    assert len(gzip.decompress(answer.body).splitlines()) == 50_001


def test_a_stale_file_stands_behind_the_redirect_for_as_often_as_ordered(call, emulator, stored):
    dataset = call.filled(TEXT)
    emulator.faults.add(stale=True, times=2)
    call.process(dataset, MORE, "onConflictUpdateDB=true")
    assert call.data(dataset).text == MORE, "a computed answer is not stale"
    assert [stored(dataset).text for _ in range(3)] == [TEXT, TEXT, MORE]
    assert emulator.faults.pending == []


def test_a_first_file_cannot_be_stale(call, emulator, stored):
    emulator.faults.add(stale=True)
    assert stored(call.filled(TEXT)).text == TEXT


def test_a_file_of_more_bytes_than_the_plan_allows_is_refused(call, emulator):
    packed = gzip.compress(TEXT.encode())
    emulator.plan = Plan(file_bytes=len(packed))
    dataset = call.filled(packed)
    emulator.plan = Plan(file_bytes=len(packed) - 1)
    answer = call.upload(dataset, packed)
    assert (answer.status, answer.json["error"]) == (
        413,
        f"Files may have {len(packed) - 1} bytes at most",
    )
    assert call.data(dataset).text == TEXT
