"""Proofs: what the service holds afterwards, and that nobody was faster."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from end_to_end.frames import assert_same, panel

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

PANEL = panel()
NEW = Callable[[], int]
REVISED = PANEL.assign(CPI=PANEL["CPI"] + 1).head(30)


def uploads(emulator: Emulator) -> int:
    return sum(request.method == "PUT" for request in emulator.requests)


def somebody_uploads(client: ap.Client, number: int, text: str = "2019-11-01,Brasil,7") -> None:
    """Another program's upload, which ends before anything else happens."""
    file = f"Date,country,CPI\n{text}\n".encode()
    client.datasets.upload(number, file, update_on_conflict=True).wait()


def test_verification_never_looks_at_the_cached_file(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(export="stale")
    REVISED.alphacast.push(stored, verify=True, client=client)
    PANEL.alphacast.push(stored, mode="replace", verify=True, client=client)
    paths = [r for r in emulator.requests if r.method == "GET" and r.path.endswith(".csv")]
    assert paths == []
    emulator.readings = Readings()


def test_a_change_between_push_and_verification_is_found(
    stored: int, client: ap.Client, emulator: Emulator, clock: Any
) -> None:
    def meanwhile() -> None:
        emulator.wait()
        clock.meanwhile = emulator.wait
        somebody_uploads(client, stored)

    emulator.faults.add(process_delay=0.2)
    clock.meanwhile = meanwhile
    with pytest.raises(ap.VerificationError, match="1 have other values") as caught:
        REVISED.alphacast.push(stored, verify=True, client=client)
    assert caught.value.diff.changed["old"].tolist() == [7.0]
    with pytest.raises(ap.QueryError, match="nothing to send"):
        caught.value.diff.push()


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_a_push_that_cannot_be_read_back_says_that_it_was_made(
    mode: Any, stored: int, client: ap.Client, emulator: Emulator, clock: Any
) -> None:
    def meanwhile() -> None:
        emulator.wait()
        emulator.faults.add(method="GET", path="*/data", status=503, times=None)

    emulator.faults.add(process_delay=0.2)
    clock.meanwhile = meanwhile
    with pytest.raises(ap.VerificationError, match="Do not push again") as caught:
        PANEL.alphacast.push(stored, mode=mode, verify=True, client=client)
    assert (caught.value.diff, caught.value.status_code) == (None, 503)
    assert isinstance(caught.value.__cause__, ap.ServiceError)
    emulator.faults.clear()


def test_a_locked_manifest_that_deletes_nothing_is_found_out(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.lock_manifest(stored)
    with pytest.raises(ap.VerificationError, match="should be gone") as caught:
        PANEL.head(30).alphacast.push(stored, mode="replace", verify=True, client=client)
    assert len(caught.value.diff.deleted) == len(PANEL) - 30


@pytest.mark.parametrize("mode", ["append", "mirror"])
def test_a_mode_that_keeps_values_is_verified_against_what_was_there(
    mode: Any, stored: int, client: ap.Client
) -> None:
    diff = REVISED.alphacast.diff(stored, mode=mode, client=client)
    assert (len(diff.changed), diff.kept) == (0, int(REVISED["CPI"].notna().sum()))
    assert any("never revises" in note for note in diff.notes)
    REVISED.alphacast.push(stored, mode=mode, verify=True, client=client)
    assert_same(ap.read_alphacast(stored, client=client).head(30), PANEL.head(30))


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
    with pytest.raises(ap.ConflictError, match="1 rows are new"):
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
def test_who_read_some_rows_is_held_to_those(
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


def test_what_was_read_is_told_apart_by_the_key_it_had(
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
    for witness in (read, whole):
        with pytest.raises(ap.ConflictError, match="has changed since it was read"):
            frame.alphacast.push(stored, if_unchanged=witness, **words)
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


def test_a_frame_of_another_dataset_is_no_witness(
    stored: int, client: ap.Client, emulator: Emulator, push_new: Callable[..., int]
) -> None:
    other = ap.read_alphacast(push_new(PANEL, entities="country"), client=client)
    emulator.forget_requests()
    for witness, text in (
        (other, "was read from dataset"),
        (PANEL.to_numpy(), "not ndarray"),
        (PANEL.drop(columns="country"), "lacks 'country'"),
        (PANEL.rename(columns={"CPI": "cpi"}), "no column 'cpi' any more"),
        (pd.concat([PANEL, PANEL]), "several rows with one key"),
        (pd.concat([PANEL, PANEL[["CPI"]]], axis=1), "two columns 'CPI'"),
        (PANEL.assign(CPI="x"), "not as it was read"),
    ):
        with pytest.raises(ap.AlphacastError, match=text):
            REVISED.alphacast.push(stored, if_unchanged=witness, client=client)
    with pytest.raises(ap.ConflictError, match="There is no dataset 'New'"):
        PANEL.alphacast.push(
            name="New", repository="New", entities="country", if_unchanged=PANEL, client=client
        )
    assert uploads(emulator) == 0
