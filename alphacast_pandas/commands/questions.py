"""Questions to the person at the terminal."""

from __future__ import annotations

import sys


def can_ask() -> bool:
    """Tell whether there is somebody who can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def is_agreed(question: str) -> bool:
    """Ask; only yes is yes."""
    from alphacast_pandas.commands.output import print_note

    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):  # Ctrl-D, which leaves the line of the question open
        print_note("")
    return answer.strip().casefold() in {"y", "yes"}
