"""One upload: it is committed, or nothing of it is there, even after kill -9."""

import contextlib
import subprocess
import sys
from types import SimpleNamespace

import pytest

from alphacast_pandas.emulator import Emulator

# Ends its own process as hard as kill -9 when a function of the emulator is called or left.
PROGRAM = """
import os, signal, sys, threading
from alphacast_pandas.emulator import Emulator

folder, name, event = sys.argv[1:]
armed = threading.Event()

def watch(frame, what, _):
    if armed.is_set() and what == event and frame.f_code.co_name == name:
        if "emulator" in frame.f_code.co_filename:
            os.kill(os.getpid(), signal.SIGKILL)

threading.setprofile(watch)
emulator = Emulator(data=folder)
print(emulator.url, emulator.api_key, flush=True)
sys.stdin.readline()
armed.set()
print("armed", flush=True)
threading.Event().wait()
"""
OLD = "Date,country,a\n" + "".join(f"2020-01-01,{n},1.0\n" for n in range(1000))
NEW = "Date,country,a\n" + "".join(f"2020-01-01,{n},2.0\n" for n in range(500, 1500))
KEPT, REPLACED = ("Error", OLD), ("Processed", NEW)
ROW = "Date,country,a\n2020-01-01,x,1\n"


def in_order(text):
    return sorted(text.splitlines())


def child(folder, name, event):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), name, event],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    url, key = process.stdout.readline().split()
    return process, SimpleNamespace(url=url, api_key=key)


def settled(call, dataset):
    """Poll until the first upload is in the store."""
    while call("GET", f"/datasets/{dataset}/processes").json[0]["status"] != "Processed":
        pass


def remains(folder, caller, dataset):
    """Return the state of the last process and the rows, as the next life finds them."""
    with Emulator(data=folder) as emulator:
        emulator.wait()
        call = caller(emulator)
        found = call("GET", f"/datasets/{dataset}/processes").json[0]["status"]
        text = call.data(dataset).text
        tables = emulator._service.store.row_tables(emulator._service.store._database)
        assert len(tables) == 1, "no half-made table is left"
        again = call.process(dataset, NEW, "deleteMissingFromDB=1&onConflictUpdateDB=1")
        assert again["status"] == "Processed"
        assert in_order(call.data(dataset).text) == in_order(NEW)
    return found, in_order(text)


@pytest.mark.parametrize(
    ("name", "event", "expected"),
    [
        ("stage", "return", KEPT),
        ("count_changes", "call", KEPT),  # the new table is made, in a transaction that is open
        ("build_table", "return", KEPT),  # it is complete
        ("commit", "call", KEPT),  # it is on disk, and nothing names it
        ("switch_version", "return", KEPT),  # the dataset names it, in a transaction that is open
        ("commit", "return", REPLACED),
    ],
)
def test_an_upload_killed_on_its_way_is_committed_or_not_at_all(
    tmp_path, caller, name, event, expected
):
    process, emulator = child(tmp_path, name, event)
    call = caller(emulator)
    dataset = call.dataset()
    call.upload(dataset, OLD)
    settled(call, dataset)
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()
    with contextlib.suppress(ConnectionError):  # killed before or after it has answered
        call.upload(dataset, NEW, "deleteMissingFromDB=true&onConflictUpdateDB=true")
    process.communicate(timeout=60)
    assert process.returncode == -9
    status, text = expected
    assert remains(tmp_path, caller, dataset) == (status, in_order(text))


def test_an_upload_killed_at_any_moment_is_committed_or_not_at_all(tmp_path, caller):
    process, emulator = child(tmp_path, "nothing", "call")
    call = caller(emulator)
    dataset = call.dataset()
    call.upload(dataset, OLD)
    settled(call, dataset)
    rows = "".join(f"2021-01-01,{number},3.0\n" for number in range(200_000))
    call.upload(dataset, "Date,country,a\n" + rows, "deleteMissingFromDB=true")
    while call("GET", f"/datasets/{dataset}/processes").json[0]["status"] == "Requested":
        pass
    process.kill()
    process.communicate()
    status, text = remains(tmp_path, caller, dataset)
    assert (status, len(text)) in {("Error", 1001), ("Processed", 200_001)}


def test_a_dataset_may_be_deleted_while_its_upload_waits(call, emulator):
    dataset = call.dataset()
    with emulator.hold_processes():
        call.upload(dataset, ROW)
        emulator.advance()
        assert call("DELETE", f"/datasets/{dataset}").status == 204
    emulator.wait()
    assert call.filled(ROW)


def test_a_thousand_columns_are_stored_updated_replaced_and_read(call):
    width = 1000
    names = [f"c{number}" for number in range(width)]
    header, manifest = f"Date,{','.join(names)}\n", [{"sourceName": "Date", "dataType": "Date"}]
    dataset = call.filled(f"{header}2020-01-01{',1' * width}\n", manifest=manifest)
    typed = [*manifest, *({"sourceName": name, "dataType": "Decimal"} for name in names)]
    row = f"{header}2020-01-01{',2' * (width - 1)},\n"
    updated = call.process(dataset, row, "onConflictUpdateDB=true", manifest=typed)["stats"]
    assert (updated["updatedValues"], updated["deletedValues"]) == (width - 1, 1)
    query = f"$select={','.join(reversed(names[:-1]))}&$top=1"
    assert call.data(dataset, query).text.splitlines()[1] == "2020-01-01" + ",2.0" * (width - 1)
    key = [*manifest, {"sourceName": "country", "dataType": "String", "isEntity": True}]
    other = "Date,country,a\n2020-01-01,x,1\n"
    flags = "deleteMissingFromDB=true&acceptNewColumns=true"
    assert call.process(dataset, other, flags, manifest=key)["stats"]["deletedValues"] == width - 1
