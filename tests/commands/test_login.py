"""The commands `login`, `logout` and `whoami`, as they are typed."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alphacast_pandas.__main__ import main
from alphacast_pandas.api.stored_login import login_file, stored_login
from alphacast_pandas.emulator import Emulator

PROGRAM = [sys.executable, "-m", "alphacast_pandas"]


def on_a_terminal(*words: str, typed: bytes, prompt: bytes) -> tuple[int, str]:
    """Run a command on a terminal, type when it asks; return the status and what was shown."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [*PROGRAM, *words])
    shown = b""
    while prompt not in shown:
        shown += os.read(terminal, 1000)
    if typed == b"\x03":
        os.kill(child, signal.SIGINT)
    else:
        os.write(terminal, typed)
    while True:
        try:
            read = os.read(terminal, 1000)
        except OSError:  # as Linux reports that the program has ended
            break
        if not read:
            break
        shown += read
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode()


def test_a_login_asks_unseen_and_stores_key_and_address(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    typed = f"{emulator.api_key}\n".encode()
    status, shown = on_a_terminal("login", typed=typed, prompt=b"): ")
    assert status == 0
    assert emulator.api_key not in shown
    assert f"Logged in, for {emulator.url}; the key is stored." in shown
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


def test_a_refused_key_is_not_stored(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHACAST_API_KEY", "ak_environment")
    words = ["login", "--base-url", emulator.url]
    done = subprocess.run(
        [*PROGRAM, *words], input="ak_wrong\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {emulator.url} refuses this API key")
    assert done.stderr.count("\n") == 1
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


def test_a_login_that_is_interrupted_stores_nothing() -> None:
    status, shown = on_a_terminal("login", typed=b"\x03", prompt=b"): ")
    assert status == 130
    assert shown.splitlines()[-1] == "interrupted"
    assert not login_file().exists()


def test_without_a_key_nothing_is_stored() -> None:
    done = subprocess.run(
        [*PROGRAM, "login"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: There is no Alphacast API key.")


def test_a_keyring_that_does_not_work_is_said_and_fails(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
