"""What a transport keeps between requests, and what it does not."""

import errno
import os

import pytest

import alphacast_pandas as ap


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
        reason = f"the proxy could not be used ({reason})"
    assert str(caught.value).endswith(f"to GET /repositories: {reason}.")
