"""Loads modules when they are needed: names at their first use, companions beside a library."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def on_first_use(
    package: str, addresses: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """
    Return `__getattr__` and `__dir__` for a package whose names live in these modules of it.

    lazy_loader does the same, as another dependency of every user, and with an AttributeError of
    other words than Python's. A name is kept once it is loaded, so that its second use costs
    nothing. Whatever goes wrong while its module is imported is raised as it is. The address of a
    name that is a module itself is "".
    """

    def load(name: str) -> Any:
        module = sys.modules[package]
        if name not in addresses:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg, name=name, obj=module)
        address = addresses[name]
        value = (
            getattr(import_module(f"{package}.{address}"), name)
            if address
            else import_module(f"{package}.{name}")
        )
        setattr(module, name, value)
        return value

    def names() -> list[str]:
        module = vars(sys.modules[package])
        return sorted({*module["__all__"], *(name for name in module if name.startswith("__"))})

    return load, names


def import_beside(library: str, companion: str) -> None:
    """
    Import the module `companion` as soon as the module `library` is imported, by whomever.

    Neither is imported here unless `library` is there already.
    """
    if library in sys.modules:
        import_module(companion)
    else:
        sys.meta_path.insert(0, _Beside(library, companion))


class _Beside:
    """Finds one module as the other finders do, and has another one imported after it."""

    def __init__(self, library: str, companion: str) -> None:
        self._library, self._companion = library, companion

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the specification of the library, None for any other module."""
        if name != self._library:
            return None
        others = (
            finder
            for finder in sys.meta_path
            if finder is not self and hasattr(finder, "find_spec")
        )
        specs = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in specs if spec is not None), None)
        # Whoever only looks for the library, or finds none, has not imported it.
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_both(module: ModuleType) -> None:
                execute(module)
                # The loader of a zip file belongs to other modules too.
                if module.__name__ == self._library and self in sys.meta_path:
                    sys.meta_path.remove(self)
                    with suppress(ImportError):  # the library is older than its companion takes
                        import_module(self._companion)

            # There is no other way to be told, but to replace the loader itself.
            spec.loader.exec_module = execute_both  # type: ignore[method-assign] # as said above
        return spec
