"""A terminal in which commands run one after the other, as a person sees and types in it."""

import os
import struct
import subprocess
import sys
from types import TracebackType

import pytest

_PROGRAM = """
import fcntl, shlex, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C in it is for this program
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
from alphacast_pandas.__main__ import main
for line in sys.argv[1:]:
    print(f"[status {main(shlex.split(line))}]", flush=True)
"""
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """
    A terminal of so many columns, in which one program runs these commands.

    `read_until` and `read_status` return what has been shown since they were called last.
    """

    def __init__(self, *commands: str, columns: int = 80) -> None:
        fcntl = pytest.importorskip("fcntl", reason="terminals to be had are those of POSIX")
        termios = pytest.importorskip("termios")
        self._near, far = os.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color"}
        environment.pop("COLUMNS", None)
        self._program = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *commands],
            stdin=far,
            stdout=far,
            stderr=far,
            env=environment,
            start_new_session=True,
        )
        os.close(far)
        self._shown = b""
        self.everything = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._program.kill()
        self._program.wait()
        os.close(self._near)

    def type(self, text: str) -> None:
        os.write(self._near, text.encode())

    def read_until(self, end: str) -> str:
        while end.encode() not in self._shown:
            try:
                read = os.read(self._near, 1 << 16)
            except OSError:  # as Linux reports that the program has ended
                read = b""
            assert read, self._shown.decode()
            self._shown += read
        shown, _, self._shown = self._shown.partition(end.encode())
        text = shown.decode().replace("\r\n", "\n")
        self.everything += text + end
        return text

    def read_status(self) -> tuple[str, int]:
        """Return what one command has shown, and its exit status."""
        shown = self.read_until("[status ")
        return shown, int(self.read_until("]\r\n"))
