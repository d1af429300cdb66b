"""What the service must be told of the columns, and what it knows already."""

from typing import Any

import pytest

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.column_types import DATE, DECIMAL, STRING
from alphacast_pandas.writing.manifest import full_manifest, header_names, needed_manifest
from alphacast_pandas.writing.roles import Roles

STORED = Definitions(
    (
        Column("when", "Date", is_entity=True, date_format="%Y-%m-%d", raw={"x": 1}),
        Column("country", "String", is_entity=True, raw={"x": 1}),
        Column("price", "Decimal", raw={"x": 1}),
    )
)
ROLES = Roles("when", ("country",))
TYPES: dict[str, Any] = {"when": DATE, "country": STRING, "price": DECIMAL}


def test_a_new_dataset_gets_the_whole_manifest() -> None:
    manifest = full_manifest(ROLES, TYPES, "%Y-%m-%d")
    assert needed_manifest(ROLES, TYPES, "%Y-%m-%d", None) == manifest
    assert manifest == [
        {"sourceName": "when", "dataType": "Date", "isEntity": True, "dateFormat": "%Y-%m-%d"},
        {"sourceName": "country", "dataType": "String", "isEntity": True},
        {"sourceName": "price", "dataType": "Decimal", "isEntity": False},
    ]


def test_a_dataset_that_knows_the_columns_needs_no_manifest() -> None:
    assert needed_manifest(ROLES, TYPES, "%Y-%m-%d", STORED) is None


@pytest.mark.parametrize(
    ("roles", "types", "format_"),
    [
        (Roles("when"), TYPES, "%Y-%m-%d"),
        (ROLES, {**TYPES, "note": STRING}, "%Y-%m-%d"),
        (ROLES, TYPES, "%Y-%m-%dT%H:%M:%S"),
    ],
    ids=["another key", "a new text column", "times of day"],
)
def test_what_the_dataset_does_not_know_is_sent(
    roles: Roles, types: dict[str, Any], format_: str
) -> None:
    manifest = needed_manifest(roles, types, format_, STORED)
    assert manifest is not None
    assert manifest[0]["dateFormat"] == format_
    assert {column["sourceName"] for column in manifest} == {*types}


def test_a_column_the_frame_lacks_is_kept_in_a_new_manifest() -> None:
    types = {"when": DATE, "country": STRING, "note": STRING}
    manifest = needed_manifest(ROLES, types, "%Y-%m-%d", STORED)
    assert manifest is not None
    assert {"sourceName": "price", "dataType": "Decimal", "isEntity": False} in manifest


def test_a_renamed_column_is_sent_under_the_name_its_manifest_knows() -> None:
    stored = Definitions((Column("Fecha", "Date", source_name="date"), Column("x")))
    assert header_names(["Fecha", "x"], stored, replaced=False) == ["date", "x"]
    assert header_names(["Fecha", "x"], stored, replaced=True) == ["Fecha", "x"]
