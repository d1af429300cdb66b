"""Repositories and datasets to find."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap


@pytest.fixture
def store(client: ap.Client) -> Callable[..., int]:
    """Push a frame to a new dataset and return its number."""

    def push(name: str, frame: pd.DataFrame, repository: str = "Home", **words: Any) -> int:
        result = frame.alphacast.push(
            name=name,
            repository=None if repository == "Home" else repository,
            client=client,
            **words,
        )
        return result.dataset_id

    return push


@pytest.fixture
def prices() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01"]),
            "country": ["Chile", "Perú", "Chile", "Perú"],
            "CPI": [1.0, 2.0, 3.0, None],
            "Wages": [None, None, 5.0, 6.5],
        }
    )
