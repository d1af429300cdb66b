"""Small frames to push, and what a merge of them must give."""

import csv
import io
from typing import Any

import pandas as pd
from blackbox import tree
from blackbox.exchange import Request
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

DEFINITIONS = [
    ("Date", "Date", True),
    ("country", "String", True),
    ("CPI", "Decimal", False),
    ("rank", "Short Integer", False),
    ("note", "String", False),
]
FLAGS = {
    "append": (False, False),
    "upsert": (False, True),
    "replace": (True, True),
    "mirror": (True, False),
}


def sample(**columns: Any) -> pd.DataFrame:
    """Return three rows that a dataset of `DEFINITIONS` takes; columns are put in or replaced."""
    frame = {
        "Date": pd.to_datetime(["2020-01-01", "2020-01-01", "2020-02-01"]),
        "country": ["Chile", "Perú", "Chile"],
        "CPI": [100.0, None, 5830.2271000000155],
    }
    return pd.DataFrame(frame | columns)


def seed_dataset(service: State, rows: list[tuple[Any, ...]] | None = None) -> Dataset:
    """Return a dataset of `DEFINITIONS` with two rows, one of which `sample` has too."""
    first, second = pd.Timestamp("2020-01-01"), pd.Timestamp("2019-01-01")
    default = [(first, "Chile", 1.0, 1, "old"), (second, "Bolivia", 2.0, 2, "old")]
    chosen = default if rows is None else rows
    return service.seed(
        DEFINITIONS, [(row[0].to_pydatetime(), *row[1:]) for row in chosen], "Stored"
    )


def rows_by_key(dataset: Dataset) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what a dataset holds: (day, country) to values."""
    keys = [column.name for column in dataset.key_columns()]
    rows = {}
    for row in dataset.rows.values():
        key = tuple(str(row[name])[:10] for name in keys)
        rows[key] = {name: cell for name, cell in row.items() if name not in keys}
    return rows  # type: ignore[return-value]  # keys are date and country here


def attempt(dataset: Dataset, client: ap.Client) -> tuple[Any, Any]:
    """Push the sample; return its result, or the package's error."""
    try:
        return sample().alphacast.push(dataset.id, client=client), None
    except tree.AlphacastError as error:
        return None, error


def sent_flag(request: Request, name: str) -> bool:
    """Return a flag as it was sent; absent means false."""
    return request.params.get(name, "false").lower() in {"true", "1"}


def sent_table(request: Request) -> list[list[str]]:
    """Return the uploaded file as lines of fields, the header first."""
    return list(csv.reader(io.StringIO(request.file.decode(), newline="")))


def sent_column(request: Request, name: str) -> list[str]:
    """Return one column of the uploaded file as text."""
    header, *lines = sent_table(request)
    return [line[header.index(name)] for line in lines]
