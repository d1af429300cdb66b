"""The folder of a store: one emulator at a time, of one format, whole or refused."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from types import SimpleNamespace

import duckdb
import pytest

from alphacast_pandas.emulator import Emulator

ROW = "Date,country,a\n2020-01-01,x,1\n"
PROGRAM = """
import sys, threading
from alphacast_pandas.emulator import Emulator
emulator = Emulator(data=sys.argv[1])
print(emulator.url, emulator.api_key, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that runs an emulator on the folder in a process of its own."""
    children = []

    def run():
        command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        children.append(child)
        url, key = child.stdout.readline().split()
        return child, SimpleNamespace(url=url, api_key=key)

    yield run
    for child in children:
        child.kill()
        child.communicate()


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_emulator_of_the_process_is_refused_and_the_first_goes_on(tmp_path, caller):
    with Emulator(data=tmp_path) as first:
        call = caller(first)
        dataset = call.dataset()
        with first.hold_processes():
            upload = call.upload(dataset, ROW).json["id"]
            before = contents(tmp_path)
            link = tmp_path.parent / "link"
            link.symlink_to(tmp_path)
            for path in (tmp_path, str(tmp_path), tmp_path / ".." / tmp_path.name, link):
                with pytest.raises(OSError, match=rf"in use by .* \(process {os.getpid()}\)"):
                    Emulator(data=path)
            assert contents(tmp_path) == before
        first.wait()
        process = call("GET", f"/datasets/{dataset}/processes/{upload}").json
        assert process["status"] == "Processed"
    with Emulator(data=tmp_path) as second:
        assert caller(second).data(dataset).text == "Date,country,a\n2020-01-01,x,1.0\n"


def test_of_many_emulators_that_start_at_once_one_gets_the_folder(tmp_path):
    started, refused = [], []
    barrier = threading.Barrier(6)

    def begin():
        barrier.wait()
        try:
            started.append(Emulator(data=tmp_path))
        except OSError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(started), len(refused)) == (1, 5)
    assert all("is in use by another emulator" in sentence for sentence in refused)
    started[0].close()
    Emulator(data=tmp_path).close()


def test_a_killed_emulator_leaves_a_folder_that_opens_again(tmp_path, caller, start):
    child, emulator = start()
    with pytest.raises(OSError, match=rf"in use by another emulator \(process {child.pid}\)"):
        Emulator(data=tmp_path)
    call = caller(emulator)
    dataset, text = call.dataset(), ROW + "".join(f"2020-01-01,x{n},1\n" for n in range(50_000))
    numbers = [call.upload(dataset, text, "onConflictUpdateDB=true").json["id"] for _ in range(3)]
    child.kill()
    child.wait()
    with Emulator(data=tmp_path) as again:
        again.wait()
        call = caller(again)
        found = call("GET", f"/datasets/{dataset}/processes").json
        assert sorted(process["id"] for process in found) == numbers
        assert {process["status"] for process in found} <= {"Processed", "Error"}
        assert call.process(dataset, text, "onConflictUpdateDB=true")["status"] == "Processed"
        assert again.internal_errors == []


def test_a_lock_is_not_left_to_the_children_of_an_emulator_that_is_killed(tmp_path):
    program = (
        "import os, sys, time\n"
        "from alphacast_pandas.emulator import Emulator\n"
        "emulator = Emulator(data=sys.argv[1])\n"
        "child = os.fork()\n"
        "print(os.getpid(), flush=True) if not child else None\n"  # once the child has begun
        "time.sleep(60)"
    )
    command = [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        Emulator(data=tmp_path).close()
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_forked_child_closes_nothing_of_its_parent(tmp_path, caller):
    with Emulator(data=tmp_path) as emulator:
        call = caller(emulator)
        dataset = call.filled(ROW)
        child = os.fork()
        if not child:
            emulator.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert call.data(dataset).status == 200
        with pytest.raises(OSError, match="in use"):
            Emulator(data=tmp_path)


def test_an_emulator_of_the_process_leaves_no_lock_when_it_cannot_start(tmp_path):
    with pytest.raises(ValueError, match="there is no seed"):
        Emulator(data=tmp_path / "new", seed="nope")
    assert not (tmp_path / "new").exists()
    (tmp_path / "alphacast.duckdb").write_bytes(b"no database")
    for _ in range(2):
        with pytest.raises(OSError, match="is no database of this emulator, or it is damaged"):
            Emulator(data=tmp_path)
    (tmp_path / "alphacast.duckdb").unlink()
    Emulator(data=tmp_path).close()


def another_number(path):
    Emulator(data=path.parent).close()
    with duckdb.connect(path) as database:
        database.execute("UPDATE format SET version = 77")


def no_number(path):
    Emulator(data=path.parent).close()
    with duckdb.connect(path) as database:
        database.execute("DROP TABLE format")


def a_table_less(path):
    Emulator(data=path.parent).close()
    with duckdb.connect(path) as database:
        database.execute("DROP TABLE grants")


def a_column_less(path):
    Emulator(data=path.parent).close()
    with duckdb.connect(path) as database:
        database.execute("ALTER TABLE accounts DROP COLUMN name")


def tables_of_others(path):
    with duckdb.connect(path) as database:
        database.execute("CREATE TABLE rows_1_1 (a INTEGER)")


def another_kind_of_format(path):
    with duckdb.connect(path) as database:
        database.execute("CREATE TABLE format (a INTEGER)")


def a_cut_file(path):
    Emulator(data=path.parent).close()
    path.write_bytes(path.read_bytes()[:-1000])


def a_text(path):
    path.write_text("Date,a\n2020-01-01,1\n")


def a_file_of_sqlite(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE accounts (id INTEGER)")


def a_folder(path):
    path.mkdir()


def a_garbled_file(path):
    Emulator(data=path.parent).close()
    content = bytearray(path.read_bytes())
    content[4096:12288] = bytes(range(256)) * 32
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (another_number, "its format is 77, and this version reads 1"),
        (no_number, "its format is unknown, and this version reads 1"),
        (a_table_less, "was not written by this version of the emulator"),
        (a_column_less, "is no database of this emulator, or it is damaged"),
        (tables_of_others, "its format is unknown"),
        (another_kind_of_format, "is no database of this emulator, or it is damaged"),
        (a_cut_file, "is no database of this emulator, or it is damaged"),
        (a_garbled_file, "is no database of this emulator, or it is damaged"),
        (a_text, "is no database of this emulator, or it is damaged"),
        (a_file_of_sqlite, "is no database of this emulator, or it is damaged"),
        (a_folder, "is no database of this emulator, or it is damaged"),
    ],
)
def test_a_folder_that_cannot_be_read_is_one_sentence_of_ours(tmp_path, spoil, sentence):
    path = tmp_path / "alphacast.duckdb"
    spoil(path)
    before = contents(tmp_path)
    with pytest.raises(OSError, match=sentence) as caught:
        Emulator(data=tmp_path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    after = contents(tmp_path)
    assert after.get(path) == before.get(path)


def test_a_database_that_another_program_has_open_is_named(tmp_path):
    Emulator(data=tmp_path).close()
    program = (
        "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('SELECT 1')\n"
        "keep = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "alphacast.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline()
    with pytest.raises(OSError, match="is open in another program"):
        Emulator(data=tmp_path)
    other.communicate(timeout=20)


def test_what_is_no_folder_is_an_error_that_names_it(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    for path in (file, file / "inside"):
        with pytest.raises(OSError, match=f"cannot use the folder {path}: "):
            Emulator(data=path)
    assert file.read_text() == "x"


def test_files_of_others_in_the_folder_stay(tmp_path):
    (tmp_path / "spool").mkdir()
    mine = [tmp_path / "spool" / "report.csv", tmp_path / "notes.txt"]
    for path in mine:
        path.write_text("mine")
    Emulator(data=tmp_path).close()
    assert [path.read_text() for path in mine] == ["mine", "mine"]


def test_a_key_that_is_given_replaces_the_one_that_is_kept(tmp_path, caller):
    with Emulator(data=tmp_path, api_key="ak_first") as emulator:
        dataset = caller(emulator).filled(ROW)
        guest = emulator.add_account("guest", api_key="ak_guest")
    with Emulator(data=tmp_path, api_key="ak_second") as emulator:
        assert emulator.api_key == "ak_second"
        assert caller(emulator).data(dataset).status == 200
        assert caller(emulator, "ak_first").data(dataset).status == 401
        assert caller(emulator, guest)("GET", "/datasets").status == 200
    with pytest.raises(ValueError, match="the key of the account 'guest' already"):
        Emulator(data=tmp_path, api_key=guest)
    with Emulator(data=tmp_path) as emulator:
        assert emulator.api_key == "ak_second"


def test_a_seed_is_added_to_a_folder_that_lacks_it_and_only_once(tmp_path, caller):
    with Emulator(data=tmp_path) as emulator:
        assert caller(emulator)("GET", "/datasets").json == []
    counts = []
    for _ in range(2):
        with Emulator(data=tmp_path, seed="demo") as emulator:
            counts.append(len(caller(emulator)("GET", "/datasets").json))
    assert counts == [3, 3]
