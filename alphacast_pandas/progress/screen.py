"""Where a bar can be seen."""

from __future__ import annotations

import os
import sys
from typing import Any


def is_watched() -> bool:
    """Tell whether a person is likely to look: at a notebook, or at a terminal."""
    return in_notebook() or is_terminal(sys.stderr)


def in_notebook() -> bool:
    """Tell whether this is a kernel; that one could be started here is not enough."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def is_terminal(stream: Any) -> bool:
    """Tell whether `stream` leads to a terminal."""
    try:
        return bool(stream.isatty())
    except (AttributeError, OSError, ValueError):  # no stream, none of a system's, a closed one
        return False


def shape_of(stream: Any) -> dict[str, Any]:
    """Return the room for a bar in tqdm's words; a terminal that does not know its size has 80."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return {}
    return {"dynamic_ncols": True} if all(size) else {"ncols": 79, "nrows": 24}


def streams_beside(screen: Any) -> list[Any]:
    """Return the standard streams whose text appears where that of `screen` does, and itself."""
    beside = [screen]
    for stream in (sys.stderr, sys.stdout, sys.__stderr__, sys.__stdout__):
        known = any(stream is other for other in beside)
        if stream is not None and not known and _lead_to_one_place(stream, screen):
            beside.append(stream)
    return beside


def _lead_to_one_place(one: Any, other: Any) -> bool:
    try:
        return os.path.sameopenfile(one.fileno(), other.fileno())
    except (AttributeError, OSError, ValueError):
        return False
