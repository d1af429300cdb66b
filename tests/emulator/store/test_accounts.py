"""Accounts: what one may do with what belongs to another."""

from alphacast_pandas.emulator import Readings


def test_permissions_decide_what_another_account_may_do(call, emulator, call_as):
    key = emulator.add_account("guest")
    guest = call_as(key)
    repository = call.repository("Shared")
    dataset = call.dataset("shared", repository)
    text = "Date,country,a\n2020-01-01,x,1\n"

    def statuses():
        return (
            guest("GET", f"/datasets/{dataset}").status,
            guest.upload(dataset, text).status,
            guest("PUT", f"/repositories/{repository}", {"name": "S", "privacy": "Private"}).status,
            len(guest("GET", "/datasets").json),
        )

    assert statuses() == (404, 404, 404, 0)
    emulator.grant(repository, key, "Read")
    assert statuses() == (200, 403, 403, 1)
    emulator.grant(repository, key, "Write")
    assert statuses() == (200, 201, 403, 1)
    assert guest("GET", f"/datasets/{dataset}").json["permission"] == "Write"
    emulator.grant(repository, key, None)
    assert statuses() == (404, 404, 404, 0)


def test_public_data_of_others_is_read_by_id_and_listed_by_reading(call, emulator, call_as):
    guest = call_as(emulator.add_account("guest"))
    repository = call.repository("Open", "Public")
    dataset = call.dataset("open", repository)
    assert guest("GET", f"/datasets/{dataset}").json["permission"] == "Read"
    for word, number in (("shared", 0), ("own", 0), ("all", 1)):
        emulator.readings = Readings(listing=word)
        assert len(guest("GET", "/datasets").json) == number
