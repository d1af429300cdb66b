"""The caller's keys for upstream sources."""

import itertools

from alphacast_pandas.emulator import Readings

GDP = "/providers/fred/series/united-states/realgdp"


def test_a_provider_that_wants_a_key_uses_the_stored_one(call):
    preview = call("GET", GDP).json
    assert (preview["api_key_required"], preview["api_key_stored"]) == (True, False)
    assert "PUT /user-keys/fred" in preview["instructions"]
    assert call("POST", f"{GDP}/data", {}).status == 400
    stored = call("PUT", "/user-keys/FRED", {"key": "hush"})
    assert (stored.status, stored.json["slug"]) == (200, "fred")
    assert b"hush" not in stored.body + call("GET", "/user-keys").body
    assert [entry["slug"] for entry in call("GET", "/user-keys").json] == ["fred"]
    assert call("GET", GDP).json["api_key_stored"] is True
    assert len(call("POST", f"{GDP}/data", {}).json["data"]) == 203
    assert call("DELETE", "/user-keys/fred").status == 204
    assert call("DELETE", "/user-keys/fred").status == 404
    assert call("POST", f"{GDP}/data", {}).status == 400
    assert call("PUT", "/user-keys/fred", {}).json == {"error": "key is required"}
    assert call("PUT", "/user-keys/nope", {"key": "x"}).status == 404


def test_keys_of_one_account_are_not_those_of_another(call, call_as, emulator):
    guest = call_as(emulator.add_account("guest"))
    call("PUT", "/user-keys/fred", {"apiKey": "mine"})
    assert guest("GET", "/user-keys").json == []


def test_a_key_stands_in_one_field_by_reading(call, emulator):
    names = ("key", "apiKey", "api_key")
    for name, other in itertools.permutations(names, 2):
        emulator.readings = Readings()
        assert call("PUT", "/user-keys/fred", {name: "x"}).status == 200
        emulator.readings = Readings(user_key_field=name)
        assert call("PUT", "/user-keys/fred", {name: "x", other: "y"}).status == 200
        refused = call("PUT", "/user-keys/fred", {other: "x"})
        assert (refused.status, refused.json) == (400, {"error": f"{name} is required"})
