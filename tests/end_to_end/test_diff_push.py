"""A diff is pushed as it was shown, or not at all if the dataset has changed since."""

from collections.abc import Callable
from typing import Any

import pytest
from end_to_end.frames import assert_same, panel
from end_to_end.parts import somebody_uploads, uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
NEW = Callable[[], int]
REVISED = PANEL.assign(CPI=PANEL["CPI"] + 1).head(30)


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


def test_a_diff_may_keep_what_is_stored_and_send_no_more_than_it_shows(
    stored: int, client: ap.Client
) -> None:
    gaps = PANEL.head(9).assign(CPI=float("nan"))
    assert gaps.alphacast.diff(stored, client=client).changed["new"].isna().any()
    kept = gaps.alphacast.diff(stored, missing="keep", client=client)
    assert kept.empty
    assert kept.push(only_changes=True).status == "Nothing to send"
    one = gaps.assign(CPI=gaps["CPI"].where(gaps.index != 4, 0.5))
    diff = one.alphacast.diff(stored, missing="keep", client=client)
    assert diff.changed["new"].tolist() == [0.5]
    assert diff.push(only_changes=True, verify=True).rows == 1
    with pytest.raises(ap.QueryError, match="only_changes does not go with mode='replace'"):
        PANEL.alphacast.diff(stored, mode="replace", client=client).push(only_changes=True)
    with pytest.raises(ap.QueryError, match="missing must be 'send' or 'keep'"):
        PANEL.alphacast.diff(stored, missing="drop", client=client)


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
