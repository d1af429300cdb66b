"""The commands `push` and `diff` as processes: with a terminal, without one, and interrupted."""

import os
import re
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from end_to_end.interrupts import Relay
from end_to_end.parts import read_all, upload_flags

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals are otherwise there")

PROGRAM = [sys.executable, "-m", "alphacast_pandas"]
LONG_NAME = "A district whose name alone is wider than the terminal"
FILE = f"Date,country,price\n2024-01-01,{LONG_NAME},1.25\n2024-02-01,AR,0.30000000000000004\n"


@pytest.fixture
def number(
    push_new: Callable[..., int], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A dataset of one row, and an environment in which the programs find it."""
    monkeypatch.setenv("ALPHACAST_API_KEY", emulator.api_key)
    monkeypatch.setenv("ALPHACAST_BASE_URL", emulator.url)
    days = pd.to_datetime(["2024-02-01"])
    made = push_new(pd.DataFrame({"Date": days, "country": ["AR"], "price": [0.1]}))
    emulator.forget_requests()
    return str(made)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "prices.csv"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


class Terminal:
    """A terminal of 40 columns in which a program runs, as a person sees and types in it."""

    def __init__(self, words: list[str]) -> None:
        import fcntl  # none of these on Windows
        import pty
        import termios

        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        self.program = subprocess.Popen(
            [*PROGRAM, *words],
            stdin=far,
            stdout=far,
            stderr=far,
            env={**environment, "NO_COLOR": "1"},
        )
        os.close(far)
        self.shown = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.program.kill()
        self.program.wait()
        os.close(self._near)

    def read_until(self, end: str) -> None:
        while end not in self.shown and self._read():
            pass
        assert end in self.shown, self.shown

    def type(self, text: str) -> None:
        os.write(self._near, text.encode())

    def read_to_the_end(self) -> int:
        """Read the rest; return the exit status."""
        while self._read():
            pass
        self.shown = self.shown.replace("\r\n", "\n")
        return self.program.wait(timeout=60)

    def _read(self) -> bool:
        try:
            read = os.read(self._near, 1 << 16)
        except OSError:  # the program has ended
            return False
        self.shown += read.decode()
        return bool(read)


def test_a_person_sees_the_whole_difference_is_asked_and_says_yes(
    number: str, file: str, client: ap.Client
) -> None:
    with Terminal(["push", file, number]) as terminal:
        terminal.read_until("Send it? [y/N] ")
        assert len(read_all(int(number), client)) == 1
        terminal.type("y\n")
        assert terminal.read_to_the_end() == 0
    shown, question, result = terminal.shown.partition("Send it? [y/N] ")
    assert question
    assert f"+ 2024-01-01, {LONG_NAME}: price 1.25\n" in shown
    assert "~ 2024-02-01, AR: price 0.1 -> 0.30000000000000004\n" in shown
    summary = shown.partition("Diff of ")[2].splitlines()
    assert max(map(len, summary)) <= 40
    assert "1 row added, 1 value changed" in " ".join(summary)
    assert f"Pushed to dataset {number}" in result
    assert "Processed" in result
    assert "\x1b" not in terminal.shown
    assert len(read_all(int(number), client)) == 2


def test_a_ctrl_c_at_the_question_sends_nothing(number: str, file: str, emulator: Emulator) -> None:
    with Terminal(["push", file, number]) as terminal:
        terminal.read_until("[y/N] ")
        terminal.program.send_signal(signal.SIGINT)
        assert terminal.read_to_the_end() == 130
        assert terminal.shown.endswith("interrupted\nNothing was sent.\n")
    assert upload_flags(emulator) == []


def test_a_ctrl_c_while_it_is_processed_says_what_goes_on(
    number: str, file: str, emulator: Emulator, client: ap.Client
) -> None:
    with (
        emulator.hold_processes(),
        Relay(emulator.url, r"GET /datasets/\d+/processes/\d+") as relay,
    ):
        environment = {**os.environ, "ALPHACAST_BASE_URL": relay.url}
        program = subprocess.Popen(
            [*PROGRAM, "push", file, number, "--yes"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        relay.program.set_result(program.pid)
        try:
            output, told = program.communicate(timeout=60)
        finally:
            program.kill()
    process = max(client.datasets.processes(int(number)), key=lambda each: each.id)
    assert (program.returncode, output) == (130, "")
    assert re.search(rf"interrupted\nThe upload continues as process {process.id} ", told)
    assert "Traceback" not in told


def test_a_reader_that_has_gone_ends_a_diff_in_silence(number: str, tmp_path: Path) -> None:
    days = pd.date_range("1900-01-01", periods=2_500)
    path = tmp_path / "many.csv"
    path.write_text("Date,country,price\n" + "".join(f"{day:%Y-%m-%d},AR,1\n" for day in days))
    program = subprocess.Popen(
        [*PROGRAM, "diff", str(path), number], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert program.stdout is not None
    assert program.stdout.readline() == b"kind,Date,country,column,old,new\n"
    program.stdout.close()
    assert program.stderr is not None
    assert program.stderr.read() == b""
    assert program.wait(timeout=60) == 3
    program.stderr.close()
