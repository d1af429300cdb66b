"""The same words, asked by the official SDK and by us."""

import alphacast.alphacast as sdk
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator


@pytest.fixture
def official(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> sdk.Alphacast:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(sdk, "WORKSPACE_URL", emulator.url)
    return sdk.Alphacast(emulator.api_key)


@pytest.fixture
def repository(client: ap.Client) -> int:
    """A repository with more datasets than a page has, and others beside it."""
    public = client.repositories.create("Public", privacy="Public")
    home = client.repositories.home()
    for number in range(32):
        words = ("Consumer prices", "Prices of houses", "Wages")[number % 3]
        place = home if number % 4 else public
        client.datasets.create(f"{words} {number}", repository_id=place.id)
    return public.id


@pytest.mark.parametrize("text", ["prices", "consumer pricse", "houses 7", "wages", "nothing here"])
@pytest.mark.parametrize("is_all", [True, False])
@pytest.mark.parametrize("is_one", [True, False])
def test_the_official_sdk_finds_the_same_in_the_same_order(
    official: sdk.Alphacast,
    client: ap.Client,
    repository: int,
    text: str,
    is_all: bool,
    is_one: bool,
) -> None:
    place = repository if is_one else None
    theirs = official.search.datasets(
        text, length=1000, repository_id=place, search_all=is_all, exclude_deprecated=True
    )
    ours = ap.search(text, repository=place, mine=not is_all, limit=None, client=client)
    assert ours["id"].tolist() == [each["id"] for each in theirs["data"]]
    assert ours["name"].tolist() == [each["name"] for each in theirs["data"]]
    assert ours.attrs["alphacast"]["total"] == theirs["totalItems"]
    some = ap.search(text, repository=place, mine=not is_all, limit=5, client=client)
    assert some["id"].tolist() == ours["id"].tolist()[:5]
