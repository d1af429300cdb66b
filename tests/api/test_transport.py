"""What a transport keeps between requests, and what it does not."""

import errno
import os

import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Fault


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_leaves_no_connections_behind(
    error: type[BaseException], client: ap.Client
) -> None:
    transport = client._connection.transport
    client.repositories.list()
    session = transport._session
    with pytest.raises(error), transport.open("/repositories"):
        raise error
    assert transport._session is not session
    assert client.repositories.list()


def test_an_error_leaves_the_connections_as_they_are(client: ap.Client) -> None:
    transport = client._connection.transport
    session = transport._session
    with pytest.raises(ap.NotFoundError):
        client.repositories.get(999_999)
    assert transport._session is session


@pytest.mark.parametrize("address", ["https://api.alphacast.io", "http://127.0.0.1:9"])
def test_a_failure_says_what_the_system_said(address: str) -> None:
    client = ap.Client("ak_0", base_url=address, retries=0)  # the first one by a proxy
    with pytest.raises(ap.ConnectionFailed) as caught:
        client.repositories.list()
    number = errno.ECONNREFUSED
    reason = f"ConnectionRefusedError: [Errno {number}] {os.strerror(number)}"
    if address.startswith("https"):
        told = f"to GET /repositories: the proxy could not be used ({reason})."
    else:
        told = f"to GET /repositories: {reason}. Nothing listens there: is the emulator running?"
    assert str(caught.value).endswith(told)


def test_a_raw_exchange_shows_a_redirect_and_follows_it_without_the_key(
    emulator: Emulator, client: ap.Client
) -> None:
    home = client.repositories.home().id
    number = client.datasets.create("Raw", repository_id=home).id
    transport = client._connection.transport
    redirect = transport.exchange("GET", f"/datasets/{number}/data")
    assert redirect.status == 302
    etag = transport.follow(redirect).headers["ETag"]
    assert transport.follow(redirect, headers={"If-None-Match": etag}).status == 304
    for request in emulator.requests:
        assert (request.header("authorization") is None) == (request.port == "storage")


def test_a_raw_exchange_returns_refusals_without_the_key_and_repeats_reads_that_failed(
    emulator: Emulator, client: ap.Client
) -> None:
    transport = client._connection.transport
    emulator.faults.add(Fault(path="/datasets/7", status=404, body=f"no {emulator.api_key}"))
    refused = transport.exchange("GET", "/datasets/7")
    assert (refused.status, refused.body) == (404, b"no ***")
    emulator.faults.add(Fault(path="/datasets", status=503, times=2))
    assert transport.exchange("GET", "/datasets").status == 200
    emulator.faults.add(Fault(path="/datasets", method="POST", status=503))
    with pytest.raises(ap.ServiceError):
        transport.exchange("POST", "/datasets", json={"name": "x"})
    assert transport.exchange("HEAD", "/datasets").body == b""
