"""A companion is imported beside its library, whoever imports that and whenever."""

import importlib
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from alphacast_pandas.lazy import import_beside


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Write a package `library_`, which its companion needs whole."""
    finders = [*sys.meta_path]

    def write(companion: str) -> Path:
        package = tmp_path / "library_"
        package.mkdir()
        (package / "__init__.py").write_text("companions = []\n")
        (tmp_path / "companion_.py").write_text(f"import library_\n{companion}\n")
        importlib.invalidate_caches()
        return package

    monkeypatch.syspath_prepend(str(tmp_path))
    yield write
    sys.meta_path[:] = finders
    for name in ("library_", "companion_"):
        sys.modules.pop(name, None)


ADDS = "library_.companions.append(__name__)"


def test_a_library_that_is_there_gets_its_companion_at_once(
    library: Callable[[str], Path],
) -> None:
    library(ADDS)
    module = importlib.import_module("library_")
    import_beside("library_", "companion_")
    assert module.companions == ["companion_"]


def test_a_library_that_was_looked_for_and_not_found_gets_its_companion_when_it_comes(
    library: Callable[[str], Path],
) -> None:
    finders = [*sys.meta_path]
    import_beside("library_", "companion_")
    with pytest.raises(ModuleNotFoundError, match="library_"):
        importlib.import_module("library_")
    assert find_spec("library_") is None
    package = library(ADDS)
    assert find_spec("library_") is not None
    assert "library_" not in sys.modules
    module = importlib.import_module("library_")
    assert module.companions == ["companion_"]
    assert module.__file__ == str(package / "__init__.py")
    assert sys.meta_path == finders
    assert importlib.reload(module).companions == []  # its companion is not loaded again


def test_a_companion_that_cannot_be_imported_leaves_the_library_alone(
    library: Callable[[str], Path],
) -> None:
    library("from library_ import what_later_versions_have")
    import_beside("library_", "companion_")
    assert importlib.import_module("library_").companions == []
    assert "companion_" not in sys.modules
