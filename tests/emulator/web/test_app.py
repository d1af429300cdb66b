"""The applications: keys, bodies, errors."""

import base64
import json
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from alphacast_pandas.emulator import Readings


def raw(emulator, path, headers=None):
    connection = HTTPConnection(emulator.url.removeprefix("http://"), timeout=20)
    connection.request("GET", path, headers=headers or {})
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def basic(user, password=""):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_the_key_is_taken_as_user_name_or_as_query_parameter(emulator):
    key = emulator.api_key
    assert key.startswith("ak_")
    assert len(key) == 23
    assert raw(emulator, "/repositories", basic(key))[0] == 200
    assert raw(emulator, f"/repositories?apiKey={key}")[0] == 200
    assert raw(emulator, f"/repositories?&apiKey={key}&&x=1")[0] == 200


@pytest.mark.parametrize("wrong", ["nothing", "password", "blank", "other", "bearer", "no base64"])
def test_any_other_key_is_unauthorized(emulator, wrong):
    headers = {
        "nothing": {},
        "password": basic("", emulator.api_key),
        "blank": basic(emulator.api_key + " "),
        "other": basic("ak_aaaaaaaaaaaaaaaaaaaa"),
        "bearer": {"Authorization": f"Bearer {emulator.api_key}"},
        "no base64": {"Authorization": "Basic !!!"},
    }[wrong]
    status, body = raw(emulator, "/repositories", headers)
    assert (status, json.loads(body)) == (401, {"error": "Unauthorized"})


def test_forms_and_json_are_both_bodies(call):
    made = call(
        "POST",
        "/repositories",
        form=b"name=My+repo&privacy=Private&slug=my-repo&description=%C3%A9",
    )
    assert (made.status, made.json["name"], made.json["description"]) == (201, "My repo", "\u00e9")
    form = f"name=d&repositoryId={made.json['id']}&description=".encode()
    assert call("POST", "/datasets", form=form).status == 201


@pytest.mark.parametrize(
    ("path", "fields", "message"),
    [
        ("/repositories", {}, "name is required"),
        ("/repositories", {"name": "  ", "privacy": "Private"}, "name is required"),
        ("/repositories", {"name": "x"}, "privacy is required"),
        ("/repositories", {"name": "x", "privacy": "Secret"}, "privacy must be Public or Private"),
        ("/repositories", {"name": 1, "privacy": "Private"}, "name must be a string"),
        ("/datasets", {"name": "x"}, "repositoryId is required"),
        ("/datasets", {"repositoryId": 1}, "name is required"),
        ("/datasets", {"name": "x", "repositoryId": "one"}, "repositoryId must be an integer"),
        ("/datasets", {"name": "x", "repositoryId": 1.5}, "repositoryId must be an integer"),
        ("/datasets", {"name": "x", "repositoryId": 10**30}, "repositoryId must be an integer"),
        ("/datasets", {"name": "\ud800", "repositoryId": 1}, "Body is not valid Unicode"),
        ("/datasets", [], "Body must be a JSON object"),
    ],
)
def test_a_body_that_lacks_something_gets_400_with_a_message(call, path, fields, message):
    answer = call("POST", path, fields)
    assert (answer.status, answer.json) == (400, {"error": message})


@pytest.mark.parametrize(
    "number",
    ["0", "1", "-1", "x", "1.0", "9" * 30, "%00", "\u0661".encode().decode("latin-1"), "%2e%2e"],
)
def test_an_id_that_nothing_has_is_404(call, number):
    spelled = quote(number, safe="%")
    for path in (f"/datasets/{spelled}", f"/repositories/{spelled}", f"/datasets/{spelled}/data"):
        assert call("GET", path).status == 404


def test_what_is_not_served_is_404_or_405_as_json(call):
    assert call("GET", "/nowhere").json == {"error": "Not Found"}
    answer = call("DELETE", "/datasets")
    assert (answer.status, answer.json) == (405, {"error": "Method Not Allowed"})


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("message", b'{"message":"Unauthorized"}'),
        ("detail", b'{"detail":"Unauthorized"}'),
        ("text", b"Unauthorized"),
        ("empty", b""),
    ],
)
def test_the_text_of_an_error_is_under_another_key_by_reading(emulator, key, body):
    emulator.readings = Readings(error_key=key)
    assert raw(emulator, "/repositories") == (401, body)


def test_successes_are_all_200_by_reading(call, emulator):
    emulator.readings = Readings(success="200")
    made = call("POST", "/repositories", {"name": "x", "privacy": "Private"})
    assert made.status == 200
    dataset = call.dataset()
    assert call.upload(dataset, "Date,country\n").status == 200
    assert call("DELETE", f"/repositories/{made.json['id']}").status == 200


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"\xff"),
        ("application/json", b"[" * 200000),
        ("text/plain", b"name=x"),
        ("application/xml", b"<a/>"),
    ],
)
def test_a_body_that_cannot_be_read_gets_400(call, media_type, body):
    assert call.send("POST", "/repositories", body, {"Content-Type": media_type}).status == 400


def test_an_upload_that_is_no_form_gets_400(call):
    dataset = call.dataset()
    for media_type, body in (
        ("text/csv", b"a\n1\n"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=e", b"garbage"),
        (
            "multipart/form-data; boundary=e",
            b"--e\r\nContent-Disposition: form-data\r\n\r\nx\r\n--e--\r\n",
        ),
        ("multipart/form-data; boundary=e", b"--e--\r\n"),
    ):
        headers = {"Content-Type": media_type}
        assert call.send("PUT", f"/datasets/{dataset}/data", body, headers).status == 400
