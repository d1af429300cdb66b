"""The key of a search goes into its query, and shows nowhere else."""

import logging
import pickle
import socket
import threading
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from api_tests.search_host import Reply, SearchHost, json_reply

import alphacast_pandas as ap
from alphacast_pandas.api.connection import Connection
from alphacast_pandas.api.settings import Settings

KEY = "ak_S3cret%/0000000000"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def forms(key: str = KEY) -> list[str]:
    return [key, quote(key, safe=""), quote(key)]


def check_hidden(*texts: object) -> None:
    for text in texts:
        for form in forms():
            assert form not in str(text)
            assert form not in repr(text)


def errors_of(error: BaseException | None) -> Iterator[BaseException]:
    """The error with everything that is chained to it or stands in its arguments."""
    todo, seen = [error], []
    while todo:
        one = todo.pop()
        if not isinstance(one, BaseException) or one in seen:
            continue
        seen.append(one)
        todo += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return iter(seen)


def check_error(error: BaseException) -> None:
    check_hidden("".join(traceback.format_exception(error)))
    for one in errors_of(error):
        check_hidden(one, one.args)
        request = getattr(one, "request", None)
        if request is not None:
            check_hidden(request.url, dict(request.headers))


def failed_search(client: ap.Client) -> ap.AlphacastError:
    with client, pytest.raises(ap.AlphacastError) as caught:
        client.search("prices")
    check_error(caught.value)
    return caught.value


def test_the_key_is_in_the_query_and_in_no_header(
    host: SearchHost, log: pytest.LogCaptureFixture
) -> None:
    host.answer = lambda _: json_reply({"data": [{"id": 1, "name": "x"}]})
    with ap.Client(KEY, base_url="http://127.0.0.1:9", search_url=host.url) as client:
        found = client.search("prices", limit=None)
        check_hidden(client, found, *vars(client).values(), pickle.dumps(found))
    assert [request.query["apiKey"] for request in host.requests] == [KEY, KEY]
    for request in host.requests:
        assert {"authorization", "referer", "cookie"}.isdisjoint(request.headers)
        check_hidden(request.headers)
    assert any("/api/search" in record.getMessage() for record in log.records)
    check_hidden(log.text, *[vars(record) for record in log.records])


@pytest.mark.parametrize(
    "reply",
    [
        None,
        (401, {}, b""),
        (403, {}, f"{KEY} may not search".encode()),
        (500, {}, f"GET /api/search?apiKey={quote(KEY, safe='')} failed".encode()),
        (302, {"Location": f"/api/search?apiKey={quote(KEY, safe='')}"}, b""),
        (307, {"Location": f"https://elsewhere.example.com/?apiKey={KEY}"}, b""),
        (200, {}, f"<html>{KEY} {quote(KEY, safe='')}</html>".encode()),
        json_reply({"self": f"/api/search?apiKey={KEY}"}),
        json_reply({"data": [{"id": 1, "next": KEY}]}),
        (200, {"Content-Length": "100", "Connection": "close"}, b"{"),
        (200, {"Content-Encoding": "br"}, b"{}"),
    ],
    ids=[
        *("reset", "401", "403", "500", "302", "307", "page", "object", "nameless", "cut"),
        "compressed",
    ],
)
def test_no_failure_shows_the_key(
    host: SearchHost, log: pytest.LogCaptureFixture, reply: Reply | None
) -> None:
    def answer(request: object) -> Reply | None:
        return reply

    host.answer = answer
    error = failed_search(ap.Client(KEY, base_url=host.url, retries=0))
    assert "prices" not in str(error)
    check_hidden(log.text, *[vars(record) for record in log.records])


def test_no_redirect_is_followed(host: SearchHost) -> None:
    host.answer = lambda _: (302, {"Location": "/elsewhere"}, b"")
    error = failed_search(ap.Client(KEY, base_url=host.url))
    assert isinstance(error, ap.APIError)
    assert error.status_code == 302
    assert "search_url" in str(error)
    assert [request.target.partition("?")[0] for request in host.requests] == ["/api/search"]


def test_nobody_at_the_address(log: pytest.LogCaptureFixture) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = failed_search(ap.Client(KEY, base_url=f"http://127.0.0.1:{port}", retries=0))
    assert isinstance(error, ap.ConnectionFailed)
    check_hidden(log.text)


def test_nothing_comes_in_time(log: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        error = failed_search(ap.Client(KEY, base_url=url, timeout=(1, 0.05), retries=0))
    assert "nothing came" in str(error)
    check_hidden(log.text)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "http://user:pw@127.0.0.1:9", "what:ever"])
def test_a_proxy_that_fails_is_told_no_key(
    monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture, proxy: str
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    client = ap.Client(KEY, search_url="https://search.example.com", retries=0)
    error = failed_search(client)
    assert isinstance(error, ap.ConnectionFailed | ap.ConfigurationError)
    check_hidden(log.text)


def test_a_proxy_sees_the_host_alone(
    monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    seen: list[bytes] = []

    def refuse(proxy: socket.socket) -> None:
        connection, _ = proxy.accept()
        with connection:
            seen.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as proxy:
        thread = threading.Thread(target=refuse, args=(proxy,))
        thread.start()
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", address)
        monkeypatch.setenv("https_proxy", address)
        error = failed_search(ap.Client(KEY, search_url="https://search.example.com", retries=0))
        thread.join()
    assert isinstance(error, ap.ConnectionFailed)
    assert seen[0].startswith(b"CONNECT search.example.com:443 ")
    check_hidden(seen[0].decode(), log.text)


def test_what_is_read_again_shows_no_key(host: SearchHost, log: pytest.LogCaptureFixture) -> None:
    replies: list[Any] = [(503, {"Retry-After": "0"}, KEY.encode()), None]

    def answer(request: object) -> Any:
        return replies.pop(0) if replies else json_reply({"data": [{"id": 1, "name": KEY}]})

    host.answer = answer
    with ap.Client(KEY, base_url=host.url, retries=3) as client:
        found = client.search("x", limit=1)
    assert len(host.requests) == 3
    check_hidden(found, found[0].raw, log.text)


def test_the_other_requests_keep_their_header(host: SearchHost) -> None:
    host.answer = lambda request: json_reply(
        [] if "repositories" in request.target else {"data": []}
    )
    with ap.Client(KEY, base_url=host.url) as client:
        client.search("x")
        client.repositories.list()
        client.search("x")
    assert ["authorization" in request.headers for request in host.requests] == [False, True, False]
    assert ["apiKey" in request.query for request in host.requests] == [True, False, True]


def test_a_client_is_pickled_with_its_addresses_and_without_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", KEY)
    client = ap.Client(base_url="http://127.0.0.1:9", search_url="http://127.0.0.1:8")
    pickled = pickle.dumps(client)
    assert all(form.encode() not in pickled for form in forms())
    assert pickle.loads(pickled).search_url == "http://127.0.0.1:8"


def test_settings_show_no_key() -> None:
    connection = Connection(Settings(KEY))
    check_hidden(connection.settings, connection.search_transport.settings, vars(connection))


def test_a_key_for_a_source_shows_nowhere(
    client: ap.Client, log: pytest.LogCaptureFixture, host: SearchHost
) -> None:
    stored = client.user_keys.set("fred", KEY)
    check_hidden(stored, stored.raw, client.user_keys.list(), log.text)


def test_an_answer_that_repeats_a_key_for_a_source_is_cleaned(
    emulator: Any, client: ap.Client
) -> None:
    emulator.faults.add(method="PUT", status=400, body=f'{{"error": "bad key {KEY}"}}')
    with pytest.raises(ap.APIError, match=r"bad key \*\*\*") as caught:
        client.user_keys.set("fred", KEY)
    check_error(caught.value)
    emulator.faults.add(method="PUT", garbage=f'{{"slug": "fred", "key": "{KEY}"}}')
    stored = client.user_keys.set("fred", KEY)
    check_hidden(stored, stored.raw)
