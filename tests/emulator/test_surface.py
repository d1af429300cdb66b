"""The surface: keys, repositories, datasets, columns, errors."""

import base64
import json
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from alphacast_pandas.emulator import Plan, Readings


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


def test_date_stats_of_public_datasets_need_no_key(call, emulator):
    public = call.dataset("public", call.repository("Open", "Public"))
    private = call.dataset("private")
    assert raw(emulator, f"/datasets/{public}/date-stats")[0] == 200
    assert raw(emulator, f"/datasets/{private}/date-stats")[0] == 404


def test_a_repository_lives_from_creation_to_deletion(call):
    made = call(
        "POST", "/repositories", {"name": "Macro", "privacy": "Private", "team": "research"}
    )
    assert made.status == 201
    number = made.json["id"]
    expected = {
        "id": number,
        "name": "Macro",
        "description": None,
        "privacy": "Private",
        "team": "research",
        "permission": "Owner",
    }
    assert made.json == expected
    assert call("GET", f"/repositories/{number}").json == expected
    changed = call("PUT", f"/repositories/{number}", {"name": "M", "privacy": "Public"})
    assert changed.json == expected | {"name": "M", "privacy": "Public"}
    dataset = call.dataset("inside", number)
    gone = call("DELETE", f"/repositories/{number}")
    assert (gone.status, gone.body) == (204, b"")
    assert call("GET", f"/repositories/{number}").status == 404
    assert call("GET", f"/datasets/{dataset}").status == 404


def test_home_is_there_and_stays(call):
    home = call("GET", "/repositories/home").json
    assert (home["name"], home["privacy"], home["permission"]) == ("Home", "Private", "Owner")
    assert call("DELETE", f"/repositories/{home['id']}").status == 403
    assert [r["id"] for r in call("GET", "/repositories").json] == [home["id"]]


def test_lists_are_filtered_by_exact_name_or_not_by_reading(call, emulator):
    first, second = call.repository("GDP"), call.repository("GDP quarterly")
    one, two = call.dataset("CPI", first), call.dataset("CPI", second)
    assert [r["id"] for r in call("GET", "/repositories?name=GDP").json] == [first]
    assert [d["id"] for d in call("GET", "/datasets?name=CPI").json] == [one, two]
    assert call("GET", f"/datasets?name=CPI&repositoryId={second}").json == [
        {"id": two, "name": "CPI", "repositoryId": second}
    ]
    emulator.readings = Readings(list_filters="ignored")
    assert len(call("GET", "/repositories?name=GDP").json) == 3
    assert len(call("GET", f"/datasets?name=nope&repositoryId={second}").json) == 2


def test_a_dataset_lives_from_creation_to_deletion(call):
    home = call("GET", "/repositories/home").json["id"]
    fields = {"name": "US GDP", "repositoryId": home, "sourceName": "BEA", "sourceUrl": "https://x"}
    made = call("POST", "/datasets", fields)
    assert (made.status, made.json["permission"]) == (201, "Admin")
    number = made.json["id"]
    shown = call("GET", f"/datasets/{number}").json
    assert shown["columns"] == []
    assert shown["minDate"] is shown["maxDate"] is shown["frequency"] is None
    assert {name: shown[name] for name in fields} == fields
    again = call("POST", "/datasets", fields)
    assert again.status == 409
    other = call.repository("Other")
    moved = call("PUT", f"/datasets/{number}", {"name": "GDP", "repositoryId": other})
    assert (moved.json["name"], moved.json["repositoryId"]) == ("GDP", other)
    gone = call("DELETE", f"/datasets/{number}")
    assert (gone.status, gone.body) == (204, b"")
    for path in ("", "/columns", "/data", "/processes", "/date-stats"):
        assert call("GET", f"/datasets/{number}{path}").status == 404


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
def test_a_body_that_lacks_something_gets_400_with_a_sentence(call, path, fields, message):
    answer = call("POST", path, fields)
    assert (answer.status, answer.json) == (400, {"error": message})


def test_a_missing_repository_means_home_by_reading(call, emulator):
    emulator.readings = Readings(no_repository="home")
    made = call("POST", "/datasets", {"name": "x"}).json
    assert made["repositoryId"] == call("GET", "/repositories/home").json["id"]


def test_a_repository_that_is_not_there_or_not_ours_is_403_for_a_new_dataset(
    call, emulator, call_as
):
    other = call_as(emulator.add_account("other"))
    theirs = other.repository("Theirs")
    for number in (theirs, 999999):
        assert call("POST", "/datasets", {"name": "x", "repositoryId": number}).status == 403


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


def test_private_repositories_are_counted_against_the_plan(call, emulator):
    emulator.plan = Plan(private_repositories=1)
    fields = {"name": "x", "privacy": "Private"}
    statuses = [call("POST", "/repositories", fields).status for _ in range(2)]
    assert statuses == [201, 402]
    assert call("POST", "/repositories", fields | {"privacy": "Public"}).status == 201


def test_the_initializer_stores_a_manifest_with_booleans_as_text(call, emulator):
    dataset = call.dataset()
    fields = {
        "dateColumnName": "Day",
        "entitiesColumnNames": ["country", "city"],
        "dateFormat": "%d/%m/%Y",
        "content-type": "json",
    }
    answer = call("PUT", f"/datasets/{dataset}/columns/initializer", fields)
    assert answer.status == 200
    shown = call("GET", f"/datasets/{dataset}/columns").json
    assert shown == answer.json
    assert shown["id"] == dataset
    assert shown["columnDefinitions"] == [
        {"sourceName": "Day", "dataType": "Date", "dateFormat": "%d/%m/%Y", "isEntity": "True"},
        {"sourceName": "country", "isEntity": "True"},
        {"sourceName": "city", "isEntity": "True"},
    ]
    emulator.readings = Readings(booleans="json")
    definitions = call("GET", f"/datasets/{dataset}/columns").json["columnDefinitions"]
    assert [entry["isEntity"] for entry in definitions] == [True, True, True]
    names = [column["name"] for column in call("GET", f"/datasets/{dataset}").json["columns"]]
    assert names == ["Day", "country", "city"]
    text = "Day,country,city,a\n31/12/2020,x,y,1\n"
    assert call.process(dataset, text, manifest=None)["status"] == "Processed"


def test_a_forbidden_initializer_says_so_under_both_keys(call, emulator, call_as):
    guest = call_as(emulator.add_account("guest"))
    dataset = call.dataset("open", call.repository("Open", "Public"))
    answer = guest("PUT", f"/datasets/{dataset}/columns/initializer", {"dateColumnName": "Date"})
    assert answer.status == 403
    assert answer.json["message"] == answer.json["error"]


def test_successes_are_all_200_by_reading(call, emulator):
    emulator.readings = Readings(success="200")
    made = call("POST", "/repositories", {"name": "x", "privacy": "Private"})
    assert made.status == 200
    dataset = call.dataset()
    assert call.upload(dataset, "Date,country\n").status == 200
    assert call("DELETE", f"/repositories/{made.json['id']}").status == 200


def test_permissions_are_in_the_words_of_repositories_by_reading(call, emulator):
    dataset = call.dataset()
    emulator.readings = Readings(permission="repository")
    assert call("GET", f"/datasets/{dataset}").json["permission"] == "Owner"


def test_a_word_that_no_reading_has_is_refused():
    with pytest.raises(ValueError, match=r"Readings\(last=...\) is one of periods, rows"):
        Readings(last="days")


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
