"""Rows and columns of an answer: ordered, filtered and cut as the caller asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.filters.mask import mask
from alphacast_pandas.filters.tree import EVERYTHING
from alphacast_pandas.reading.frame import to_frame

if TYPE_CHECKING:
    import pandas as pd

    from alphacast_pandas.reading.answer import SentQuery, WholeAnswer


def finish(answer: WholeAnswer) -> pa.Table:
    """Return the rows and columns of the answer, in order."""
    return selected_columns(answer, exact_rows(answer))


def exact_rows(answer: WholeAnswer) -> pa.Table:
    """Return the rows of the answer in order, with the columns that only its conditions need."""
    query, table = answer.query, answer.table
    date = answer.definitions.date.name if answer.definitions.date else None
    if date is not None:
        table = _by_date(table, date)
    table = matching_rows(answer, table)
    if date is not None and query.last is not None:
        table = _last_dates(table, date, query.last)
    # A slice of a table without columns has as many rows as were asked for.
    if query.top is not None and table.num_rows > query.top:
        table = table.slice(0, query.top)
    return table


def matching_rows(sent: SentQuery, table: pa.Table) -> pa.Table:
    """Return the rows of a table that belong to the answer, as far as each row can tell."""
    if sent.query.condition is None:
        return table
    rows = row_mask(sent, table)
    return table if pc.all(rows, min_count=0).as_py() else table.filter(rows)


def row_mask(sent: SentQuery, table: pa.Table) -> pa.ChunkedArray:
    """Return which rows those are."""

    def frame_of(part: pa.Table) -> pd.DataFrame:
        return to_frame(part, sent.definitions, dtype_backend=None, categories=False)

    return mask(sent.query.condition or EVERYTHING, table, frame_of)


def selected_columns(sent: SentQuery, table: pa.Table) -> pa.Table:
    """Return the columns of the result: date, entities, and those of `select`."""
    values = sent.query.values
    return table if values is None else table.select([*sent.definitions.keys, *values])


def _by_date(table: pa.Table, date: str) -> pa.Table:
    """Return the rows by date; rows of one date keep their order."""
    values = table.column(date).to_numpy()
    if (values[:-1] <= values[1:]).all():
        return table
    return table.take(pa.array(np.argsort(values, kind="stable")))


def _last_dates(table: pa.Table, date: str, count: int) -> pa.Table:
    """Return the rows of the last distinct dates of a table in order."""
    values = table.column(date).to_numpy()
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else values
    return table.slice(int(starts[-count])) if len(starts) > count else table
