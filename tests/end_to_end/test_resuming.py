"""A part that fails: what is in is said, and the push goes on from there."""

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import assert_same
from end_to_end.parts import PANEL, VALUES, push, read_all, upload_flags

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

NEW = Callable[[], int]
AFTER = Callable[[int, Callable[[], object]], None]
pytestmark = pytest.mark.usefixtures("small_files")


@pytest.fixture
def after_parts(emulator: Emulator, clock: Any) -> Iterator[AFTER]:
    """Do something once so many more processes have ended well."""

    def order(parts: int, then: Callable[[], object]) -> None:
        left = parts

        def step() -> None:
            nonlocal left
            done = sum(status == "Processed" for _, status in emulator.advance())
            left -= done
            if done and not left:
                then()

        clock.meanwhile = step

    with emulator.hold_processes():
        yield order
        clock.meanwhile = emulator.wait


# What may befall the upload of a part, and which error it is.
FAULTS = {
    "refused": ({"status": 403}, ap.PermissionDenied),
    "too large": ({"status": 413}, ap.APIError),
    "failing": ({"status": 500}, ap.ServiceError),
    "in doubt, not taken": ({"status": 504}, ap.ServiceError),
    "reset": ({"reset": "before"}, ap.ConnectionFailed),
    "process": ({"process_error": "Column 'CPI' is sad"}, ap.ProcessError),
}


def order(emulator: Emulator, fault: dict[str, Any]) -> None:
    is_for_process = "process_error" in fault
    emulator.faults.add(**fault if is_for_process else {"method": "PUT", **fault})


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("parts", [0, 2])
def test_a_failed_part_says_which_rows_are_in_and_can_be_resumed(
    parts: int,
    name: str,
    client: ap.Client,
    emulator: Emulator,
    new_dataset: NEW,
    after_parts: AFTER,
) -> None:
    number = new_dataset()
    fault, kind = FAULTS[name]
    after_parts(parts, lambda: order(emulator, fault))
    if not parts:
        order(emulator, fault)
    with pytest.raises(ap.PushInterrupted) as caught:
        push(number, client)
    error, sent = caught.value, len(upload_flags(emulator))
    cause = error.cause
    assert type(cause) is kind
    assert str(error).startswith(str(cause))
    for fact in ("status_code", "retryable", "in_doubt"):
        assert getattr(error, fact) == getattr(cause, fact)
    assert len(error.parts) == parts
    if parts:
        assert len(read_all(number, client)) == sum(part.rows for part in error.parts)
    last = error.parts[-1].last_row if parts else -1
    assert f"rows {last + 1:,} to" in str(error)
    assert "nothing after them was sent. error.resume() goes on" in str(error)
    assert (f"Rows 0 to {last:,} are in" if parts else "No rows are in") in str(error)
    result = error.resume()
    assert result.parts[:parts] == error.parts
    assert len(upload_flags(emulator)) == sent + len(result.parts) - parts
    assert (result.rows, result.inserted, result.status) == (len(PANEL), VALUES, "Processed")
    assert_same(read_all(number, client), PANEL)


def test_a_lost_answer_to_a_part_is_followed(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(method="PUT", status=504, applied=True))
    result = push(number, client)
    assert len(upload_flags(emulator)) == len(result.parts)
    assert_same(read_all(number, client), PANEL)


def test_a_part_in_doubt_may_be_sent_again(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    def lose() -> None:
        emulator.faults.add(method="PUT", status=504, applied=True)
        emulator.faults.add(path="*/processes", status=403, times=2)

    number = new_dataset()
    after_parts(1, lose)
    with pytest.raises(ap.PushInterrupted, match="may be in") as caught:
        push(number, client)
    assert isinstance(caught.value.cause, ap.ServiceError)
    assert caught.value.in_doubt
    assert caught.value.resume().rows == len(PANEL)
    assert_same(read_all(number, client), PANEL)


def test_a_part_that_takes_too_long_is_followed_by_resuming(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER, clock: Any
) -> None:
    number = new_dataset()
    after_parts(1, lambda: setattr(clock, "meanwhile", lambda: None))
    with pytest.raises(ap.PushInterrupted, match="whose end is not known") as caught:
        push(number, client, timeout=30)
    error, sent = caught.value, len(upload_flags(emulator))
    assert isinstance(error.cause, ap.ProcessTimeout)
    assert error.in_doubt
    assert (len(error.parts), sent) == (1, 2)
    with pytest.raises(ap.PushInterrupted, match="after 5 seconds") as again:
        error.resume(timeout=5)
    assert isinstance(again.value.cause, ap.ProcessTimeout)
    assert again.value.parts == error.parts
    assert len(upload_flags(emulator)) == sent
    clock.meanwhile = emulator.advance
    result = again.value.resume()
    assert result.parts[1].process_id == error.cause.process.id
    assert len(upload_flags(emulator)) == len(result.parts)
    assert_same(read_all(number, client), PANEL)


def test_a_part_that_cannot_be_asked_about_is_followed_by_resuming(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(path="*/processes/*", status=503, times=4))
    with pytest.raises(ap.PushInterrupted, match="whose end is not known") as caught:
        push(number, client)
    assert isinstance(caught.value.cause, ap.ServiceError)
    result = caught.value.resume()
    assert len(upload_flags(emulator)) == len(result.parts)
    assert_same(read_all(number, client), PANEL)


def test_a_push_can_be_resumed_as_often_as_it_fails(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    fail = {"process_error": "Not today"}
    after_parts(1, lambda: emulator.faults.add(**fail))
    with pytest.raises(ap.PushInterrupted) as first:
        push(number, client, verify=True)
    after_parts(1, lambda: emulator.faults.add(**fail))
    with pytest.raises(ap.PushInterrupted) as second:
        first.value.resume()
    assert [len(e.value.parts) for e in (first, second)] == [1, 2]
    emulator.faults.add(**fail)
    with pytest.raises(ap.PushInterrupted, match=r"\(2 parts\)") as third:
        second.value.resume()
    assert third.value.parts == second.value.parts
    for error in (first, second, third):
        assert isinstance(error.value.cause, ap.ProcessError)
    assert third.value.resume().inserted == VALUES
    assert_same(read_all(number, client), PANEL)


def test_verification_comes_after_the_last_part_of_a_resumed_push(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(process_error="Not today"))
    with pytest.raises(ap.PushInterrupted) as caught:
        push(number, client, verify=True)
    assert isinstance(caught.value.cause, ap.ProcessError)
    other = PANEL.head(1).assign(CPI=-5.0)
    other.alphacast.push(number, entities="country", client=client)
    with pytest.raises(ap.VerificationError) as verified:
        caught.value.resume()
    assert verified.value.diff.changed["old"].tolist() == [-5.0]


def test_a_dataset_that_was_made_is_not_made_again(client: ap.Client, emulator: Emulator) -> None:
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PushInterrupted, match="No rows are in") as caught:
        PANEL.alphacast.push(name="Prices", repository="Mine", entities="country", client=client)
    assert isinstance(caught.value.cause, ap.PermissionDenied)
    assert (caught.value.parts, len(client.datasets.list())) == ((), 1)
    result = caught.value.resume()
    assert [dataset.id for dataset in client.datasets.list()] == [result.dataset_id]
    assert_same(read_all(result.dataset_id, client), PANEL)


def test_resuming_holds_the_turn_of_the_dataset(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    number = new_dataset()
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PushInterrupted) as caught:
        push(number, client)
    assert isinstance(caught.value.cause, ap.PermissionDenied)
    turns: list[bool] = []

    def look() -> None:
        turns.append(client._connection._uploads[number].locked())
        emulator.wait()

    clock.meanwhile = look
    caught.value.resume()
    assert turns
    assert all(turns)
    assert not client._connection._uploads[number].locked()


def test_the_last_part_may_fail_after_a_push_that_did_not_wait(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    number = new_dataset()
    with emulator.hold_processes():
        clock.meanwhile = emulator.advance
        result = push(number, client, wait=False)
        emulator.faults.add(process_error="Not today")
        for _ in range(2):
            with pytest.raises(ap.PushInterrupted, match="Not today") as caught:
                result.wait()
            assert isinstance(caught.value.cause, ap.ProcessError)
            assert caught.value.parts == result.parts[:-1]
            assert "nothing after" not in str(caught.value)
        again = caught.value.resume()
        assert again.status == "Requested"
        done = result.wait()
    assert (done.inserted, done.rows) == (VALUES, len(PANEL))
    assert again.wait().parts == done.parts
    assert_same(read_all(number, client), PANEL)


def test_positions_are_those_of_the_callers_frame_if_only_changes_go(
    stored_in_parts: int, client: ap.Client, emulator: Emulator, after_parts: AFTER
) -> None:
    changed = np.arange(len(PANEL)) % 2 == 1
    revised = PANEL.assign(CPI=np.where(changed, np.arange(len(PANEL)) / 7, PANEL["CPI"]))
    after_parts(1, lambda: emulator.faults.add(process_error="Not today"))
    with pytest.raises(ap.PushInterrupted, match="new or differ, rows 1 to") as caught:
        revised.alphacast.push(stored_in_parts, only_changes=True, verify=True, client=client)
    (part,) = caught.value.parts
    assert part.last_row == 2 * part.rows - 1
    result = caught.value.resume()
    assert result.rows == changed.sum()
    assert result.parts[-1].last_row == np.flatnonzero(changed)[-1]
    assert_same(read_all(stored_in_parts, client), revised)


def test_a_diff_is_pushed_in_parts(
    stored_in_parts: int, client: ap.Client, emulator: Emulator, after_parts: AFTER
) -> None:
    revised = PANEL.assign(CPI=PANEL["CPI"] + 1)
    diff = revised.alphacast.diff(stored_in_parts, client=client)
    after_parts(1, lambda: emulator.faults.add(method="PUT", status=403))
    with pytest.raises(ap.PushInterrupted) as caught:
        diff.push(verify=True)
    assert isinstance(caught.value.cause, ap.PermissionDenied)
    assert len(caught.value.resume().parts) > 2
    assert_same(read_all(stored_in_parts, client), revised)


def test_times_of_day_in_one_part_are_written_alike_in_all(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    frame = PANEL.copy()
    frame.loc[0, "Date"] += pd.Timedelta(hours=5)
    after_parts(1, lambda: emulator.faults.add(method="PUT", status=403))
    with pytest.raises(ap.PushInterrupted) as caught:
        frame.alphacast.push(number, client=client, entities="country")
    assert isinstance(caught.value.cause, ap.PermissionDenied)
    caught.value.resume()
    assert_same(read_all(number, client), frame.sort_values(["Date", "country"], ignore_index=True))


def test_the_error_of_one_upload_is_as_it_was(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PermissionDenied) as caught:
        PANEL.head(3).alphacast.push(new_dataset(), entities="country", client=client)
    assert "resume" not in str(caught.value)
    assert type(caught.value) is ap.PermissionDenied


def test_a_pickled_error_keeps_its_facts_and_says_that_it_cannot_resume(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(process_error="Not today"))
    with pytest.raises(ap.PushInterrupted) as caught:
        push(number, client)
    error = caught.value
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is ap.PushInterrupted
    assert (str(copy), copy.parts) == (str(error), error.parts)
    assert type(copy.cause) is ap.ProcessError
    assert copy.cause.process == error.cause.process
    with pytest.raises(ap.QueryError, match="no connection"):
        copy.resume()
    assert error.resume().rows == len(PANEL)


def test_a_time_to_wait_is_checked_before_resuming(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PushInterrupted) as caught:
        push(new_dataset(), client)
    with pytest.raises(ap.QueryError, match="number of seconds >= 0"):
        caught.value.resume(timeout=-1)
    assert len(upload_flags(emulator)) == 1
