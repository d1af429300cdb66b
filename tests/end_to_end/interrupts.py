"""Programs that get a Ctrl-C at a certain request, by a relay between them and the emulator."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import BinaryIO
from urllib.parse import urlsplit

_BEGIN = """
import signal, sys
import pandas as pd
import alphacast_pandas as ap
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
key, url, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = ap.Client(key, base_url=url)
"""


class Relay:
    """
    Passes bytes on to a server, until the request that `pattern` matches for the n-th time.

    Then the program gets a Ctrl-C and no answer: when the head of the request has come and nothing
    more is received, or if `is_passed_on`, when the server has the whole request.
    """

    def __init__(self, url: str, pattern: str, *, n: int = 1, is_passed_on: bool = False) -> None:
        self._server = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._pattern, self._left, self._is_passed_on = (
            re.compile(pattern.encode()),
            n,
            is_passed_on,
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._open: list[socket.socket] = []
        self.program: Future[int] = Future()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        for each in (self._listener, *self._open):
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:  # closed
                return
            self._open.append(near)
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        far = socket.create_connection(self._server)
        self._open.append(far)
        is_last = threading.Event()
        threading.Thread(target=self._answer, args=(far, near, is_last), daemon=True).start()
        with contextlib.suppress(OSError), near.makefile("rb") as requests:  # reset or closed
            while head := _head_of(requests):
                if self._is_the_one(head):
                    is_last.set()
                    if not self._is_passed_on:
                        os.kill(self.program.result(), signal.SIGINT)
                        return
                far.sendall(head + requests.read(_length_of(head)))

    def _answer(self, far: socket.socket, near: socket.socket, is_last: threading.Event) -> None:
        with contextlib.suppress(OSError):  # reset or closed
            while answer := far.recv(1 << 16):
                if is_last.is_set():
                    os.kill(self.program.result(), signal.SIGINT)
                    return
                near.sendall(answer)

    def _is_the_one(self, head: bytes) -> bool:
        self._left -= bool(self._pattern.match(head))
        return self._left == 0 and bool(self._pattern.match(head))


def _head_of(stream: BinaryIO) -> bytes:
    """Return a head with the empty line at its end, nothing at the end of the connection."""
    lines = [stream.readline()]
    while lines[-1].strip():
        lines.append(stream.readline())
    return b"".join(lines)


def _length_of(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(found[1]) if found else 0


def interrupted(relay: Relay, key: str, number: int, program: str) -> str:
    """Return what a program printed as its last error after a Ctrl-C."""
    child = subprocess.Popen(
        [sys.executable, "-c", _BEGIN + program, key, relay.url, str(number)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    relay.program.set_result(child.pid)
    try:
        return child.communicate(timeout=60)[1]
    finally:
        child.kill()
