"""A table as a dataset stores it, and one that is sent to it."""

import datetime
from typing import Any

import pyarrow as pa

from alphacast_pandas.difference.difference import Difference, compare
from alphacast_pandas.difference.modes import MODES

KEYS = ["Date", "country"]


def table(rows: list[tuple[int, str | None]], **columns: Any) -> pa.Table:
    """A table of months and countries; lists of floats are doubles, of text strings."""
    months = [datetime.date(2024, month, 1) for month, _ in rows]
    return pa.table(
        {
            "Date": pa.array(months, pa.date32()).cast(pa.timestamp("us")),
            "country": pa.array([country for _, country in rows], pa.string()),
            **columns,
        }
    )


STORED = table([(1, "AR"), (1, "CL"), (2, "AR"), (3, None)], x=[1.0, None, 3.0, 4.0])
SENT = table([(3, None), (2, "AR"), (1, "CL"), (4, "AR")], x=[4.0, 3.5, None, 9.0])


def difference(
    mode: str = "replace", stored_table: pa.Table = STORED, sent_table: pa.Table = SENT
) -> Difference:
    return compare(stored_table, sent_table, KEYS, MODES[mode])
