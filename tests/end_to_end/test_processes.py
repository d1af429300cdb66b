"""Clients in several processes: forked, spawned, by joblib; each with connections of its own."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

# Every value of dataset N is N, so that rows of another dataset show at once.
PROGRAM = """
import json, multiprocessing, os, sys, threading
import alphacast_pandas as ap

numbers, way = json.loads(sys.argv[1]), sys.argv[2]
client = ap.Client() if way.endswith("own") else ap.get_client()

def read(number):
    frame = ap.read_alphacast(number, client=client)
    return number, sorted({int(value) for value in frame["x"]})

def reads(number, barrier, results):
    barrier.wait(30)
    results.put([read(number) for _ in range(8)])

def in_children(context):
    barrier, results = context.Barrier(len(numbers)), context.Queue()
    children = [context.Process(target=reads, args=(n, barrier, results)) for n in numbers]
    for child in children:
        child.start()
    found = [each for _ in children for each in results.get(timeout=60)]
    for child in children:
        child.join()
    return found

if __name__ == "__main__":
    for number in numbers:
        read(number)  # so that connections and locks are in use before
    if way.startswith("fork"):
        found = in_children(multiprocessing.get_context("fork"))
    elif way.startswith("thread"):
        found = []
        thread = threading.Thread(
            target=lambda: found.extend(in_children(multiprocessing.get_context("fork")))
        )
        thread.start()
        found += [read(number) for number in numbers * 4]
        thread.join()
    elif way.startswith("joblib"):
        import joblib
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(read)(n) for n in numbers * 2)
    else:
        with multiprocessing.get_context(way.split()[0]).Pool(2) as pool:
            found = pool.map(read, numbers * 2)
    found += [read(number) for number in numbers]
    print(json.dumps(found))
"""


@pytest.fixture
def numbers(new_dataset: Callable[[], int], client: ap.Client) -> list[int]:
    """Three datasets; each holds its own number in every row."""
    made = [new_dataset() for _ in range(3)]
    for number in made:
        days = pd.date_range("2020-01-01", periods=40)
        ap.push(pd.DataFrame({"Date": days, "x": float(number)}), number, client=client)
    return made


@pytest.mark.parametrize(
    "way",
    ["fork own", "fork default", "thread own", "spawn", "forkserver", "joblib own", "joblib"],
)
def test_processes_read_their_own_rows(
    way: str, numbers: list[int], emulator: Emulator, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore::DeprecationWarning",
            str(program),
            json.dumps(numbers),
            way,
        ],
        env=environment(emulator),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > len(numbers)
    assert all(values == [number] for number, values in found)


def environment(emulator: Emulator) -> dict[str, str]:
    place = {"ALPHACAST_API_KEY": emulator.api_key, "ALPHACAST_BASE_URL": emulator.url}
    return {**os.environ, **place}


def test_a_client_is_pickled_without_its_key(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(emulator).items():
        monkeypatch.setenv(name, value)
    with ap.Client(timeout=(3.0, 4.0), retries=2) as client:
        pickled = pickle.dumps(client)
        assert emulator.api_key.encode() not in pickled
        with pickle.loads(pickled) as copy:
            assert copy._connection.settings == client._connection.settings
            assert copy.repositories.home() == client.repositories.home()


@pytest.mark.parametrize("way", ["argument", "login"])
def test_a_key_that_other_processes_do_not_find_is_not_pickled(way: str) -> None:
    ap.login("ak_secret", base_url="http://127.0.0.1:9", check=False)
    client = ap.Client("ak_secret") if way == "argument" else ap.get_client()
    with pytest.raises(ap.ConfigurationError, match="ALPHACAST_API_KEY") as caught:
        pickle.dumps(client)
    assert "ak_secret" not in str(caught.value)


READER = """
import os, sys
import alphacast_pandas as ap

reader = ap.read_alphacast(int(sys.argv[1]), chunksize=10)
next(reader)
if (child := os.fork()) == 0:
    try:
        next(reader)
    except ap.QueryError as error:
        print("forked" in str(error), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(sum(map(len, reader)), flush=True)
"""


def test_a_reader_of_chunks_is_not_shared_with_a_forked_child(
    numbers: list[int], emulator: Emulator
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READER, str(numbers[0])],
        env=environment(emulator),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["True", "30"], done.stderr
