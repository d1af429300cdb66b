"""The frames of a difference, as the user asks for them."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from difference.tables import STORED, difference, table

import alphacast_pandas as ap
from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.difference.difference import compare
from alphacast_pandas.difference.modes import MODES


def diff(found: Any) -> Diff:
    return Diff("A difference", "replace", 7, (), found)


def test_missing_equals_missing_in_values() -> None:
    changed = diff(difference()).changed
    assert changed[["old", "new"]].to_numpy().tolist() == [[3.0, 3.5]]
    assert changed["column"].tolist() == ["x"]


def test_nothing_is_a_frame_with_the_same_columns() -> None:
    nothing = diff(difference(stored_table=STORED, sent_table=STORED))
    assert [*nothing.changed.columns] == ["Date", "country", "column", "old", "new"]
    assert nothing.changed[["old", "new"]].dtypes.tolist() == ["float64", "float64"]
    assert nothing.empty
    assert nothing.span is None


def test_old_and_new_of_text_and_numbers_are_objects() -> None:
    rows = [(1, "AR"), (2, "AR")]
    stored = table(rows, x=[1.0, 2.0], note=["a", None])
    changed = diff(
        difference("replace", stored, table(rows, x=[1.0, 3.0], note=[None, "b"]))
    ).changed
    assert changed[["old", "new"]].dtypes.tolist() == ["object", "object"]
    assert changed["old"].isna().tolist() == [False, False, True]
    assert changed["new"].isna().tolist() == [True, False, False]
    only_text = diff(difference("replace", stored, table(rows, x=[1.0, 2.0], note=["c", "b"])))
    assert only_text.changed[["old", "new"]].dtypes.tolist() == ["object", "object"]


def test_the_frame_of_the_largest_has_a_change_and_a_share() -> None:
    rng = np.random.default_rng(2)
    old, new = rng.normal(size=1000), rng.normal(size=1000)
    old[:2] = 0.0
    days = pa.array(pd.date_range("2000", periods=1000).to_numpy().astype("datetime64[us]"))
    tables = [pa.table({"Date": days, "x": pa.array(v)}) for v in (old, new)]
    found = diff(compare(*tables, ["Date"], MODES["upsert"]))
    for frame, column in (
        (found.largest_absolute, "change"),
        (found.largest_relative, "relative"),
    ):
        assert len(frame) == 10
        assert frame[column].abs().is_monotonic_decreasing
        assert (frame["change"] == frame["new"] - frame["old"]).all()
        assert frame.dtypes.tolist()[2:] == ["float64"] * 4


def test_a_column_of_which_only_the_name_is_known_is_text() -> None:
    stored = STORED.slice(0, 0).append_column("city", pa.nulls(0))
    frame = diff(difference(stored_table=stored)).deleted
    assert [*frame.columns] == ["Date", "country", "x", "city"]
    assert frame["city"].dtype == frame["country"].dtype


def test_a_difference_that_a_check_found_cannot_be_pushed() -> None:
    with pytest.raises(ap.QueryError, match="found by a check"):
        diff(difference()).push()
