"""Section 3: modes, roles, results and the way of an upload."""

import gzip
import json
from dataclasses import FrozenInstanceError
from typing import Any

import pandas as pd
import pytest
from blackbox import tree
from blackbox.frames import check_same, whole
from blackbox.pushing import (
    DEFINITIONS,
    FLAGS,
    rows_by_key,
    sample,
    seed_dataset,
    sent_flag,
    sent_table,
)
from blackbox.state import State

import alphacast_pandas as ap

CHILE, BOLIVIA = ("2020-01-01", "Chile"), ("2019-01-01", "Bolivia")
NEW = ("2020-02-01", "Chile")


@pytest.mark.parametrize("mode", FLAGS)
def test_each_mode_does_what_the_table_says(service: State, client: ap.Client, mode: Any) -> None:
    dataset = seed_dataset(service)
    sample().alphacast.push(dataset.id, mode=mode, max_delete=1.0, client=client)
    [upload] = service.uploads()
    flags = sent_flag(upload, "deleteMissingFromDB"), sent_flag(upload, "onConflictUpdateDB")
    assert flags == FLAGS[mode]
    rows = rows_by_key(dataset)
    assert rows[NEW]["CPI"] == 5830.2271000000155
    assert rows[CHILE]["CPI"] == (100.0 if mode in {"upsert", "replace"} else 1.0)
    assert rows[CHILE]["note"] == "old"
    assert (BOLIVIA in rows) == (mode in {"append", "upsert"})


def test_upsert_is_the_default(service: State, client: ap.Client) -> None:
    sample().alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert not sent_flag(upload, "deleteMissingFromDB")
    assert sent_flag(upload, "onConflictUpdateDB")
    assert not sent_flag(upload, "acceptNewColumns")


@pytest.mark.parametrize("mode", ["", "delete", "Upsert ", None, 1])
def test_an_unknown_mode_is_refused(service: State, client: ap.Client, mode: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        sample().alphacast.push(seed_dataset(service).id, mode=mode, client=client)
    assert service.uploads() == []


def test_a_first_push_needs_no_preparation(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    frame = sample(note=["a", None, 'q"\n,'])
    result = frame.alphacast.push(dataset.id, entities=["country"], client=client)
    [upload] = service.uploads()
    entries = {entry["sourceName"]: entry for entry in upload.manifest}
    assert entries["Date"]["dataType"] == "Date"
    assert entries["country"]["isEntity"] in {True, "True"}
    assert entries["note"]["dataType"] == "String"
    assert result.status == "Processed"
    check_same(
        ap.read_alphacast(dataset.id, client=client)[["Date", "country", "CPI", "note"]],
        whole(dataset)[["Date", "country", "CPI", "note"]],
    )
    assert rows_by_key(dataset)[NEW] == {"CPI": 5830.2271000000155, "note": 'q"\n,'}


def test_a_first_push_with_two_texts_needs_the_entities_named(
    service: State, client: ap.Client
) -> None:
    dataset = service.add_dataset("New")
    frame = sample(region=["a", "b", "c"])
    with pytest.raises(ValueError, match="entities=") as caught:
        frame.alphacast.push(dataset.id, client=client)
    assert isinstance(caught.value, tree.AlphacastError)
    assert service.uploads() == []
    frame.alphacast.push(dataset.id, entities=["country", "region"], client=client)
    assert [column.name for column in dataset.key_columns()] == ["Date", "country", "region"]


def test_two_dates_are_not_guessed_between(service: State, client: ap.Client) -> None:
    dataset, frame = service.add_dataset("New"), sample(when=pd.Timestamp("2020"))
    with pytest.raises(ValueError, match="date=") as caught:
        frame.alphacast.push(dataset.id, entities=["country"], client=client)
    assert isinstance(caught.value, tree.AlphacastError)
    assert service.uploads() == []


def test_text_is_not_taken_for_dates(service: State, client: ap.Client) -> None:
    frame = sample(Date=["2020-01-01", "2020-01-01", "2020-02-01"])
    with pytest.raises(ValueError, match="Date") as caught:
        frame.alphacast.push(service.add_dataset("New").id, entities=["country"], client=client)
    assert isinstance(caught.value, tree.AlphacastError)
    assert service.uploads() == []


def test_the_datasets_own_roles_settle_what_is_a_key(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    frame = sample(note=["new", None, "x"])  # two texts, but the dataset knows its entity
    frame.alphacast.push(dataset.id, client=client)
    assert rows_by_key(dataset)[CHILE]["note"] == "new"
    assert [column.name for column in dataset.key_columns()] == ["Date", "country"]


def test_a_frame_without_entities_can_be_pushed(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    frame = pd.DataFrame({"when": pd.to_datetime(["2020-01-01", "2020-02-01"]), "v": [1.5, 2.0]})
    frame.alphacast.push(dataset.id, client=client)
    check_same(ap.read_alphacast(dataset.id, client=client), frame)


@pytest.mark.parametrize("definitions", ["full", "text", "irregular", "empty"])
@pytest.mark.parametrize("records", ["named", "ids", "absent"])
def test_a_later_push_succeeds_whatever_the_definitions_look_like(
    service: State, client: ap.Client, definitions: str, records: str
) -> None:
    dataset = seed_dataset(service)
    service.switches.definitions, service.switches.column_records = definitions, records
    sample().alphacast.push(dataset.id, date="Date", entities=["country"], client=client)
    assert rows_by_key(dataset)[NEW]["CPI"] == 5830.2271000000155


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("form", ["process", "400"])
def test_a_first_push_carries_a_manifest_when_definitions_are_refused(
    service: State, client: ap.Client, status: int, form: str
) -> None:
    dataset = service.add_dataset("New")
    service.switches.definitions_status, service.switches.no_manifest = status, form
    sample().alphacast.push(dataset.id, date="Date", entities=["country"], client=client)
    assert rows_by_key(dataset)[NEW]["CPI"] == 5830.2271000000155


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%Y%m%d", "%m/%Y"])
def test_a_format_set_earlier_does_not_move_dates(
    service: State, client: ap.Client, form: str
) -> None:
    dataset = service.add_dataset("New")
    client.datasets.initialize_columns(
        dataset.id, date="Date", entities=["country"], date_format=form
    )
    frame = sample(Date=pd.to_datetime(["2020-02-03", "2020-03-02", "2020-12-31"]))
    frame.alphacast.push(dataset.id, client=client)
    assert ap.read_alphacast(dataset.id, client=client)["Date"].tolist() == frame["Date"].tolist()


def test_new_columns_are_refused_until_accepted(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    frame = sample(brandnew=[1.0, 2.0, 3.0])
    with pytest.raises(tree.ValidationError, match="brandnew"):
        frame.alphacast.push(dataset.id, client=client)
    assert service.uploads() == []
    frame.alphacast.push(dataset.id, accept_new_columns=True, client=client)
    [upload] = service.uploads()
    assert sent_flag(upload, "acceptNewColumns")
    assert rows_by_key(dataset)[NEW]["brandnew"] == 3.0


def test_the_file_travels_as_gzip_in_a_multipart_body(service: State, client: ap.Client) -> None:
    frame = sample()
    result = frame.alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert upload.headers["content-type"].startswith("multipart/form-data")
    body = upload.parts["data"]
    assert gzip.decompress(body).decode("utf-8")
    assert "filename=" in upload.multipart["data"][0]
    assert 0 < result.bytes_sent <= len(upload.body)
    assert sent_table(upload)[0] == ["Date", "country", "CPI"]


def test_the_callers_frame_is_never_changed(service: State, client: ap.Client) -> None:
    frame = sample(note=pd.Categorical(["a", "b", "a"])).set_index(["Date", "country"])
    frame.attrs["mine"] = [1]
    before = frame.copy(deep=True)
    frame.alphacast.push(seed_dataset(service).id, client=client)
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {"mine": [1]}


@pytest.mark.parametrize(
    ("set_index", "index"), [(True, None), (True, True), (False, None), (False, False)]
)
def test_named_index_levels_are_columns_and_a_nameless_range_is_not(
    service: State, client: ap.Client, set_index: bool, index: bool | None
) -> None:
    dataset = seed_dataset(service)
    frame = sample().set_index(["Date", "country"]) if set_index else sample()
    frame.alphacast.push(dataset.id, index=index, client=client)
    [upload] = service.uploads()
    assert sorted(sent_table(upload)[0]) == ["CPI", "Date", "country"]


def test_an_index_can_be_left_out(service: State, client: ap.Client) -> None:
    frame = sample().rename_axis("row")
    frame.alphacast.push(seed_dataset(service).id, index=False, client=client)
    [upload] = service.uploads()
    assert "row" not in sent_table(upload)[0]


def test_the_result_tells_how_it_went(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    result = sample().alphacast.push(dataset.id, client=client)
    assert (result.dataset_id, result.rows, result.status) == (dataset.id, 3, "Processed")
    assert result.process_id == dataset.processes[0]["id"]
    assert (result.inserted, result.updated, result.deleted) == (1, 1, 0)
    assert "values added" in result.description
    assert result.seconds >= 0
    assert str(dataset.id) in result.url
    assert isinstance(result._repr_html_(), str)
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        result.rows = 4


def test_counts_are_none_when_the_service_does_not_say(service: State, client: ap.Client) -> None:
    service.switches.stats = False
    result = sample().alphacast.push(seed_dataset(service).id, client=client)
    assert (result.inserted, result.updated, result.deleted) == (None, None, None)


def test_a_push_by_name_creates_what_is_missing(service: State, client: ap.Client) -> None:
    for _ in range(2):
        sample().alphacast.push(name="Prices", repository="Mine", client=client)
    [repository] = [r for r in service.repositories.values() if r["name"] == "Mine"]
    [dataset] = [d for d in service.datasets.values() if d.name == "Prices"]
    assert dataset.repository_id == repository["id"]
    assert len(dataset.rows) == 3


@pytest.mark.parametrize("names", ["exact", "ignored"])
@pytest.mark.parametrize("by", ["id", "name"])
def test_a_push_by_name_finds_the_exact_name_in_its_repository(
    service: State, client: ap.Client, names: str, by: str
) -> None:
    other, mine = service.add_repository("Other"), service.add_repository("Mine")
    for name, place in (("Prices", other), ("prices", mine), ("Prices 2", mine)):
        service.add_dataset(name, DEFINITIONS, place)
    wanted = service.add_dataset("Prices", DEFINITIONS, mine)
    service.switches.names = names
    repository = mine if by == "id" else "Mine"
    result = sample().alphacast.push(name="Prices", repository=repository, client=client)
    assert result.dataset_id == wanted.id
    assert len(wanted.rows) == 3
    assert len(service.datasets) == 4


@pytest.mark.parametrize("asked", [{}, {"dataset_id": 1, "name": "x", "repository": "y"}], ids=str)
def test_a_push_needs_one_destination(
    service: State, client: ap.Client, asked: dict[str, Any]
) -> None:
    with pytest.raises((ValueError, TypeError)):
        sample().alphacast.push(**asked, client=client)
    assert service.uploads() == []


def test_a_destination_that_is_not_there_is_said_to_be_absent(
    service: State, client: ap.Client
) -> None:
    with pytest.raises(tree.NotFoundError):
        sample().alphacast.push(999_999, client=client)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_is_a_success(service: State, client: ap.Client, status: int) -> None:
    service.switches.upload_status = service.switches.create_status = status
    result = sample().alphacast.push(name="Prices", repository="Mine", client=client)
    assert len(service.datasets[result.dataset_id].rows) == 3


def test_the_real_export_comes_back_bit_for_bit(service: State, client: ap.Client) -> None:
    from blackbox.export import export_frame

    frame = export_frame()
    assert frame.shape[1] == 77
    assert int(frame.isna().sum().sum()) == 264
    dataset = service.add_dataset("Export")
    frame.alphacast.push(dataset.id, client=client)
    for service.switches.select in ("quoted", "naive"):
        for service.switches.column_records in ("named", "ids", "absent"):
            check_same(ap.read_alphacast(dataset.id, client=client), frame)
            names = ["Vivienda, agua, electricidad y otros combustibles", frame.columns[-1]]
            part = ap.read_alphacast(dataset.id, select=names, last=5, client=client)
            dates = sorted(frame["Date"].unique())[-5:]
            expected = frame.loc[frame["Date"].isin(dates), ["Date", "country", *names]]
            check_same(part, expected.reset_index(drop=True))
    frame.alphacast.push(dataset.id, mode="replace", client=client)
    check_same(ap.read_alphacast(dataset.id, client=client), frame)
    assert json.loads(json.dumps(frame.attrs)) == {}
