"""The keywords that may refuse a push before anything is sent."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import assert_same, panel
from end_to_end.parts import uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()


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


@pytest.mark.parametrize("limit", [12, 0.25, 0.99], ids=repr)
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
    with pytest.raises(ap.ValidationError, match="Column 'CPI' would lose every value\\."):
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
    assert not any("would lose every value" in str(each.message) for each in recwarn)


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
