"""What a transport keeps between requests, and what it does not."""

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
