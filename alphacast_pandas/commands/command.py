"""What a command consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


@dataclass(frozen=True)
class Command:
    """
    One command: what its help says, the arguments it takes, what it does.

    `run` returns the exit status. What it does not catch, the program turns into a line on stderr
    and a status: errors of the package and of the system, an interrupt, a reader that has gone.
    """

    description: str
    examples: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
