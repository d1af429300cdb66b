"""The caller's frame: to the flat frame that is checked and sent."""

from __future__ import annotations

from typing import Any

import pandas as pd

from alphacast_pandas.errors import QueryError, ValidationError


def flat_frame(df: pd.DataFrame, index: Any) -> pd.DataFrame:
    """Return `df` with index levels as columns where they belong to the data."""
    if not (index is None or isinstance(index, bool)):
        msg = f"index is None, True or False, not {index!r}."
        raise QueryError(msg)
    if df.columns.nlevels > 1:
        msg = (
            "The columns are a MultiIndex, and a dataset has one row of names. "
            'Join the levels first: df.columns = ["_".join(names) for names in df.columns].'
        )
        raise ValidationError(msg)
    names = list(df.index.names)
    named = [name for name in names if name is not None]
    if index is False or (index is None and not named and _is_only_a_count(df.index)):
        # A diff is pushed and a push resumed later: what the caller changes meanwhile stays out.
        flat = df.copy(deep=not _copies_on_write())
        flat.index = pd.RangeIndex(len(df))
        return flat
    if len(named) < len(names):
        msg = (
            "The index has no name, so it cannot become a column. Name it "
            '(df.index.name = "Date"), or leave it out with index=False.'
        )
        raise ValidationError(msg)
    both = [name for name in named if name in df.columns]
    if both:
        msg = (
            f"{both[0]!r} is both in the index and a column. Leave one out: index=False, "
            f"or df.drop(columns={both[0]!r})."
        )
        raise ValidationError(msg)
    return df.reset_index()


def _copies_on_write() -> bool:
    """Tell whether a frame that shares its values is safe from changes to the other."""
    return int(pd.__version__.partition(".")[0]) >= 3 or pd.options.mode.copy_on_write is True


def row_labels(df: pd.DataFrame) -> pd.Index:
    """Return the caller's label of each row."""
    return df.index


def _is_only_a_count(index: pd.Index) -> bool:
    """Tell an index that numbers rows, whole or filtered, from one that holds data."""
    return index.nlevels == 1 and pd.api.types.is_integer_dtype(index.dtype)
