"""Gives pytest the fixtures `alphacast_emulator` and `alphacast_client`."""

# This module stands outside the package on purpose. pytest imports it at every start in every
# environment where the package is installed: inside the package it would bring pandas along.

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas import Client
    from alphacast_pandas.emulator import Emulator


@pytest.fixture(scope="session")
def _alphacast_server() -> Iterator[Emulator]:
    """Run one emulator for the session."""
    with emulator_module().Emulator() as emulator:
        yield emulator


@pytest.fixture
def alphacast_emulator(_alphacast_server: Emulator) -> Emulator:
    """
    Return a local Alphacast with a fresh store.

    The server runs for the whole session. Before each test its data, faults, readings, plan and
    recorded requests are as in the beginning.
    """
    room = emulator_module()
    _alphacast_server.readings = room.Readings()
    _alphacast_server.plan = room.Plan()
    _alphacast_server.reset()
    return _alphacast_server


@pytest.fixture
def alphacast_client(alphacast_emulator: Emulator) -> Iterator[Client]:
    """Return an `alphacast_pandas.Client` of the account of `alphacast_emulator`."""
    package = importlib.import_module("alphacast_pandas")
    with package.Client(alphacast_emulator.api_key, base_url=alphacast_emulator.url) as client:
        yield client


def emulator_module() -> Any:
    """Import the emulator, or end the test with what to install."""
    try:
        return importlib.import_module("alphacast_pandas.emulator")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("alphacast_pandas"):
            raise
        pytest.fail(str(error), pytrace=False)
