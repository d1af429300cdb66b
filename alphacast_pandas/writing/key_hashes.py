"""Hashes of keys, by which repeated ones are found among rows that are never held together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alphacast_pandas.writing.dates import as_timestamps

if TYPE_CHECKING:
    from alphacast_pandas.writing.roles import Roles


def hash_keys(keys: pd.DataFrame, roles: Roles) -> np.ndarray:
    """Return a hash of each key; equal keys of columns of the same types have equal ones."""
    columns = {name: _comparable(keys[name]) for name in roles.entities}
    instants = pd.Series(to_instants(keys[roles.date]), index=keys.index)
    frame = pd.DataFrame({roles.date: instants, **columns})
    return pd.util.hash_pandas_object(frame, index=False).to_numpy()


def repeated_hashes(hashes: np.ndarray) -> np.ndarray:
    """Return each hash that several keys have, once; `hashes` are sorted in place."""
    hashes.sort()
    return np.unique(hashes[1:][hashes[1:] == hashes[:-1]])


def to_instants(dates: pd.Series) -> np.ndarray:
    """Return dates of any kind as instants that can be compared."""
    return as_timestamps(dates).to_numpy().astype("datetime64[us]")


def _comparable(values: pd.Series) -> pd.Series:
    """Return values of which equal ones have equal bytes: not so the two zeros."""
    return values + 0.0 if pd.api.types.is_float_dtype(values.dtype) else values
