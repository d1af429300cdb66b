"""Histories that are no plain panel: repeated keys, no date, other keys, looks out of order."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from history.histories import BASE_URL, FIRST, NOW, NUMBER, State, record

import alphacast_pandas as ap
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.history.recording import record_content
from alphacast_pandas.vintage_store.records import Look, LookName
from alphacast_pandas.vintage_store.store import open_store, plan_content

JANUARY, FEBRUARY = pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-01")
DATE, COUNTRY = Column("Date", "Date", is_entity=True), Column("country", "String", is_entity=True)
VALUE = Column("x", "Decimal")
DAY = datetime.timedelta(days=1)


def look(store: Path, day: int, columns: list[Column], *rows: tuple[Any, ...]) -> None:
    """Record rows as a look at the dataset on a day."""
    types = {"Date": pa.timestamp("us"), "String": pa.string(), "Decimal": pa.float64()}
    values = zip(*rows, strict=True) if rows else [[] for _ in columns]
    table = pa.table(
        {
            str(column.name): pa.array([*cells], types[str(column.type)])
            for column, cells in zip(columns, values, strict=True)
        }
    )
    dataset = open_store(store).dataset(BASE_URL, NUMBER)
    dataset.store.prepare()
    planned = plan_content(table, Definitions(tuple(columns), complete=True), largest_block=2)
    record_content(dataset, FIRST + day * DAY, planned, Look(name="Odd"), NOW)


def changes(store: Path) -> list[list[int]]:
    counted = ["added", "revised", "deleted"]
    return ap.vintages(NUMBER, store=store)[counted].to_numpy().tolist()


def test_rows_that_share_a_key_are_matched_in_their_order(tmp_path: Path) -> None:
    columns = [DATE, COUNTRY, VALUE]
    rows = [(JANUARY, "Chile", 1.0), (JANUARY, "Chile", 2.0), (JANUARY, None, 3.0)]
    look(tmp_path, 0, columns, *rows)
    look(tmp_path, 1, columns, rows[0], (JANUARY, "Chile", 2.5), rows[2])
    look(tmp_path, 2, columns, rows[0], rows[2])
    assert changes(tmp_path) == [[3, 0, 0], [0, 1, 0], [0, 0, 1]]
    found = ap.revisions(NUMBER, store=tmp_path)
    assert found[["old", "new"]].fillna(0).to_numpy().tolist() == [[2.0, 2.5], [2.5, 0.0]]
    assert len(ap.read_alphacast(NUMBER, as_of=FIRST, store=tmp_path)) == 3
    with pytest.raises(ap.QueryError, match=r"Several .* Date 2020-01-01 .*country 'Chile'.*filt"):
        ap.releases(NUMBER, include_first=True, store=tmp_path)
    with pytest.raises(ap.QueryError, match="one date and the same entities"):
        ap.triangle(NUMBER, "x", filter={"country": "Chile"}, store=tmp_path)


def test_a_key_that_several_rows_get_later_has_no_releases_from_then_on(tmp_path: Path) -> None:
    columns = [DATE, COUNTRY, VALUE]
    rows = [(JANUARY, "Chile", 1.0), (JANUARY, "Chile", 2.0)]
    peru = (FEBRUARY, "Perú", 3.0)
    for day, held in enumerate([[peru], [rows[0], peru], [*rows, peru], [rows[0], peru]]):
        look(tmp_path, day, columns, *held)
    for n in (0, 2, -1):
        with pytest.raises(ap.QueryError, match=r"Several rows .* country 'Chile'"):
            ap.releases(NUMBER, n, store=tmp_path)
    found = ap.releases(NUMBER, -1, filter={"country": "Perú"}, store=tmp_path)
    assert found["x"].tolist() == [3.0]
    other = tmp_path / "other"  # where the key stood in the first vintage
    for day, held in enumerate([[rows[0]], rows]):
        look(other, day, columns, *held)
    for n in (0, -1):
        with pytest.raises(ap.QueryError, match=r"Several rows .* country 'Chile'"):
            ap.releases(NUMBER, n, store=other)


def test_rows_that_nothing_identifies_come_and_go(tmp_path: Path) -> None:
    columns = [Column("name", "String"), VALUE]
    rows = [("a", 1.0), ("b", 2.0), ("b", 2.0), ("c", None)]
    look(tmp_path, 0, columns, *rows)
    look(tmp_path, 1, columns, *rows[::-1])
    look(tmp_path, 2, columns, *rows[:2], ("c", 3.0))
    assert changes(tmp_path) == [[4, 0, 0], [1, 0, 2]]
    found = ap.revisions(NUMBER, store=tmp_path)
    assert [*found.columns] == ["column", "vintage", "old", "new", "kind"]
    assert found["kind"].value_counts().to_dict() == {"deleted": 4, "added": 2}
    assert ap.vintages(NUMBER, store=tmp_path)["start"].isna().all()
    with pytest.raises(ap.QueryError, match="neither a date nor entities"):
        ap.releases(NUMBER, store=tmp_path)
    with pytest.raises(ap.QueryError, match="no date column"):
        ap.triangle(NUMBER, "x", store=tmp_path)


def test_other_columns_that_identify_rows_make_other_rows(tmp_path: Path) -> None:
    region = Column("region", "String", is_entity=True)
    look(tmp_path, 0, [DATE, COUNTRY, VALUE], (JANUARY, "Chile", 1.0), (FEBRUARY, "Chile", 2.0))
    look(tmp_path, 1, [DATE, region, VALUE], (JANUARY, "Chile", 1.0), (FEBRUARY, "Chile", 2.0))
    assert changes(tmp_path) == [[2, 0, 0], [2, 0, 2]]
    found = ap.revisions(NUMBER, store=tmp_path)
    assert [*found.columns[:3]] == ["Date", "region", "country"]
    named = found[["region", "country", "kind"]].fillna("").to_numpy().tolist()
    assert sorted(named) == [["", "Chile", "deleted"]] * 2 + [["Chile", "", "added"]] * 2
    assert (
        ap.revisions(NUMBER, filter={"country": "Chile"}, store=tmp_path)["kind"]
        .eq("deleted")
        .all()
    )
    released = ap.releases(NUMBER, -1, store=tmp_path)
    assert released["region"].tolist().count("Chile") == 2
    assert len(released) == 4
    with pytest.raises(ap.QueryError, match="no column 'country'"):
        ap.read_alphacast(NUMBER, as_of=FIRST + DAY, filter={"country": "Chile"}, store=tmp_path)
    series = ap.triangle(NUMBER, "x", store=tmp_path)
    assert series.to_numpy().tolist() == [[1.0, 1.0], [2.0, 2.0]]


def test_values_that_change_their_type_are_objects(tmp_path: Path) -> None:
    rows = {
        (JANUARY, "Chile"): {"x": 1.5, "kind": 1.0},
        (FEBRUARY, "Chile"): {"x": None, "kind": 2.0},
    }
    texts = {
        (JANUARY, "Chile"): {"x": "p", "kind": 1.0},
        (FEBRUARY, "Chile"): {"x": None, "kind": 2.0},
    }
    record(
        tmp_path,
        [
            State({"x": "Decimal", "kind": "Decimal"}, rows),
            State({"x": "String", "kind": "Decimal"}, texts),
        ],
    )
    found = ap.revisions(NUMBER, select="x", store=tmp_path)
    assert found[["old", "new"]].to_numpy().tolist() == [[1.5, "p"]]
    numbers = ap.revisions(NUMBER, select="kind", store=tmp_path)
    assert numbers.empty
    assert numbers["old"].dtype == numbers["new"].dtype == np.float64
    assert ap.revisions(NUMBER, since="2024-12", store=tmp_path)["old"].dtype == object
    series = ap.triangle(NUMBER, "x", store=tmp_path)
    assert series.iloc[0].tolist() == [1.5, "p"]
    assert ap.releases(NUMBER, 1, include_first=True, store=tmp_path)["x"].tolist()[0] == "p"
    above = ap.revisions(NUMBER, filter=ap.col("x") == "p", store=tmp_path)
    assert above["kind"].tolist() == ["added", "added"]


def test_a_slow_look_never_comes_after_a_newer_one(tmp_path: Path) -> None:
    columns = [DATE, VALUE]
    old, new = (JANUARY, 1.0), (JANUARY, 2.0)
    look(tmp_path, 0, columns, old)
    look(tmp_path, 2, columns, new, (FEBRUARY, 3.0))
    look(tmp_path, 1, columns, old)  # which began before, and ended after
    look(tmp_path, 3, columns, old)
    found = ap.vintages(NUMBER, store=tmp_path)
    assert found["vintage"].tolist() == [FIRST, FIRST + 2 * DAY, FIRST + 3 * DAY]
    assert found["checked_until"].tolist() == [FIRST + DAY, FIRST + 2 * DAY, FIRST + 3 * DAY]
    look(tmp_path, -1, columns, new)  # brought in later
    assert changes(tmp_path) == [[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 1, 1]]
    assert len({*tmp_path.rglob("contents/*.json")}) == 3
    # Two machines may begin in the same microsecond.
    dataset = open_store(tmp_path).dataset(BASE_URL, NUMBER)
    last = dataset.looks()[-1]
    other = dataset.looks()[0]
    twin = LookName(last.began, "ffffffff", other.content)
    dataset.write_look(twin, dataset.read_look(other))
    times = ap.vintages(NUMBER, store=tmp_path)["vintage"]
    assert times.iloc[-1] - times.iloc[-2] == pd.Timedelta(microseconds=1)
    known = ap.read_alphacast(NUMBER, as_of=times.iloc[-2], store=tmp_path)
    assert known["x"].tolist() == [1.0]


def test_columns_may_be_called_as_those_of_the_results(tmp_path: Path) -> None:
    kind = Column("kind", "String", is_entity=True)
    vintage = Column("vintage", "Decimal")
    look(tmp_path, 0, [DATE, kind, vintage], (JANUARY, "a", 1.0))
    look(tmp_path, 1, [DATE, kind, vintage], (JANUARY, "a", 2.0), (FEBRUARY, "a", 2.0))
    found = ap.revisions(NUMBER, store=tmp_path)
    assert [*found.columns[:3]] == ["Date", "key: kind", "column"]
    assert found["column"].tolist() == ["vintage", "vintage"]
    released = ap.releases(NUMBER, store=tmp_path)
    assert [*released.columns] == ["Date", "kind", "vintage", "column: vintage"]
    look(tmp_path, 2, [DATE, Column("kind", "String"), vintage], (JANUARY, None, 3.0))
    released = ap.releases(NUMBER, -1, store=tmp_path)
    assert [*released.columns] == ["Date", "kind", "vintage", "column: kind", "column: vintage"]


def test_a_triangle_names_a_filter_that_is_understood(tmp_path: Path) -> None:
    rows = [(JANUARY, None, 1.0), (JANUARY, "Chile", 2.0)]
    look(tmp_path, 0, [DATE, COUNTRY, VALUE], *rows)
    with pytest.raises(ap.QueryError, match=r"None, .*such as filter={'country': 'Chile'}\.$"):
        ap.triangle(NUMBER, "x", store=tmp_path)
    look(tmp_path, 1, [DATE, Column("country", "String"), VALUE], *rows[:1])
    with pytest.raises(ap.QueryError, match=r"3 series: one without entities, .*'Chile'}\.$"):
        ap.triangle(NUMBER, "x", store=tmp_path)
