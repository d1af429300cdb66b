"""
The real service, or whatever ALPHACAST_BASE_URL says, in a throw-away repository.

These tests run only if the command line asks for them and there is a key:

    ALPHACAST_API_KEY=... pytest -m live
"""

import os
import re
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import alphacast_pandas as ap
from alphacast_pandas.probe.workspace import Workspace

if "live" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("live")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["live"] = package

# As it was when pytest started: the rest of the suite removes all settings.
SETTINGS = {name: os.environ.get(f"ALPHACAST_{name}") for name in ("API_KEY", "BASE_URL")}
SETTINGS["SEARCH_URL"] = os.environ.get("ALPHACAST_SEARCH_URL")
COMMAND = "ALPHACAST_API_KEY=... pytest -m live"
PLACES = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


def reason_to_skip(config: pytest.Config) -> str:
    """Why the service is left alone, empty if it is not."""
    if not re.search(r"(?<!not )\blive\b", config.getoption("-m") or ""):
        return f"the service itself is only asked by: {COMMAND}"
    return "" if SETTINGS["API_KEY"] else f"there is no key; run: {COMMAND}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    reason = reason_to_skip(config)
    for item in items:
        if reason and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings and nothing stored; a proxy stays, since the service is outside."""
    for name in list(os.environ):
        if name.startswith("ALPHACAST_"):
            monkeypatch.delenv(name)
    for name in PLACES:
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def only_loopback() -> None:
    """Every other test may reach this machine alone."""


@pytest.fixture(scope="session")
def client() -> Iterator[ap.Client]:
    key, base_url, search_url = (SETTINGS[name] for name in ("API_KEY", "BASE_URL", "SEARCH_URL"))
    with ap.Client(key, base_url=base_url, search_url=search_url) as client:
        yield client


@pytest.fixture(scope="session")
def workspace(client: ap.Client) -> Iterator[Workspace]:
    """A private repository that is deleted at the end."""
    workspace = Workspace(client)
    try:
        workspace.make()
        if workspace.refusal is not None:
            pytest.fail(f"No repository could be made: {workspace.refusal}")
        yield workspace
    finally:
        workspace.remove(print)


@pytest.fixture
def new_dataset(workspace: Workspace, request: pytest.FixtureRequest) -> Callable[[], int]:
    """Return the number of a new, empty dataset, which has the name of the test."""
    return lambda: workspace.new_dataset(f"{request.node.name} {len(workspace.datasets)}")
