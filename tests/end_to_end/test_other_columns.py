"""Another key and other columns are pointed out, or refused, before anything is sent."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from end_to_end.frames import assert_same, panel
from end_to_end.parts import uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
NEW = Callable[[], int]
REVISED = PANEL.assign(CPI=PANEL["CPI"] + 1).head(30)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_changed_roles_cannot_be_compared_where_nothing_is_deleted(
    mode: Any, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL.assign(note="a note")
    with pytest.raises(ap.ValidationError, match="identified by 'Date', 'country'"):
        frame.alphacast.diff(stored, mode=mode, entities=["country", "note"], client=client)
    assert uploads(emulator) == 0


def test_changed_roles_are_pointed_out_before_the_upload(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL.fillna({"note": "nothing"}).assign(note=lambda f: f["note"].str.strip())
    words: dict[str, Any] = {"entities": ["country", "note"], "client": client}
    with pytest.warns(UserWarning, match="changes the key of the whole dataset"):
        shown = frame.alphacast.manifest(stored, **words)
    assert [c["sourceName"] for c in shown if c["isEntity"]] == ["Date", "country", "note"]
    diff = frame.alphacast.diff(stored, mode="replace", **words)
    assert (len(diff.added), len(diff.deleted)) == (len(frame), len(PANEL))
    assert any("counts as deleted" in note for note in diff.notes)
    assert uploads(emulator) == 0
    with pytest.warns(UserWarning, match="changes the key"):
        diff.push(verify=True)
    assert frame.alphacast.diff(stored, mode="replace", client=client).empty


@pytest.mark.parametrize("mode", ["replace", "mirror"])
def test_a_dataset_can_be_read_after_its_key_has_lost_an_entity(
    mode: Any, stored: int, client: ap.Client
) -> None:
    frame = PANEL[PANEL["country"] == "Argentina"].drop(columns="country")
    with pytest.warns(UserWarning, match="changes the key"):
        frame.alphacast.push(
            stored, entities=[], mode=mode, max_delete=1.0, verify=True, client=client
        )
    assert_same(ap.read_alphacast(stored, client=client), frame.reset_index(drop=True))


def test_rows_of_a_dataset_that_a_key_does_not_tell_apart_are_refused(
    stored: int, client: ap.Client
) -> None:
    frame = PANEL.drop(columns="country").drop_duplicates("Date")
    with pytest.raises(ap.ValidationError, match="The upload changes the key"):
        frame.alphacast.diff(stored, entities=[], client=client)


def test_new_columns_are_shown_and_come_to_be(stored: int, client: ap.Client) -> None:
    frame = PANEL.head(3).assign(extra=[1.0, None, 3.0])[["Date", "country", "extra"]]
    diff = frame.alphacast.diff(stored, accept_new_columns=True, client=client)
    assert diff.new_columns == ("extra",)
    assert diff.absent_columns == ("CPI", "Vivienda, agua", "rank", "note")
    assert diff.changed[["column", "new"]].to_numpy().tolist() == [["extra", 1.0], ["extra", 3.0]]
    diff.push(verify=True)
    assert frame.alphacast.diff(stored, client=client).empty


@pytest.mark.parametrize("name", ["cpi", "CPÍ"])
def test_a_new_column_that_the_service_takes_for_another_is_refused(
    name: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL.rename(columns={"CPI": name})
    words: dict[str, Any] = {"accept_new_columns": True, "client": client}
    for call in (frame.alphacast.diff, frame.alphacast.push, frame.alphacast.manifest):
        with pytest.raises(ap.ValidationError, match="takes it for the dataset's column 'CPI'"):
            call(stored, **words)
    assert uploads(emulator) == 0


def test_a_new_column_without_values_alone_is_nothing_to_send(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    frame = PANEL.assign(extra=np.nan)
    words: dict[str, Any] = {"accept_new_columns": True, "client": client}
    result = frame.alphacast.push(stored, only_changes=True, **words)
    assert "New columns without values were not added: 'extra'." in (result.description or "")
    assert "Nothing to send" in result._repr_html_()
    assert uploads(emulator) == 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        frame.alphacast.diff(stored, **words).mode = "append"
