"""Section 6: the key goes to the API host in the Basic header and nowhere else."""

import base64
import logging
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest
from blackbox import tree
from blackbox.exchange import Reply
from blackbox.frames import check_same, whole
from blackbox.pushing import sample, seed_dataset
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap


def hidden_forms(key: str) -> list[str]:
    """Return the key, and the key as the header spells it."""
    return [key, base64.b64encode(f"{key}:".encode()).decode()]


def check_hidden(key: str, *texts: Any) -> None:
    """Fail if the key shows in any text."""
    for text in texts:
        for form in hidden_forms(key):
            assert form not in str(text)
            assert form not in repr(text)


def check_log(service: State) -> None:
    """Fail unless the key went where it must, and nowhere else."""
    for request in service.log:
        assert service.key not in request.target
        assert "apiKey" not in request.target
        others = {k: v for k, v in request.headers.items() if k != "authorization"}
        check_hidden(service.key, others, request.body)
        if request.port == "api" and not request.path.startswith("/signed/"):
            assert request.credentials == (service.key, "")
        elif request.port == "storage":
            assert "authorization" not in request.headers
            assert "cookie" not in request.headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["storage", "same_host", "direct"])
def test_the_key_stays_with_the_api_host(
    service: State, client: ap.Client, panel: Dataset, place: str, status: int
) -> None:
    service.switches.plain_csv, service.switches.redirect_status = place, status
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    client.repositories.list()
    sample().alphacast.push(seed_dataset(service).id, client=client)
    check_log(service)


def test_a_netrc_file_does_not_speak_for_the_user(
    service: State, client: ap.Client, panel: Dataset, clean_environment: Path
) -> None:
    netrc = clean_environment / "home" / ".netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password x\n")
    netrc.chmod(0o600)
    check_same(ap.read_alphacast(panel.id, client=client), whole(panel))
    check_log(service)


def test_a_redirect_to_plain_http_elsewhere_is_not_followed(
    service: State, client: ap.Client, panel: Dataset
) -> None:
    place = {"Location": "http://storage.example.com/file.csv"}
    service.order(r"api: GET /datasets/\d+/data$", times=9, reply=Reply(302, b"", place))
    with pytest.raises(tree.AlphacastError):
        ap.read_alphacast(panel.id, client=client)


def test_the_key_is_in_no_log_and_no_repr(
    service: State, panel: Dataset, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ap.Client(service.key, base_url=service.url) as client:
        frame = ap.read_alphacast(panel.id, client=client)
        result = sample().alphacast.push(seed_dataset(service).id, client=client)
        things = [client, client.repositories, client.datasets, frame.attrs, result]
        things += [result.url, client.repositories.list(), client.datasets.get(panel.id)]
        check_hidden(service.key, *things, result._repr_html_())
        check_hidden(service.key, *vars(client).values())
    check_hidden(service.key, *[record.getMessage() for record in caplog.records])


@pytest.mark.parametrize("fault", ["401", "500", "echo", "reset", "html", "cut", "redirect"])
def test_the_key_is_in_no_error(
    service: State, client: ap.Client, panel: Dataset, fault: str
) -> None:
    echo = f"no such key: {service.key} ({hidden_forms(service.key)[1]})".encode()
    place = {"Location": f"{service.storage_url}/absent"}
    orders: dict[str, dict[str, Any]] = {
        "401": {"reply": Reply(401)},
        "500": {"reply": Reply(500)},
        "echo": {"reply": Reply(403, echo)},
        "reset": {"before": "reset"},
        "html": {"reply": Reply(200, b"<html>")},
        "cut": {"after": "cut"},
        "redirect": {"reply": Reply(302, b"", place)},
    }
    service.order(r"api: GET /datasets/\d+/data$", times=99, **orders[fault])
    with pytest.raises(tree.AlphacastError) as caught:
        ap.read_alphacast(panel.id, start="1990", client=client)
    error: BaseException | None = caught.value
    check_hidden(service.key, "".join(traceback.format_exception(caught.value)))
    check_hidden(service.key, pickle.dumps(caught.value))
    while error is not None:
        check_hidden(service.key, error, error.args, vars(error), causes_request(error))
        error = getattr(error, "cause", None) or error.__cause__ or error.__context__


def causes_request(error: BaseException) -> Any:
    """Return the headers of the request that an exception of requests holds."""
    request = getattr(error, "request", None)
    return None if request is None else dict(request.headers)


def test_a_bad_address_with_a_key_in_it_does_not_show_it() -> None:
    key = "ak_Str4ng3rSecretKey0099"
    with pytest.raises(tree.ConfigurationError) as caught:
        ap.Client(key, base_url="http://api.alphacast.io").repositories.list()
    check_hidden(key, caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.alphacast.io",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://example.com@api.alphacast.io",
        "http://10.0.0.1",
        "http://0.0.0.0:80",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "api.alphacast.io",
        "https://",
        "not an address",
        "//127.0.0.1",
    ],
)
def test_addresses_that_would_give_the_key_away_are_refused(address: str) -> None:
    with pytest.raises(tree.ConfigurationError):
        ap.Client("ak_x", base_url=address, retries=0).repositories.list()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("tail", ["", "/"])
def test_plain_http_is_taken_on_loopback(service: State, host: str, tail: str) -> None:
    address = service.url.replace("127.0.0.1", host) + tail
    with ap.Client(service.key, base_url=address) as client:
        assert len(client.repositories.list()) == 1
    assert service.log[0].target == "/repositories"


@pytest.mark.parametrize("address", ["https://api.alphacast.io", "http://[::1]:8400"])
def test_other_good_addresses_are_taken(address: str) -> None:
    assert "ak_x_secret" not in repr(ap.Client("ak_x_secret", base_url=address))


def test_a_record_can_be_stored_without_the_key(service: State, client: ap.Client) -> None:
    record = client.repositories.home()
    assert service.key.encode() not in pickle.dumps(record)
