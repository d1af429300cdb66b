"""Section 6: each method of the client, one method an endpoint, frozen records."""

import io
import json
import threading
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from blackbox import tree
from blackbox.frames import check_same, whole
from blackbox.pushing import DEFINITIONS, rows_by_key, seed_dataset
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

CSV = b'Date,country,"a, b"\n2020-01-01,Chile,1.5\n'
MANIFEST = [
    {"sourceName": "Date", "dataType": "Date", "isEntity": True, "dateFormat": "%Y-%m-%d"},
    {"sourceName": "country", "dataType": "String", "isEntity": True},
]


def check_frozen(record: Any) -> None:
    """Fail unless a record keeps the service's JSON and cannot be changed."""
    json.dumps(record.raw)
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        record.id = 0


def test_repositories_can_be_listed_and_looked_at(service: State, client: ap.Client) -> None:
    number = service.add_repository("Mine", description="d")
    assert [r.name for r in client.repositories.list()] == ["Home", "Mine"]
    one = client.repositories.get(number)
    assert (one.id, one.name, one.raw["description"]) == (number, "Mine", "d")
    check_frozen(one)
    assert client.repositories.home().id == service.home


def test_repositories_can_be_made_changed_and_deleted(service: State, client: ap.Client) -> None:
    made = client.repositories.create("Perú & more", privacy="Public", description="ñ", team="t")
    kept = service.repositories[made.id]
    assert (kept["name"], kept["privacy"], kept["team"]) == ("Perú & more", "Public", "t")
    client.repositories.update(made.id, name="Other", privacy="Private")
    assert service.repositories[made.id]["name"] == "Other"
    client.repositories.delete(made.id)
    assert made.id not in service.repositories


def test_a_repository_is_private_unless_said_otherwise(service: State, client: ap.Client) -> None:
    made = client.repositories.create("Mine")
    assert service.repositories[made.id]["privacy"] == "Private"


@pytest.mark.parametrize("names", ["exact", "ignored"])
def test_find_compares_names_itself(service: State, client: ap.Client, names: str) -> None:
    other = service.add_repository("other")
    mine = service.add_repository("Other")
    for name, place in (("gdp", mine), ("GDP", other), ("GDP", mine), ("GDP2", mine)):
        service.add_dataset(name, repository=place)
    wanted = next(
        d for d in service.datasets.values() if (d.name, d.repository_id) == ("GDP", mine)
    )
    service.switches.names = names
    assert client.repositories.find("Other").id == mine
    assert client.datasets.find("GDP", mine).id == wanted.id
    assert client.datasets.find("gdp").name == "gdp"


@pytest.mark.parametrize("names", ["exact", "ignored"])
def test_find_never_trusts_the_first_element(service: State, client: ap.Client, names: str) -> None:
    """What it does when nothing is found is not said: None, or a NotFoundError."""
    service.add_dataset("something else")
    service.switches.names = names
    for find in (client.repositories.find, client.datasets.find):
        try:
            assert find("absent") is None
        except tree.NotFoundError:
            continue


def test_datasets_can_be_listed_and_looked_at(service: State, client: ap.Client) -> None:
    mine = service.add_repository("Mine")
    first, second = service.add_dataset("A"), service.add_dataset("B", repository=mine)
    assert {d.id for d in client.datasets.list()} == {first.id, second.id}
    for service.switches.names in ("exact", "ignored"):
        assert [d.id for d in client.datasets.list(mine)] == [second.id]
    one = client.datasets.get(second.id)
    assert (one.id, one.name, one.raw["repositoryId"]) == (second.id, "B", mine)
    check_frozen(one)


def test_datasets_can_be_made_changed_and_deleted(service: State, client: ap.Client) -> None:
    made = client.datasets.create(
        "GDP", repository_id=service.home, description="d", source_name="n", source_url="u"
    )
    facts = service.datasets[made.id].facts
    assert facts == {"description": "d", "sourceName": "n", "sourceUrl": "u"}
    client.datasets.update(made.id, name="GDP 2")
    assert service.datasets[made.id].name == "GDP 2"
    client.datasets.delete(made.id)
    assert made.id not in service.datasets


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_will_do_for_a_deletion(service: State, client: ap.Client, status: int) -> None:
    service.switches.delete_status = status
    repository, dataset = service.add_repository("Mine"), service.add_dataset("A")
    client.datasets.delete(dataset.id)
    client.repositories.delete(repository)
    assert dataset.id not in service.datasets
    assert repository not in service.repositories


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_will_do_for_a_creation(service: State, client: ap.Client, status: int) -> None:
    service.switches.create_status = service.switches.update_status = status
    repository = client.repositories.create("Mine")
    dataset = client.datasets.create("A", repository_id=repository.id)
    client.datasets.update(dataset.id, name="B")
    assert service.datasets[dataset.id].name == "B"


def test_columns_can_be_set_and_looked_at(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    client.datasets.initialize_columns(
        dataset.id, date="Día", entities=["país"], date_format="%d/%m/%Y"
    )
    assert dataset.manifest is not None
    assert [entry["sourceName"] for entry in dataset.manifest] == ["Día", "país"]
    assert dataset.manifest[0]["dateFormat"] == "%d/%m/%Y"
    columns = client.datasets.columns(dataset.id)
    assert [column.name for column in columns] == ["Día", "país"]


def test_date_stats_and_processes_can_be_looked_at(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    stats = client.datasets.date_stats(dataset.id)
    assert stats.raw["minDate"] == "2019-01-01"
    client.datasets.upload(dataset.id, io.BytesIO(b"Date,country\n2020-01-01,Chile\n"))
    client.datasets.upload(dataset.id, io.BytesIO(b"Date,country\n2020-01-01,Chile\n"))
    processes = client.datasets.processes(dataset.id)
    assert [p.id for p in processes] == [p["id"] for p in dataset.processes]
    one = client.datasets.process(dataset.id, processes[1].id)
    assert one.id == processes[1].id
    check_frozen(one)


@pytest.mark.parametrize("form", ["csv", "json", "tsv", "xlsx"])
def test_a_download_is_the_bytes_in_the_format_asked_for(
    client: ap.Client, panel: Dataset, form: Any
) -> None:
    body = client.datasets.download(panel.id, format=form)
    start = {"csv": b"Date,country,CPI", "json": b'{"Date"', "tsv": b"Date\tcountry"}
    assert bytes(body).startswith(start.get(form, b"PK\x03\x04"))


def test_a_download_passes_parameters_on(client: ap.Client, panel: Dataset) -> None:
    body = client.datasets.download(panel.id, params={"$top": 2, "$select": "GDP"})
    assert bytes(body).decode().splitlines()[0] == "Date,country,GDP"
    assert bytes(body).count(b"\n") == 3


def test_a_download_over_quota_is_no_bytes(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.quota = "csv"
    with pytest.raises(tree.QuotaError):
        client.datasets.download(panel.id)


@pytest.mark.parametrize("delete", [True, False])
@pytest.mark.parametrize("update", [True, False])
def test_an_upload_sends_file_manifest_and_flags(
    service: State, client: ap.Client, delete: bool, update: bool
) -> None:
    dataset = service.add_dataset("New")
    process = client.datasets.upload(
        dataset.id,
        io.BytesIO(CSV),
        manifest=MANIFEST,
        delete_missing=delete,
        update_on_conflict=update,
        accept_new_columns=True,
    )
    assert process.id == dataset.processes[0]["id"]
    [upload] = service.uploads()
    assert (upload.file, upload.manifest) == (CSV, MANIFEST)
    sent = [str(upload.params.get(n, False)).lower() == "true" for n in FLAGS]
    assert sent == [delete, update, True]
    assert rows_by_key(dataset)["2020-01-01", "Chile"] == {"a, b": 1.5}


FLAGS = ("deleteMissingFromDB", "onConflictUpdateDB", "acceptNewColumns")


def test_one_client_serves_several_threads(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    expected, failures = whole(panel), []

    def read(i: int) -> None:
        try:
            asked = {"start": "1990"} if i % 2 else {}
            check_same(ap.read_alphacast(panel.id, client=client, **asked), expected)
        except BaseException as error:  # noqa: BLE001  # told to the main thread
            failures.append(error)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("transfer", ["length", "chunked", "close"])
def test_records_are_read_in_every_transfer_form(
    service: State, client: ap.Client, packed: bool, transfer: str
) -> None:
    service.switches.gzip, service.switches.transfer = packed, transfer
    dataset = service.add_dataset("Ñandú", DEFINITIONS)
    assert client.datasets.get(dataset.id).name == "Ñandú"
    assert [c.name for c in client.datasets.columns(dataset.id)] == [d[0] for d in DEFINITIONS]


def test_completion_of_a_client_shows_what_users_need(client: ap.Client) -> None:
    shown = [name for name in dir(client) if not name.startswith("_")]
    assert shown == [
        *("base_url", "close", "datasets", "providers", "repositories", "search"),
        *("search_url", "series", "user_keys"),
    ]
    assert all(hasattr(client, name) for name in shown)
