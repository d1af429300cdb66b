"""The command line of the emulator."""

import signal
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator.__main__ import main


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_address_and_key_and_stops_on_a_signal(number):
    command = [sys.executable, "-m", "alphacast_pandas.emulator", "--port", "0"]
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell without a terminal starts what it puts in the background with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - one call
    )
    address = child.stdout.readline().strip().partition("=")[2]
    key = child.stdout.readline().strip().partition("=")[2]
    connection = HTTPConnection(address.removeprefix("http://"), timeout=20)
    connection.request("GET", f"/repositories?apiKey={key}")
    assert connection.getresponse().read()
    connection.close()
    child.send_signal(number)
    out, err = child.communicate(timeout=20)
    assert (child.returncode, out, err) == (0, "stopped\n", "")


def test_a_folder_that_another_emulator_uses_is_an_error_that_says_so(tmp_path, capsys):
    command = [sys.executable, "-m", "alphacast_pandas.emulator", "--port", "0"]
    child = subprocess.Popen([*command, "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline()
    assert main(["--port", "0", "--data", str(tmp_path)]) == 1
    assert "is another emulator using it?" in capsys.readouterr().err
    child.terminate()
    child.communicate(timeout=20)


def test_the_command_says_when_its_port_is_taken(emulator, capsys):
    port = urlsplit(emulator.url).port
    assert main(["--port", str(port)]) == 1
    assert (
        capsys.readouterr().err
        == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )
