"""Two tables by their key: what is added, changed, deleted, and how it is shown."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from alphacast_pandas.difference import rows as keys
from alphacast_pandas.difference.diff import changed_table, largest_frame
from alphacast_pandas.difference.difference import (
    Difference,
    compare,
    predicted,
    vanishing_columns,
    vanishing_entities,
)
from alphacast_pandas.difference.display import to_html, to_text
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.difference.revisions import column_counts, revisions, span

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


BEFORE = table([(1, "AR"), (1, "CL"), (2, "AR"), (3, None)], x=[1.0, None, 3.0, 4.0])
SENT = table([(3, None), (2, "AR"), (1, "CL"), (4, "AR")], x=[4.0, 3.5, None, 9.0])


def difference(
    mode: str = "replace", before: pa.Table = BEFORE, sent: pa.Table = SENT
) -> Difference:
    return compare(before, sent, KEYS, MODES[mode])


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("append", (1, 0, 0)), ("upsert", (1, 1, 0)), ("replace", (1, 1, 1)), ("mirror", (1, 0, 1))],
)
def test_a_mode_decides_what_is_changed_and_deleted(mode: str, counts: tuple[int, ...]) -> None:
    found = difference(mode)
    assert (len(found.added), len(found.changed), len(found.deleted)) == counts
    assert found.unchanged == 3 - counts[1]
    assert found.kept == 1 - counts[1]
    assert not found.is_empty


def test_missing_equals_missing_in_keys_and_in_values() -> None:
    found = difference()
    assert SENT.take(pa.array(found.rows.sent_shared)).num_rows == 3
    assert changed_table(found)[1].to_numpy().tolist() == [[3.0, 3.5]]


VALUES: dict[str, tuple[pa.Array, pa.Array, bool]] = {
    "zeros of either sign": (pa.array([0.0]), pa.array([-0.0]), False),
    "neighbouring doubles": (pa.array([0.1 + 0.2]), pa.array([0.3]), True),
    "a double and a short integer": (pa.array([1.0]), pa.array([1], pa.int16()), False),
    "missing and zero": (pa.array([None], pa.float64()), pa.array([0.0]), True),
    "missing numbers": (pa.array([None], pa.int16()), pa.array([None], pa.float64()), False),
    "one text": (pa.array(["a"]), pa.array(["a"]), False),
    "an accent": (pa.array(["a"]), pa.array(["á"]), True),
    "missing and text": (pa.array([None], pa.string()), pa.array(["a"]), True),
    "a missing number and text": (pa.array([None], pa.float64()), pa.array(["a"]), True),
    "missing of two types": (pa.nulls(1, pa.float64()), pa.nulls(1, pa.string()), False),
    "missing of no type": (pa.nulls(1), pa.nulls(1, pa.string()), False),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_are_equal_by_what_they_are(case: str) -> None:
    left, right, differ = VALUES[case]
    row = [(1, "AR")]
    found = difference("upsert", table(row, x=left), table(row, x=right))
    assert len(found.changed) == differ


def test_a_table_whose_keys_repeat_is_not_aligned() -> None:
    twice = table([(1, "AR"), (1, "AR"), (2, "AR")], x=[1.0, 2.0, 3.0])
    found = difference(before=twice)
    assert found.rows.repeated_before.tolist() == [0, 1]
    assert len(found.rows.sent_shared) == 0


def test_keys_of_many_columns_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_LARGEST", 4)
    rng = np.random.default_rng(1)
    codes = rng.permutation(1000)
    columns = {f"k{n}": pa.array((codes // 10**n) % 10) for n in range(3)}
    before = pa.table({**columns, "x": pa.array(codes * 1.0)})
    sent = before.take(pa.array(rng.permutation(1000)))
    assert compare(before, sent, [*columns], MODES["replace"]).unchanged == 1000


def test_what_is_predicted_has_every_column_of_both() -> None:
    before = BEFORE.append_column("held", pa.array(["a", "b", "c", None]))
    sent = SENT.append_column("new", pa.array([1.0, None, 2.0, 3.0]))
    upsert = predicted(difference("upsert", before, sent)).to_pandas()
    assert upsert["x"].tolist()[1:2] == [3.5]
    assert upsert["held"].fillna("-").tolist() == ["-", "c", "b", "-"]
    mirror = predicted(difference("mirror", before, sent)).to_pandas()
    assert mirror["x"].tolist()[1::2] == [3.0, 9.0]
    assert mirror["new"].isna().tolist() == [True, True, True, False]


def test_what_would_vanish_is_named() -> None:
    sent = table([(2, "AR")], x=pa.array([None], pa.float64()))
    before = BEFORE.append_column("y", pa.array([1.0, 2.0, None, 4.0]))
    found = difference("replace", before, sent)
    assert vanishing_entities(found) == {"country": ["CL", None]}
    assert vanishing_columns(found) == ["x", "y"]
    assert vanishing_entities(difference("upsert", before, sent)) == {}
    assert vanishing_columns(difference("upsert", before, sent)) == []
    assert vanishing_columns(difference("mirror", before, sent)) == ["y"]


def test_counts_are_of_values() -> None:
    before = BEFORE.append_column("y", pa.array(["a", "b", None, None]))
    counts = {
        c.name: (c.added, c.changed, c.deleted) for c in column_counts(difference(before=before))
    }
    assert counts == {"x": (1, 1, 1), "y": (0, 0, 1)}


def test_the_largest_revisions_come_first_and_those_without_sense_do_not_come() -> None:
    rng = np.random.default_rng(2)
    old, new = rng.normal(size=1000), rng.normal(size=1000)
    old[:2], new[2] = 0.0, np.nan
    days = pa.array(pd.date_range("2000", periods=1000).to_numpy().astype("datetime64[us]"))
    tables = [pa.table({"Date": days, "x": pa.array(v, from_pandas=True)}) for v in (old, new)]
    found = compare(*tables, ["Date"], MODES["upsert"])
    for is_relative in (False, True):
        frame = largest_frame(found, is_relative=is_relative)[1]
        change = pd.Series(new - old)
        share = (change / np.abs(old)).replace([np.inf, -np.inf], np.nan)
        size = (share if is_relative else change).abs().dropna()
        shown = frame["relative" if is_relative else "change"].abs()
        assert shown.tolist() == size.sort_values(ascending=False).head(10).tolist()


def test_a_difference_fits_a_terminal_and_escapes_in_a_notebook() -> None:
    names = [f"Vivienda, agua <b>{n}</b> " + "muy largo " * 9 for n in range(20)]
    rows = [(1, "<script>\n" + "x" * 90), (2, "AR")]
    before = table(rows, **{name: [1e-300, 1.0] for name in names})
    sent = table(rows, **{name: [1e300, -123456789.123456789] for name in names})
    found = difference(before=before, sent=sent)
    text = to_text(found, "A title " * 20, ["A note " * 30])
    assert max(map(len, text.splitlines())) <= 80
    assert len(text.splitlines()) < 40
    assert "... and 12 columns more" in text
    shown = to_html(found, "<title>", ["<note>"])
    assert "<script>" not in shown
    assert "<b>0</b> </td>" not in shown
    assert "&lt;note&gt;" in shown


def test_nothing_is_shown_as_nothing() -> None:
    found = difference(before=BEFORE, sent=BEFORE)
    assert found.is_empty
    assert span(found) is None
    assert revisions(found, is_relative=False, most=3) == []
    assert "dates touched: none" in to_text(found, "Nothing", [])
    keys_and_column, values = changed_table(found)
    assert keys_and_column.column_names == ["Date", "country", "column"]
    assert values.dtypes.tolist() == ["float64", "float64"]
