"""Section 6: proxies, certificates and redirects; the route of a request is checked too."""

import http.server
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from blackbox import tree
from blackbox.frames import check_same, whole
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap


class Proxy(http.server.BaseHTTPRequestHandler):
    """Notes what it is asked for, and refuses it."""

    heard: list[str]

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_error(403)

    do_CONNECT = do_GET  # noqa: N815 - http.server's names


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A proxy that every variable of the environment names; what it was asked for."""
    heard: list[str] = []
    handler = type("Heard", (Proxy,), {"heard": heard})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        for spelling in (name, name.lower()):
            monkeypatch.setenv(spelling, f"http://127.0.0.1:{server.server_port}")
    yield heard
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_computer_is_reached_without_a_proxy(
    service: State, panel: Dataset, proxy: list[str], host: str
) -> None:
    url = service.url.replace("127.0.0.1", host)
    with ap.Client(service.key, base_url=url, retries=0) as client:
        check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    assert proxy == []


def test_other_hosts_are_reached_through_the_proxy(proxy: list[str]) -> None:
    with (
        ap.Client("ak_x", base_url="https://api.alphacast.io", retries=0) as client,
        pytest.raises(tree.ConnectionFailed, match=r"api\.alphacast\.io:443"),
    ):
        client.repositories.list()
    assert proxy == ["api.alphacast.io:443"]


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there_are_a_matter_of_configuration(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for each in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, str(tmp_path / "absent.pem"))
    with (
        ap.Client("ak_x", base_url="https://127.0.0.1:9", retries=5) as client,
        pytest.raises(tree.ConfigurationError, match=r"absent\.pem") as caught,
    ):
        client.repositories.list()
    assert not caught.value.retryable


def test_a_redirect_within_the_origin_keeps_the_key(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.plain_csv = "direct"
    place = f"/datasets/{panel.id}/data?again"
    service.order_reply(r"GET /.*/data$", 307, Location=place)
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    asked = [request for request in service.log if request.path.endswith("/data")]
    assert [request.credentials for request in asked] == [(service.key, "")] * 2


@pytest.mark.parametrize("form", ["utf-8", "escaped"])
def test_a_redirect_may_hold_characters_beyond_ascii(
    service: State, client: ap.Client, panel: Dataset, form: str
) -> None:
    service.switches.plain_csv = "direct"
    name = "añ" if form == "escaped" else "añ".encode().decode("latin-1")
    escaped = "a%C3%B1"
    place = f"/datasets/{panel.id}/data?x={escaped if form == 'escaped' else name}"
    service.order_reply(r"GET /.*/data$", 302, Location=place)
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    targets = [request.target for request in service.log]
    assert [target for target in targets if target.endswith(escaped)]


SLOW = """
import signal, sys
import alphacast_pandas as ap
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
print("begun", flush=True)
ap.read_alphacast(int(sys.argv[1]), client=ap.Client("KEY", base_url="URL", retries=0))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_does_not_wait_for_a_helper_request(service: State, panel: Dataset) -> None:
    service.order(r"GET /.*/columns$", before="stall")
    program = SLOW.replace("KEY", service.key).replace("URL", service.url)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(panel.id)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    while not any(request.path.endswith("/columns") for request in service.log):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=10)
    assert told.endswith("KeyboardInterrupt\n")
    assert told.count(' File "') == 2


def test_a_refusal_is_told_before_a_helper_request_has_ended(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    service.switches.quota = "402"
    service.order(r"GET /.*/columns$", before="stall")
    with pytest.raises(tree.QuotaError):
        ap.read_alphacast(panel.id, client=client)
