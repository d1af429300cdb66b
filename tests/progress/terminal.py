"""A terminal of our own: what a program's output looks like to whoever sits before it."""

import contextlib
import os
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

fcntl = pytest.importorskip("fcntl", reason="terminals to be had are those of POSIX")
termios = pytest.importorskip("termios")
_UP = "\x1b[A"
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Shown:
    """All that came, and the lines that are on the screen at the end."""

    everything: str
    lines: list[str]


def on_terminal(program: str, *, columns: int = 100, **environment: str) -> Shown:
    """Return what a terminal shows of a Python program that writes to it."""
    ours, theirs = os.openpty()
    fcntl.ioctl(
        theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24 if columns else 0, columns, 0, 0)
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=_HERE,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )
    os.close(theirs)
    pieces = []
    with contextlib.suppress(OSError):  # how a terminal says that its program has gone
        while piece := os.read(ours, 1 << 16):
            pieces.append(piece)
    os.close(ours)
    everything = b"".join(pieces).decode()
    assert process.wait() == 0, everything
    return Shown(everything, screen(everything))


def screen(text: str) -> list[str]:
    """Return the lines that `text` leaves on a wide screen, without blanks at their ends."""
    lines, row, column = [""], 0, 0
    for part in text.replace(_UP, "\v"):
        if part == "\r":
            column = 0
        elif part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\v":
            row -= 1
        else:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + part + line[column + 1 :]
            column += 1
    while lines and not lines[-1].strip():
        lines.pop()
    return [line.rstrip() for line in lines]
