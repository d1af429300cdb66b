"""The servers: sockets, connections, bytes that are not HTTP."""

import socket
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator import Emulator
from alphacast_pandas.emulator.web.traffic import open_transports


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


def test_a_taken_port_is_an_error_that_names_it(emulator):
    port = urlsplit(emulator.url).port
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
        Emulator(port=port)


@pytest.fixture(params=["api", "storage", "search"])
def connection(emulator, request):
    """Return a kept connection to one of the ports."""
    urls = {"api": emulator.url, "storage": emulator.storage_url, "search": emulator.search_url}
    connection = HTTPConnection(urlsplit(urls[request.param]).netloc, timeout=20)
    yield connection
    connection.close()


def ask(connection):
    connection.request("GET", "/datasets/1.csv")
    assert connection.getresponse().read()


def test_connections_send_small_answers_at_once(connection):
    ask(connection)
    own = connection.sock.getsockname()
    served = open_transports[connection.port, own].get_extra_info("socket")
    assert served.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_hundreds_of_small_answers_on_one_connection_take_no_time(connection, emulator):
    begin = time.monotonic()
    for _ in range(300):
        ask(connection)
    # Half a second on an idle machine. Without TCP_NODELAY each answer waits 40 ms for an
    # acknowledgement, which makes more than twelve seconds on any machine.
    assert time.monotonic() - begin < 10
    assert len(emulator.requests) == 300
