"""The command `probe`: it says what it will do, asks, and writes what it has found."""

import csv
import io
import json

import pytest

import alphacast_pandas as ap
from alphacast_pandas.__main__ import main
from alphacast_pandas.api.settings import set_process_login
from alphacast_pandas.emulator import Readings
from alphacast_pandas.probe.questions import QUESTIONS
from alphacast_pandas.probe.workspace import DESCRIPTION

LEFT = "alphacast-pandas probe probe0123abcd"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def run(emulator):
    """Run the command as the user of the emulator."""
    ap.login(emulator.api_key, base_url=emulator.url, check=False)

    def run(*words):
        return main(["probe", *words])

    return run


def test_it_writes_what_readings_load_understands_without_the_key_and_removes_leftovers(
    run, emulator, client, tmp_path, capsys
):
    client.repositories.create(LEFT, description=DESCRIPTION)
    emulator.readings = Readings(last="rows", json="array", error_key="message")
    path = tmp_path / "found.json"
    assert run("--yes", "--output", str(path)) == 0
    shown = capsys.readouterr()
    assert f"delete {LEFT!r} (number" in shown.err.replace('"', "'")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(shown.out))}
    assert rows["last"]["reading"] == "rows"
    assert rows["quota"]["reading"] == ""
    assert rows["quota"]["undecided"].startswith("The probe does not use up")
    content = json.loads(path.read_text())
    assert [each["name"] for each in content["questions"]] == [each.name for each in QUESTIONS]
    assert {*content} == {
        *("format", "probed_at", "package", "base_url", "readings", "questions"),
    }
    assert emulator.api_key not in path.read_text() + shown.out + shown.err
    assert Readings.load(path) == emulator.readings
    assert [each.name for each in client.repositories.list()] == ["Home"]


def test_without_a_terminal_it_asks_for_yes_and_sends_nothing(run, emulator, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(SystemExit) as stopped:
        run()
    assert stopped.value.code == 2
    assert "--yes starts the probe" in capsys.readouterr().err
    assert emulator.requests == []


def test_on_a_terminal_the_tables_fit_it(run, emulator, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    monkeypatch.setattr("sys.stdout", shown := Terminal())
    monkeypatch.setenv("COLUMNS", "60")
    assert run("--output", "/dev/null/x") == 1
    lines = shown.getvalue().splitlines()
    assert lines[0].endswith("questions with a reading")
    assert next(line for line in lines if line.startswith("last: ")).endswith(" periods")
    assert all(len(line) <= 60 for line in lines)


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_it_does_nothing_unless_the_answer_is_yes(
    run, emulator, client, monkeypatch, capsys, answer
):
    client.repositories.create(LEFT, description=DESCRIPTION)
    emulator.forget_requests()
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert run() == 1
    assert {request.method for request in emulator.requests} == {"GET"}
    shown = capsys.readouterr().err
    assert "delete the repository, also after Ctrl-C" in shown
    assert "Go on? [y/N] " in shown
    assert shown.endswith("Nothing was done.\n")


def test_a_file_that_cannot_be_written_is_said_before_it_starts(
    run, emulator, monkeypatch, tmp_path, capsys
):
    missing = tmp_path / "no" / "found.json"
    for path, why in ((tmp_path, "it is a folder"), (missing, "its folder does not exist")):
        monkeypatch.setattr("sys.stdin", Terminal("n\n"))
        assert run("--output", str(path)) == 1
        assert f"error: {path} cannot be written: {why}." in capsys.readouterr().err
    assert not missing.parent.exists()
    assert {request.method for request in emulator.requests} == {"GET"}


def test_without_a_key_it_says_so(run, capsys):
    set_process_login(None)
    assert run("--yes") == 1
    assert capsys.readouterr().err.startswith("error: There is no Alphacast API key.")


def test_a_key_that_may_not_list_repositories_probes_the_rest(run, emulator, tmp_path, capsys):
    emulator.faults.add(method="GET", path="/repositories", status=403)
    emulator.faults.add(method="POST", path="/repositories", status=403)
    path = tmp_path / "found.json"
    assert run("--yes", "--output", str(path)) == 0
    assert "What earlier probes may have left is not looked for" in capsys.readouterr().err
    found = {each["name"]: each for each in json.loads(path.read_text())["questions"]}
    assert found["error_key"]["reading"] == "error"
    assert "needs a repository" in found["last"]["undecided"]
