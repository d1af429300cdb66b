"""The same words, asked by the official SDK and by us; the key of a search shows nowhere."""

import logging
import pickle
import traceback

import alphacast.alphacast as sdk
import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Fault, Readings


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


FAILURES: dict[str, Fault | None] = {
    "redirect": Fault(path="/api/search", redirect="http://127.0.0.1:9"),
    "308": Fault(path="/api/search", redirect="http://127.0.0.1:9", status=308),
    "refusal": Fault(path="/api/search", status=403, body="no"),
    "failure": Fault(path="/api/search", status=500, body="down", times=None),
    "reset": Fault(path="/api/search", reset="after", times=None),
    "cut": Fault(path="/api/search", cut_at=3, times=None),
    "garbage": Fault(path="/api/search", garbage="<html>"),
    "another host": None,
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("is_elsewhere", [True, False], ids=["web", "api"])
def test_no_failure_of_a_search_shows_the_key(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, name: str, is_elsewhere: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    fault = FAILURES[name]
    place = emulator.search_url if is_elsewhere else emulator.url
    if fault is None:
        emulator.readings = Readings(search_host="web")
        place = emulator.url if is_elsewhere else emulator.storage_url
    else:
        emulator.faults.add(fault)
    emulator.forget_requests()
    client = ap.Client(emulator.api_key, base_url=emulator.url, search_url=place, retries=0)
    with client, pytest.raises(ap.AlphacastError) as caught:
        ap.search("prices", client=client)
    error = caught.value
    shown = [str(error), repr(error), repr(client), repr(error.__cause__), repr(error.__context__)]
    shown += ["".join(traceback.format_exception(error)), str(vars(error)), str(error.args)]
    shown += [record.getMessage() + str(vars(record)) for record in caplog.records]
    shown += [pickle.dumps(error).decode("latin-1")]
    assert any(record.name.startswith("urllib3") for record in caplog.records)
    assert not [text for text in shown if emulator.api_key in text]
    assert len(emulator.requests) <= 1


def test_a_search_elsewhere_sends_the_key_in_its_query_only(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.readings = Readings(search_host="web")
    place = {"base_url": emulator.url, "search_url": emulator.search_url}
    with ap.Client(emulator.api_key, **place) as client:
        client.datasets.create("Prices", repository_id=client.repositories.home().id)
        emulator.forget_requests()
        found = client.search("prices")
        assert [each.name for each in found] == ["Prices"]
        frame = ap.search("prices", client=client)
    assert {request.port for request in emulator.requests} == {"search"}
    assert "/api/search?q=prices" in caplog.text
    shown = [repr(found), found._repr_html_() or "", repr(found[0].raw), repr(client), caplog.text]
    shown += [str(frame.attrs), pickle.dumps([found, frame]).decode("latin-1")]
    assert not [text for text in shown if emulator.api_key in text]
