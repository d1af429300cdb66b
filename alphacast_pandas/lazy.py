"""Loads the names of a package when they are first used (PEP 562)."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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
