"""Columns of frames at declared types, whose missing values are pandas' own."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.column_types import date_dtype, is_object, text_dtype
from alphacast_pandas.reading.frame import in_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def text_column(values: Iterable[str | None]) -> pd.Series[Any]:
    """Return texts at pandas' own type; half of a surrogate pair is no character, and becomes ?."""
    dtype = text_dtype()
    missing = np.nan if is_object(dtype) else None
    return pd.Series([missing if text is None else _whole(text) for text in values], dtype=dtype)


def date_column(values: Iterable[datetime.date | None]) -> pd.Series[Any]:
    """Return instants in pandas' own unit."""
    return in_own_unit(np.array([*values], "datetime64[us]"))


def in_own_unit(dates: np.ndarray) -> pd.Series[Any]:
    """Return dates in pandas' own unit; if it cannot hold them, in the one they have."""
    return pd.Series(in_unit(dates, date_dtype()))


def integers(values: Sequence[int | None]) -> Any:
    """Return nullable integers; a detour by floats would round the large ones."""
    numbers = np.array([0 if value is None else value for value in values], "int64")
    return pd.arrays.IntegerArray(numbers, np.array([value is None for value in values], bool))


def instant_of(text: str | None) -> datetime.datetime | None:
    """Return the instant of a text, in UTC if it names a zone; None for what is none."""
    try:
        instant = datetime.datetime.fromisoformat(text or "")
        return instant.astimezone(datetime.UTC).replace(tzinfo=None) if instant.tzinfo else instant
    except (ValueError, OverflowError):
        return None


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
