"""Datasets, from creation to deletion."""

from alphacast_pandas.emulator import Readings


def test_date_stats_of_public_datasets_need_no_key(call, emulator, fetch):
    public = call.dataset("public", call.repository("Open", "Public"))
    private = call.dataset("private")
    assert fetch(f"{emulator.url}/datasets/{public}/date-stats").status == 200
    assert fetch(f"{emulator.url}/datasets/{private}/date-stats").status == 404


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


def test_a_dataset_exists_from_creation_to_deletion(call):
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


def test_permissions_are_in_the_words_of_repositories_by_reading(call, emulator):
    dataset = call.dataset()
    emulator.readings = Readings(permission="repository")
    assert call("GET", f"/datasets/{dataset}").json["permission"] == "Owner"


def test_the_moment_of_the_last_update_moves_or_stays_or_is_absent_by_reading(call, emulator):
    dataset = call.dataset()
    seen = {}
    for how in ("moves", "stays", "absent"):
        emulator.readings = Readings(updated_at=how)
        before = call("GET", f"/datasets/{dataset}").json.get("updatedAt")
        call.process(dataset, "Date,country,price\n2024-01-01,Chile,1\n")
        seen[how] = before, call("GET", f"/datasets/{dataset}").json.get("updatedAt")
    assert seen["moves"][0] < seen["moves"][1]
    assert (
        seen["stays"][0]
        == seen["stays"][1]
        == call("GET", f"/datasets/{dataset}").json["createdAt"]
    )
    assert seen["absent"] == (None, None)
