"""A push with if_unchanged is refused if what was read has changed in the meantime."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from end_to_end.frames import panel
from end_to_end.parts import somebody_uploads, uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
NEW = Callable[[], int]
REVISED = PANEL.assign(CPI=PANEL["CPI"] + 1).head(30)


PARTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "some rows": {"filter": {"country": "Brasil"}},
    "some columns": {"select": "CPI", "index": True},
    "other types": {"dtype_backend": "pyarrow", "categories": True},
}


@pytest.mark.parametrize("part", PARTS)
def test_a_push_is_refused_if_what_was_read_has_changed(
    part: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    read = ap.read_alphacast(stored, client=client, **PARTS[part])
    REVISED.head(1).alphacast.push(stored, if_unchanged=read, client=client)
    emulator.forget_requests()
    with pytest.raises(ap.ConflictError, match="has changed since it was read") as caught:
        REVISED.alphacast.push(stored, if_unchanged=read, client=client)
    assert "2019-11-01, Brasil, CPI" in str(caught.value)
    assert uploads(emulator) == 0


def test_a_new_row_is_a_change_for_whoever_read_everything(stored: int, client: ap.Client) -> None:
    read = ap.read_alphacast(stored, client=client)
    part = ap.read_alphacast(stored, filter={"country": "Argentina"}, client=client)
    somebody_uploads(client, stored, "2030-01-01,Uruguay,7")
    with pytest.raises(ap.ConflictError, match="1 row is new"):
        REVISED.alphacast.push(stored, if_unchanged=read, client=client)
    REVISED.alphacast.push(stored, if_unchanged=part, client=client)


ROWS: dict[str, dict[str, Any]] = {
    "sent": {"filter": {"country": "Argentina"}},
    "the service's own text": {"filter": "'country' eq 'Argentina'"},
    "evaluated here": {"filter": ap.col("country").str.startswith("Arg")},
    "nothing to ask for": {"filter": {"country": []}},
    "last": {"filter": {"country": "Argentina"}, "last": 1},
    "top": {"top": 3},
}


@pytest.mark.parametrize("rows", ROWS)
def test_only_the_rows_that_were_read_are_compared(
    rows: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    read = ap.read_alphacast(stored, client=client, **ROWS[rows])
    facts = read.attrs["alphacast"]
    assert {"$filter", "$last", "$top"} & facts["query"].keys() or facts["every_row"] is False
    somebody_uploads(client, stored, "2030-01-01,Uruguay,7")
    frame = PANEL.assign(CPI=PANEL["CPI"].fillna(0) + 1)
    frame.alphacast.push(stored, if_unchanged=read, client=client)
    if not len(read):
        return
    emulator.forget_requests()
    with pytest.raises(ap.ConflictError, match="has changed since it was read"):
        frame.alphacast.push(stored, if_unchanged=read, client=client)
    assert uploads(emulator) == 0


def test_rows_that_a_schema_dropped_are_not_new_ones(stored: int, client: ap.Client) -> None:
    schema = pa.DataFrameSchema(
        {"country": pa.Column(str, pa.Check.eq("Argentina"))}, drop_invalid_rows=True
    )
    with pytest.warns(UserWarning, match="They are not in the frame"):
        read = ap.read_alphacast(stored, schema=schema, client=client)
    assert 0 < len(read) < len(PANEL)
    assert read.attrs["alphacast"]["every_row"] is False
    frame = PANEL.assign(CPI=PANEL["CPI"].fillna(0) + 1)
    assert frame.alphacast.push(stored, if_unchanged=read, client=client).rows == len(PANEL)


def test_what_was_read_is_compared_by_the_key_it_had(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    read = ap.read_alphacast(stored, filter={"country": "Argentina"}, client=client)
    whole = ap.read_alphacast(stored, client=client)
    words: dict[str, Any] = {"entities": [], "mode": "replace", "client": client}
    frame = PANEL[PANEL["country"] == "Argentina"].drop(columns="country")
    diff = frame.alphacast.diff(stored, **words)
    assert len(diff.deleted) == len(PANEL)
    REVISED.alphacast.push(stored, client=client)
    emulator.forget_requests()
    for frame_read in (read, whole):
        with pytest.raises(ap.ConflictError, match="has changed since it was read"):
            frame.alphacast.push(stored, if_unchanged=frame_read, **words)
    emulator.faults.add(method="GET", path="*/columns", status=403, times=None)
    emulator.faults.add(method="GET", path=f"/datasets/{stored}", status=403, times=None)
    client._connection.remember(stored, None)
    with pytest.raises(ap.ConflictError, match="rows of the dataset share one key"):
        frame.alphacast.push(stored, if_unchanged=read, **words)
    assert uploads(emulator) == 0
    emulator.faults.clear()


def test_a_dataset_that_holds_nothing_is_not_what_was_read(
    client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    number = new_dataset()
    words: dict[str, Any] = {"entities": "country", "client": client}
    with pytest.raises(ap.ConflictError, match="holds nothing"):
        PANEL.alphacast.push(number, if_unchanged=PANEL, **words)
    assert uploads(emulator) == 0
    PANEL.alphacast.push(number, if_unchanged=PANEL.head(0), **words)


def test_a_frame_that_was_not_read_from_the_dataset_is_refused(
    stored: int, client: ap.Client, emulator: Emulator, push_new: Callable[..., int]
) -> None:
    other = ap.read_alphacast(push_new(PANEL, entities="country"), client=client)
    emulator.forget_requests()
    for frame_read, text in (
        (other, "was read from dataset"),
        (PANEL.to_numpy(), "got ndarray"),
        (PANEL.drop(columns="country"), "lacks 'country'"),
        (PANEL.rename(columns={"CPI": "cpi"}), "no column 'cpi' any more"),
        (pd.concat([PANEL, PANEL]), "several rows with one key"),
        (pd.concat([PANEL, PANEL[["CPI"]]], axis=1), "two columns 'CPI'"),
        (PANEL.assign(CPI="x"), "not as it was read"),
    ):
        with pytest.raises(ap.AlphacastError, match=text):
            REVISED.alphacast.push(stored, if_unchanged=frame_read, client=client)
    with pytest.raises(ap.ConflictError, match="There is no dataset 'New'"):
        PANEL.alphacast.push(
            name="New", repository="New", entities="country", if_unchanged=PANEL, client=client
        )
    assert uploads(emulator) == 0
