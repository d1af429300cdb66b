"""Section 6: the error tree, and every foreign exception mapped into it."""

import io
from typing import Any

import pytest
from blackbox import tree
from blackbox.exchange import Reply
from blackbox.state import State
from blackbox.store import Dataset

import alphacast_pandas as ap

STATUSES = {
    400: "APIError",
    401: "AuthenticationError",
    402: "QuotaError",
    403: "PermissionDenied",
    404: "NotFoundError",
    409: "ConflictError",
    413: "APIError",
    418: "APIError",
    429: "RateLimitError",
    500: "ServiceError",
    502: "ServiceError",
    503: "ServiceError",
    504: "ServiceError",
    599: "ServiceError",
}
BASES = {
    "ConfigurationError": ValueError,
    "QueryError": ValueError,
    "ValidationError": ValueError,
    "VerificationError": ValueError,
    "ConnectionFailed": ConnectionError,
    "NotFoundError": LookupError,
    "DecodeError": ValueError,
    "ProcessTimeout": TimeoutError,
}
API = ["AuthenticationError", "QuotaError", "PermissionDenied", "NotFoundError", "ConflictError"]
API += ["RateLimitError", "ServiceError"]
LIST = "api: GET /repositories$"


@pytest.fixture
def hasty(service: State) -> Any:
    """A client that tries once."""
    with ap.Client(service.key, base_url=service.url, timeout=(0.3, 0.3), retries=0) as client:
        yield client


@pytest.mark.parametrize("name", sorted({*BASES, *API, "APIError", "ProcessError"}))
def test_every_error_is_one_of_ours(name: str) -> None:
    kind = getattr(tree, name)
    assert issubclass(kind, tree.AlphacastError)
    assert issubclass(kind, BASES.get(name, Exception))
    assert issubclass(kind, tree.APIError) == (name in API or name == "APIError")
    assert issubclass(tree.ProcessTimeout, tree.ProcessError)


@pytest.mark.parametrize("form", ["error", "message", "detail", "text", "empty", "html"])
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_its_own_error_in_every_form(
    service: State, hasty: ap.Client, status: int, form: str
) -> None:
    bodies: dict[str, Any] = {"text": b"the reason", "empty": b""}
    bodies["html"] = b"<html><body>the reason</body></html>"
    body = bodies.get(form)
    reply = Reply(status, body) if body is not None else Reply.of({form: "the reason"}, status)
    service.order(LIST, times=9, reply=reply)
    with pytest.raises(tree.AlphacastError) as caught:
        hasty.repositories.list()
    error = caught.value
    assert type(error) is getattr(tree, STATUSES[status])
    assert error.status_code == status
    assert error.in_doubt is False
    assert error.retryable is (status in {429, 500, 502, 503, 504}) or status == 599
    assert form == "empty" or "the reason" in str(error)
    assert str(error)


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"3",
        b'"text"',
        b'{"error": null}',
        b'{"error": {"a": 1}}',
        b"{",
        b"\xff\xfe",
    ],
)
def test_an_odd_error_body_does_no_harm(service: State, hasty: ap.Client, body: bytes) -> None:
    service.order(LIST, reply=Reply(403, body, {"Content-Type": "application/json"}))
    with pytest.raises(tree.PermissionDenied):
        hasty.repositories.list()


def test_a_long_error_body_is_cut(service: State, hasty: ap.Client) -> None:
    service.order(LIST, reply=Reply(403, b"x" * 1_000_000))
    with pytest.raises(tree.PermissionDenied) as caught:
        hasty.repositories.list()
    assert len(str(caught.value)) < 5000


@pytest.mark.parametrize("how", ["reset", "reset_early", "nonsense", "hold"])
def test_no_answer_is_a_failed_connection(service: State, hasty: ap.Client, how: str) -> None:
    service.order(LIST, times=9, before=how)
    with pytest.raises(tree.ConnectionFailed) as caught:
        hasty.repositories.list()
    assert caught.value.status_code is None
    assert caught.value.in_doubt is False
    assert caught.value.retryable is True


def test_nobody_listening_is_a_failed_connection(service: State) -> None:
    with ap.Client("ak_x", base_url="http://127.0.0.1:9", retries=0) as client:
        with pytest.raises(tree.ConnectionFailed):
            client.repositories.list()
        with pytest.raises(tree.ConnectionFailed) as caught:
            client.repositories.create("x")
    assert caught.value.in_doubt is False


def test_a_name_that_leads_nowhere_is_a_failed_connection() -> None:
    client = ap.Client("ak_x", base_url="https://nowhere.invalid", retries=0)
    with client, pytest.raises(tree.ConnectionFailed):
        client.repositories.list()


@pytest.mark.parametrize("how", ["reset", "hold"])
def test_a_lost_answer_to_a_change_is_in_doubt(service: State, hasty: ap.Client, how: str) -> None:
    service.order("api: POST /repositories$", after=how)
    with pytest.raises(tree.ConnectionFailed) as caught:
        hasty.repositories.create("Mine")
    assert caught.value.in_doubt is True
    assert len(service.requests("POST")) == 1
    dataset = service.add_dataset("New")
    service.order("api: PUT", after=how)
    with pytest.raises(tree.AlphacastError) as caught:
        hasty.datasets.upload(dataset.id, io.BytesIO(b"Date,v\n2020-01-01,1\n"))
    assert caught.value.in_doubt is True


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"<html>hello</html>",
        b"null",
        b"3",
        b'{"a": 1}',
        b"[3]",
        b'[{"name": 1}]',
        b"\xff",
    ],
)
def test_a_list_that_is_none_is_a_decoding_error(
    service: State, hasty: ap.Client, body: bytes
) -> None:
    service.order(LIST, reply=Reply(200, body, {"Content-Type": "application/json"}))
    with pytest.raises(tree.DecodeError):
        hasty.repositories.list()


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", b"null", b"[]", b"3", b'"x"', b"{}"])
def test_a_record_that_is_none_is_a_decoding_error(
    service: State, hasty: ap.Client, panel: Dataset, body: bytes
) -> None:
    reply = Reply(200, body, {"Content-Type": "text/html"})
    service.order(rf"api: GET /datasets/{panel.id}$", reply=reply)
    with pytest.raises(tree.DecodeError):
        hasty.datasets.get(panel.id)


@pytest.mark.parametrize("transfer", ["length", "chunked", "agreeing"])
def test_json_cut_short_is_an_error(service: State, hasty: ap.Client, transfer: str) -> None:
    def cut(reply: Reply) -> Reply:
        reply.headers["X-Transfer"] = transfer
        return reply

    service.order(LIST, after="cut", change=cut)
    with pytest.raises(tree.AlphacastError):
        hasty.repositories.list()


def test_broken_compression_is_an_error(service: State, hasty: ap.Client) -> None:
    service.order(LIST, reply=Reply(200, b"not gzip at all", {"Content-Encoding": "gzip"}))
    with pytest.raises(tree.AlphacastError):
        hasty.repositories.list()


def test_a_redirect_in_a_circle_is_an_error(
    service: State, hasty: ap.Client, panel: Dataset
) -> None:
    place = {"Location": f"{service.storage_url}/signed/round"}
    for pattern in (r"api: GET /datasets/\d+/data$", "storage: GET"):
        service.order(pattern, times=200, reply=Reply(302, b"", place))
    with pytest.raises(tree.AlphacastError):
        ap.read_alphacast(panel.id, client=hasty)


@pytest.mark.parametrize("place", ["", "nonsense://x/y", "http://", "http://[::1", "//"])
def test_a_redirect_to_nowhere_is_an_error(
    service: State, hasty: ap.Client, panel: Dataset, place: str
) -> None:
    headers = {"Location": place} if place else {}
    service.order(r"api: GET /datasets/\d+/data$", times=9, reply=Reply(302, b"", headers))
    with pytest.raises(tree.AlphacastError):
        ap.read_alphacast(panel.id, client=hasty)


@pytest.mark.parametrize("form", ["error", "message", "detail", "text"])
def test_a_refused_filter_is_a_query_error_in_every_form(
    service: State, hasty: ap.Client, panel: Dataset, form: str
) -> None:
    service.switches.error_key = form
    with pytest.raises(tree.QueryError, match="parsed"):
        ap.read_alphacast(panel.id, filter="country eq 'Chile' nonsense", client=hasty)


def test_a_wrong_key_is_an_authentication_error(service: State, panel: Dataset) -> None:
    for service.switches.error_key in ("error", "empty"):
        client = ap.Client("ak_wrong", base_url=service.url, retries=0)
        with client, pytest.raises(tree.AuthenticationError) as caught:
            ap.read_alphacast(panel.id, client=client)
        assert caught.value.status_code == 401
