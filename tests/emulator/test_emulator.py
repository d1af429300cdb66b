"""The emulator: started, stopped, several at a time."""

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator import Emulator


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


def test_many_emulators_run_in_one_process():
    with Emulator() as one, Emulator(api_key="ak_mine") as two:
        assert one.url != two.url
        assert two.api_key == "ak_mine"


DEAD = "http://127.0.0.1:9"  # the port of nobody
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(params=["lower", "upper"])
def environment(request):
    """Return an environment in which every request by a proxy fails."""
    names = [getattr(name, request.param)() for name in PROXIES]
    kept = {k: v for k, v in os.environ.items() if k.lower() not in (*PROXIES, "no_proxy")}
    return kept | dict.fromkeys(names, DEAD)


def test_the_demonstration_needs_no_proxy_and_ignores_one(environment):
    command = [sys.executable, "-m", "alphacast_pandas", "demo"]
    found = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert "Everything held." in found.stdout


def test_a_client_reaches_the_emulator_whatever_the_proxy(environment):
    program = """
import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator
emulator = Emulator(seed="demo")
with emulator, ap.Client(emulator.api_key, base_url=emulator.url) as client:
    for dataset in client.datasets.list():
        assert len(ap.read_alphacast(dataset.id, client=client))
    assert {request.port for request in emulator.requests} == {"api", "storage"}
"""
    subprocess.run([sys.executable, "-c", program], env=environment, timeout=120, check=True)


@pytest.mark.parametrize("options", ["", "data=sys.argv[1]"])
def test_an_emulator_that_nobody_closes_ends_with_the_program(options, tmp_path):
    program = f"""
import sys, urllib.request
from alphacast_pandas.emulator import Emulator
emulator = Emulator({options})
emulator.faults.add(process_delay=3600)
emulator.faults.add(delay=3600, path="/slow")
home = "/repositories/home?apiKey=" + emulator.api_key
print(urllib.request.urlopen(emulator.url + home).status)
"""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", program, str(tmp_path / "data")]
    found = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "200\n", "")
    assert list(tmp_path.glob("alphacast-*")) == []
    if options:
        Emulator(data=tmp_path / "data").close()


def test_a_program_ends_while_a_process_is_under_way(tmp_path):
    program = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import Caller
from alphacast_pandas.emulator import Emulator
emulator = Emulator()
emulator.faults.add(process_delay=3600)
call = Caller(emulator)
call.upload(call.dataset(), "Date,country,a\\n2020-01-01,x,1\\n")
"""
    folder = str(Path(__file__).parent)
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", program, folder], timeout=60, check=True)
    assert time.monotonic() - begin < 50
