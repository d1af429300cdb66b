"""What a diff shows is what a push does."""

from collections.abc import Callable

import pandas as pd
import pytest
from end_to_end.examples import FEWER
from end_to_end.frames import assert_same, by_key, panel
from end_to_end.pairs import KEYS, after, dressed, pairs
from end_to_end.parts import uploads
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

MODES = ["append", "upsert", "replace", "mirror"]
NEW = Callable[[], int]


@pytest.mark.parametrize("mode", MODES)
@FEWER
@given(pair=pairs(), style=st.sampled_from(["plain", "pyarrow", "index", "objects"]))
def test_a_dataset_after_the_push_of_a_diff_is_what_pandas_predicts(
    mode: str,
    pair: tuple[pd.DataFrame, pd.DataFrame],
    style: str,
    client: ap.Client,
    push_new: Callable[..., int],
) -> None:
    before, sent = pair
    expected = after(before, sent, mode)
    number = push_new(before, entities="country")
    frame = dressed(sent, style)
    diff = frame.alphacast.diff(number, mode=mode, client=client)
    counts = (len(diff.added), diff.rows, diff.unchanged, len(diff.deleted))
    assert counts[0] + len(diff.changed[KEYS].drop_duplicates()) + counts[2] == len(sent)
    assert len(before) + len(diff.added) - len(diff.deleted) == len(expected)
    diff.push(verify=True)
    assert_same(by_key(ap.read_alphacast(number, client=client), KEYS), expected)
    again = frame.alphacast.diff(number, mode=mode, client=client)
    assert again.empty
    assert (len(again.added), len(again.changed), len(again.deleted)) == (0, 0, 0)


@pytest.mark.filterwarnings("ignore:The service reports .* deleted value:UserWarning")
@pytest.mark.parametrize("mode", ["append", "upsert"])
@FEWER
@given(pair=pairs())
def test_sending_only_changes_leaves_the_same_dataset(
    mode: str,
    pair: tuple[pd.DataFrame, pd.DataFrame],
    client: ap.Client,
    emulator: Emulator,
    push_new: Callable[..., int],
) -> None:
    before, sent = pair
    number = push_new(before, entities="country")
    expected = after(before, sent, mode)
    diff = sent.alphacast.diff(number, mode=mode, client=client)
    result = sent.alphacast.push(number, mode=mode, only_changes=True, verify=True, client=client)
    assert_same(by_key(ap.read_alphacast(number, client=client), KEYS), expected)
    assert result.rows == len(diff.added) + len(diff.changed[KEYS].drop_duplicates())
    assert (result.process_id is None) is diff.empty
    emulator.forget_requests()
    nothing = sent.alphacast.push(number, mode=mode, only_changes=True, client=client)
    assert (nothing.process_id, nothing.rows, nothing.bytes_sent) == (None, 0, 0)
    assert nothing.status == "Nothing to send"
    assert nothing.wait() is nothing
    assert uploads(emulator) == 0


@pytest.mark.parametrize("mode", ["upsert", "replace"])
@FEWER
@given(pair=pairs())
def test_verification_finds_out_what_an_undocumented_service_did(
    mode: str,
    pair: tuple[pd.DataFrame, pd.DataFrame],
    client: ap.Client,
    emulator: Emulator,
    push_new: Callable[..., int],
) -> None:
    before, sent = pair
    number = push_new(before, entities="country")
    expected = after(before, sent, mode)
    emulator.readings = Readings(empty_cell="keeps", absent_column="erases")
    failure = None
    try:
        sent.alphacast.push(number, mode=mode, max_delete=1.0, verify=True, client=client)
    except ap.VerificationError as error:
        failure = error
    emulator.readings = Readings()
    after_push = by_key(ap.read_alphacast(number, client=client), KEYS)
    assert after_push.equals(expected) is (failure is None)
    assert failure is None or not failure.diff.empty


def test_a_diff_has_its_facts_as_frames(stored: int, client: ap.Client) -> None:
    frame = panel().iloc[1:31]
    frame = frame.assign(CPI=frame["CPI"].where(frame.index != 10, frame["CPI"] * 3))
    frame = frame.assign(note=frame["note"].where(frame.index != 12, "new"))
    diff = frame.alphacast.diff(stored, mode="replace", client=client)
    panel_before = panel()
    assert_same(diff.deleted, panel_before.drop(frame.index).reset_index(drop=True))
    assert diff.added.dtypes.to_dict() == panel_before.dtypes.to_dict()
    assert diff.changed["column"].tolist() == ["CPI", "note"]
    assert diff.largest_absolute["new"].tolist() == [panel_before.loc[10, "CPI"] * 3]
    assert diff.largest_relative["relative"].round(9).tolist() == [2.0]
    assert diff.by_column.loc["CPI"].tolist()[:2] == [0, 1]
    assert diff.span == (panel_before["Date"].min(), panel_before["Date"].max())
    assert diff.dates.is_monotonic_increasing
    assert (diff.rows, diff.unchanged) == (30, 28)
    assert repr(diff) == str(diff)
    assert "note" in diff._repr_html_()
    assert frame.alphacast.diff(stored, client=client).push().rows == 30
    assert frame.alphacast.diff(stored, client=client).span is None


def test_what_becomes_of_the_frame_after_a_diff_is_not_pushed(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    number = push_new(panel(), entities="country")
    revised = panel()
    revised.loc[0, "CPI"] = 7.25
    expected = revised.copy()
    diff = revised.alphacast.diff(number, client=client)
    revised.loc[0, "CPI"] = float("inf")
    revised.loc[1, "country"] = revised.loc[2, "country"]
    diff.push(verify=True)
    assert_same(ap.read_alphacast(number, client=client), expected)
    assert diff.changed["new"].tolist() == [7.25]


def test_only_changes_of_date_objects_are_sent_with_their_dates(
    client: ap.Client, push_new: Callable[..., int]
) -> None:
    days = pd.Series([*pd.date_range("2020", periods=9).date], dtype=object)
    frame = pd.DataFrame({"Date": days, "x": range(9)}).astype({"x": "float64"})
    number = push_new(frame)
    frame.loc[7, "x"] = 70.5
    assert frame.alphacast.push(number, only_changes=True, client=client).rows == 1
    assert ap.read_alphacast(number, client=client)["x"].tolist() == frame["x"].tolist()
