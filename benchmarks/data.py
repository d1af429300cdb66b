"""The table that is read and pushed: dates, a country, eight columns of numbers."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

_COUNTRIES = 200
_MISSING = 0.05


def frame(rows: int, kind: str = "numbers") -> pd.DataFrame:
    """Return a panel; half of its numbers have every digit a double has, 5 % are missing."""
    random = np.random.default_rng(7)
    days = pd.date_range("1990-01-01", periods=-(-rows // _COUNTRIES), freq="D")
    countries = [f"Country {n:03}" for n in range(_COUNTRIES)]
    made = {
        "Date": np.repeat(days.to_numpy(), _COUNTRIES)[:rows],
        "country": np.tile(np.array(countries, dtype=object), len(days))[:rows],
    }
    for n in range(8):
        values = random.normal(100, 30, rows)
        if kind == "texts" and n % 2:
            made[f"note {n}"] = random.choice(["estimate", "final", "Côte d'Ivoire, rev. 2"], rows)
            continue
        values = values if n % 2 else values.round(2)
        values[random.random(rows) < _MISSING] = np.nan
        made[f"value {n}"] = values
    return pd.DataFrame(made)


def write(folder: Path, rows: int, kind: str = "numbers") -> None:
    """Write the table as the service prints it, its gzip, and its definitions."""
    if (folder / "columns.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    table = frame(rows, kind)
    text = folder / "data.csv"
    with duckdb.connect() as database:
        database.register("t", table)
        columns = ", ".join(f'"{name}"' for name in table.columns[1:])
        query = f'SELECT CAST("Date" AS DATE) AS "Date", {columns} FROM t'  # noqa: S608 - our own names
        database.execute(f"COPY ({query}) TO '{text}' (FORMAT csv, HEADER)")
    (folder / "data.csv.gz").write_bytes(gzip.compress(text.read_bytes(), 6))
    definitions = [
        {"sourceName": "Date", "dataType": "Date", "isEntity": True},
        {"sourceName": "country", "dataType": "String", "isEntity": True},
        *(
            {
                "sourceName": name,
                "dataType": "String" if name.startswith("note") else "Decimal",
                "isEntity": False,
            }
            for name in table.columns[2:]
        ),
    ]
    (folder / "columns.json").write_text(json.dumps(definitions))
