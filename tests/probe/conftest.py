"""A client in whose pauses processes go one state on, so that what a probe sees is no chance."""

from collections.abc import Callable, Iterator

import pytest

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings
from alphacast_pandas.emulator import Emulator, Readings
from alphacast_pandas.probe.observations import Observation
from alphacast_pandas.probe.run import run_experiments

Probe = Callable[..., dict[str, Observation]]


@pytest.fixture
def stepped(emulator: Emulator, clock: object) -> Iterator[ap.Client]:
    clock.meanwhile = emulator.advance
    settings = Settings(
        emulator.api_key, emulator.url, search_url=emulator.search_url, timeout=(5, 5), retries=1
    )
    with client_with(Connection(settings, clock)) as client, emulator.hold_processes():
        yield client


@pytest.fixture
def probe(emulator: Emulator, stepped: ap.Client) -> Probe:
    """Probe the emulator under some readings; what the probe made must be gone."""

    def run(names: set[str] | None = None, **words: str) -> dict[str, Observation]:
        before = listed(stepped)
        emulator.readings = Readings(**words)
        seen = run_experiments(stepped, lambda _: None, names=names)
        emulator.readings = Readings()
        assert listed(stepped) == before
        return {each.name: each for each in seen}

    return run


def listed(client: ap.Client) -> list[list[object]]:
    """All that a probe may not leave."""
    resources = client.repositories, client.datasets, client.user_keys
    return [resource.list() for resource in resources]
