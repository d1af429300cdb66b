"""One emulator for the session, a fresh store for each test, no settings, only loopback."""

import datetime
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with, forget_default_client
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings, set_process_login
from alphacast_pandas.emulator import Emulator, Plan, Readings

PLACES = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA")


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
