"""A fresh service for each test, a clean environment, no network but loopback, no real sleeping."""

import os
import socket
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

if "blackbox" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("blackbox")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["blackbox"] = package

from blackbox.server import Service
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

PLACES = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
PLACES += ("XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA", "TMPDIR")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings, nothing stored, a proxy that nobody may use; an empty working folder."""
    for name in list(os.environ):
        if name.upper().startswith("ALPHACAST_") or name.upper() == "NO_PROXY":
            monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in PLACES:
        place = tmp_path / name.lower()
        place.mkdir()
        monkeypatch.setenv(name, str(place))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every name that is not this machine."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo
    local = ("127.0.0.1", "::1", "localhost")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in local:
            raise OSError(f"no network in tests: {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in local:
            raise socket.gaierror(f"no network in tests: {host}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note every pause instead of making it (but for a moment, so that others may run)."""
    noted: list[float] = []
    sleep = time.sleep

    def note(seconds: float) -> None:
        noted.append(seconds)
        sleep(min(seconds, 0.002))

    monkeypatch.setattr(time, "sleep", note)
    return noted


@pytest.fixture(scope="session")
def running() -> Iterator[Service]:
    """The three ports, open for as long as tests run."""
    service = Service()
    yield service
    service.close()


@pytest.fixture
def service(running: Service) -> Iterator[State]:
    """A fresh service."""
    state = running.renew()
    yield state
    assert state.crashes == []


@pytest.fixture
def client(service: State) -> Iterator[ap.Client]:
    """A client of the fresh service."""
    with ap.Client(service.key, base_url=service.url, timeout=(2.0, 2.0), retries=2) as client:
        yield client


@pytest.fixture
def panel(service: State) -> Dataset:
    """A small panel: four countries, fourteen months, gaps, text with quotes."""
    from blackbox.frames import PANEL, panel_rows

    return service.seed(PANEL, panel_rows(), "Panel")
