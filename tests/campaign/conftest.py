"""Both servers, and how many cases are run."""

import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with
from alphacast_pandas.api.clock import SystemClock
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings
from alphacast_pandas.emulator import Emulator

if "campaign" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    for name in ("blackbox", "campaign"):
        package = types.ModuleType(name)
        package.__path__ = [str(Path(__file__).parents[1] / name)]
        sys.modules.setdefault(name, package)

from blackbox.server import Service
from blackbox.state import State


@pytest.fixture(scope="session")
def running() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def service(running: Service) -> State:
    """A fresh service of the other server."""
    return running.renew()


class QuickClock(SystemClock):
    """The clock of the machine, but for its pauses, which end at once."""

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.001))


@pytest.fixture
def client(service: State) -> Iterator[ap.Client]:
    """A client of the other server, whose pauses pass at once."""
    settings = Settings(service.key, service.url, timeout=(5.0, 5.0), retries=2)
    with client_with(Connection(settings, QuickClock())) as client:
        yield client


@pytest.fixture
def emulated(emulator: Emulator) -> Iterator[ap.Client]:
    """A client of the emulator."""
    with ap.Client(emulator.api_key, base_url=emulator.url) as client:
        yield client
