"""The reference: every public name stands on exactly one page."""

import dataclasses
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pandas as pd

import alphacast_pandas as ap
from alphacast_pandas import api, emulator
from alphacast_pandas.api.records import Record

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
BLOCK = re.compile(r"^```\{eval-rst\}\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
MODULE = re.compile(r"^\.\. currentmodule:: (\S+)$", re.MULTILINE)
ENTRY = re.compile(r"^   ([\w.]+)$", re.MULTILINE)
CLASS = re.compile(r"^\.\. autoclass:: (\S+)$", re.MULTILINE)


def documented() -> Counter[str]:
    """The full names that the pages document."""
    names: Counter[str] = Counter()
    for page in REFERENCE.glob("*.md"):
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            module = MODULE.search(block)
            names.update(f"{module[1]}.{name}" for name in ENTRY.findall(block) if module)
            names.update(CLASS.findall(block))
    return names


def full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def records() -> set[str]:
    """The records that the endpoints return."""
    for found in pkgutil.iter_modules(api.__path__, f"{api.__name__}."):
        importlib.import_module(found.name)
    return {
        full_name(kind)
        for kind in Record.__subclasses__()
        if dataclasses.is_dataclass(kind) and kind.__name__ not in ap.__all__
    }


def endpoints() -> set[str]:
    with ap.Client("ak_0", base_url="http://127.0.0.1:9") as client:
        return {
            full_name(type(value))
            for name, value in vars(client).items()
            if not name.startswith("_")
        }


def test_every_public_name_stands_on_exactly_one_page() -> None:
    modules = {"cache": ap.cache}
    accessor = type(pd.DataFrame().alphacast)
    expected = {
        *(f"{ap.__name__}.{name}" for name in ap.__all__ if name not in modules),
        *(f"{ap.__name__}.{n}.{name}" for n, module in modules.items() for name in module.__all__),
        *(f"pandas.DataFrame.alphacast.{n}" for n in vars(accessor) if not n.startswith("_")),
        *(f"{emulator.__name__}.{name}" for name in emulator.__all__),
        *endpoints(),
        *records(),
    }
    assert documented() == Counter(expected)
