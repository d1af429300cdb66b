"""The repository of a probe is gone at the end, and what others made is never touched."""

import pytest

import alphacast_pandas as ap
from alphacast_pandas.emulator import Fault, Readings
from alphacast_pandas.probe.run import run_experiments
from alphacast_pandas.probe.workspace import DESCRIPTION, Workspace, find_leftovers

NAME = "alphacast-pandas probe probe0123abcd"


def names(client):
    return [each.name for each in client.repositories.list()]


@pytest.mark.parametrize(
    ("name", "description", "is_one"),
    [
        (NAME, DESCRIPTION, True),
        (NAME, "My data", False),
        (NAME, None, False),
        ("My probe", DESCRIPTION, False),
        (f"{NAME} of mine", DESCRIPTION, False),
    ],
)
@pytest.mark.every_parameter
def test_only_name_and_description_together_mark_a_leftover(client, name, description, is_one):
    client.repositories.create(name, description=description)
    assert [each.name for each in find_leftovers(client)] == [name] * is_one


def test_a_repository_whose_creation_was_not_answered_is_found_by_its_name_and_deleted(
    emulator, client
):
    emulator.faults.add(Fault(path="/repositories", method="POST", reset="after"))
    workspace, lines = Workspace(client), []
    workspace.make()
    assert isinstance(workspace.refusal, ap.ConnectionFailed)
    assert names(client) == ["Home", workspace.name]
    workspace.remove(lines.append)
    assert names(client) == ["Home"]
    assert lines == []


def test_what_cannot_be_deleted_is_named(emulator, client):
    workspace, lines = Workspace(client), []
    workspace.make()
    emulator.faults.add(Fault(path="/repositories/*", method="DELETE", status=403, times=2))
    workspace.remove(lines.append)
    assert f"The repository '{workspace.name}' (number {workspace.repository}), which" in lines[0]
    assert [each.name for each in find_leftovers(client)] == [workspace.name]


def test_a_dataset_without_a_repository_and_a_made_up_key_are_deleted_too(client):
    workspace = Workspace(client)
    workspace.make()
    home = client.repositories.home().id
    client.datasets.create(f"{workspace.mark} lost", repository_id=home)
    client.datasets.create("of the user", repository_id=home)
    client.user_keys.set("fred", "made-up")
    workspace.outside.append(f"{workspace.mark} lost")
    workspace.made_up_keys.append("fred")
    workspace.remove(print)
    assert [each.name for each in client.datasets.list()] == ["of the user"]
    assert (client.user_keys.list(), names(client)) == ([], ["Home"])


def test_what_can_be_deleted_is_deleted_although_the_repository_cannot(emulator, client):
    workspace, lines = Workspace(client), []
    workspace.make()
    client.user_keys.set("fred", "made-up")
    workspace.made_up_keys.append("fred")
    emulator.faults.add(Fault(path="/repositories/*", method="DELETE", status=403, times=2))
    workspace.remove(lines.append)
    assert client.user_keys.list() == []
    assert "A made-up key" not in lines[0]


@pytest.mark.parametrize("status", [404, 200])
@pytest.mark.every_parameter
def test_a_deletion_that_only_seems_to_have_happened_is_tried_again(emulator, client, status):
    workspace, lines = Workspace(client), []
    workspace.make()
    emulator.faults.add(Fault(path="/repositories/*", method="DELETE", status=status))
    workspace.remove(lines.append)
    assert (names(client), lines) == (["Home"], [])


def test_what_is_still_there_after_its_deletion_is_named(emulator, client):
    workspace, lines = Workspace(client), []
    workspace.make()
    home = client.repositories.home().id
    client.datasets.create(f"{workspace.mark} lost", repository_id=home)
    workspace.outside.append(f"{workspace.mark} lost")
    client.user_keys.set("fred", "made-up")
    workspace.made_up_keys.append("fred")
    emulator.faults.add(Fault(path="*", method="DELETE", status=200, times=None))
    workspace.remove(lines.append)
    for word in (repr(workspace.name), f"'{workspace.mark} lost'", "user_keys.delete('fred')"):
        assert word in lines[0]
    assert "is listed all the same" in lines[0]


def test_a_made_up_key_that_could_not_be_deleted_at_once_is_not_taken_for_the_next(
    emulator, client
):
    emulator.readings = Readings(user_key_field="key")
    path = "/user-keys/*"
    emulator.faults.add(Fault(path=path, method="DELETE", status=403))
    (observation,) = run_experiments(client, print, names={"user_key_field"})
    assert observation.reading is None
    assert client.user_keys.list() == []


def test_a_key_of_the_user_is_not_touched_however_its_source_is_spelled(emulator, client):
    emulator.faults.add(Fault(path="/user-keys", garbage='[{"slug": "FRED"}]', times=None))
    run_experiments(client, print, names={"user_key_field"})
    assert {request.method for request in emulator.requests} == {"GET"}
