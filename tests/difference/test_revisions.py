"""The facts of a difference: counts by column, the largest revisions, the dates."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from difference.tables import STORED, difference

from alphacast_pandas.difference.difference import compare
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.difference.revisions import (
    column_counts,
    date_span,
    largest_revisions,
    revision_lines,
)


def test_counts_are_of_values() -> None:
    stored = STORED.append_column("y", pa.array(["a", "b", None, None]))
    counts = {
        c.name: (c.added, c.changed, c.deleted)
        for c in column_counts(difference(stored_table=stored))
    }
    assert counts == {"x": (1, 1, 1), "y": (0, 0, 1)}


@pytest.mark.parametrize("is_relative", [False, True])
def test_the_largest_revisions_come_first_and_those_without_sense_do_not_come(
    is_relative: bool,
) -> None:
    rng = np.random.default_rng(2)
    old, new = rng.normal(size=1000), rng.normal(size=1000)
    old[:2], new[2] = 0.0, np.nan
    days = pa.array(pd.date_range("2000", periods=1000).to_numpy().astype("datetime64[us]"))
    tables = [pa.table({"Date": days, "x": pa.array(v, from_pandas=True)}) for v in (old, new)]
    found = largest_revisions(compare(*tables, ["Date"], MODES["upsert"]), is_relative=is_relative)
    change = pd.Series(new - old)
    share = (change / np.abs(old)).replace([np.inf, -np.inf], np.nan)
    size = (share if is_relative else change).abs().dropna()
    numbers = np.abs(found.relative if is_relative else found.absolute)
    assert numbers.tolist() == size.sort_values(ascending=False).head(10).tolist()


def test_nothing_has_no_dates_and_no_revisions() -> None:
    found = difference(stored_table=STORED, sent_table=STORED)
    assert date_span(found) is None
    assert revision_lines(found, is_relative=False, count=3) == []
