"""Repositories, from creation to deletion."""

from alphacast_pandas.emulator import Plan


def test_a_repository_exists_from_creation_to_deletion(call):
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


def test_private_repositories_are_counted_against_the_plan(call, emulator):
    emulator.plan = Plan(private_repositories=1)
    fields = {"name": "x", "privacy": "Private"}
    statuses = [call("POST", "/repositories", fields).status for _ in range(2)]
    assert statuses == [201, 402]
    assert call("POST", "/repositories", fields | {"privacy": "Public"}).status == 201
