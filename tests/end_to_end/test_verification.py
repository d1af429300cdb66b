"""A push with verify=True reads back what the dataset holds, and raises if it is something else."""

import pickle
from typing import Any

import pandas as pd
import pytest
from end_to_end.frames import assert_same, panel
from end_to_end.parts import somebody_uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

PANEL = panel()
REVISED = PANEL.assign(CPI=PANEL["CPI"] + 1).head(30)


def test_verification_never_looks_at_the_cached_file(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = Readings(export="stale")
    REVISED.alphacast.push(stored, verify=True, client=client)
    PANEL.alphacast.push(stored, mode="replace", max_delete=1.0, verify=True, client=client)
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
    other = pickle.loads(pickle.dumps(caught.value))
    assert str(other) == str(caught.value)
    pd.testing.assert_frame_equal(other.diff.changed, caught.value.diff.changed)


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
    assert isinstance(caught.value.cause, ap.ServiceError)
    emulator.faults.clear()


def test_a_locked_manifest_that_deletes_nothing_is_found_out(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.lock_manifest(stored)
    with pytest.raises(ap.VerificationError, match="should be gone") as caught:
        PANEL.head(30).alphacast.push(
            stored, mode="replace", max_delete=1.0, verify=True, client=client
        )
    assert len(caught.value.diff.deleted) == len(PANEL) - 30


@pytest.mark.parametrize("mode", ["append", "mirror"])
def test_a_mode_that_keeps_values_is_verified_against_what_was_there(
    mode: Any, stored: int, client: ap.Client
) -> None:
    diff = REVISED.alphacast.diff(stored, mode=mode, client=client)
    assert (len(diff.changed), diff.kept) == (0, int(REVISED["CPI"].notna().sum()))
    assert any("never revises" in note for note in diff.notes)
    REVISED.alphacast.push(stored, mode=mode, max_delete=1.0, verify=True, client=client)
    assert_same(ap.read_alphacast(stored, client=client).head(30), PANEL.head(30))
