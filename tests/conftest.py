"""One emulator for the session, a fresh store for each test, no settings, only loopback."""

import datetime
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with, forget_default_client
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings, set_process_login
from alphacast_pandas.emulator import Emulator, Plan, Readings

# A store that lasts for all examples of a test is meant: each makes the datasets it needs.
hypothesis.settings.register_profile(
    "here",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "ci", hypothesis.settings.get_profile("here"), derandomize=True, database=None
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

PLACES = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--at-most", type=int, metavar="N", help="parameters taken of each test")
    parser.addoption("--cases", type=int, metavar="N", help="cases of each kind in the campaign")
    parser.addoption("--first-case", type=int, default=0, metavar="N", help="number of the first")
    parser.addoption("--exhaustive", action="store_true", help="all parameters")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take every test, but of its parameters only so many, spread from the first to the last."""
    most = config.getoption("--at-most")
    if most is None:
        return
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    kept = {id(many[place]) for many in tests.values() for place in spread(len(many), most)}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
    items[:] = [item for item in items if id(item) in kept]


def spread(many: int, most: int) -> set[int]:
    """Return `most` places among `many`, the first and the last included."""
    if many <= most:
        return set(range(many))
    return {round(n * (many - 1) / max(1, most - 1)) for n in range(most)}


class Clock:
    """A clock that nobody waits for: a pause passes at once, and `meanwhile` happens in it."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return sum(self.pauses)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.meanwhile()

    def now(self) -> datetime.datetime:
        return datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nothing set, nothing stored, nobody logged in."""
    for name in list(os.environ):
        if name.upper().startswith("ALPHACAST_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    for name in PLACES:
        monkeypatch.setenv(name, str(tmp_path / "home"))
    yield
    set_process_login(None)
    forget_default_client()


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"no network in tests: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def server() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(server: Emulator) -> Emulator:
    """The emulator with a fresh store."""
    server.readings = Readings()
    server.plan = Plan()
    server.reset()
    return server


@pytest.fixture
def clock(emulator: Emulator) -> Clock:
    """A clock in whose pauses the emulator works off what it has to do."""
    return Clock(emulator.wait)


@pytest.fixture
def chunked_client(emulator: Emulator, clock: Clock) -> Callable[[int], ap.Client]:
    """Return a client that receives so many bytes at once, so that small tables have blocks."""

    def make(chunk_bytes: int) -> ap.Client:
        settings = Settings(emulator.api_key, emulator.url, timeout=(5, 5), retries=3)
        return client_with(Connection(settings, clock, chunk_bytes))

    return make


@pytest.fixture
def client(emulator: Emulator, clock: Clock) -> Iterator[ap.Client]:
    settings = Settings(emulator.api_key, emulator.url, timeout=(5, 5), retries=3)
    with client_with(Connection(settings, clock)) as client:
        yield client
