"""The worker: processes in their order, held, failed, found after a restart."""

import subprocess
import sys
from types import SimpleNamespace

from alphacast_pandas.emulator import Emulator, Fault

ROW = "Date,country,a\n2020-01-01,x,1\n"


def test_held_processes_move_one_state_at_a_time_and_in_order(call, emulator):
    dataset = call.dataset()

    def states():
        return [process["status"] for process in call("GET", f"/datasets/{dataset}/processes").json]

    with emulator.hold_processes():
        first = call.upload(dataset, ROW).json["id"]
        second = call.upload(dataset, ROW, "onConflictUpdateDB=true", manifest=None).json["id"]
        assert states() == ["Requested", "Requested"]
        assert emulator.advance() == [(first, "Processing")]
        assert states() == ["Requested", "Processing"]
        assert emulator.advance() == [(first, "Processed")]
        assert emulator.advance() == [(second, "Processing")]
    emulator.wait()
    assert states() == ["Processed", "Processed"]
    newest = call("GET", f"/datasets/{dataset}/processes").json[0]
    assert newest["id"] == second
    assert (newest["deleteMissingFromDB"], newest["onConflictUpdateDB"]) == (0, 1)


def test_a_process_fails_as_ordered(call, emulator):
    emulator.faults.add(process_error="Out of memory")
    dataset = call.dataset()
    failed = call.process(dataset, ROW)
    assert (failed["status"], failed["statusDescription"]) == ("Error", "Out of memory")
    assert call.process(dataset, ROW)["status"] == "Processed"


def test_a_slow_process_does_not_hinder_a_reset(call, emulator):
    emulator.faults.add(Fault(process_delay=3600))
    call.upload(call.dataset(), ROW)
    emulator.reset()
    assert call("GET", "/datasets").json == []


def test_a_kill_in_the_middle_of_an_upload_leaves_an_error_or_a_waiting_process(tmp_path, caller):
    program = (
        "from alphacast_pandas.emulator import Emulator; import sys, threading\n"
        "e = Emulator(data=sys.argv[1])\nhold = e.hold_processes(); hold.__enter__()\n"
        "print(e.url, e.api_key, flush=True)\nsys.stdin.readline(); e.advance()\n"
        "print('ok', flush=True)\n"
        "threading.Event().wait()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    url, key = child.stdout.readline().split()
    call = caller(SimpleNamespace(url=url, api_key=key))
    started, waiting = call.dataset("started"), call.dataset("waiting")
    call.upload(started, ROW)
    child.stdin.write("\n")
    child.stdin.flush()
    child.stdout.readline()
    call.upload(waiting, ROW)
    child.kill()
    child.communicate()
    with Emulator(data=tmp_path) as emulator:
        emulator.wait()
        call = caller(emulator)
        states = [
            call("GET", f"/datasets/{number}/processes").json[0]["status"]
            for number in (started, waiting)
        ]
        assert states == ["Error", "Processed"]
