"""The types that pandas itself gives to text and to dates."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd


def text_dtype() -> Any:
    """Return pandas' own text type: ``str`` from pandas 3 on, before that object."""
    named = pd.api.types.pandas_dtype(str)  # much faster than to make a Series
    return named if isinstance(named, pd.StringDtype) else pd.Series(["a"]).dtype


def is_object(dtype: Any) -> bool:
    """Tell the type of columns that hold any Python object."""
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


@cache
def date_dtype() -> Any:
    """Return ``datetime64`` in pandas' own unit."""
    return pd.to_datetime(pd.Series(["2020-01-01"])).dtype
