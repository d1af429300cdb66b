"""A dataset that commands read, and programs as a shell or a terminal runs them."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

NAME = "Prices \x1b[31m, y más"  # as no push makes it, but the service may have it


@pytest.fixture
def prices() -> pd.DataFrame:
    """Texts that CSV and terminals have to handle, missing values, a date column, an Int16."""
    return pd.DataFrame(
        {
            "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01", "2024-02-01"]),
            "País, región": ["Chile", "Perú", "Chile", "Perú"],
            "CPI": [0.1 + 0.2, None, -1e-300, 1e22],
            "rank": pd.array([1, None, 3, 4], "Int16"),
            "note": ["NA", 'a "b"', "\x1b[31mred\rgreen", "one\ntwo"],
        }
    )


@pytest.fixture
def logged_in(emulator: Emulator, client: ap.Client, monkeypatch: pytest.MonkeyPatch) -> ap.Client:
    """The commands of this process and of those it starts use the emulator."""
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    return client


@pytest.fixture
def number(logged_in: ap.Client, prices: pd.DataFrame) -> str:
    """The number of a dataset that holds the prices."""
    home = logged_in.repositories.home().id
    created = logged_in.datasets.create(NAME, repository_id=home).id
    prices.alphacast.push(created, entities="País, región", client=logged_in)
    return str(created)


@pytest.fixture
def shell() -> Callable[[str], subprocess.CompletedProcess[bytes]]:
    """Run a line of sh in which ``$AP`` is the program, with no terminal at all."""

    def run(line: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "AP": f"{sys.executable} -m alphacast_pandas"}
        environment.pop("PYTHONUNBUFFERED", None)
        return subprocess.run(
            ["sh", "-c", line],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            start_new_session=True,
            check=False,
        )

    return run


@pytest.fixture
def on_a_terminal() -> Callable[..., str]:
    """Return what a Python program shows on a terminal of so many columns."""

    def run(program: str, *words: str, columns: int = 80) -> str:
        near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color"}
        environment.pop("COLUMNS", None)
        child = subprocess.Popen(
            [sys.executable, "-c", program, *words],
            env=environment,
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)
        shown = b""
        with contextlib.suppress(OSError):  # as Linux reports that the program has ended
            while read := os.read(near, 1 << 16):
                shown += read
        os.close(near)
        assert child.wait(timeout=60) == 0
        return shown.decode().replace("\r\n", "\n")

    return run
