"""Accounts: what one may do with what belongs to another."""

import pytest

from alphacast_pandas.emulator import Emulator, Readings


@pytest.mark.parametrize("key", ["", " ", "a b", "a:b", "a\nb", "\x1b[0m", "\ud800"])
def test_a_key_that_no_client_could_send_is_refused(emulator, key):
    with pytest.raises(ValueError, match="api_key must be a printable text"):
        Emulator(api_key=key)
    with pytest.raises(ValueError, match="api_key must be a printable text"):
        emulator.add_account("guest", api_key=key)


def test_two_accounts_have_no_key_in_common(call, emulator):
    with pytest.raises(ValueError, match="the key of the account 'owner' already"):
        emulator.add_account("guest", api_key=emulator.api_key)
    assert call("GET", "/repositories/home").status == 200


def test_a_grant_to_nobody_or_of_no_level_is_refused(call, emulator):
    repository = call.repository()
    with pytest.raises(ValueError, match="the key of no account"):
        emulator.grant(repository, "ak_nobody", "Read")
    with pytest.raises(ValueError, match="a level is one of Read, Clone, Write, Admin, Owner"):
        emulator.grant(repository, emulator.add_account("guest"), "Reader")


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
