"""Section 4 against a service that somebody else wrote: diffs, guards, proofs."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from blackbox import tree
from blackbox.pushing import rows_by_key, sample, seed_dataset
from blackbox.state import State
from pandera.typing import Series

import alphacast_pandas as ap


class Strict(pa.DataFrameModel):
    """A contract that the stored rows break twice."""

    country: Series[str] = pa.Field(isin=["Chile"])
    CPI: Series[float] = pa.Field(gt=1.5)


MODES = ["append", "upsert", "replace", "mirror"]


def rows_of(frame: pd.DataFrame) -> set[tuple[str, str]]:
    return {
        (str(day)[:10], country)
        for day, country in zip(frame["Date"], frame["country"], strict=True)
    }


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("definitions", ["full", "irregular", "text", "empty"])
def test_a_diff_tells_what_its_push_does(
    service: State, client: ap.Client, mode: Any, definitions: str
) -> None:
    dataset = seed_dataset(service)
    before = rows_by_key(dataset)
    service.switches.definitions = definitions
    words: dict[str, Any] = {"mode": mode, "date": "Date", "entities": "country", "client": client}
    diff = sample().alphacast.diff(dataset.id, **words)
    assert rows_of(diff.added) == {("2020-01-01", "Perú"), ("2020-02-01", "Chile")}
    assert service.uploads() == []
    diff.push(verify=True)
    after = rows_by_key(dataset)
    assert rows_of(diff.deleted) == before.keys() - after.keys()
    changes = {
        (str(c.Date)[:10], c.country, c.column): c.new for c in diff.changed.itertuples(index=False)
    }
    assert changes == {
        (*key, name): value
        for key in before.keys() & after.keys()
        for name, value in after[key].items()
        if before[key][name] != value
    }
    assert sample().alphacast.diff(dataset.id, **words).empty


@pytest.mark.parametrize("filter_", ["honoured", "ignored"])
@pytest.mark.parametrize("order", ["date", "shuffled", "newest"])
def test_only_changes_travel_however_the_service_answers(
    service: State, client: ap.Client, filter_: str, order: str
) -> None:
    dataset = seed_dataset(service)
    service.switches.filter, service.switches.order = filter_, order
    result = sample().alphacast.push(dataset.id, only_changes=True, verify=True, client=client)
    assert result.rows == 3
    again = sample().alphacast.push(dataset.id, only_changes=True, client=client)
    assert (again.rows, again.process_id, len(service.uploads())) == (0, None, 1)


@pytest.mark.parametrize("status", [403, 404])
def test_a_change_is_seen_in_the_data_where_the_record_is_refused(
    service: State, client: ap.Client, status: int
) -> None:
    dataset = seed_dataset(service)
    diff = sample().alphacast.diff(dataset.id, client=client)
    sample(CPI=[7.0, 7.0, 7.0]).alphacast.push(dataset.id, client=client)
    service.switches.dataset_status = status
    with pytest.raises(tree.ConflictError, match="has changed"):
        diff.push()
    assert len(service.uploads()) == 1


def test_too_many_deletions_are_refused(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    with pytest.raises(tree.ValidationError, match="Bolivia"):
        sample().alphacast.push(dataset.id, mode="replace", max_delete=0.4, client=client)
    with pytest.warns(UserWarning, match="Bolivia"):
        sample().alphacast.push(dataset.id, mode="replace", max_delete=0.5, client=client)
    assert len(service.uploads()) == 1


def test_the_manifest_shown_for_a_dataset_is_the_one_sent(
    service: State, client: ap.Client
) -> None:
    dataset = seed_dataset(service)
    frame = sample(remark=["a", None, "b"])
    words: dict[str, Any] = {"accept_new_columns": True, "client": client}
    shown = frame.alphacast.manifest(dataset.id, **words)
    assert service.uploads() == []
    assert {c["sourceName"]: c["dataType"] for c in shown}.items() >= {
        ("remark", "String"),
        ("rank", "Short Integer"),  # which the frame lacks and the dataset must not lose
        ("country", "String"),
    }
    frame.alphacast.push(dataset.id, **words)
    assert service.uploads()[-1].manifest == shown
    assert frame.alphacast.manifest(dataset.id, **words) == []
    sample().alphacast.push(dataset.id, client=client)
    assert "manifest" not in service.uploads()[-1].parts


def test_a_model_checks_what_arrives_all_at_once(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    with pytest.raises(tree.ValidationError) as caught:
        ap.read_alphacast(dataset.id, schema=Strict, client=client)
    failures = caught.value.failures.set_index("column")
    assert failures.loc[["CPI"], "row"].tolist() == [1]
    assert failures.loc[["country"], "value"].tolist() == ["Bolivia"]
    assert len(failures) == 2


def test_rows_that_the_named_key_does_not_tell_apart_are_refused(
    service: State, client: ap.Client
) -> None:
    day = pd.Timestamp("2020-01-01")
    dataset = seed_dataset(service, [(day, "Chile", 1.0, 1, "a"), (day, "Perú", 2.0, 2, "b")])
    service.switches.definitions = service.switches.column_records = "absent"
    service.switches.definitions_status = 404
    frame = pd.DataFrame({"Date": [day], "CPI": [1.0]})
    words: dict[str, Any] = {"date": "Date", "entities": [], "client": client}
    with pytest.raises(tree.ValidationError, match="2 rows of the dataset share the key"):
        frame.alphacast.push(dataset.id, only_changes=True, **words)
    with pytest.raises(tree.ValidationError, match="without a column 'when'"):
        frame.rename(columns={"Date": "when"}).alphacast.diff(
            dataset.id, date="when", entities=[], accept_new_columns=True, client=client
        )
    assert service.uploads() == []
