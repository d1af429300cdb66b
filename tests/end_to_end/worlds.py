"""What may happen between two reads of a dataset: uploads here and elsewhere, time, damage."""

import contextlib
import datetime
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from end_to_end.frames import PANEL_KEYS, panel

import alphacast_pandas as ap
from alphacast_pandas.api.client import client_with
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings
from alphacast_pandas.emulator import Emulator

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


class Clock:
    """A clock that a test sets; pauses pass at once."""

    def __init__(self) -> None:
        self.moment = START
        self.meanwhile: Callable[[], object] = lambda: None

    def monotonic(self) -> float:
        return (self.moment - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        self.moment += datetime.timedelta(seconds=seconds)
        self.meanwhile()

    def now(self) -> datetime.datetime:
        return self.moment


class World:
    """A dataset, the client under test, and others who read and write it elsewhere."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        self.emulator, self.folder = emulator, folder
        self.clock = Clock()
        self.clock.meanwhile = emulator.wait
        self.client = self.new_client()
        self.numbers = itertools.count(1)
        self.frame = panel()
        with self.elsewhere():
            home = self.client.repositories.home().id
            name = f"Dataset {next(self.numbers)} of {folder.name}"
            self.number = self.client.datasets.create(name, repository_id=home).id
            ap.push(self.frame, self.number, entities=PANEL_KEYS[1:], client=self.client)

    def new_client(self, **words: Any) -> ap.Client:
        """Return a client that remembers nothing."""
        url, key = self.emulator.url, self.emulator.api_key
        settings = Settings(key, url, timeout=(5, 5), retries=1, **words)
        return client_with(Connection(settings, self.clock))

    @contextlib.contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Be on another machine, which has another folder for caches."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_CACHE_HOME", str(self.folder / "elsewhere"))
            yield

    def read(self, cache: Any, **words: Any) -> pd.DataFrame:
        """Read with the client under test."""
        return ap.read_alphacast(self.number, client=self.client, cache=cache, **words)

    def read_fresh(self, **words: Any) -> pd.DataFrame:
        """Read as somebody who keeps nothing."""
        return ap.read_alphacast(self.number, client=self.new_client(), **words)

    def next_frame(self, *, longer: bool) -> pd.DataFrame:
        """Return the frame with other values, and perhaps with another month."""
        number = next(self.numbers)
        frame = self.frame.assign(CPI=self.frame["CPI"] + number)
        if longer:
            last = frame.tail(3).copy()
            last["Date"] = frame["Date"].max() + pd.DateOffset(months=1)
            frame = pd.concat([frame, last], ignore_index=True)
            frame["Date"] = frame["Date"].astype(self.frame["Date"].dtype)
        return frame

    def push_here(self) -> None:
        self.frame = self.next_frame(longer=False)
        ap.push(self.frame, self.number, client=self.client)

    def push_elsewhere(self) -> None:
        self.frame = self.next_frame(longer=True)
        with self.elsewhere():
            ap.push(self.frame, self.number, client=self.new_client())

    def push_and_lose_the_answer(self) -> None:
        self.frame = self.next_frame(longer=False)
        self.emulator.faults.add(method="PUT", path="*/data", reset="after")
        with contextlib.suppress(ap.ConnectionFailed):  # which says that it is in doubt
            ap.push(self.frame, self.number, client=self.client)
        self.emulator.wait()
        self.emulator.faults.clear()

    def rename_elsewhere(self) -> None:
        with self.elsewhere():
            name = f"Dataset {next(self.numbers)} of {self.folder.name}"
            self.new_client().datasets.update(self.number, name=name)

    def step_clock(self) -> None:
        self.clock.moment += datetime.timedelta(hours=5)

    def set_clock_back(self) -> None:
        self.clock.moment -= datetime.timedelta(hours=30)

    def damage(self) -> None:
        """Cut, change or empty every file that is kept, as a failing disk might."""
        for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("*"):
            if path.suffix in {".json", ".arrow"}:
                body = bytearray(path.read_bytes())
                place = next(self.numbers) * 7919 % max(1, len(body))
                body[place : place + 1] = b"" if place % 2 else bytes([body[place] ^ 8])
                path.write_bytes(bytes(body))
