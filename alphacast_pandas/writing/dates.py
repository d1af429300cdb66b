"""Dates of a frame: their exact instants, and the format in which they are uploaded."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Collection

DATE_FORMAT = "%Y-%m-%d"
_SECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S"
_MICROSECONDS_FORMAT = "%Y-%m-%dT%H:%M:%S.%f"
# Rows looked at together: few calls, and little memory beyond the frame.
_ROWS_PER_SLICE = 1 << 17
_EPOCH = datetime.date(1970, 1, 1)
_DAYS_PER_CYCLE = 146_097
# The units of np.datetime64 that have one length.
ATTOSECONDS = {
    "W": 604_800 * 10**18,
    "D": 86_400 * 10**18,
    "h": 3_600 * 10**18,
    "m": 60 * 10**18,
    "s": 10**18,
    "ms": 10**15,
    "us": 10**12,
    "ns": 10**9,
    "ps": 10**6,
    "fs": 10**3,
    "as": 1,
}


def date_format(values: pd.Series, *, rows_per_slice: int = _ROWS_PER_SLICE) -> str:
    """Return the format of a date column: with time only if a row is not at midnight."""
    has_whole_days = has_whole_seconds = True
    for start in range(0, len(values), rows_per_slice):
        instants = as_timestamps(values.iloc[start : start + rows_per_slice]).to_numpy()
        has_whole_days = has_whole_days and _are_whole(instants, "D")
        has_whole_seconds = has_whole_seconds and _are_whole(instants, "s")
    if has_whole_days:
        return DATE_FORMAT
    return _SECONDS_FORMAT if has_whole_seconds else _MICROSECONDS_FORMAT


def longest_format(formats: Collection[str]) -> str:
    """Return the one of these formats in which all dates can be written."""
    return max(formats, key=len)


def as_timestamps(values: pd.Series) -> pd.Series:
    """Return dates of any kind as ``datetime64``; a Period is its first instant."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    if isinstance(values.dtype, pd.PeriodDtype):
        return _period_starts(values)
    if isinstance(values.dtype, pd.ArrowDtype):
        kind = values.dtype.pyarrow_dtype
        # Days as seconds: not all of them can be counted in microseconds.
        unit = kind.unit if pa.types.is_timestamp(kind) else "s"
        instants = to_array(values).cast(pa.timestamp(unit), safe=False)
        counts = instants.cast(pa.int64()).fill_null(np.iinfo(np.int64).min)  # which is NaT
        return pd.Series(counts.to_numpy().view(f"datetime64[{unit}]"), index=values.index)
    if values.dtype == object:
        return pd.Series(_instants_of_objects(values), index=values.index)
    return values


def exact_attoseconds(value: Any) -> int | None:
    """
    Return the first instant of a date object in 1e-18 s since 1970, None for a missing one.

    Only Python's integers are used: NumPy's, and Arrow's idea of a year, begin again at the end.
    An OverflowError, or pandas' OutOfBoundsDatetime, says that a Period is too far away.

    >>> exact_attoseconds(np.datetime64("1970-01-01T00:01")) // ATTOSECONDS["s"]
    60
    """
    if isinstance(value, pd.Period):
        [value] = _period_starts(pd.Series(pd.PeriodIndex([value])))
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        value = value.asm8
    elif isinstance(value, datetime.datetime):
        value = np.datetime64(value, "us")
    elif isinstance(value, datetime.date):
        value = np.datetime64(value, "D")
    unit, count = np.datetime_data(value.dtype)
    units = int(value.astype(np.int64)) * count
    if unit in {"Y", "M"}:
        return _days_before_month(units * (12 if unit == "Y" else 1)) * ATTOSECONDS["D"]
    return units * ATTOSECONDS[unit]


def _days_before_month(months: int) -> int:
    """Return the days from 1970 to the first of a month, which is counted from January 1970."""
    cycles, month = divmod(months, 400 * 12)  # the Gregorian calendar repeats itself
    day = datetime.date(2000 + (month // 12 + 370) % 400, month % 12 + 1, 1)
    since = day - datetime.date(2000, 1, 1)
    # Years 1970 to 1999 of the cycle come before 2000 of the same one.
    before = since.days if month // 12 >= 30 else since.days - _DAYS_PER_CYCLE
    return cycles * _DAYS_PER_CYCLE + before + (datetime.date(2000, 1, 1) - _EPOCH).days


def _instants_of_objects(values: pd.Series) -> np.ndarray:
    """Return date objects as instants in microseconds; finer ones are rounded down."""
    objects = values.where(values.notna(), None).tolist()
    if {*map(type, objects)} <= {datetime.date, datetime.datetime, type(None)}:
        return np.array(objects, "datetime64[us]")
    exact = [exact_attoseconds(value) for value in objects]
    missing = np.iinfo(np.int64).min  # which is NaT
    counts = [missing if each is None else each // ATTOSECONDS["us"] for each in exact]
    return np.array(counts, np.int64).view("datetime64[us]")


def _period_starts(values: pd.Series) -> pd.Series:
    """Return the first instants of periods; raise an OverflowError for those pandas gets wrong."""
    firsts: pd.Series = values.dt.to_timestamp(how="start")
    # Beyond the range of a C int pandas counts the years from 1970 again.
    again = firsts.dt.to_period(values.dt.freq)
    if not (again.isna() | (again == values)).all() or (again.isna() != values.isna()).any():
        msg = "a period whose year pandas cannot count"
        raise OverflowError(msg)
    return firsts


def _are_whole(instants: np.ndarray, unit: str) -> bool:
    """Tell whether every instant is a whole number of units; missing ones are."""
    whole = instants.astype(f"datetime64[{unit}]") == instants
    return bool((whole | np.isnat(instants)).all())


def format_dates(instants: pa.Array, format_: str) -> pa.Array:
    """Return instants as days, or as texts with the time of day."""
    if format_ == DATE_FORMAT:
        return instants.cast(pa.date32(), safe=False)
    unit = "s" if format_ == _SECONDS_FORMAT else "us"
    # Arrow's %S prints as many digits of the second as the unit has.
    return pc.strftime(instants.cast(pa.timestamp(unit), safe=False), format=_SECONDS_FORMAT)


def to_array(values: pd.Series, type_: pa.DataType | None = None) -> pa.Array:
    """Return the values as one Arrow array, by default at their own type."""
    array = pa.array(values, type_, from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
