"""The key, datasets, clients and frame that the cases share."""

from __future__ import annotations

import atexit
import importlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "ak_0000000000000000000x"
DATASET, SMALL = 5515, 5516
_MANY, _LATENCY = 40, 0.1


def client_of(url: str) -> Any:
    """Return the package and a client of it."""
    import alphacast_pandas as ap

    return ap, ap.Client(KEY, base_url=url)


def client_with_latency() -> tuple[Any, Any, list[int]]:
    """Return the package, a client of an emulator whose answers are late, and its datasets."""
    import pandas as pd

    import alphacast_pandas as ap

    url, key = _emulator()
    table = pd.DataFrame({"Date": pd.date_range("2020-01-01", periods=100), "value": range(100)})
    with ap.Client(key, base_url=url) as client:
        pushed = [ap.push(table, name=f"Small {n}", client=client) for n in range(_MANY + 1)]
    late = json.dumps({"port": "*", "delay": _LATENCY, "times": None}).encode()
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{url}/emulator/faults", late, headers)).close()  # noqa: S310 - our own server
    first, *others = [each.dataset_id for each in pushed]
    client = ap.Client(key, base_url=url)
    ap.read_many([first], client=client)  # loads what is needed: importing is measured on its own
    return ap, client, others


def _emulator() -> tuple[str, str]:
    """Return the address and the key of an emulator in a process of its own."""
    command = [sys.executable, "-m", "alphacast_pandas.emulator", "--port", "0"]
    emulator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    atexit.register(emulator.terminate)
    assert emulator.stdout is not None
    url, key = (emulator.stdout.readline().strip().partition("=")[2] for _ in range(2))
    return url, key


def sdk_of(url: str) -> Any:
    """Return the dataset as the official SDK has it."""
    import alphacast.alphacast as sdk

    sdk.BASE_URL = url
    return sdk.Alphacast(KEY).datasets.dataset(DATASET)


def frame_of(folder: Path) -> Any:
    """Return the frame that is pushed."""
    import pandas as pd

    return pd.read_pickle(folder / "frame.pkl")  # noqa: S301 - our own file


def without_the_extra(make: Callable[[], Any]) -> Any:
    """Return what `make` makes where ISA-L is not installed."""
    sys.modules["isal"] = None  # type: ignore[assignment] # how an import is made to fail
    importlib.import_module("alphacast_pandas.compression")
    return make()
