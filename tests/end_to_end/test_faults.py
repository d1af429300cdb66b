"""Reading on bad days: repeated where that may help, whole or an error."""

import pytest
from end_to_end.frames import assert_same, panel

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_after_a_failure_that_may_pass(
    status: int, stored: int, client: ap.Client, emulator: Emulator, clock
) -> None:
    emulator.faults.add(path="*/data", status=status, times=2)
    assert_same(ap.read_alphacast(stored, client=client), PANEL)
    pauses = [*clock.pauses][-2:]
    assert 0.1 <= pauses[0] <= 0.25 < pauses[1] <= 0.5


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 501])
def test_a_read_is_not_repeated_after_a_clear_no(
    status: int, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path="*/data", status=status, body="no, and that is final", times=None)
    with pytest.raises(ap.AlphacastError, match="no, and that is final") as caught:
        ap.read_alphacast(stored, client=client)
    assert caught.value.status_code == status
    assert not caught.value.retryable
    assert sum(request.path.endswith("/data") for request in emulator.requests) == 1


def test_the_service_says_how_long_to_wait(
    stored: int, client: ap.Client, emulator: Emulator, clock
) -> None:
    emulator.faults.add(path="*/data", status=503, retry_after=7)
    emulator.faults.add(path="*/data", status=429, retry_after="Thu, 29 Feb 2024 12:00:30 GMT")
    assert_same(ap.read_alphacast(stored, client=client), PANEL)
    assert clock.pauses[-2:] == [7.0, 30.0]


def test_more_patience_than_a_minute_is_left_to_the_caller(
    stored: int, client: ap.Client, emulator: Emulator, clock
) -> None:
    emulator.faults.add(path="*/data", status=429, retry_after=3600)
    clock.pauses.clear()
    with pytest.raises(ap.RateLimitError, match="3600") as caught:
        ap.read_alphacast(stored, client=client)
    assert clock.pauses == []
    assert caught.value.retry_after == 3600


def test_the_last_failure_is_the_one_that_is_raised(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path="*/data", status=503, body='{"error": "busy"}', times=None)
    with pytest.raises(ap.ServiceError, match="busy") as caught:
        ap.read_alphacast(stored, client=client)
    assert caught.value.retryable
    assert sum(request.path.endswith("/data") for request in emulator.requests) == 4


@pytest.mark.parametrize("port", ["api", "storage"])
@pytest.mark.parametrize("place", [0, 1, 15, 60, 700, 2000])
def test_a_body_cut_short_is_fetched_again(
    place: int, port, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    query = {"start": "1900"} if port == "api" else {}
    emulator.faults.add(path="*/data" if port == "api" else "*", port=port, cut_at=place)
    assert_same(ap.read_alphacast(stored, client=client, **query), PANEL)
    assert emulator.faults.pending == []


@pytest.mark.parametrize("place", [0, 1, 15, 60, 700, 2000])
def test_a_body_that_is_always_cut_short_is_never_a_shorter_frame(
    place: int, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(port="storage", cut_at=place, times=None)
    with pytest.raises(ap.AlphacastError) as caught:
        ap.read_alphacast(stored, client=client)
    assert caught.value.retryable


@pytest.mark.parametrize("path", ["*/data", "*/columns", "/datasets/*"])
def test_a_reset_connection_is_made_anew(
    path: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path=path, reset="before", times=2)
    assert_same(ap.read_alphacast(stored, select="CPI", client=client), PANEL[[*PANEL.columns[:3]]])
    assert emulator.faults.pending == []


@pytest.mark.parametrize("path", ["*/columns", "/datasets/*"])
@pytest.mark.parametrize("garbage", ["<html>oops</html>", "[1, 2]", '"text"', "{", "\0"])
def test_garbage_in_the_place_of_definitions_is_an_error(
    path: str, garbage: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(path=path, garbage=garbage, times=None)
    with pytest.raises(ap.DecodeError):
        ap.read_alphacast(stored, select="CPI", client=client)


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "\n",
        "<html>oops</html>",
        "Date,country\n2020-01-01,Chile\n",
        "Date,country,CPI,Vivienda,rank,note\n",
        "Date,country,CPI,CPI,rank,note\n",
        'Date,country,CPI,"Vivienda, agua",rank,note\n2020-01-01,Chile,1\n',
        'Date,country,CPI,"Vivienda, agua",rank,note\n2020-01-01,Chile,many,0,1,a\n',
        'Date,country,CPI,"Vivienda, agua",rank,note\nyesterday,Chile,1,0,1,a\n',
        'Date,country,CPI,"Vivienda, agua",rank,note\n,Chile,1,0,1,a\n',
        'Date,country,CPI,"Vivienda, agua",rank,note\n2020-01-01,Chile,1,0,40000,a\n',
        'Date,country,CPI,"Vivienda, agua",rank,note\n2020-01-01,Chile,1,0,1,"a\n',
    ],
)
def test_another_table_than_the_promised_one_is_an_error(
    garbage: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.faults.add(port="storage", garbage=garbage, times=None)
    with pytest.raises(ap.DecodeError):
        ap.read_alphacast(stored, client=client)


def test_silence_is_an_error_after_the_time_that_was_set(stored: int, emulator: Emulator) -> None:
    emulator.faults.add(path="*/data", delay=30)
    with (
        ap.Client(emulator.api_key, base_url=emulator.url, timeout=(5, 0.2), retries=0) as client,
        pytest.raises(ap.ConnectionFailed, match=r"0\.2 s") as caught,
    ):
        ap.read_alphacast(stored, client=client)
    assert caught.value.retryable
    assert not caught.value.in_doubt


def test_the_key_crosses_to_the_api_only(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    ap.read_alphacast(stored, client=client)
    keys = {request.port: request.header("Authorization") for request in emulator.requests}
    assert keys["storage"] is None
    assert keys["api"].startswith("Basic ")
    assert not any(emulator.api_key in request.query for request in emulator.requests)


def test_a_dataset_that_changed_is_noticed_by_its_header(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    ap.read_alphacast(stored, client=client)
    with ap.Client(emulator.api_key, base_url=emulator.url) as other:
        wider = PANEL.assign(extra=1.5)
        wider.alphacast.push(stored, accept_new_columns=True, client=other)
    assert_same(ap.read_alphacast(stored, client=client), wider)
    assert_same(ap.read_alphacast(stored, select="extra", client=client), wider.iloc[:, [0, 1, 6]])
