"""An answer is a value, or the one error that it means."""

import json

import pytest
import requests_mock
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.api.responses import (
    Request,
    brief_repr,
    error_of,
    error_text,
    list_of,
    parse_json,
)

ERRORS = {
    400: ap.APIError,
    401: ap.AuthenticationError,
    402: ap.QuotaError,
    403: ap.PermissionDenied,
    404: ap.NotFoundError,
    409: ap.ConflictError,
    413: ap.APIError,
    429: ap.RateLimitError,
    500: ap.ServiceError,
    503: ap.ServiceError,
    599: ap.ServiceError,
}
URL = "http://127.0.0.1:1"


@pytest.mark.parametrize("status", ERRORS)
def test_a_status_is_the_error_of_its_kind(status: int) -> None:
    with requests_mock.Mocker() as wire, ap.Client("ak_1", base_url=URL, retries=0) as client:
        wire.get(f"{URL}/repositories/home", status_code=status, json={"error": "because"})
        with pytest.raises(ap.APIError, match="because") as caught:
            client.repositories.home()
    assert type(caught.value) is ERRORS[status]
    assert caught.value.status_code == status
    assert f"GET /repositories/home was answered with status {status}" in str(caught.value)
    assert caught.value.retryable is (status in {429, 500, 503})


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/datasets/5515", "Dataset 5515"),
        ("/datasets/5515/data", "Dataset 5515"),
        ("/datasets/5515/columns", "Dataset 5515"),
        ("/datasets/5515/columns/initializer", "Dataset 5515"),
        ("/datasets/5515/date-stats", "Dataset 5515"),
        ("/datasets/5515/processes", "Dataset 5515"),
        ("/datasets/5515/processes/45141", "Process 45141 of dataset 5515"),
        ("/repositories/101", "Repository 101"),
    ],
)
def test_what_is_not_there_is_named_first(path: str, what: str) -> None:
    message = str(error_of(Request("GET", path), 404, b'{"error": "gone"}', sources="From x."))
    assert message == (
        f"{what} does not exist, or this API key may not see it. "
        f'GET {path} was answered with status 404. The service says: "gone"'
    )
    refused = str(error_of(Request("PUT", path), 403, b""))
    assert refused == (
        f"The API key is valid, but lacks the permission for {what[0].lower()}{what[1:]}. "
        f"PUT {path} was answered with status 403."
    )


def test_an_address_that_the_service_does_not_have_is_said_to_come_from_somewhere() -> None:
    message = str(error_of(Request("GET", "/repositories/home"), 404, b"", sources="From x."))
    assert message == (
        "The service does not have this address. From x. "
        "GET /repositories/home was answered with status 404."
    )


@pytest.mark.parametrize("status", [403, 404])
def test_a_file_that_is_gone_is_not_called_a_dataset_that_is(status: int) -> None:
    request = Request("GET", "/datasets/5515/data")
    error = error_of(request, status, b"<Code>NoSuchKey</Code>", is_from_storage=True)
    assert type(error) is ERRORS[status]
    assert str(error) == (
        "The service redirected to a file, which its storage refuses to send. GET "
        f'/datasets/5515/data was answered with status {status}. The service says: "<Code>'
        'NoSuchKey</Code>"'
    )


def test_the_pause_that_the_service_asks_for_is_told() -> None:
    error = error_of(Request("GET", "/datasets"), 429, b"", 7.0)
    assert str(error).endswith("status 429. The service asks to wait 7 s.")


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_leaves_a_change_in_doubt_and_a_read_not(status: int) -> None:
    assert error_of(Request("POST", "/datasets"), status, b"").in_doubt
    assert not error_of(Request("GET", "/datasets"), status, b"").in_doubt


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": "no"}', "no"),
        (b'{"message": " no "}', "no"),
        (b'{"error": "", "detail": "no"}', "no"),
        (b'"no"', "no"),
        (b"no", "no"),
        (b"", ""),
        (b'{"code": 7}', '{"code": 7}'),
        (b'{"error": {"code": 7}}', '{"error": {"code": 7}}'),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        (b"x" * 900, "x" * 500 + "..."),
    ],
)
def test_the_words_of_the_service_are_found_in_every_form(body: bytes, words: str) -> None:
    assert error_text(body) == words


@given(body=st.binary(max_size=60))
def test_no_body_is_too_odd_for_a_message(body: bytes) -> None:
    assert len(error_text(body)) <= 503


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b"{'a': 1}"])
def test_what_is_not_json_is_said_to_be(body: bytes) -> None:
    with pytest.raises(ap.DecodeError, match="not JSON"):
        parse_json(Request("GET", "/datasets"), body)


@pytest.mark.parametrize("value", [[1], {"data": [1]}], ids=repr)
def test_a_list_comes_bare_or_under_data(value: object) -> None:
    assert list_of(json.loads(json.dumps(value))) == [1]


@pytest.mark.parametrize("value", [None, 1, "a", {}, {"data": 1}], ids=repr)
def test_what_is_no_list_is_refused(value: object) -> None:
    with pytest.raises(ap.DecodeError, match="Expected a list"):
        list_of(value)


def test_a_key_that_comes_back_in_an_error_is_hidden() -> None:
    with requests_mock.Mocker() as wire, ap.Client("ak_77", base_url=URL, retries=0) as client:
        wire.get(f"{URL}/repositories/home", status_code=403, text="ak_77 may not")
        with pytest.raises(ap.PermissionDenied, match=r"\*\*\* may not") as caught:
            client.repositories.home()
    assert "ak_77" not in str(caught.value)
    assert "ak_77" not in repr(caught.value)


DEEP = b"[" * 100_000 + b"]" * 100_000
LONG = b'{"id": ' + b"9" * 5_000 + b"}"


@pytest.mark.parametrize("body", [DEEP, LONG], ids=["deep", "long"])
def test_json_that_python_refuses_is_an_error_of_ours(body: bytes) -> None:
    with requests_mock.Mocker() as wire, ap.Client("ak_1", base_url=URL, retries=0) as client:
        wire.get(f"{URL}/repositories/home", content=body)
        with pytest.raises(ap.DecodeError, match="not JSON"):
            client.repositories.home()
        wire.get(f"{URL}/repositories/home", content=body, status_code=500)
        with pytest.raises(ap.ServiceError):
            client.repositories.home()


def test_half_a_character_in_a_parameter_is_an_error_of_ours() -> None:
    with ap.Client("ak_1", base_url=URL, retries=0) as client:
        with pytest.raises(ap.QueryError, match="surrogate"):
            client.datasets.download(1, params={"$filter": "x eq '\ud800'"})
        with pytest.raises(ap.QueryError, match="surrogate"):
            client.repositories.find("\ud800")


@pytest.mark.parametrize("value", [{"a": [[[[[1] * 50] * 50] * 50]]}, "x" * 10_000])
def test_a_value_in_a_message_is_brief(value: object) -> None:
    assert len(brief_repr(value)) < 1000
