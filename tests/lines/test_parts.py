"""Frames too large for one file: in parts, in order, and what happens when a part fails."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lines.frames import assert_same, by_key, frames, panel
from lines.test_memory import peak_of

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Plan
from alphacast_pandas.writing import sender
from alphacast_pandas.writing.pieces import PiecesFile

LIMIT = 400
PANEL = panel()
VALUES = int(PANEL.iloc[:, 2:].notna().to_numpy().sum())
NEW = Callable[[], int]
AFTER = Callable[[int, Callable[[], object]], None]


@pytest.fixture(autouse=True)
def small_files(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may be small, and the service takes no larger ones."""
    monkeypatch.setattr(sender, "MOST_FILE_BYTES", LIMIT)
    emulator.plan = Plan(file_bytes=LIMIT)


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


def push(number: int, client: ap.Client, **words: Any) -> ap.PushResult:
    return PANEL.alphacast.push(number, entities="country", client=client, **words)


def uploads(emulator: Emulator) -> list[str]:
    return [request.query for request in emulator.requests if request.method == "PUT"]


def spans(parts: tuple[ap.PushPart, ...]) -> list[tuple[int, int]]:
    return [(part.first_row, part.last_row) for part in parts]


def held(number: int, client: ap.Client) -> pd.DataFrame:
    return ap.read_alphacast(number, top=1_000_000, client=client)


@pytest.mark.parametrize("mode", ["append", "upsert", "replace", "mirror"])
def test_a_new_dataset_gets_every_row_in_parts_and_none_deletes(
    mode: Any, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    result = push(number, client, mode=mode, verify=True)
    assert_same(held(number, client), PANEL)
    assert len(result.parts) > 2
    assert all("deleteMissingFromDB=false" in query for query in uploads(emulator))
    update = str(mode in {"upsert", "replace"}).lower()
    assert all(f"onConflictUpdateDB={update}" in query for query in uploads(emulator))


def test_the_result_lists_the_parts_and_adds_them_up(client: ap.Client, new_dataset: NEW) -> None:
    result = push(new_dataset(), client)
    firsts, lasts = zip(*spans(result.parts), strict=True)
    assert firsts == (0, *(last + 1 for last in lasts[:-1]))
    assert lasts[-1] == len(PANEL) - 1
    assert all(p.rows == p.last_row - p.first_row + 1 for p in result.parts)
    assert all(p.status == "Processed" and p.bytes_sent > 100 for p in result.parts)
    assert (result.rows, result.inserted, result.updated) == (len(PANEL), VALUES, 0)
    assert result.bytes_sent == sum(part.bytes_sent for part in result.parts)
    assert result.process_id == result.parts[-1].process_id
    assert result.description == result.parts[-1].description
    assert result._repr_html_().count("<caption>parts</caption>") == 1


def test_a_frame_that_fits_is_one_part(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    result = PANEL.head(3).alphacast.push(
        new_dataset(), mode="replace", entities="country", client=client
    )
    assert spans(result.parts) == [(0, 2)]
    assert "<caption>parts" not in result._repr_html_()
    assert "deleteMissingFromDB=true" in uploads(emulator)[0]


def test_a_part_has_ended_before_the_next_is_sent(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    result = push(new_dataset(), client)
    assert len(result.parts) > 2
    sent = [r for r in emulator.requests if r.method == "PUT" or "/processes/" in r.path]
    polled = ["PUT" if r.method == "PUT" else int(r.path.rpartition("/")[2]) for r in sent]
    distinct = [p for n, p in enumerate(polled) if n == 0 or p != polled[n - 1]]
    assert distinct == [step for p in result.parts for step in ("PUT", p.process_id)]


def test_the_manifest_goes_with_the_first_part_only(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    result = push(new_dataset(), client)
    sizes = [int(r.header("content-length") or 0) for r in emulator.requests if r.method == "PUT"]
    assert [size > LIMIT + 300 for size in sizes] == [True] + [False] * (len(result.parts) - 1)


def test_new_columns_are_accepted_in_every_part(
    stored_in_parts: int, client: ap.Client, emulator: Emulator
) -> None:
    wider = PANEL.assign(extra=np.arange(len(PANEL)) / 7)
    wider.alphacast.push(stored_in_parts, accept_new_columns=True, client=client)
    assert_same(held(stored_in_parts, client), wider)
    assert all("acceptNewColumns=true" in query for query in uploads(emulator))


@pytest.fixture
def stored_in_parts(client: ap.Client, emulator: Emulator, new_dataset: NEW) -> int:
    number = new_dataset()
    push(number, client)
    emulator.forget_requests()
    return number


def test_append_keeps_what_is_stored_in_every_part(stored_in_parts: int, client: ap.Client) -> None:
    later = PANEL.assign(Date=PANEL["Date"] + pd.Timedelta(days=1))
    both = pd.concat([PANEL.assign(CPI=-1.0), later], ignore_index=True)
    both.alphacast.push(stored_in_parts, mode="append", client=client, verify=True)
    expected = pd.concat([PANEL, later]).sort_values(["Date", "country"], ignore_index=True)
    got = held(stored_in_parts, client).sort_values(["Date", "country"], ignore_index=True)
    assert_same(got, expected)


@pytest.mark.parametrize(("mode", "way_round"), [("replace", "upsert"), ("mirror", "append")])
def test_modes_that_delete_are_refused_before_anything_is_sent(
    mode: Any, way_round: str, stored_in_parts: int, client: ap.Client, emulator: Emulator
) -> None:
    with pytest.raises(ap.ValidationError, match="would delete the rows of the first") as caught:
        push(stored_in_parts, client, mode=mode)
    assert {request.method for request in emulator.requests} == {"GET"}
    assert f"mode='{way_round}'" in str(caught.value)
    assert "Nothing was sent" in str(caught.value)
    assert not caught.value.resumable
    assert_same(held(stored_in_parts, client), PANEL)


def test_the_way_round_a_refusal_is_one(stored_in_parts: int, client: ap.Client) -> None:
    revised = PANEL.assign(CPI=PANEL["CPI"] + 1)
    revised.alphacast.push(stored_in_parts, mode="upsert", client=client)
    assert_same(held(stored_in_parts, client), revised)
    fewer = revised.iloc[:-1]
    new = fewer.alphacast.push(name="Anew", entities="country", mode="replace", client=client)
    client.datasets.delete(stored_in_parts)
    assert len(new.parts) > 1
    assert_same(held(new.dataset_id, client), fewer)


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
    with pytest.raises(kind) as caught:
        push(number, client)
    error, sent = caught.value, len(uploads(emulator))
    assert type(error) is kind
    assert error.resumable
    assert len(error.parts) == parts
    if parts:
        assert len(held(number, client)) == sum(part.rows for part in error.parts)
    last = error.parts[-1].last_row if parts else -1
    assert f"rows {last + 1:,} to" in str(error)
    assert "nothing after them was sent. error.resume() goes on" in str(error)
    assert (f"Rows 0 to {last:,} are in" if parts else "No rows are in") in str(error)
    result = error.resume()
    assert result.parts[:parts] == error.parts
    assert len(uploads(emulator)) == sent + len(result.parts) - parts
    assert (result.rows, result.inserted, result.status) == (len(PANEL), VALUES, "Processed")
    assert_same(held(number, client), PANEL)


def test_a_lost_answer_to_a_part_is_followed(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(method="PUT", status=504, applied=True))
    result = push(number, client)
    assert len(uploads(emulator)) == len(result.parts)
    assert_same(held(number, client), PANEL)


def test_a_part_in_doubt_may_be_sent_again(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    def lose() -> None:
        emulator.faults.add(method="PUT", status=504, applied=True)
        emulator.faults.add(path="*/processes", status=403, times=2)

    number = new_dataset()
    after_parts(1, lose)
    with pytest.raises(ap.ServiceError, match="may be in") as caught:
        push(number, client)
    assert caught.value.in_doubt
    assert caught.value.resume().rows == len(PANEL)
    assert_same(held(number, client), PANEL)


def test_a_part_that_takes_too_long_is_followed_by_resuming(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER, clock: Any
) -> None:
    number = new_dataset()
    after_parts(1, lambda: setattr(clock, "meanwhile", lambda: None))
    with pytest.raises(ap.ProcessTimeout, match="whose end is not known") as caught:
        push(number, client, timeout=30)
    error, sent = caught.value, len(uploads(emulator))
    assert (len(error.parts), sent) == (1, 2)
    with pytest.raises(ap.ProcessTimeout, match="after 5 seconds") as again:
        error.resume(timeout=5)
    assert again.value.parts == error.parts
    assert len(uploads(emulator)) == sent
    clock.meanwhile = emulator.advance
    result = again.value.resume()
    assert result.parts[1].process_id == error.process.id
    assert len(uploads(emulator)) == len(result.parts)
    assert_same(held(number, client), PANEL)


def test_a_part_that_cannot_be_asked_about_is_followed_by_resuming(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(path="*/processes/*", status=503, times=4))
    with pytest.raises(ap.ServiceError, match="whose end is not known") as caught:
        push(number, client)
    result = caught.value.resume()
    assert len(uploads(emulator)) == len(result.parts)
    assert_same(held(number, client), PANEL)


def test_a_push_can_be_resumed_as_often_as_it_fails(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    fail = {"process_error": "Not today"}
    after_parts(1, lambda: emulator.faults.add(**fail))
    with pytest.raises(ap.ProcessError) as first:
        push(number, client, verify=True)
    after_parts(1, lambda: emulator.faults.add(**fail))
    with pytest.raises(ap.ProcessError) as second:
        first.value.resume()
    assert [len(e.value.parts) for e in (first, second)] == [1, 2]
    emulator.faults.add(**fail)
    with pytest.raises(ap.ProcessError, match=r"\(2 parts\)") as third:
        second.value.resume()
    assert third.value.parts == second.value.parts
    assert third.value.resume().inserted == VALUES
    assert_same(held(number, client), PANEL)


def test_verification_comes_after_the_last_part_of_a_resumed_push(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    after_parts(1, lambda: emulator.faults.add(process_error="Not today"))
    with pytest.raises(ap.ProcessError) as caught:
        push(number, client, verify=True)
    other = PANEL.head(1).assign(CPI=-5.0)
    other.alphacast.push(number, entities="country", client=client)
    with pytest.raises(ap.VerificationError) as verified:
        caught.value.resume()
    assert not verified.value.resumable
    assert verified.value.diff.changed["old"].tolist() == [-5.0]


def test_a_dataset_that_was_made_is_not_made_again(client: ap.Client, emulator: Emulator) -> None:
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PermissionDenied, match="No rows are in") as caught:
        PANEL.alphacast.push(name="Prices", repository="Mine", entities="country", client=client)
    assert (caught.value.parts, len(client.datasets.list())) == ((), 1)
    result = caught.value.resume()
    assert [dataset.id for dataset in client.datasets.list()] == [result.dataset_id]
    assert_same(held(result.dataset_id, client), PANEL)


def test_resuming_holds_the_turn_of_the_dataset(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    number = new_dataset()
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PermissionDenied) as caught:
        push(number, client)
    turns: list[bool] = []

    def look() -> None:
        turns.append(client._uploads[number].locked())
        emulator.wait()

    clock.meanwhile = look
    caught.value.resume()
    assert turns
    assert all(turns)
    assert not client._uploads[number].locked()


def test_only_the_last_part_is_left_to_itself_without_waiting(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    number = new_dataset()
    with emulator.hold_processes():
        clock.meanwhile = emulator.advance
        result = push(number, client, wait=False)
        assert [part.status for part in result.parts[:-1]] == ["Processed"] * len(result.parts[1:])
        assert (result.status, result.parts[-1].status) == ("Requested", "Requested")
        assert result.inserted is None
        done = result.wait(timeout=60)
    assert (done.status, done.inserted) == ("Processed", VALUES)
    assert done.parts[:-1] == result.parts[:-1]
    assert done.wait() == done
    assert result.wait().inserted == VALUES
    assert_same(held(number, client), PANEL)


def test_the_last_part_may_fail_after_a_push_that_did_not_wait(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    number = new_dataset()
    with emulator.hold_processes():
        clock.meanwhile = emulator.advance
        result = push(number, client, wait=False)
        emulator.faults.add(process_error="Not today")
        for _ in range(2):
            with pytest.raises(ap.ProcessError, match="Not today") as caught:
                result.wait()
            assert caught.value.parts == result.parts[:-1]
            assert "nothing after" not in str(caught.value)
        done = caught.value.resume().wait()
    assert (done.inserted, done.rows) == (VALUES, len(PANEL))
    assert_same(held(number, client), PANEL)


def test_positions_are_those_of_the_callers_frame_if_only_changes_go(
    stored_in_parts: int, client: ap.Client, emulator: Emulator, after_parts: AFTER
) -> None:
    changed = np.arange(len(PANEL)) % 2 == 1
    revised = PANEL.assign(CPI=np.where(changed, np.arange(len(PANEL)) / 7, PANEL["CPI"]))
    after_parts(1, lambda: emulator.faults.add(process_error="Not today"))
    with pytest.raises(ap.ProcessError, match="rows that are new or differ, rows 1 to") as caught:
        revised.alphacast.push(stored_in_parts, only_changes=True, verify=True, client=client)
    (part,) = caught.value.parts
    assert part.last_row == 2 * part.rows - 1
    result = caught.value.resume()
    assert result.rows == changed.sum()
    assert result.parts[-1].last_row == np.flatnonzero(changed)[-1]
    assert_same(held(stored_in_parts, client), revised)


def test_a_diff_is_pushed_in_parts(
    stored_in_parts: int, client: ap.Client, emulator: Emulator, after_parts: AFTER
) -> None:
    revised = PANEL.assign(CPI=PANEL["CPI"] + 1)
    diff = revised.alphacast.diff(stored_in_parts, client=client)
    after_parts(1, lambda: emulator.faults.add(method="PUT", status=403))
    with pytest.raises(ap.PermissionDenied) as caught:
        diff.push(verify=True)
    assert len(caught.value.resume().parts) > 2
    assert_same(held(stored_in_parts, client), revised)


def test_a_frame_that_has_not_changed_meanwhile_goes_in_parts(
    stored_in_parts: int, client: ap.Client
) -> None:
    read = held(stored_in_parts, client)
    result = push(stored_in_parts, client, if_unchanged=read, max_delete=0)
    assert (len(result.parts) > 2, result.inserted, result.updated) == (True, 0, 0)


def test_times_of_day_in_one_part_are_written_alike_in_all(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, after_parts: AFTER
) -> None:
    number = new_dataset()
    frame = PANEL.copy()
    frame.loc[0, "Date"] += pd.Timedelta(hours=5)
    after_parts(1, lambda: emulator.faults.add(method="PUT", status=403))
    with pytest.raises(ap.PermissionDenied) as caught:
        frame.alphacast.push(number, client=client, entities="country")
    caught.value.resume()
    assert_same(held(number, client), frame.sort_values(["Date", "country"], ignore_index=True))


def test_the_error_of_one_upload_is_as_it_was(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PermissionDenied) as caught:
        PANEL.head(3).alphacast.push(new_dataset(), entities="country", client=client)
    assert "resume" not in str(caught.value)
    assert (caught.value.parts, caught.value.resumable) == ((), False)
    with pytest.raises(ap.QueryError, match="nothing to resume"):
        caught.value.resume()


def test_a_time_to_wait_is_checked_before_resuming(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.faults.add(method="PUT", status=403)
    with pytest.raises(ap.PermissionDenied) as caught:
        push(new_dataset(), client)
    with pytest.raises(ap.QueryError, match="seconds from 0 on"):
        caught.value.resume(timeout=-1)
    assert len(uploads(emulator)) == 1


@settings(max_examples=25)
@given(frame=frames(), most_bytes=st.integers(100, 900))
def test_any_frame_comes_back_whatever_the_limit(
    frame: pd.DataFrame,
    most_bytes: int,
    client: ap.Client,
    emulator: Emulator,
    new_dataset: NEW,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    emulator.plan = Plan()  # one row may be larger
    monkeypatch.setattr(sender, "MOST_FILE_BYTES", most_bytes)
    number, entities = new_dataset(), frame.attrs["entities"]
    keys = [frame.columns[0], *entities]
    result = frame.alphacast.push(number, date=keys[0], entities=entities, client=client)
    assert sum(part.rows for part in result.parts) == len(frame)
    assert_same(by_key(ap.read_alphacast(number, client=client), keys), by_key(frame, keys))


def test_no_file_is_held_while_a_process_is_followed(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    held_then: list[int] = []

    def look() -> None:
        files = [thing for thing in gc.get_objects() if type(thing) is PiecesFile]
        held_then.append(sum(not file.closed for file in files))
        emulator.wait()

    clock.meanwhile = look
    result = push(new_dataset(), client)
    assert held_then == [0] * len(result.parts)


def test_far_less_is_held_than_all_that_is_sent(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.plan = Plan()
    noise = np.random.default_rng(1).random((100_000, 20))
    frame = pd.DataFrame(noise).add_prefix("noise ")
    frame.insert(0, "Date", pd.date_range("1900-01-01", periods=len(frame)))
    results: list[ap.PushResult] = []

    def work() -> None:
        results.append(frame.alphacast.push(new_dataset(), client=client))

    monkeypatch.setattr(sender, "MOST_FILE_BYTES", 3_000_000)
    parted = peak_of(work)
    monkeypatch.setattr(sender, "MOST_FILE_BYTES", 1 << 40)
    whole = peak_of(work)
    assert [len(result.parts) > 4 for result in results] == [True, False]
    assert parted < whole - results[1].bytes_sent / 2
