"""Client and emulator joined over a socket."""

import itertools
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Plan

if "end_to_end" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("end_to_end")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["end_to_end"] = package

from end_to_end.frames import PANEL_KEYS, panel
from end_to_end.parts import LIMIT, limit_files, push


@pytest.fixture
def new_dataset(client: ap.Client) -> Callable[[], int]:
    """Return the number of a new, empty dataset at every call."""
    home = client.repositories.home().id
    count = itertools.count(1)
    return lambda: client.datasets.create(f"Dataset {next(count)}", repository_id=home).id


@pytest.fixture
def push_new(client: ap.Client, new_dataset: Callable[[], int]) -> Callable[..., int]:
    """Push a frame to a new dataset and return its number."""

    def push(frame: pd.DataFrame, **words: Any) -> int:
        number = new_dataset()
        frame.alphacast.push(number, client=client, **words)
        return number

    return push


@pytest.fixture
def stored(push_new: Callable[..., int], emulator: Emulator) -> int:
    """The number of a dataset that holds the panel."""
    number = push_new(panel(), entities=PANEL_KEYS[1:])
    emulator.forget_requests()
    return number


@pytest.fixture
def small_files(emulator: Emulator, client: ap.Client) -> None:
    """Files may be small, and the service takes no larger ones."""
    limit_files(client, LIMIT)
    emulator.plan = Plan(file_bytes=LIMIT)


@pytest.fixture
def stored_in_parts(
    small_files: None, client: ap.Client, emulator: Emulator, new_dataset: Callable[[], int]
) -> int:
    """The number of a dataset that holds the panel, which came in parts."""
    number = new_dataset()
    push(number, client)
    emulator.forget_requests()
    return number
