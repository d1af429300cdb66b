"""Frames too large for one file: in parts, in order, or refused."""

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.examples import FEWER
from end_to_end.frames import assert_same, by_key, frames
from end_to_end.parts import LIMIT, PANEL, VALUES, limit_files, push, read_all, upload_flags
from end_to_end.test_memory import peak_of
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Plan
from alphacast_pandas.writing.csv_files import BlocksFile

NEW = Callable[[], int]
pytestmark = pytest.mark.usefixtures("small_files")


def spans(parts: tuple[ap.PushPart, ...]) -> list[tuple[int, int]]:
    return [(part.first_row, part.last_row) for part in parts]


@pytest.mark.parametrize("mode", ["append", "upsert", "replace", "mirror"])
def test_a_new_dataset_gets_every_row_in_parts_and_none_deletes(
    mode: Any, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    result = push(number, client, mode=mode, verify=True)
    assert_same(read_all(number, client), PANEL)
    assert len(result.parts) > 2
    assert all("deleteMissingFromDB=false" in query for query in upload_flags(emulator))
    update = str(mode in {"upsert", "replace"}).lower()
    assert all(f"onConflictUpdateDB={update}" in query for query in upload_flags(emulator))


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
    table = f">{len(result.parts)} parts</div>"
    assert result._repr_html_().count(table) == 1
    last = result.parts[-1]
    assert f"{last.first_row} to {last.last_row}" in str(result)


def test_a_frame_that_fits_is_one_part(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    result = PANEL.head(3).alphacast.push(
        new_dataset(), mode="replace", entities="country", client=client
    )
    assert spans(result.parts) == [(0, 2)]
    assert " part" not in result._repr_html_()
    assert " part" not in str(result)
    assert "deleteMissingFromDB=true" in upload_flags(emulator)[0]


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
    assert_same(read_all(stored_in_parts, client), wider)
    assert all("acceptNewColumns=true" in query for query in upload_flags(emulator))


def test_append_keeps_what_is_stored_in_every_part(stored_in_parts: int, client: ap.Client) -> None:
    later = PANEL.assign(Date=PANEL["Date"] + pd.Timedelta(days=1))
    both = pd.concat([PANEL.assign(CPI=-1.0), later], ignore_index=True)
    both.alphacast.push(stored_in_parts, mode="append", client=client, verify=True)
    expected = pd.concat([PANEL, later]).sort_values(["Date", "country"], ignore_index=True)
    got = read_all(stored_in_parts, client).sort_values(["Date", "country"], ignore_index=True)
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
    assert_same(read_all(stored_in_parts, client), PANEL)


def test_the_way_round_a_refusal_is_one(stored_in_parts: int, client: ap.Client) -> None:
    revised = PANEL.assign(CPI=PANEL["CPI"] + 1)
    revised.alphacast.push(stored_in_parts, mode="upsert", client=client)
    assert_same(read_all(stored_in_parts, client), revised)
    fewer = revised.iloc[:-1]
    new = fewer.alphacast.push(name="Anew", entities="country", mode="replace", client=client)
    client.datasets.delete(stored_in_parts)
    assert len(new.parts) > 1
    assert_same(read_all(new.dataset_id, client), fewer)


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
    assert_same(read_all(number, client), PANEL)


def test_a_frame_that_has_not_changed_meanwhile_goes_in_parts(
    stored_in_parts: int, client: ap.Client
) -> None:
    read = read_all(stored_in_parts, client)
    result = push(stored_in_parts, client, if_unchanged=read, max_delete=0)
    assert (len(result.parts) > 2, result.inserted, result.updated) == (True, 0, 0)


@FEWER
@given(frame=frames(), largest_bytes=st.integers(100, 900))
def test_any_frame_comes_back_whatever_the_limit(
    frame: pd.DataFrame,
    largest_bytes: int,
    client: ap.Client,
    emulator: Emulator,
    new_dataset: NEW,
) -> None:
    emulator.plan = Plan()  # one row may be larger
    limit_files(client, largest_bytes)
    number, entities = new_dataset(), frame.attrs["entities"]
    keys = [frame.columns[0], *entities]
    result = frame.alphacast.push(number, date=keys[0], entities=entities, client=client)
    assert sum(part.rows for part in result.parts) == len(frame)
    assert_same(by_key(ap.read_alphacast(number, client=client), keys), by_key(frame, keys))


def test_no_file_is_in_memory_while_a_process_is_followed(
    client: ap.Client, emulator: Emulator, new_dataset: NEW, clock: Any
) -> None:
    open_files: list[int] = []

    def files() -> list[BlocksFile]:
        return [thing for thing in gc.get_objects() if type(thing) is BlocksFile]

    others = files()  # which other tests have left to the collector

    def look() -> None:
        open_files.append(sum(not file.closed for file in files() if file not in others))
        emulator.wait()

    clock.meanwhile = look
    result = push(new_dataset(), client)
    assert open_files == [0] * len(result.parts)


def test_memory_holds_far_less_than_all_that_is_sent(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.plan = Plan()
    noise = np.random.default_rng(1).random((100_000, 20))
    frame = pd.DataFrame(noise).add_prefix("noise ")
    frame.insert(0, "Date", pd.date_range("1900-01-01", periods=len(frame)))
    results: list[ap.PushResult] = []

    def work() -> None:
        results.append(frame.alphacast.push(new_dataset(), client=client))

    limit_files(client, 3_000_000)
    parted = peak_of(work)
    limit_files(client, 1 << 40)
    whole = peak_of(work)
    assert [len(result.parts) > 4 for result in results] == [True, False]
    assert parted < whole - results[1].bytes_sent / 3  # both hold blocks on their way
