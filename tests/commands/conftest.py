"""A dataset that commands read, and programs as a shell runs them."""

import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

if "commands" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("commands")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["commands"] = package

NAME = "Prices \x1b[31m, y más"  # as no push makes it, but the service may have it


@pytest.fixture
def prices() -> pd.DataFrame:
    """Texts that CSV and terminals have to handle, missing values, a date column, an Int16."""
    return pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01"]),
            "País, región": ["Chile", "Perú", "Chile", "Perú"],
            "CPI": [0.1 + 0.2, None, -1e-300, 1e22],
            "rank": pd.array([1, None, 3, 4], "Int16"),
            "note": ["NA", 'a "b"', "\x1b[31mred\rgreen", "one\ntwo"],
        }
    )


@pytest.fixture
def logged_in(emulator: Emulator, client: ap.Client, monkeypatch: pytest.MonkeyPatch) -> ap.Client:
    """The commands of this process and of those it starts use the emulator."""
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    monkeypatch.setenv("COLUMNS", "80")
    return client


@pytest.fixture
def number(logged_in: ap.Client, prices: pd.DataFrame) -> str:
    """The number of a dataset that holds the prices."""
    home = logged_in.repositories.home().id
    created = logged_in.datasets.create(NAME, repository_id=home).id
    prices.alphacast.push(created, entities="País, región", client=logged_in)
    return str(created)


@pytest.fixture
def shell() -> Callable[[str], subprocess.CompletedProcess[bytes]]:
    """Run a line of sh in which ``$AP`` is the program, with no terminal at all."""

    def run(line: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "AP": f"{sys.executable} -m alphacast_pandas"}
        environment.pop("PYTHONUNBUFFERED", None)
        return subprocess.run(
            ["sh", "-c", line],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            start_new_session=True,
            check=False,
        )

    return run
