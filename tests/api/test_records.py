"""The service's JSON, in every spelling that was seen, as records."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas import DecodeError
from alphacast_pandas.api.definitions import define
from alphacast_pandas.api.processes import Process
from alphacast_pandas.api.records import Column, Dataset, Repository, columns_from_json
from alphacast_pandas.names import canonical_name

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "columns", "status", "stats"]), inner)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("value", [True, "True", "TRUE", "true", 1, "1"], ids=repr)
def test_a_true_is_true_in_every_spelling(value: Any) -> None:
    assert Column.from_json({"name": "a", "isEntity": value}).is_entity


@pytest.mark.parametrize("value", [False, "False", "false", 0, "0", None, ""], ids=repr)
def test_a_false_is_false_in_every_spelling(value: Any) -> None:
    assert not Column.from_json({"name": "a", "isEntity": value}).is_entity


@pytest.mark.parametrize(
    ("stated", "known"),
    [("Date", "Date"), ("SHORT INTEGER", "Short Integer"), ("decimal", "Decimal"), ("Blob", None)],
)
def test_a_type_is_known_whatever_its_case(stated: str, known: str | None) -> None:
    assert Column.from_json({"name": "a", "dataType": stated}).type == known


def test_a_renamed_column_has_the_name_of_its_dataset() -> None:
    column = Column.from_json({"sourceName": "file", "destinationName": "dataset"})
    assert (column.name, column.source_name) == ("dataset", "file")


@pytest.mark.parametrize("status", ["Processed", "completed", "FINISHED", "done", "Success"])
def test_success_has_many_names(status: str) -> None:
    process = Process.from_json({"id": 1, "status": status})
    assert (process.succeeded, process.failed) == (True, False)


@pytest.mark.parametrize("status", ["Requested", "processing", "queued", "", "who knows"])
def test_any_other_word_means_to_wait(status: str) -> None:
    process = Process.from_json({"id": 1, "status": status})
    assert (process.succeeded, process.failed) == (False, False)


def test_counts_that_are_not_stated_are_none() -> None:
    process = Process.from_json({"id": "7", "stats": {"insertedValues": "12"}})
    assert (process.id, process.count("insertedValues"), process.count("x")) == (7, 12, None)


@pytest.mark.parametrize("kind", [Repository, Dataset, Process])
@given(value=ANY_JSON)
def test_odd_json_is_a_record_or_a_decode_error(kind: Any, value: Any) -> None:
    try:
        record = kind.from_json(value)
    except DecodeError:
        return
    assert isinstance(record.id, int)
    assert record.raw == value


@pytest.mark.parametrize("value", [1, "a", {"columns": 1}, [1]], ids=repr)
def test_what_is_no_list_of_columns_is_refused(value: Any) -> None:
    with pytest.raises(DecodeError):
        columns_from_json(value)


def test_definitions_are_put_together_from_all_that_is_said() -> None:
    dataset = Dataset.from_json(
        {
            "id": 1,
            "name": "x",
            "columns": [
                {"id": 11, "name": "Date"},
                {"id": 12, "name": "a"},
                {"id": 13, "name": "b"},
            ],
        }
    )
    stored = columns_from_json(
        {
            "columnDefinitions": [
                {"sourceName": "Date", "dataType": "Date", "isEntity": "True"},
                {"sourceName": "a", "dataType": "Decimal"},
                {"sourceName": "gone", "ignore": True},
            ]
        }
    )
    known = define(dataset, stored)
    assert known.names == ("Date", "a", "b")
    assert known.keys == ("Date",)
    assert [column.id for column in known.columns] == [11, 12, 13]
    assert known.ignored == {"gone"}
    proved = known.with_header(["b", "Date", "A", "new"])
    assert proved.names == ("b", "Date", "A", "new")
    assert [column.id for column in proved.columns] == [13, 11, 12, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [("País", "pais"), (" CPI ", "cpi"), ("Straße", "STRASSE"), ("e\u0301", "É"), ("ﬁn", "Fin")],
)
def test_folding_forgets_case_accents_and_blanks_around(one: str, other: str) -> None:
    assert canonical_name(one) == canonical_name(other)


def test_folding_keeps_names_apart_that_differ_otherwise() -> None:
    names = ["a b", "ab", "a-b", "a_b", "a,b", "日", "本"]
    assert len({canonical_name(name) for name in names}) == len(names)
