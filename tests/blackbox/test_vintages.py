"""Section 13 against a service that somebody else wrote, which misbehaves on demand."""

from pathlib import Path

import pandas as pd
import pytest
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def look(dataset: Dataset, client: ap.Client, store: Path) -> list[object]:
    """Look once: whether that is a vintage, and what has changed."""
    counted = ["is_new", "added", "revised", "deleted"]
    found = ap.snapshot(dataset.id, store=store, client=client)
    return [found[name].tolist()[0] for name in counted]


@pytest.mark.parametrize("etag", ["strong", "weak", "absent", "ignored"])
@pytest.mark.every_parameter
def test_looks_tell_what_changed_whatever_the_storage_says(
    service: State, client: ap.Client, panel: Dataset, etag: str, store: Path
) -> None:
    service.switches.etag = etag
    before = ap.read_alphacast(panel.id, client=client)
    assert look(panel, client, store) == [True, len(before), 0, 0]
    assert look(panel, client, store) == [False, 0, 0, 0]
    # The service does not promise the order of the rows of a date.
    service.switches.order = "shuffled"
    service.switches.header = "reversed"
    assert look(panel, client, store) == [False, 0, 0, 0]
    first, second, *_ = panel.rows
    del panel.rows[first]
    panel.rows[second]["CPI"], panel.rows[second]["note"] = 1e300, None
    assert look(panel, client, store)[2:] == [2, 1]
    panel.rows[second]["CPI"] = None
    assert look(panel, client, store) == [True, 0, 1, 0]
    vintages = ap.vintages(panel.id, store=store, client=client)
    assert len(vintages) == 3
    known = ap.read_alphacast(
        panel.id, as_of=vintages["checked_until"][0], store=store, client=client
    )
    pd.testing.assert_frame_equal(known, before)
    service.log.clear()
    revised = ap.revisions("Panel", store=store, client=client)
    assert revised["kind"].value_counts().to_dict() == {"revised": 3, "deleted": 4}
    assert service.log == []


def test_an_answer_that_is_cut_short_is_no_look(
    service: State, client: ap.Client, panel: Dataset, store: Path
) -> None:
    look(panel, client, store)
    files = {*store.rglob("*")}
    panel.rows.popitem()
    service.order("storage: GET", times=99, after="cut")
    with pytest.raises(ap.DecodeError):
        look(panel, client, store)
    assert {*store.rglob("*")} == files
    service.faults.clear()
    assert look(panel, client, store) == [True, 0, 0, 1]


def test_columns_that_are_described_in_another_way_are_seen_although_the_file_is_the_same(
    service: State, client: ap.Client, panel: Dataset, store: Path
) -> None:
    look(panel, client, store)
    assert panel.manifest is not None
    (rank,) = (entry for entry in panel.manifest if entry["sourceName"] == "rank")
    rank["dataType"] = "Decimal"
    service.log.clear()
    assert look(panel, client, store) == [True, 0, 0, 0]
    assert [request.headers.get("if-none-match") for request in service.requests("storage")] == [
        None
    ]
    types = [
        ap.read_alphacast(panel.id, as_of=vintage, store=store, client=client)["rank"].dtype
        for vintage in ap.vintages(panel.id, store=store, client=client)["vintage"]
    ]
    assert types == ["Int16", "float64"]


def test_neither_key_nor_signed_address_is_in_a_store(
    service: State, client: ap.Client, panel: Dataset, store: Path
) -> None:
    look(panel, client, store)
    secrets = [service.key, *service.signed]
    for path in store.rglob("*"):
        text = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        assert not [secret for secret in secrets if secret.encode() in text]


def test_a_dataset_whose_definitions_are_refused_is_kept_as_it_is_read(
    service: State, client: ap.Client, panel: Dataset, store: Path
) -> None:
    service.switches.definitions_status = service.switches.dataset_status = 403
    expected = ap.read_alphacast(panel.id, client=client)
    assert look(panel, client, store) == [True, len(expected), 0, 0]
    assert look(panel, client, store) == [False, 0, 0, 0]
    (vintage,) = ap.vintages(panel.id, store=store, client=client)["vintage"]
    known = ap.read_alphacast(panel.id, as_of=vintage, store=store, client=client)
    pd.testing.assert_frame_equal(known, expected)
    service.switches.definitions_status = service.switches.dataset_status = 200
    assert look(panel, client, store) == [True, 0, 0, 0]
    assert ap.vintages("Panel", store=store, client=client)["revised"].tolist() == [0, 0]
