"""Processes that are killed at any moment, that share a folder, or that run out of space."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cache_files import kills

from alphacast_pandas.cache_files.entries import entries, table_path
from alphacast_pandas.cache_files.folders import DatasetFolder
from alphacast_pandas.cache_files.tables import UNREADABLE, read_table, write_table

PROGRAM = Path(__file__).with_name("kills.py")


def check(folder: DatasetFolder) -> int:
    """Read everything that is kept: what can be read is what was written. Return how many."""
    whole = 0
    for _, entry in entries(folder):
        path = table_path(folder, entry)
        assert path is not None
        try:
            table = read_table(path, entry.columns)
        except UNREADABLE:
            continue
        assert table.equals(kills.table_of(entry.params["number"]))
        whole += 1
    return whole


def test_two_processes_that_are_killed_leave_only_whole_answers() -> None:
    folder = DatasetFolder.of(1, api_key="ak_1", base_url="https://x", is_made=True)
    writers = [
        subprocess.Popen([sys.executable, str(PROGRAM), str(100 * n)], stdout=subprocess.PIPE)
        for n in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.readline()
    seen = 0
    stop = threading.Event()
    threading.Timer(random.Random().uniform(0.1, 0.5), stop.set).start()
    while not stop.is_set() or not seen:
        seen += check(folder)
    for writer in writers:
        writer.kill()
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    check(folder)
    kills.keep(folder, 7)  # a process that comes later can go on
    assert check(folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limits of this kind")
def test_a_table_that_there_is_no_space_for_leaves_nothing(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # A write beyond the limit fails as one to a full disk does: Python ignores the signal.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_table(tmp_path, kills.table_of(1).append_column("c", [[*range(20_000)]]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [*tmp_path.iterdir()] == []
