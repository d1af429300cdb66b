"""The key, datasets, clients and frame that the cases share."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "ak_0000000000000000000x"
DATASET, SMALL = 5515, 5516


def client_of(url: str) -> Any:
    """Return the package and a client of it."""
    import alphacast_pandas as ap

    return ap, ap.Client(KEY, base_url=url)


def sdk_of(url: str) -> Any:
    """Return the dataset as the official SDK has it."""
    import alphacast.alphacast as sdk

    sdk.BASE_URL = url
    return sdk.Alphacast(KEY).datasets.dataset(DATASET)


def frame_of(folder: Path) -> Any:
    """Return the frame that is pushed."""
    import pandas as pd

    return pd.read_pickle(folder / "frame.pkl")  # noqa: S301 - our own file


def without_the_extra(make: Callable[[], Any]) -> Any:
    """Return what `make` makes where ISA-L is not installed."""
    sys.modules["isal"] = None  # type: ignore[assignment] # how an import is made to fail
    importlib.import_module("alphacast_pandas.compression")
    return make()
