"""The emulator: started, stopped, several at a time."""

import socket
import time
from http.client import HTTPConnection
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
