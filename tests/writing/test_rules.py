"""The rules of values: no two rows have one key, whatever its dtypes and the order of rows."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphacast_pandas.column_types import DATE, DECIMAL
from alphacast_pandas.writing.roles import Roles
from alphacast_pandas.writing.rules import check_values

Column = Callable[[list[int]], Any]
DAY = datetime.date(2020, 1, 1)
WORDS = ["b", "á", "a", "B"]
HALVES = [-0.0, 0.0, 0.5, -1.5]
DIGITS = [Decimal("1.0"), Decimal("1.00"), Decimal("-0"), Decimal(0)]


def days(codes: list[int]) -> pd.Series:
    return pd.Series(pd.to_datetime(DAY) + pd.to_timedelta(codes, "D"))


DATES: dict[str, Column] = {
    "datetime64": days,
    "seconds": lambda codes: np.array(codes, dtype="datetime64[s]"),
    "far": lambda codes: np.datetime64("9999-12-28", "s") + np.array(codes, "timedelta64[D]"),
    "date objects": lambda codes: pd.Series(days(codes).dt.date, dtype=object),
    "periods": lambda codes: days(codes).dt.to_period("D"),
    "categories": lambda codes: days(codes).astype("category"),
    "arrow": lambda codes: days(codes).astype("date32[pyarrow]"),
}
ENTITIES: dict[str, Column] = {
    "objects": lambda codes: pd.Series([WORDS[n] for n in codes], dtype=object),
    "with missing": lambda codes: pd.Series(
        [["b", None, "a", np.nan][n] for n in codes], dtype=object
    ),
    "categories": lambda codes: pd.Categorical.from_codes(codes, WORDS),
    "strings": lambda codes: pd.Series([WORDS[n] for n in codes], dtype="string[python]"),
    "arrow": lambda codes: pd.Series([WORDS[n] for n in codes], dtype="string[pyarrow]"),
    "halves": lambda codes: np.array([HALVES[n] for n in codes]),
    "nullable": lambda codes: pd.array([[3, None, 1, 2][n] for n in codes], dtype="Int16"),
    "digits": lambda codes: pd.Series([DIGITS[n] for n in codes], dtype=object),
    "zoned": lambda codes: days(codes).dt.tz_localize("UTC"),
    "no Unicode": lambda codes: pd.Series(
        [["\ud800", "a", "b", "c"][n] for n in codes], dtype=object
    ),
    "beyond 64 bits": lambda codes: pd.Series([10**30 + n for n in codes], dtype=object),
}
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9)
ORDERS: list[Callable[[list[Any]], list[Any]]] = [
    list,
    sorted,
    lambda rows: sorted(rows, key=lambda row: row[::-1]),
]


@pytest.mark.parametrize("entity", ENTITIES)
@settings(max_examples=15)
@given(
    date=st.sampled_from([*DATES]),
    rows=ROWS,
    is_distinct=st.booleans(),
    order=st.sampled_from(ORDERS),
)
def test_rows_with_one_key_are_found_as_pandas_finds_them(
    entity: str, date: str, rows: list[tuple[int, int]], is_distinct: bool, order: Any
) -> None:
    dates, entities = zip(*order([*set(rows)] if is_distinct else rows), strict=True)
    frame = pd.DataFrame({"Date": DATES[date]([*dates]), "e": ENTITIES[entity]([*entities])})
    for roles in (Roles("Date"), Roles("Date", ("e",))):
        types = {name: DATE if name == "Date" else DECIMAL for name in roles.keys}
        failures = check_values(frame, roles, types, frame.index)
        found = [failure.row for failure in failures if failure.check == "unique key"]
        assert found == np.flatnonzero(frame.duplicated([*roles.keys], keep=False)).tolist()


@pytest.mark.parametrize("values", [HALVES[:2], DIGITS[:2], DIGITS[2:]], ids=str)
def test_equal_numbers_are_one_entity_however_they_are_written(values: list[Any]) -> None:
    frame = pd.DataFrame({"Date": days([0, 0]), "e": values})
    failures = check_values(frame, Roles("Date", ("e",)), {"Date": DATE, "e": DECIMAL}, frame.index)
    assert [(failure.check, failure.row) for failure in failures] == [
        ("unique key", 0),
        ("unique key", 1),
    ]
