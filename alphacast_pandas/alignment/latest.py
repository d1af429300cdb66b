"""`latest`: the last values of each entity and column, with their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.alignment.roles import columns_of
from alphacast_pandas.column_types import date_dtype, text_dtype
from alphacast_pandas.filters.dates import parse_end
from alphacast_pandas.reading.frame import in_unit
from alphacast_pandas.reading.options import check_count
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.writing.check_frame import check_is_frame
from alphacast_pandas.writing.kinds import NUMBERS, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.reading.options import Date

_OWN_COLUMNS = ("column", "Date", "value")


@short_traceback
def latest(df: pd.DataFrame, n: int = 1, *, at: Date | None = None) -> pd.DataFrame:
    """
    Return the last values of each entity and column, with their dates.

    Series that skip days have their last values on different dates, so the rows of the last
    dates of a frame do not hold them.

    Parameters
    ----------
    df : DataFrame
        The frame. Its date and entities are those of ``df.attrs["alphacast"]``, where they can
        still be found, or else the only column of dates and the only column of text; levels of
        the index are columns. It is not changed.
    n : int, default 1
        How many values of each entity and column; fewer come where there are no more.
    at : str, date, datetime, Timestamp or Period, optional
        The last date that counts; of a partial date, such as ``"2024-02"``, its end. By default
        every date counts.

    Returns
    -------
    DataFrame
        One row a value that is not missing: the entities, ``column`` (text), ``Date``
        (datetime64) and ``value``, ordered by entities, by the frame's order of columns and
        by date, with a RangeIndex. Values keep the type of their columns if it is one; numbers of
        several types are float64, anything else object. A frame without rows has the same columns
        and types. An entity that is called like one of these three has ``"entity: "`` in front of
        its name.

    Raises
    ------
    QueryError
        If `n` is not a positive integer, or `at` is not a date or has a time zone.
    ValidationError
        If the frame has no date, rows without one, or a time zone, or if it cannot be inferred
        which columns of text are entities.

    See Also
    --------
    align : Join frames on periods and entities.
    read_alphacast : Reads the rows of the last dates of a dataset with `last`.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.latest(df, at="2024-01")
         country column       Date  value
    0  Argentina  price 2024-01-01    1.5
    """
    check_is_frame(df)
    count = check_count(n, "n")
    columns = columns_of(df, "The frame")
    counts = _until(columns.instants, at)
    series = columns.series
    order = np.lexsort((columns.instants.astype(np.int64), series))
    held = [columns.columns[name] for name in columns.values]
    chosen = [
        _last_rows(order[(values.notna().to_numpy() & counts)[order]], series, count)
        for values in held
    ]
    rows = np.concatenate([np.array([], np.intp), *chosen])
    places = np.repeat(np.arange(len(held)), [len(each) for each in chosen])
    by_series = np.argsort(series[rows], kind="stable")  # and by column and date, as they are
    own = {each: f"entity: {each}" if each in _OWN_COLUMNS else each for each in columns.entities}
    result = pd.DataFrame(
        {
            **{new: columns.columns[old].take(rows[by_series]).array for old, new in own.items()},
            "column": _names(columns.values, places[by_series]),
            "Date": in_unit(columns.instants[rows[by_series]], date_dtype()),
            "value": _values(held, chosen).take(by_series).array,
        }
    )
    result.attrs["alphacast"] = {"date": "Date", "entities": [*own.values(), "column"]}
    return result


def _until(instants: np.ndarray, at: Any) -> np.ndarray:
    """Tell which instants are at or before a date, which includes its end if it is partial."""
    if at is None:
        return np.ones(len(instants), bool)
    end, is_included = parse_end(at, "at")
    exact, stop = instants.astype("datetime64[us]"), np.datetime64(end, "us")
    until: np.ndarray = exact <= stop if is_included else exact < stop
    return until


def _last_rows(present: np.ndarray, series: np.ndarray, count: int) -> np.ndarray:
    """Return the last rows of each series, of rows that are sorted by series and date."""
    own = series[present]
    ends = np.append(np.flatnonzero(own[1:] != own[:-1]) + 1, len(own))
    end_of_each = np.repeat(ends, np.diff(ends, prepend=0))
    rows: np.ndarray = present[end_of_each - np.arange(len(own)) <= count]
    return rows


def _names(names: Sequence[str], places: np.ndarray) -> pd.Series:
    column: pd.Series = pd.Series(np.array([*names, None], object)[places], dtype=text_dtype())
    return column


def _values(columns: Sequence[pd.Series], rows: Sequence[np.ndarray]) -> pd.Series:
    """Return the values at rows of each column, one column after the other, at one type."""
    dtypes = {values.dtype for values in columns}
    kinds = {kind_of(values) for values in columns}
    dtype: Any = np.dtype(object)
    if len(dtypes) == 1:
        (dtype,) = dtypes
    elif kinds <= NUMBERS - {Kind.DECIMAL}:
        dtype = np.dtype("float64")
    taken = [values.take(own) for values, own in zip(columns, rows, strict=True)]
    joined: pd.Series = pd.concat(
        [pd.Series([], dtype=dtype), *(each.astype(dtype) for each in taken)]
    )
    return joined
