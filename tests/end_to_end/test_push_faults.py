"""Pushing on bad days: sent once, accounted for, or said to be in doubt."""

from collections.abc import Callable

import pytest
from end_to_end.frames import assert_same, panel
from end_to_end.parts import uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
NEW = Callable[[], int]


def push(number: int, client: ap.Client, **words) -> ap.PushResult:
    return PANEL.alphacast.push(number, entities="country", client=client, **words)


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": "after"},
        {"status": 502, "applied": True},
        {"status": 504, "applied": True},
        {"garbage": "<html>"},
        {"garbage": "{}"},
        {"cut_at": 1},
    ],
    ids=str,
)
def test_a_lost_answer_is_followed_through_the_processes_of_the_dataset(
    fault, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    emulator.faults.add(method="PUT", path="*/data", **fault)
    result = push(number, client)
    assert (result.status, result.rows) == ("Processed", len(PANEL))
    assert uploads(emulator) == 1
    assert_same(ap.read_alphacast(number, client=client), PANEL)


@pytest.mark.parametrize("fault", [{"reset": "before"}, {"status": 502}, {"status": 504}], ids=str)
def test_an_upload_that_nobody_saw_again_is_in_doubt(
    fault, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    emulator.faults.add(method="PUT", path="*/data", **fault)
    with pytest.raises(ap.AlphacastError) as caught:
        push(number, client)
    assert caught.value.in_doubt
    assert uploads(emulator) == 1
    assert client.datasets.processes(number) == []
    assert push(number, client).inserted == PANEL.iloc[:, 2:].notna().to_numpy().sum()


def test_a_lost_answer_is_in_doubt_if_somebody_else_uploads_too(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock
) -> None:
    number = new_dataset()
    push(number, client)
    emulator.faults.add(method="PUT", path="*/data", status=504)

    def meanwhile() -> None:
        clock.meanwhile = emulator.wait
        for _ in range(2):
            client.datasets.upload(number, b"Date,country,CPI\n2020-01-01,Chile,1\n")
        emulator.wait()

    clock.meanwhile = meanwhile
    with pytest.raises(ap.ServiceError) as caught:
        push(number, client)
    assert caught.value.in_doubt


@pytest.mark.parametrize("status", [400, 401, 403, 409, 413, 429, 500, 503])
def test_a_refused_upload_is_not_repeated(
    status: int, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    emulator.faults.add(method="PUT", path="*/data", status=status, body="no room", times=None)
    with pytest.raises(ap.APIError, match="no room") as caught:
        push(number, client)
    assert caught.value.status_code == status
    assert not caught.value.in_doubt
    assert uploads(emulator) == 1


def test_no_connection_at_all_is_not_in_doubt(client: ap.Client, new_dataset: NEW) -> None:
    with (
        ap.Client("ak_0", base_url="http://127.0.0.1:9", retries=0) as nowhere,
        pytest.raises(ap.ConnectionFailed) as caught,
    ):
        nowhere.repositories.create("A repository")
    assert not caught.value.in_doubt
    assert caught.value.retryable


def test_a_process_that_fails_raises_with_the_words_of_the_service(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    emulator.faults.add(process_error="Column 'CPI' is sad")
    with pytest.raises(ap.ProcessError, match="Column 'CPI' is sad") as caught:
        push(number, client)
    assert caught.value.process.dataset_id == number
    assert caught.value.process.failed
    assert not caught.value.retryable


def test_a_process_that_takes_too_long_can_still_be_followed(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock
) -> None:
    number = new_dataset()
    with emulator.hold_processes():
        clock.meanwhile = lambda: None
        with pytest.raises(ap.ProcessTimeout, match="30 seconds") as caught:
            push(number, client, timeout=30)
        assert sum(clock.pauses) == pytest.approx(30, abs=5)
        assert isinstance(caught.value, TimeoutError)
        clock.meanwhile = emulator.advance
        assert caught.value.process.wait(timeout=60).succeeded
    assert_same(ap.read_alphacast(number, client=client), PANEL)


def test_a_push_that_does_not_wait_is_followed_later(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock
) -> None:
    number = new_dataset()
    with emulator.hold_processes():
        result = push(number, client, wait=False)
        assert result.status == "Requested"
        assert (result.inserted, result.updated, result.deleted) == (None, None, None)
        clock.meanwhile = emulator.advance
        done = result.wait(timeout=60)
    assert done.status == "Processed"
    assert done.inserted == PANEL.iloc[:, 2:].notna().to_numpy().sum()
    assert done.seconds > result.seconds
    assert "Processed" in done._repr_html_()


@pytest.mark.parametrize("status", [500, 503])
def test_following_a_process_survives_failures_that_pass(
    status: int, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    emulator.faults.add(path="*/processes/*", status=status, times=2)
    assert push(number, client).status == "Processed"


def test_nothing_is_made_for_a_frame_that_is_refused(client: ap.Client, emulator: Emulator) -> None:
    with pytest.raises(ap.ValidationError):
        PANEL.assign(CPI=float("inf")).alphacast.push(
            name="Prices", repository="Mine", entities="country", client=client
        )
    assert {request.method for request in emulator.requests} == {"GET"}
    assert "Mine" not in {repository.name for repository in client.repositories.list()}
