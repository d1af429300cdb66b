"""Frames to compare with: what pandas itself would hold."""

from datetime import datetime
from typing import Any

import pandas as pd
from blackbox.store import Cell, Dataset, ordered
from blackbox.switches import Switches

DATE = pd.Series(pd.to_datetime(["2020-01-01"])).dtype  # pandas' own unit
TEXT = pd.Series(["text"]).dtype  # pandas' own text type
TYPES: dict[str, Any] = {"Date": DATE, "String": TEXT, "Decimal": "float64"}
TYPES["Short Integer"] = "Int16"

PANEL = [
    ("Date", "Date", True),
    ("country", "String", True),
    ("CPI", "Decimal", False),
    ("GDP", "Decimal", False),
    ("rank", "Short Integer", False),
    ("note", "String", False),
]
COUNTRIES = ["Argentina", "Brazil", "Chile", "Côte d'Ivoire"]


def day(text: str) -> datetime:
    """Return a date, or a date with time, as the service stores it."""
    return datetime.fromisoformat(text)


def panel_rows(months: int = 14) -> list[tuple[Cell, ...]]:
    """Return a small panel: four countries, monthly from November 2019, with gaps."""
    dates = pd.date_range("2019-11-01", periods=months, freq="MS").to_pydatetime()
    rows: list[tuple[Cell, ...]] = []
    for i, date in enumerate(dates):
        for j, country in enumerate(COUNTRIES):
            if (i * 5 + j * 3) % 7 == 0:
                continue  # not every country reports every month
            cpi = None if (i + j) % 6 == 0 else 100 + i / 7 + j
            note = [None, "NA", 'said "so"', "007", "a, b\nc"][(i * 3 + j) % 5]
            rank = None if (i * j) % 5 == 4 else i - j
            rows.append((date, country, cpi, i * j + 0.1, rank, note))
    return rows


def to_column(cells: list[Cell], kind: str) -> Any:
    """Return one column at its declared type."""
    if kind == "Decimal":
        return pd.Series([float("nan") if c is None else c for c in cells], dtype="float64")
    if kind == "Date":
        return pd.Series(pd.to_datetime(cells), dtype=DATE)
    return pd.Series(cells, dtype=TYPES[kind])


def whole(dataset: Dataset, switches: Switches | None = None) -> pd.DataFrame:
    """Return the whole dataset as a frame: the oracle's first step."""
    rows = ordered(dataset, switches or Switches())
    columns = dataset.key_columns() + dataset.value_columns()
    frame = pd.DataFrame({c.name: to_column([r[c.name] for r in rows], c.kind) for c in columns})
    date = dataset.date_name()
    return frame.sort_values(date, kind="stable", ignore_index=True) if date else frame


def cell(value: Any) -> Any:
    """Return a value so that equal means equal bit for bit, and missing equals missing."""
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    return float(value).hex() if isinstance(value, float) else value


def cells(column: pd.Series) -> list[Any]:
    """Return the values of a column."""
    return [cell(value) for value in column.tolist()]


def check_same(actual: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Fail unless both frames hold the same columns, types, index and values."""
    assert list(actual.columns) == list(expected.columns)
    assert actual.dtypes.astype(object).to_dict() == expected.dtypes.astype(object).to_dict()
    assert actual.index.equals(expected.index)
    for name in expected.columns:
        assert cells(actual[name]) == cells(expected[name]), name


def oracle(frame: pd.DataFrame, **asked: Any) -> pd.DataFrame:
    """Apply `start`, `end` (Timestamps), `keep` (a mask), `last`, `top`, `select` as promised."""
    keep = pd.Series(True, index=frame.index)
    if asked.get("start") is not None:
        keep &= frame["Date"] >= asked["start"]
    if asked.get("end") is not None:
        keep &= frame["Date"] <= asked["end"]
    if asked.get("keep") is not None:
        keep &= asked["keep"](frame).astype(bool)
    frame = frame[keep]
    if asked.get("last") is not None:
        frame = frame[frame["Date"].isin(sorted(frame["Date"].unique())[-asked["last"] :])]
    if asked.get("top") is not None:
        frame = frame.head(asked["top"])
    if asked.get("select") is not None:
        frame = frame[["Date", "country", *asked["select"]]]
    return frame.reset_index(drop=True)
