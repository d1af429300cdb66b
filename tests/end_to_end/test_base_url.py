"""An address of the API with a path, as a reverse proxy gives it."""

from collections.abc import Iterator

import pandas as pd
import pytest
from end_to_end.proxies import Proxy, proxy_to

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PREFIX = "/alphacast/v1"
FRAME = pd.DataFrame(
    {
        "Date": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-02-01"]),
        "country": ["Argentina", "Chile", "Chile"],
        "price": [1.5, 2.5, 3.5],
    }
)


@pytest.fixture
def proxy(emulator: Emulator) -> Iterator[Proxy]:
    with proxy_to(emulator.url, PREFIX) as running:
        yield running


@pytest.mark.parametrize("end", ["", "/", "//"])
def test_every_request_is_sent_below_the_path(proxy: Proxy, emulator: Emulator, end: str) -> None:
    ap.login(emulator.api_key, base_url=f"{proxy.url}{PREFIX}{end}")
    client = ap.get_client()
    assert client.base_url == f"{proxy.url}{PREFIX}"
    result = ap.push(FRAME, name="Prices", repository="Mine")
    number = result.dataset_id
    assert result.url == f"{proxy.url}{PREFIX}/datasets/{number}"
    pd.testing.assert_frame_equal(ap.read_alphacast(result.url), FRAME)
    filtered = ap.read_alphacast(number, filter={"country": "Chile"}, select="price", last=1)
    assert filtered["price"].tolist() == [3.5]
    assert filtered.attrs["alphacast"]["url"] == result.url
    assert sum(len(frame) for frame in ap.read_alphacast(number, chunksize=2)) == 3
    assert ap.diff(FRAME.assign(price=0.0), number).push().updated == 3
    assert client.datasets.find("Prices") is not None
    assert client.datasets.date_stats(number).min_date is not None
    assert client.datasets.processes(number)[0].wait().succeeded
    assert client.datasets.download(number, format="json")
    client.datasets.update(number, name="Old prices")
    client.datasets.delete(number)
    assert proxy.unknown == []
    assert {method for method, _, _ in proxy.forwarded} == {"GET", "POST", "PUT", "DELETE"}
    # The storage of the emulator refuses requests with credentials, so there they were not sent.
    assert {authorization is not None for _, _, authorization in proxy.forwarded} == {True}


def test_a_redirect_within_the_server_is_followed_with_the_key(
    proxy: Proxy, emulator: Emulator
) -> None:
    with ap.Client(emulator.api_key, base_url=f"{proxy.url}/moved") as client:
        assert client.repositories.home().name == "Home"
    assert [path for _, path, _ in proxy.forwarded] == ["/repositories/home"]


def test_a_redirect_to_another_server_goes_without_the_key(
    proxy: Proxy, emulator: Emulator
) -> None:
    with ap.Client(emulator.api_key, base_url=emulator.url) as client:
        number = FRAME.alphacast.push(name="Prices", client=client).dataset_id
    with ap.Client(emulator.api_key, base_url=f"{proxy.url}{PREFIX}") as client:
        ap.read_alphacast(number, client=client)
    (download,) = [each for each in emulator.requests if each.path == f"/datasets/{number}.csv"]
    assert "authorization" not in {name.casefold() for name, _ in download.headers}


def test_a_path_that_the_server_does_not_have_is_said_to_be_unknown(
    proxy: Proxy, emulator: Emulator
) -> None:
    with (
        ap.Client(emulator.api_key, base_url=f"{proxy.url}/other") as client,
        pytest.raises(ap.NotFoundError, match="address from the argument base_url"),
    ):
        client.repositories.home()
    assert proxy.unknown == ["/other/repositories/home"]
