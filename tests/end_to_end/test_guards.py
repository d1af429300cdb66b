"""The keywords that may refuse a push, and diffs that are pushed only if nothing has changed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import assert_same, panel

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
NEW = Callable[[], int]
REVISED = PANEL.assign(CPI=PANEL["CPI"] + 1).head(30)


def uploads(emulator: Emulator) -> int:
    return sum(request.method == "PUT" for request in emulator.requests)


def somebody_uploads(client: ap.Client, number: int, text: str = "2019-11-01,Brasil,7") -> None:
    """Another program's upload, which ends before anything else happens."""
    file = f"Date,country,CPI\n{text}\n".encode()
    client.datasets.upload(number, file, update_on_conflict=True).wait()


@pytest.mark.parametrize(
    "limit",
    [0, 9, 0.05, np.int64(9), np.float64(0.15)],
    ids=["none", "rows", "share", "numpy rows", "numpy share"],
)
def test_more_deletions_than_allowed_are_refused_and_name_what_would_vanish(
    limit: Any, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL[PANEL["country"] != "Chile, insular"]
    with pytest.raises(ap.ValidationError, match="would be deleted, and max_delete is") as caught:
        frame.alphacast.push(stored, mode="replace", max_delete=limit, client=client)
    named = caught.value.failures.set_index("column")["value"]
    assert named["country"] == "Chile, insular"
    assert "'Chile, insular'" in str(caught.value)
    assert "mode='upsert'" in str(caught.value)
    assert uploads(emulator) == 0
    assert_same(ap.read_alphacast(stored, client=client), PANEL)


@pytest.mark.parametrize("limit", [12, 0.25, 1.0], ids=repr)
def test_deletions_within_the_limit_go_and_what_vanishes_is_named(
    limit: float, stored: int, client: ap.Client
) -> None:
    frame = PANEL[PANEL["country"] != "Chile, insular"]
    with pytest.warns(UserWarning, match="'Chile, insular' would vanish entirely"):
        frame.alphacast.push(stored, mode="mirror", max_delete=limit, client=client)
    assert_same(ap.read_alphacast(stored, client=client), frame.reset_index(drop=True))


def test_a_share_is_met_exactly(client: ap.Client, push_new: Callable[..., int]) -> None:
    days = pd.date_range("2024-01-01", periods=100)
    frame = pd.DataFrame({"Date": days, "price": 1.0})
    for gone in (7, 29, 57):  # 0.29 * 100 is less than 29
        number = push_new(frame)
        sent = frame.iloc[gone:]
        with pytest.raises(ap.ValidationError, match="would be deleted"):
            sent.alphacast.push(number, mode="replace", max_delete=(gone - 1) / 100, client=client)
        sent.alphacast.push(number, mode="replace", max_delete=gone / 100, client=client)


def test_a_column_that_would_lose_every_value_is_named(stored: int, client: ap.Client) -> None:
    frame = PANEL.assign(CPI=np.nan).iloc[1:]
    with pytest.raises(ap.ValidationError, match="column 'CPI': would lose every value"):
        frame.alphacast.push(stored, mode="replace", max_delete=0, client=client)
    diff = frame.alphacast.diff(stored, mode="replace", client=client)
    assert "'CPI' would lose every value." in diff.notes


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_no_column_is_said_to_vanish_that_has_values_on_other_dates(
    mode: Any, stored: int, client: ap.Client, recwarn: pytest.WarningsRecorder
) -> None:
    frame = PANEL.assign(CPI=np.nan).head(1)
    notes = frame.alphacast.diff(stored, mode=mode, client=client).notes
    assert not any("would lose every value" in note for note in notes)
    frame.alphacast.push(stored, mode=mode, only_changes=True, max_delete=0, client=client)
    assert [*recwarn] == []


@pytest.mark.parametrize("limit", [True, -1, 1.5, -0.1, float("nan"), "3"], ids=repr)
def test_a_limit_that_is_none_is_refused(limit: Any, stored: int, client: ap.Client) -> None:
    with pytest.raises(ap.QueryError, match="max_delete must be a number of rows"):
        PANEL.alphacast.push(stored, mode="replace", max_delete=limit, client=client)


def test_a_limit_of_deletions_costs_nothing_where_nothing_is_deleted(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    PANEL.head(3).alphacast.push(stored, max_delete=0, client=client)
    assert not [r for r in emulator.requests if r.path.endswith("/data") and r.method == "GET"]


@pytest.mark.parametrize("mode", ["replace", "mirror"])
def test_only_changes_is_refused_where_it_would_delete_the_rest(
    mode: Any, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    with pytest.raises(ap.QueryError, match="deletes every row that the upload lacks"):
        PANEL.alphacast.push(stored, mode=mode, only_changes=True, client=client)
    assert emulator.requests == []


def test_verification_must_wait(stored: int, client: ap.Client, emulator: Emulator) -> None:
    with pytest.raises(ap.QueryError, match="wait=True"):
        PANEL.alphacast.push(stored, verify=True, wait=False, client=client)
    assert emulator.requests == []


def test_a_diff_sends_nothing_and_can_be_pushed_later(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    diff = REVISED.alphacast.diff(stored, client=client)
    assert uploads(emulator) == 0
    assert len(diff.changed) == int(REVISED["CPI"].notna().sum())
    assert diff.push(verify=True).rows == len(REVISED)


def test_a_diff_of_too_many_deletions_is_not_pushed(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    diff = PANEL.head(3).alphacast.diff(stored, mode="replace", client=client)
    with pytest.raises(ap.ValidationError, match="max_delete is 3"):
        diff.push(max_delete=3)
    assert uploads(emulator) == 0


HIDDEN: dict[str, list[dict[str, Any]]] = {
    "everything shown": [],
    "no processes": [{"path": "*/processes", "status": 403}],
    "nothing but the data": [
        {"path": "*/processes", "status": 404},
        {"path": "/datasets/{stored}", "status": 403},
    ],
}


def hide(emulator: Emulator, hidden: str, stored: int) -> None:
    """Let the service refuse what a reading of it may not offer."""
    for fault in HIDDEN[hidden]:
        path = fault["path"].format(stored=stored)
        emulator.faults.add(method="GET", times=None, path=path, status=fault["status"])


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_diff_is_not_pushed_to_a_dataset_that_has_changed_since(
    hidden: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    diff = REVISED.alphacast.diff(stored, client=client)
    somebody_uploads(client, stored)
    emulator.forget_requests()
    hide(emulator, hidden, stored)
    with pytest.raises(ap.ConflictError, match="has changed since it was compared") as caught:
        diff.push()
    assert caught.value.status_code is None
    assert uploads(emulator) == 0
    emulator.faults.clear()
    REVISED.alphacast.diff(stored, client=client).push(verify=True)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_diff_is_pushed_to_a_dataset_that_shows_less(
    hidden: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    hide(emulator, hidden, stored)
    diff = REVISED.alphacast.diff(stored, entities="country", client=client)
    assert diff.push(verify=True).updated == len(diff.changed)


def test_a_diff_sends_the_frame_as_it_was_shown(stored: int, client: ap.Client) -> None:
    frame = REVISED.copy()
    diff = frame.alphacast.diff(stored, client=client)
    frame.loc[:, "CPI"] = -1.0
    frame["note"] = "later"
    diff.push(verify=True)
    assert_same(ap.read_alphacast(stored, client=client).head(30), REVISED)


def test_a_diff_is_not_pushed_while_another_upload_is_under_way(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    with emulator.hold_processes():
        client.datasets.upload(stored, b"Date,country,CPI\n2019-11-01,Argentina,7\n")
        sent = uploads(emulator)
        diff = REVISED.alphacast.diff(stored, client=client)
        assert any("under way" in note for note in diff.notes)
        with pytest.raises(ap.ConflictError, match="under way") as caught:
            diff.push()
        assert caught.value.retryable
        with pytest.raises(ap.ConflictError, match="under way"):
            REVISED.alphacast.push(stored, only_changes=True, client=client)
        with pytest.raises(ap.ConflictError, match="under way"):
            REVISED.alphacast.push(stored, if_unchanged=PANEL, client=client)
        assert uploads(emulator) == sent
    emulator.wait()


def test_a_diff_with_a_dataset_to_be_made_makes_it_once(
    client: ap.Client, emulator: Emulator
) -> None:
    words = {"name": "Prices", "repository": "Mine", "entities": "country", "client": client}
    one, two = PANEL.alphacast.diff(**words), PANEL.alphacast.diff(**words)
    assert (one.dataset_id, len(one.added)) == (None, len(PANEL))
    assert any("would be made" in note for note in one.notes)
    result = one.push(verify=True)
    with pytest.raises(ap.ConflictError, match="was made since"):
        two.push()
    assert len(client.repositories.list()) == 2
    assert PANEL.alphacast.diff(result.dataset_id, client=client).empty


def test_a_diff_with_an_empty_dataset_notices_its_first_rows(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    diff = PANEL.alphacast.diff(number, entities="country", client=client)
    assert "The dataset holds nothing yet." in diff.notes
    assert diff.new_columns == ()
    PANEL.head(1).alphacast.push(number, entities="country", client=client)
    emulator.faults.add(method="GET", path="*/processes", status=404, times=None)
    with pytest.raises(ap.ConflictError, match="has changed"):
        diff.push()
    emulator.faults.clear()


def test_a_failed_push_of_a_diff_says_what_the_service_says(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    diff = REVISED.alphacast.diff(stored, client=client)
    emulator.faults.add(process_error="no room")
    with pytest.raises(ap.ProcessError, match="no room"):
        diff.push(verify=True)
    with pytest.raises(ap.ConflictError):  # the failed process is newer than the diff
        diff.push()
