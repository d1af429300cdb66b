"""The types that pandas itself gives to text and to dates."""

from __future__ import annotations

from typing import Any

import pandas as pd


def text_dtype() -> Any:
    """Return pandas' own text type: ``str`` from pandas 3 on, before that object."""
    return pd.Series(["a"]).dtype


def date_dtype() -> Any:
    """Return ``datetime64`` in pandas' own unit."""
    return pd.to_datetime(pd.Series(["2020-01-01"])).dtype
