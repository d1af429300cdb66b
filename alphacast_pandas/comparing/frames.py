"""A difference as DataFrames, built when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.comparing.facts import column_counts
from alphacast_pandas.comparing.revisions import largest
from alphacast_pandas.comparing.values import is_number, to_doubles

if TYPE_CHECKING:
    from alphacast_pandas.comparing.difference import Difference


def counts_frame(difference: Difference) -> pd.DataFrame:
    """Return the counts of values, one row a column."""
    counts = column_counts(difference)
    index = pd.Index([c.name for c in counts], name="column", dtype=object).infer_objects()
    numbers = [(c.added, c.changed, c.deleted) for c in counts]
    shaped = np.array(numbers, dtype=np.int64).reshape(len(counts), 3)
    return pd.DataFrame(shaped, index=index, columns=["added", "changed", "deleted"])


def changed_table(difference: Difference) -> tuple[pa.Table, pd.DataFrame]:
    """
    Return keys and column of every value that changes, then its old and its new value.

    Rows are in the order of the frame sent; the values are doubles if every column is numeric, and
    Python objects otherwise.
    """
    names = [*difference.values]
    places = [difference.changes[name] for name in names]
    rows = np.concatenate([difference.rows.sent_shared[p] for p in places] or [_nothing()])
    columns = np.repeat(np.arange(len(names)), [len(p) for p in places])
    order = np.lexsort((columns, rows))
    keys = difference.sent.select([*difference.keys]).take(pa.array(rows[order]))
    words = pa.array(names, pa.string()).take(pa.array(columns[order]))
    table = keys.append_column("column", words)
    values = {side: _values(difference, order, side) for side in ("old", "new")}
    return table, pd.DataFrame(values)


def largest_frame(difference: Difference, *, is_relative: bool) -> tuple[pa.Table, pd.DataFrame]:
    """Return keys and column of the largest revisions, and their numbers."""
    found = largest(difference, is_relative=is_relative)
    keys = difference.sent.select([*difference.keys]).take(pa.array(found.rows))
    table = keys.append_column("column", pa.array(found.columns, pa.string()))
    numbers = {
        "old": found.old,
        "new": found.new,
        "change": found.absolute,
        "relative": np.where(np.isinf(found.relative), np.nan, found.relative),
    }
    return table, pd.DataFrame(numbers, dtype="float64")


def _values(difference: Difference, order: np.ndarray, side: str) -> pd.Series:
    read: Any = getattr(difference, side)
    parts = [read(name) for name in difference.values]
    if all(is_number(part.type) for part in parts):
        numbers = [to_doubles(part) for part in parts]
        return pd.Series(np.concatenate([*numbers, _nothing(float)])[order])
    objects = [part.to_pandas(integer_object_nulls=True).to_numpy(dtype=object) for part in parts]
    values = np.concatenate(objects)[order]
    return pd.Series(np.where(pd.isna(values), np.nan, values), dtype=object)


def _nothing(kind: type = np.intp) -> np.ndarray:
    return np.empty(0, dtype=kind)
