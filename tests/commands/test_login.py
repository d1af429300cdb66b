"""The commands `login`, `logout` and `whoami`, as they are typed."""

import io
import json
import subprocess
import sys

import pytest
from commands.terminal import CTRL_C, Terminal

from alphacast_pandas.__main__ import main
from alphacast_pandas.api.stored_login import login_file, stored_login
from alphacast_pandas.emulator import Emulator

PROGRAM = [sys.executable, "-m", "alphacast_pandas"]


def test_a_login_asks_unseen_and_stores_key_and_address(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    with Terminal("login", "login") as terminal:
        terminal.read_until("): ")
        terminal.type(CTRL_C)
        assert terminal.read_status() == ("\ninterrupted\n", 130)
        assert not login_file().exists()
        terminal.read_until("): ")
        terminal.type(f"{emulator.api_key}\n")
        told = f"\nLogged in, for {emulator.url}; the key is stored.\n"
        assert terminal.read_status() == (told, 0)
    assert (stored_login().api_key, stored_login().base_url) == (emulator.api_key, emulator.url)
    monkeypatch.delenv("ALPHACAST_BASE_URL")
    assert main(["whoami", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["key_source"] == f"the stored login {login_file()}"
    assert told["base_url"] == emulator.url
    assert told["home"].startswith("Home (")
    assert main(["logout"]) == 0
    assert main(["whoami"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("The stored login is deleted.\nerror: There is no Alphacast API key.")
    assert "store it with the command alphacast-pandas login, or set the environment" in shown
    assert "Client(" not in shown


def test_a_refused_key_is_not_stored(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_environment")
    monkeypatch.setattr(sys, "stdin", io.StringIO("ak_wrong\n"))
    assert main(["login", "--base-url", emulator.url]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"error: {emulator.url} refuses this API key")
    assert shown.err.count("\n") == 1
    assert not login_file().exists()


def test_a_piped_key_is_taken_and_the_environment_is_told_of(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_environment")
    done = subprocess.run(
        [*PROGRAM, "login", "--base-url", emulator.url],
        input=f"{emulator.api_key}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "ALPHACAST_API_KEY is set in the environment: its key is used" in done.stderr
    assert stored_login().api_key == emulator.api_key


def test_without_a_key_nothing_is_stored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for stdin in (io.StringIO(), None):
        monkeypatch.setattr(sys, "stdin", stdin)
        assert main(["login"]) == 1
        assert capsys.readouterr().err.startswith("error: There is no Alphacast API key.")
    assert not login_file().exists()


def test_a_keyring_that_does_not_work_is_said_and_fails(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    done = subprocess.run(
        [*PROGRAM, "login", "--keyring", "--base-url", emulator.url],
        input=f"{emulator.api_key}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("warning: The login holds for this process and is not stored")
    assert emulator.api_key not in done.stderr
    assert not login_file().exists()
