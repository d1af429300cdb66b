"""Random frames with their roles, and what must come back of each cell."""

import datetime as dt
import numbers
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from campaign.columns import DATES, TEXT, USUAL, VALUES

NAMES = ["CPI", "GDP, real", "Año", "x y", "100", "note", "a.b", 'q"q', "ñ", "d'I"]
COUNTRIES = ["Chile", "Perú", "Côte d'Ivoire", "NA", "none", "a,b"]


@dataclass
class Drawn:
    """A frame, how it is to be pushed, and of which kinds its columns are."""

    frame: pd.DataFrame
    date: str
    entities: list[str]
    kinds: list[str]

    @property
    def keys(self) -> list[str]:
        return [self.date, *self.entities]


def draw_frame(rng: random.Random) -> Drawn:
    """Draw a frame; most can be pushed, and the others must be refused."""
    count = rng.randint(1, 6)
    date_kind = rng.choice([*DATES]) if rng.random() < 0.6 else "datetime64[us]"
    columns: dict[Any, pd.Series] = {"Date": DATES[date_kind](rng, count)}
    kinds = [date_kind]
    entities = ["country"] if rng.random() < 0.8 else []
    if entities and rng.random() < 0.8:
        columns["country"] = pd.Series([rng.choice(COUNTRIES) for _ in range(count)])
    elif entities:
        kinds.append(rng.choice([*TEXT]))
        columns["country"] = TEXT[kinds[-1]](rng, count)
    for name in rng.sample(NAMES, rng.randint(1, 4)):
        kinds.append(rng.choice([*USUAL] if rng.random() < 0.7 else [*VALUES]))
        columns[name] = VALUES[kinds[-1]](rng, count)
    frame = pd.DataFrame(columns)
    return Drawn(with_some_index(rng, frame, entities), "Date", entities, kinds)


def with_some_index(rng: random.Random, frame: pd.DataFrame, entities: list[str]) -> pd.DataFrame:
    """Return the frame with an index that is data, or labels, or neither."""
    way = rng.randrange(6)
    if way == 0:
        return frame.set_index(["Date", *entities])
    if way == 1:
        return frame.set_index("Date")
    if way == 2:
        return frame.set_axis([rng.choice(["a", 1, None, pd.NaT]) for _ in frame.index], axis=0)
    if way == 3:
        return frame.iloc[::-1]
    return frame


def flat(drawn: Drawn) -> pd.DataFrame:
    """Return the frame with the index levels that are data as columns."""
    levels = [name for name in drawn.frame.index.names if name in drawn.keys]
    return drawn.frame.reset_index(levels) if levels else drawn.frame


def expected_cell(value: Any, *, is_key: bool) -> Any:
    """Return what must come back for one cell: None, a float, a text, or an instant."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        text = str.__str__(value)
        return text if text or is_key else None
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{value!r} has no place in a dataset and was taken")
    if isinstance(value, numbers.Number | Decimal):
        return expected_number(value)
    return expected_instant(value)


def expected_number(value: Any) -> float | None:
    if value != value:
        return None
    if isinstance(value, numbers.Integral) and int(float(int(value))) != int(value):
        raise ValueError(f"{value!r} is no double and was taken")
    return float(value)


def expected_instant(value: Any) -> dt.datetime:
    if isinstance(value, pd.Period):
        value = value.start_time
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    raise TypeError(f"{value!r} has no place in a dataset and was taken")


def expected_rows(drawn: Drawn) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the values by key that a dataset must hold after the frame was pushed to it."""
    frame = flat(drawn)
    rows = {}
    for place in range(len(frame)):
        cells = {
            str(name): expected_cell(frame.iloc[place, n], is_key=name in drawn.keys)
            for n, name in enumerate(frame.columns)
        }
        key = tuple(cells.pop(name) for name in drawn.keys)
        assert key not in rows, f"two rows with the key {key} were taken"
        assert None not in key, f"a row without a part of its key was taken: {key}"
        rows[key] = cells
    return rows


def rows_of(frame: pd.DataFrame, keys: list[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the values by key of a frame that was read."""
    rows = {}
    for place in range(len(frame)):
        cells = {str(name): read_cell(frame.iloc[place, n]) for n, name in enumerate(frame.columns)}
        key = tuple(cells.pop(name) for name in keys)
        assert key not in rows
        rows[key] = cells
    return rows


def read_cell(value: Any) -> Any:
    """Return a cell of a read frame in the form of `expected_cell`."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    return value if isinstance(value, str) else float(value)


def check_same_rows(
    actual: dict[tuple[Any, ...], dict[str, Any]], expected: dict[tuple[Any, ...], dict[str, Any]]
) -> None:
    """Fail unless both hold the same rows; a column without any value may be absent."""
    assert actual.keys() == expected.keys()
    for key, cells in expected.items():
        for name, value in cells.items():
            found = actual[key].get(name)
            assert found == value, f"{key}, {name}: {value!r} came back as {found!r}"
            if isinstance(value, float) and value == 0:
                assert str(found) == str(value), f"{key}, {name}: the sign of a zero was lost"
