"""Life: processes, faults, folders, ports, the command."""

import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator import Emulator, Fault, Readings
from alphacast_pandas.emulator.__main__ import main

TEXT = "Date,country,a\n2020-01-01,x,1\n"


def test_an_accepted_upload_answers_with_a_requested_process(call, emulator):
    dataset = call.dataset()
    with emulator.hold_processes():
        answer = call.upload(dataset, TEXT)
        assert answer.status == 201
        assert answer.json["status"] == "Requested"
        assert answer.json["datasetId"] == dataset
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", answer.json["createdAt"])


def test_held_processes_move_one_state_at_a_time_and_in_order(call, emulator):
    dataset = call.dataset()

    def states():
        return [process["status"] for process in call("GET", f"/datasets/{dataset}/processes").json]

    with emulator.hold_processes():
        first = call.upload(dataset, TEXT).json["id"]
        second = call.upload(dataset, TEXT, "onConflictUpdateDB=true", manifest=None).json["id"]
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


def test_a_second_upload_is_refused_while_one_runs_by_reading(call, emulator):
    emulator.readings = Readings(concurrent="refuse")
    dataset = call.dataset()
    with emulator.hold_processes():
        assert call.upload(dataset, TEXT).status == 201
        assert call.upload(dataset, TEXT).status == 409
    emulator.wait()
    assert call.upload(dataset, TEXT).status == 201


def test_the_last_state_is_completed_by_reading(call, emulator):
    emulator.readings = Readings(status="completed")
    assert call.process(call.dataset(), TEXT)["status"] == "completed"


def test_processes_fail_to_order(call, emulator):
    emulator.faults.add(process_error="Out of memory")
    dataset = call.dataset()
    failed = call.process(dataset, TEXT)
    assert (failed["status"], failed["statusDescription"]) == ("Error", "Out of memory")
    assert call.process(dataset, TEXT)["status"] == "Processed"


def test_a_slow_process_does_not_hinder_a_reset(call, emulator):
    emulator.faults.add(Fault(process_delay=3600))
    call.upload(call.dataset(), TEXT)
    emulator.reset()
    assert call("GET", "/datasets").json == []


def test_a_dataset_may_be_deleted_while_its_upload_waits(call, emulator):
    dataset = call.dataset()
    with emulator.hold_processes():
        call.upload(dataset, TEXT)
        emulator.advance()
        assert call("DELETE", f"/datasets/{dataset}").status == 204
    emulator.wait()
    assert call.filled(TEXT)


def test_requests_are_recorded_as_they_came(call, emulator):
    call("GET", "/datasets?&$name=a%20b&&")
    request = emulator.requests[-1]
    assert (request.method, request.path, request.query) == ("GET", "/datasets", "&$name=a%20b&&")
    assert request.header("Authorization") == call.auth["Authorization"]
    emulator.forget_requests()
    assert emulator.requests == []


def test_garbage_on_the_wire_does_not_stop_the_server(call, emulator):
    address = urlsplit(emulator.url)
    for sent in (b"\x00\xff\n\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /" + b"a" * 2_000_000, b"PUT /"):
        with socket.create_connection((address.hostname, address.port), timeout=20) as peer:
            try:
                peer.sendall(sent)
                peer.shutdown(socket.SHUT_WR)
                peer.recv(100)
            except ConnectionError:
                pass
    assert call("GET", "/repositories").status == 200


def test_an_emulator_starts_and_stops_at_once(capfd):
    start = time.monotonic()
    with Emulator() as emulator:
        started = time.monotonic() - start
        address = urlsplit(emulator.url)
        assert address.hostname == "127.0.0.1"
        idle = HTTPConnection(address.netloc, timeout=20)
        idle.request("GET", "/repositories")
        assert idle.getresponse().read() == b'{"error":"Unauthorized"}'
        emulator.faults.add(delay=3600)
        hanging = HTTPConnection(address.netloc, timeout=20)
        hanging.request("GET", "/repositories")
        stop = time.monotonic()
    stopped = time.monotonic() - stop
    idle.close()
    hanging.close()
    assert started < 0.5
    assert stopped < 1.0
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=1)


def test_many_emulators_live_in_one_process():
    with Emulator() as one, Emulator(api_key="ak_mine") as two:
        assert one.url != two.url
        assert two.api_key == "ak_mine"


def test_a_taken_port_is_said_clearly(emulator):
    port = urlsplit(emulator.url).port
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
        Emulator(port=port)


def test_a_folder_keeps_everything(tmp_path, caller):
    with Emulator(data=tmp_path) as emulator:
        call = caller(emulator)
        dataset = call.filled(TEXT)
        key = emulator.api_key
    with Emulator(data=tmp_path) as emulator:
        assert emulator.api_key == key
        assert caller(emulator).data(dataset).text == "Date,country,a\n2020-01-01,x,1.0\n"


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
    call.upload(started, TEXT)
    child.stdin.write("\n")
    child.stdin.flush()
    child.stdout.readline()
    call.upload(waiting, TEXT)
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


def test_the_seed_is_there_from_the_start(tmp_path, caller):
    with Emulator(seed="demo") as emulator:
        call = caller(emulator)
        found = call("GET", "/datasets").json
        assert len(found) >= 3
        for dataset in found:
            assert (
                call("GET", f"/datasets/{dataset['id']}/processes").json[0]["status"] == "Processed"
            )
            assert len(call.data(dataset["id"], "$top=3").text.splitlines()) == 4
        emulator.reset()
        assert len(call("GET", "/datasets").json) == len(found)
    with pytest.raises(ValueError, match="there is no seed"):
        Emulator(seed="nope")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_address_and_key_and_stops_on_a_signal(number):
    command = [sys.executable, "-m", "alphacast_pandas.emulator", "--port", "0"]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell without a terminal starts what it puts in the background with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    address = child.stdout.readline().strip().partition("=")[2]
    key = child.stdout.readline().strip().partition("=")[2]
    connection = HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("GET", f"/repositories?apiKey={key}")
    assert connection.getresponse().read()
    connection.close()
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (0, "stopped\n", "")


def test_a_folder_that_another_emulator_uses_is_said_clearly(tmp_path, capsys):
    command = [sys.executable, "-m", "alphacast_pandas.emulator", "--port", "0"]
    child = subprocess.Popen([*command, "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline()
    assert main(["--port", "0", "--data", str(tmp_path)]) == 1
    assert "is another emulator using it?" in capsys.readouterr().err
    child.terminate()
    child.communicate(timeout=20)


def test_the_command_says_when_its_port_is_taken(emulator, capsys):
    port = urlsplit(emulator.url).port
    assert main(["--port", str(port)]) == 1
    assert (
        capsys.readouterr().err
        == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )
