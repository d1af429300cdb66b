"""Section 5: schemas, roles in metadata, validate, manifest."""

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from blackbox import tree
from blackbox.pushing import rows_by_key, sample, seed_dataset, sent_table
from blackbox.state import State
from blackbox.store import Dataset
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing import Series

import alphacast_pandas as ap

ROLES = pa.DataFrameSchema(
    {
        "Date": pa.Column(metadata={"alphacast": "date"}),
        "country": pa.Column(str, metadata={"alphacast": "entity"}),
        "region": pa.Column(str, metadata={"alphacast": "entity"}),
        "CPI": pa.Column(float, nullable=True, metadata={"alphacast": "value"}),
        "note": pa.Column(str, nullable=True, metadata={"alphacast": "ignore"}, required=False),
    }
)


class Prices(pa.DataFrameModel):
    """The same roles, as a model."""

    Date: Series[pa.DateTime] = pa.Field(metadata={"alphacast": "date"}, coerce=False)
    country: Series[str] = pa.Field(metadata={"alphacast": "entity"})
    region: Series[str] = pa.Field(metadata={"alphacast": "entity"})
    CPI: Series[float] = pa.Field(nullable=True, metadata={"alphacast": "value"})
    note: Series[str] = pa.Field(nullable=True, metadata={"alphacast": "ignore"})


def regional(**columns: Any) -> pd.DataFrame:
    """Return a frame with two texts that are entities and one that is not to be sent."""
    return sample(region=["north", "south", "north"], note=["a", "b", "c"], **columns)


def use(service: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this service the default client's."""
    monkeypatch.setenv("ALPHACAST_API_KEY", service.key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", service.url)


def test_a_datasets_schema_takes_what_is_read(
    service: State, client: ap.Client, panel: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(service, monkeypatch)
    schema = ap.schema(panel.id)
    assert isinstance(schema, pa.DataFrameSchema)
    frame = ap.read_alphacast(panel.id, client=client)
    pd.testing.assert_frame_equal(schema.validate(frame), frame)
    assert set(schema.columns) == set(frame.columns)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda frame: frame.assign(Date=frame["Date"].where(frame.index != 1)),
        lambda frame: frame.assign(country=frame["country"].where(frame.index != 1)),
        lambda frame: pd.concat([frame, frame.head(1)], ignore_index=True),
        lambda frame: frame.assign(CPI="high"),
    ],
    ids=["missing date", "missing entity", "repeated key", "text for a number"],
)
def test_a_datasets_schema_refuses_what_breaks_it(
    service: State, client: ap.Client, panel: Dataset, monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    use(service, monkeypatch)
    frame = spoil(ap.read_alphacast(panel.id, client=client))
    with pytest.raises((SchemaError, SchemaErrors)):
        ap.schema(panel.id).validate(frame, lazy=True)


def test_a_frame_gives_a_schema_without_asking_anyone(service: State) -> None:
    frame = sample()
    schema = frame.alphacast.schema(date="Date", entities=["country"])
    assert isinstance(schema, pa.DataFrameSchema)
    pd.testing.assert_frame_equal(schema.validate(frame), frame)
    with pytest.raises((SchemaError, SchemaErrors)):
        schema.validate(pd.concat([frame, frame], ignore_index=True))
    assert service.log == []


@pytest.mark.parametrize("schema", [ROLES, Prices], ids=["schema", "model"])
def test_roles_are_taken_from_metadata(service: State, client: ap.Client, schema: Any) -> None:
    dataset = service.add_dataset("New")
    regional().alphacast.push(dataset.id, schema=schema, client=client)
    assert [column.name for column in dataset.key_columns()] == ["Date", "country", "region"]
    assert [column.name for column in dataset.value_columns()] == ["CPI"]


def test_keywords_win_where_there_is_no_schema(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    frame = regional()
    frame.alphacast.push(dataset.id, date="Date", entities=["country", "region"], client=client)
    assert [column.name for column in dataset.key_columns()] == ["Date", "country", "region"]
    assert held_note(dataset) == "a"


def held_note(dataset: Dataset) -> Any:
    """Return the note of the first row."""
    return next(iter(rows_by_key(dataset).values()))["note"]


def test_the_users_checks_and_ours_are_reported_together(service: State, client: ap.Client) -> None:
    schema = pa.DataFrameSchema({"CPI": pa.Column(float, pa.Check.lt(50), nullable=True)})
    frame = sample(CPI=[100.0, 1.0, 2.0], country=["Chile", " Perú", "Chile"])
    frame["rank"] = [1, 2, 40000]
    with pytest.raises(tree.ValidationError) as caught:
        frame.alphacast.push(seed_dataset(service).id, schema=schema, client=client)
    assert {"CPI", "country", "rank"} <= set(caught.value.failures["column"])
    assert service.uploads() == []


def test_nothing_is_coerced_behind_the_users_back(service: State, client: ap.Client) -> None:
    frame = sample(CPI=["1", "2", "3"])
    with pytest.raises(tree.ValidationError):
        frame.alphacast.push(seed_dataset(service).id, client=client)
    assert service.uploads() == []


def test_the_manifest_shown_is_the_manifest_sent(service: State, client: ap.Client) -> None:
    frame = sample(note=["a", None, "b"])
    shown = frame.alphacast.manifest(date="Date", entities=["country"])
    assert service.log == []
    dataset = service.add_dataset("New")
    frame.alphacast.push(dataset.id, date="Date", entities=["country"], client=client)
    [upload] = service.uploads()
    assert shown == upload.manifest


def test_validate_returns_the_frame_and_sends_nothing(service: State) -> None:
    frame = sample()
    valid = frame.alphacast.validate(date="Date", entities=["country"])
    pd.testing.assert_frame_equal(valid, frame)
    assert service.log == []
    with pytest.raises(tree.ValidationError) as caught:
        sample(CPI=[np.inf, 1, 2]).alphacast.validate(date="Date", entities=["country"])
    assert set(caught.value.failures["column"]) == {"CPI"}


def test_validate_against_a_dataset_knows_its_types(
    service: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(service, monkeypatch)
    dataset = seed_dataset(service)
    sample(rank=[1, 2, 3]).alphacast.validate(dataset.id)
    with pytest.raises(tree.ValidationError):
        sample(rank=[1, 2, 33000]).alphacast.validate(dataset.id)
    assert service.uploads() == []


def test_validate_runs_the_users_schema(service: State) -> None:
    schema = pa.DataFrameSchema({"CPI": pa.Column(float, pa.Check.lt(50), nullable=True)})
    with pytest.raises(tree.ValidationError):
        sample().alphacast.validate(date="Date", entities=["country"], schema=schema)


def test_a_column_to_ignore_does_not_reach_the_dataset(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    regional().alphacast.push(dataset.id, schema=ROLES, client=client)
    [upload] = service.uploads()
    ignored = [e for e in upload.manifest if str(e.get("ignore", "")).lower() in {"true", "1"}]
    assert "note" not in sent_table(upload)[0] or [e["sourceName"] for e in ignored] == ["note"]
    assert "note" not in ap.read_alphacast(dataset.id, client=client).columns


def test_a_wrong_role_is_refused(service: State, client: ap.Client) -> None:
    schema = pa.DataFrameSchema({"CPI": pa.Column(float, metadata={"alphacast": "vlaue"})})
    with pytest.raises((ValueError, TypeError)):
        sample(CPI=[1.0, 2.0, 3.0]).alphacast.push(
            seed_dataset(service).id, schema=schema, client=client
        )
    assert service.uploads() == []
