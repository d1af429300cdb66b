"""Takes the first steps of a user in turn and prints, as JSON, what each of them imported."""

import itertools
import json
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

# What the package cannot do without is there already.
import pandas as pd
import pyarrow.csv  # noqa: F401 - as above
import requests  # noqa: F401 - as above


class Clock:
    """A clock that is two seconds later at every look."""

    def __init__(self) -> None:
        self._seconds = itertools.count(0.0, 2.0)

    def monotonic(self) -> float:
        return next(self._seconds)


def show_a_bar() -> None:
    progress = import_module("alphacast_pandas.progress")
    with progress.Meter("Bar", progress=True, clock=Clock()) as meter:
        meter.advance(1)


def steps(ap: Any, client: Callable[[], Any], number: str) -> dict[str, Callable[[], object]]:
    frame = pd.DataFrame({"Date": [pd.Timestamp("2024-01-01")], "country": "Chile", "price": 1.5})
    return {
        "completion": lambda: dir(frame.alphacast),
        "client": client,
        "read": lambda: ap.read_alphacast(number, client=client()),
        "search": lambda: ap.search("prices", client=client()),
        "bar": show_a_bar,
        "push": lambda: frame.alphacast.push(number, client=client()),
        "schema": lambda: ap.schema(number, client=client()),
        "emulator": lambda: import_module("alphacast_pandas.emulator"),
    }


def imported_by(step: Callable[[], object]) -> list[str]:
    before = set(sys.modules)
    step()
    return sorted(set(sys.modules) - before)


def main(key: str, url: str, number: str) -> None:
    imported = {"import": imported_by(lambda: import_module("alphacast_pandas"))}
    ap = sys.modules["alphacast_pandas"]
    taken = steps(ap, lambda: ap.Client(key, base_url=url), number)
    imported |= {name: imported_by(step) for name, step in taken.items()}
    json.dump(imported, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
