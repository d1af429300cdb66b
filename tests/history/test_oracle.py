"""Histories read back from a store are those that a few lines of Python tell of the same states."""

import datetime
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from history import oracle
from history.histories import COUNTRIES, FIRST, NUMBER, State, histories, record
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap


@contextmanager
def recorded(states: list[State], days: Iterable[int] | None = None) -> Iterator[Path]:
    """A store with this history, in small blocks; `days` are the order of recording."""
    with tempfile.TemporaryDirectory() as folder:
        record(Path(folder), states, days=days)
        yield Path(folder)


def rows_of(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(map(oracle.plain, row)) for row in frame.astype(object).itertuples(index=False)]


@given(states=histories(), data=st.data())
def test_vintages_are_the_looks_that_found_something_else(
    states: list[State], data: st.DataObject
) -> None:
    expected = oracle.vintages(states)
    days = data.draw(st.permutations(range(len(states))))
    with recorded(states, days) as store:
        found = ap.vintages(NUMBER, store=store)
    assert found["vintage"].tolist() == [time for time, _, _ in expected]
    assert found["checked_until"].tolist() == [until for _, until, _ in expected]
    assert found["rows"].tolist() == [len(state.rows) for _, _, state in expected]
    changed = Counter((row[3], row[-1]) for row in oracle.revisions(expected))
    revised = [changed[time, "revised"] for time, _, _ in expected]
    assert found["revised"].tolist() == revised
    for number, (time, _, state) in enumerate(expected[1:], 1):
        before = expected[number - 1][2]
        added, deleted = {*state.rows} - {*before.rows}, {*before.rows} - {*state.rows}
        counted = found.loc[number, ["added", "deleted"]].tolist()
        assert counted == [len(added), len(deleted)], time


@given(states=histories(), days=st.integers(0, 7), hours=st.sampled_from([0, 13]))
def test_as_of_gives_what_was_known_then(states: list[State], days: int, hours: int) -> None:
    instant = FIRST + datetime.timedelta(days=days, hours=hours)
    expected = [each for each in oracle.vintages(states) if each[0] <= instant][-1]
    with recorded(states) as store:
        frame = ap.read_alphacast(NUMBER, as_of=instant, store=store)
        recent = ap.read_alphacast(
            NUMBER, as_of=instant, store=store, filter=ap.col("Date") > "2000", last=2
        )
    time, until, state = expected
    facts = frame.attrs["alphacast"]
    assert facts["vintage"] == time.isoformat(timespec="microseconds")
    assert facts["checked_until"] == until.isoformat(timespec="microseconds")
    table = state.table()
    assert [*frame.columns] == table.column_names
    assert rows_of(frame) == rows_of(table.to_pandas(integer_object_nulls=True))
    whole = frame[frame["Date"] > "2000"]
    last = whole[whole["Date"].isin(whole["Date"].drop_duplicates().tail(2))]
    assert rows_of(recent) == rows_of(last)


@given(states=histories(), since=st.integers(0, 6))
def test_revisions_are_every_value_that_changed(states: list[State], since: int) -> None:
    earliest = FIRST + datetime.timedelta(days=since)
    expected = oracle.revisions(oracle.vintages(states))
    with recorded(states) as store:
        found = ap.revisions(NUMBER, store=store)
        later = ap.revisions(NUMBER, since=earliest, store=store)
        of_chile = ap.revisions(NUMBER, filter={"country": "Chile"}, store=store)
    rows = rows_of(found)
    assert Counter(rows) == Counter(expected)
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)
    assert rows_of(later) == [row for row in rows if row[3] >= earliest]
    assert rows_of(of_chile) == [row for row in rows if row[1] == "Chile"]


@given(states=histories(), n=st.integers(-3, 3), include_first=st.booleans())
def test_releases_are_the_values_of_the_nth_vintage(
    states: list[State], n: int, include_first: bool
) -> None:
    expected = oracle.releases(oracle.vintages(states), n, include_first=include_first)
    with recorded(states) as store:
        found = ap.releases(NUMBER, n, include_first=include_first, store=store)
        some = ap.releases(
            NUMBER, n, include_first=include_first, store=store, filter={"country": "Peru"}
        )
    names = [*found.columns[3:]]
    rows = {row[:2]: (row[2], dict(zip(names, row[3:], strict=True))) for row in rows_of(found)}
    assert rows == {
        key: (time, {name: oracle.plain(values.get(name)) for name in names})
        for key, (time, values) in expected.items()
    }
    assert len(found) == len(expected)
    assert found.attrs["alphacast"] == {
        "dataset_id": NUMBER,
        "name": "Prices",
        "date": "Date",
        "entities": ["country"],
        "rows": len(found),
    }
    assert [*zip(found["Date"], found["country"], strict=True)] == sorted(expected)
    # With a filter, the first vintage that counts is the same, since entities do not change.
    assert rows_of(some) == [row for row in rows_of(found) if row[1] == "Peru"]


@given(states=histories(), country=st.sampled_from(COUNTRIES))
def test_a_triangle_has_the_series_of_every_vintage(states: list[State], country: str) -> None:
    expected = oracle.vintages(states)
    with recorded(states) as store:
        found = ap.triangle(NUMBER, "x", filter={"country": country}, store=store)
    assert found.columns.tolist() == [time for time, _, _ in expected]
    dates = {key[0] for _, _, state in expected for key in state.rows if key[1] == country}
    assert found.index.tolist() == sorted(dates)
    for time, _, state in expected:
        for date in dates:
            value = state.rows.get((date, country), {}).get("x")
            assert oracle.plain(found.loc[date, time]) == oracle.plain(value)


def test_a_triangle_of_several_series_names_them() -> None:
    date = pd.Timestamp("2020-01-01")
    rows = {(date, country): {"x": 1.0} for country in COUNTRIES}
    with (
        recorded([State({"x": "Decimal"}, rows)]) as store,
        pytest.raises(ap.QueryError, match="2 series: country 'Chile', country 'Peru'"),
    ):
        ap.triangle(NUMBER, "x", store=store)
