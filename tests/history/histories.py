"""Random histories of one dataset: its states one after the other, each of them a table."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.history.recording import record_content
from alphacast_pandas.vintage_store.records import Look
from alphacast_pandas.vintage_store.store import open_store, plan_content

NUMBER = 5515
BASE_URL = "https://api.alphacast.io"
FIRST = datetime.datetime(2024, 1, 31, 12, tzinfo=datetime.UTC)
NOW = datetime.datetime(2024, 12, 31, tzinfo=datetime.UTC)
DATES = [*pd.date_range("2020-01-01", periods=5, freq="MS"), pd.Timestamp("1850-06-30")]
COUNTRIES = ["Chile", "Peru"]
VALUES: dict[str, list[Any]] = {
    "Decimal": [None, 0.0, -0.0, 1.5, 1e300],
    "String": [None, "p", "q", "Perú"],
    "Short Integer": [None, 1, -7],
}
ARROW = {"Decimal": pa.float64(), "String": pa.string(), "Short Integer": pa.int16()}
Key = tuple[Any, ...]


@dataclass(frozen=True)
class State:
    """What a dataset held: the types of its value columns, and its rows by their key."""

    types: dict[str, str]
    rows: dict[Key, dict[str, Any]]
    keys: tuple[str, ...] = ("Date", "country")
    is_reversed: bool = field(default=False, compare=False)  # rows of one date, and the columns

    def row(self, key: Key) -> dict[str, Any]:
        return {name: self.rows[key].get(name) for name in self.types}

    def table(self) -> pa.Table:
        keys = sorted(self.rows, key=lambda key: key[0])
        if self.is_reversed:
            keys = sorted(sorted(self.rows, reverse=True), key=lambda key: key[0])
        names = [*self.types][:: -1 if self.is_reversed else 1]
        columns = {
            self.keys[0]: pa.array([key[0] for key in keys], pa.timestamp("us")),
            self.keys[1]: pa.array([key[1] for key in keys], pa.string()),
        }
        for name in names:
            values = [self.rows[key].get(name) for key in keys]
            columns[name] = pa.array(values, ARROW[self.types[name]])
        return pa.table(columns)

    def definitions(self) -> Definitions:
        date, country = self.keys
        columns = [Column(date, "Date", is_entity=True), Column(country, "String", is_entity=True)]
        columns += [Column(name, kind) for name, kind in self.types.items()]
        return Definitions(tuple(columns), complete=True)


def record(
    folder: Path,
    states: list[State],
    *,
    days: Iterable[int] | None = None,
    largest_block: int = 3,
) -> None:
    """Record the states as looks, a day apart; `days` is the order in which they are recorded."""
    dataset = open_store(folder).dataset(BASE_URL, NUMBER)
    dataset.store.prepare()
    for day in range(len(states)) if days is None else days:
        state = states[day]
        planned = plan_content(state.table(), state.definitions(), largest_block=largest_block)
        began = FIRST + datetime.timedelta(days=day)
        record_content(dataset, began, planned, Look(name="Prices"), NOW)


@st.composite
def histories(draw: st.DrawFn) -> list[State]:
    """Some states, each made of the one before it by a few edits."""
    kinds = st.sampled_from([*VALUES])
    state = State({"x": "Decimal", "t": draw(kinds)}, {})
    for key in draw(st.sets(KEYS, max_size=8)):
        state = _with_row(draw, state, key)
    states = [state]
    for _ in range(draw(st.integers(1, 6))):
        for edit in draw(st.lists(st.sampled_from(EDITS), max_size=4)):
            state = edit(draw, state)
        states.append(replace(state, is_reversed=draw(st.booleans())))
    return states


KEYS = st.tuples(st.sampled_from(DATES), st.sampled_from(COUNTRIES))


def _value(draw: st.DrawFn, state: State, name: str) -> Any:
    return draw(st.sampled_from(VALUES[state.types[name]]))


def _with_row(draw: st.DrawFn, state: State, key: Key) -> State:
    row = {name: _value(draw, state, name) for name in state.types}
    return replace(state, rows={**state.rows, key: row})


def _add_row(draw: st.DrawFn, state: State) -> State:
    return _with_row(draw, state, draw(KEYS))


def _delete_rows(draw: st.DrawFn, state: State) -> State:
    gone = draw(st.sets(KEYS, min_size=1, max_size=3))
    return replace(state, rows={k: row for k, row in state.rows.items() if k not in gone})


def _revise(draw: st.DrawFn, state: State) -> State:
    if not state.rows or not state.types:
        return state
    key = draw(st.sampled_from(sorted(state.rows)))
    name = draw(st.sampled_from(sorted(state.types)))
    row = {**state.rows[key], name: _value(draw, state, name)}
    return replace(state, rows={**state.rows, key: row})


def _add_column(draw: st.DrawFn, state: State) -> State:
    name = draw(st.sampled_from(["x", "t", "new, one", "y"]))
    typed = replace(state, types={**state.types, name: draw(st.sampled_from([*VALUES]))})
    rows = {key: {**row, name: _value(draw, typed, name)} for key, row in state.rows.items()}
    return replace(typed, rows=rows)  # a column of that name gets another type


def _drop_column(draw: st.DrawFn, state: State) -> State:
    if not state.types:
        return state
    gone = draw(st.sampled_from(sorted(state.types)))
    types = {name: kind for name, kind in state.types.items() if name != gone}
    rows = {k: {n: v for n, v in row.items() if n != gone} for k, row in state.rows.items()}
    return replace(state, types=types, rows=rows)


def _rename_column(draw: st.DrawFn, state: State) -> State:
    if "x" not in state.types or "renamed" in state.types:
        return state
    types = {"renamed" if name == "x" else name: kind for name, kind in state.types.items()}
    rows = {
        key: {"renamed" if name == "x" else name: value for name, value in row.items()}
        for key, row in state.rows.items()
    }
    return replace(state, types=types, rows=rows)


EDITS = (_add_row, _delete_rows, _revise, _revise, _add_column, _drop_column, _rename_column)
