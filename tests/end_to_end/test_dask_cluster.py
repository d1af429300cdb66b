"""A dataset read by two worker processes of Dask, with their own clients, through faults."""

import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from distributed import Client, LocalCluster
from end_to_end.frames import assert_same, date_column, panel, text_column
from end_to_end.parts import somebody_uploads

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PANEL = panel()
MEGABYTE = 2**20

# What workers run is local to the tests: they cannot import a test, and are sent its code then.


@pytest.fixture(scope="module")
def cluster(server: Emulator) -> Iterator[Client]:
    """Two worker processes that find address and key in their environment."""
    settings = {"ALPHACAST_API_KEY": server.api_key, "ALPHACAST_BASE_URL": server.url}
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            env={**settings, "NO_PROXY": "127.0.0.1"},
        ) as workers,
        Client(workers) as dask_client,
    ):
        yield dask_client
    assert multiprocessing.active_children() == []


@pytest.fixture(autouse=True)
def default_client(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)


# The first test: distributed alone has not imported dask.dataframe. See tests/test_lazy.py too.
def test_frames_of_dask_have_the_accessor_if_they_are_imported_later(cluster: Client) -> None:
    def shown() -> str:
        from importlib import import_module

        import_module("alphacast_pandas")
        frames = import_module("dask.dataframe")
        return repr(frames.from_pandas(pd.DataFrame({"a": [1, 2]}), npartitions=2).alphacast)

    told = "<dask.dataframe.DataFrame.alphacast of 2 partitions: push>"
    assert [*cluster.run(shown).values()] == [told] * 2


def test_two_processes_read_what_one_reads_whatever_happens_meanwhile(
    cluster: Client, stored: int, emulator: Emulator, client: ap.Client
) -> None:
    ddf = ap.read_dask(stored, by="QE")
    emulator.forget_requests()
    assert_same(ddf.compute().reset_index(drop=True), PANEL)
    assert sum(each.path.endswith("/data") for each in emulator.requests) == ddf.npartitions

    # A storm of 429: as many as one request may meet, whichever that is. Other spans, since the
    # cluster may still hold those that it has read.
    ddf = ap.read_dask(stored, by="5ME")
    emulator.faults.add(path="*/data", status=429, retry_after=0, times=5)
    emulator.faults.add(path="*/processes", status=429, retry_after=0, times=5)
    emulator.forget_requests()
    assert_same(ddf.compute().reset_index(drop=True), PANEL)
    assert sum(each.path.endswith("/data") for each in emulator.requests) == ddf.npartitions + 5

    # An error keeps its class and its words on the way, and no key goes with it.
    ddf = ap.read_dask(stored)
    somebody_uploads(client, stored)
    with pytest.raises(ap.ConflictError, match="has changed since read_dask planned") as caught:
        ddf.compute()
    assert emulator.api_key.encode() not in pickle.dumps(caught.value)


def test_no_process_holds_the_dataset(
    cluster: Client, client: ap.Client, push_new: Callable[..., int]
) -> None:
    def peak_memory() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # bytes

    rows, days = 3_000, 15
    frame = pd.DataFrame(
        {
            "Date": date_column(np.repeat(pd.date_range("2024-01-01", periods=days), rows // days)),
            "place": text_column([f"place {n}" for n in [*range(rows // days)] * days]),
            "value": np.arange(float(rows)),
            "text": text_column(["x" * 10_000] * rows),
        }
    )
    number = push_new(frame, entities=["place"])
    size = int(frame.memory_usage(deep=True).sum())
    ddf = ap.read_dask(number, by="D")
    ddf.map_partitions(len).compute()  # each worker has read something by now
    before = cluster.run(peak_memory)
    lengths = ddf["text"].str.len().groupby(ddf["place"]).sum().compute()
    assert (lengths == 10_000 * days).all()
    assert len(lengths) == rows // days
    grown = [after - before[worker] for worker, after in cluster.run(peak_memory).items()]
    assert size > 27 * MEGABYTE
    assert max(grown) < size / 2  # where reading all of it takes more than its size


# The last test: no other one needs to wait until the worker has begun again.
def test_the_partitions_of_a_worker_that_dies_are_read_by_another(
    cluster: Client, stored: int, tmp_path: Path
) -> None:
    before = {*cluster.run(os.getpid).values()}

    def die_once(frame: pd.DataFrame, mark: Path) -> pd.DataFrame:
        with contextlib.suppress(FileExistsError):
            mark.touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
        return frame

    ddf = ap.read_dask(stored, by="4ME")
    mortal = ddf.map_partitions(die_once, tmp_path / "died", meta=ddf._meta)
    assert_same(mortal.compute().reset_index(drop=True), PANEL)
    assert (tmp_path / "died").exists()
    assert {*cluster.run(os.getpid).values()} != before
