"""Ctrl-C at any moment of a probe: its repository is deleted, or named if that is interrupted."""

import pytest
from end_to_end.interrupts import Relay, interrupted

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

PROGRAM = """
from alphacast_pandas.probe.run import run_experiments
run_experiments(client, lambda line: print(line, file=sys.stderr), names={"json"})
"""
COMMAND = """
import pathlib, tempfile
from alphacast_pandas.__main__ import main
ap.login(key, base_url=url, check=False)
file = pathlib.Path(tempfile.mkdtemp()) / "found.json"
main(["probe", "--yes", "--json", "--output", str(file)])
"""
UPLOAD = r"PUT /datasets/\d+/data"
CREATION = r"POST /repositories"
DELETION = r"DELETE /repositories/"


def names(client: ap.Client) -> list[str]:
    return [each.name for each in client.repositories.list()]


@pytest.mark.parametrize("is_passed_on", [True, False])
@pytest.mark.parametrize(
    ("pattern", "n"),
    [
        (CREATION, 1),
        (UPLOAD, 1),
        (UPLOAD, 12),
        ("POST /datasets", 9),
        ("DELETE /datasets", 1),
        ("GET /api/search", 5),
        ("PUT /user-keys/", 1),
        ("DELETE /user-keys/", 2),
    ],
)
def test_after_ctrl_c_all_is_deleted(
    emulator: Emulator, client: ap.Client, pattern: str, n: int, *, is_passed_on: bool
):
    with Relay(emulator.url, pattern, n=n, is_passed_on=is_passed_on) as relay:
        said = interrupted(relay, emulator.api_key, 0, COMMAND)
    assert said.endswith("interrupted\n")
    assert names(client) == ["Home"]
    assert (client.datasets.list(), client.user_keys.list()) == ([], [])


def test_a_second_ctrl_c_while_it_is_deleted_says_which_repository_is_left(
    emulator: Emulator, client: ap.Client
):
    with Relay(emulator.url, DELETION) as second, Relay(second.url, DELETION) as first:
        first.program = second.program
        said = interrupted(first, emulator.api_key, 0, PROGRAM)
    home, left = names(client)
    assert home == "Home"
    assert f"The repository '{left}'" in said
    assert "Not everything could be deleted: The deletion was interrupted." in said
