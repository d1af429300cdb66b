"""The command line of the emulator."""

import signal
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from alphacast_pandas.emulator.__main__ import main


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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
    sentence = f"the folder {tmp_path} is in use by another emulator (process {child.pid})"
    assert capsys.readouterr().err == f"error: {sentence}\n"
    child.terminate()
    child.communicate(timeout=20)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--api-key", ""], "api_key must be a printable text without blanks or colons"),
        (["--api-key", "a\x1b[31m"], "api_key must be a printable text without blanks or colons"),
        (["--data", ""], "data must be the path of a folder, got an empty text"),
        (["--data", "/dev/null/\x1b[2J"], r"cannot use the folder /dev/null/\x1b[2J: Not a"),
        (["--host", "\x1b]0;x\x07"], r"cannot listen on \x1b]0;x\x07:0: "),
        (["--host", "x" * 70], f"cannot listen on {'x' * 70}:0: "),
        (["--host", "\x00"], r"cannot listen on \x00:0: "),
    ],
)
def test_what_cannot_be_used_is_one_line_without_escapes(words, sentence, capsys):
    assert main(["--port", "0", *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {sentence}")
    assert err.removesuffix("\n").isprintable()


@pytest.mark.parametrize("port", ["x", "-1", "65536", "8" * 5000, "\u0661"])
def test_what_is_no_port_is_a_wrong_usage(port, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([f"--port={port}"])
    assert "a port is a number from 0 to 65535" in capsys.readouterr().err


def test_nobody_has_to_read_what_the_command_prints():
    command = [sys.executable, "-m", "alphacast_pandas.emulator", "--port", "0"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    child.stdout.close()
    child.terminate()
    assert (child.wait(timeout=20), child.stderr.read()) == (0, "")
    child.stderr.close()


@pytest.mark.parametrize("option", ["--port", "--storage-port", "--search-port"])
def test_the_command_says_when_its_port_is_taken(emulator, capsys, option):
    port = urlsplit(emulator.url).port
    assert main(["--port", "0", option, str(port)]) == 1
    assert (
        capsys.readouterr().err
        == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    )
