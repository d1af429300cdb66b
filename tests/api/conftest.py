"""A host that searches are sent to, for tests of what crosses the network."""

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

if "api_tests" not in sys.modules:  # importlib mode leaves sys.path alone, and so do we
    package = types.ModuleType("api_tests")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["api_tests"] = package

from api_tests.search_host import SearchHost, search_host


@pytest.fixture
def host() -> Iterator[SearchHost]:
    with search_host() as host:
        yield host
