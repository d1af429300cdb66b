"""Terminals and notebooks: where a bar can be seen."""

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


def bar_size(stream: Any) -> dict[str, Any]:
    """Return the size of a bar as arguments of tqdm; a terminal without a size has 80 columns."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (AttributeError, OSError, ValueError):
        return {}
    return {"dynamic_ncols": True} if all(size) else {"ncols": 79, "nrows": 24}


def streams_on(screen: Any) -> list[Any]:
    """Return `screen` and the standard streams whose text appears in the same place."""
    streams = [screen]
    for stream in (sys.stderr, sys.stdout, sys.__stderr__, sys.__stdout__):
        is_listed = any(stream is other for other in streams)
        if stream is not None and not is_listed and _is_same_file(stream, screen):
            streams.append(stream)
    return streams


def _is_same_file(one: Any, other: Any) -> bool:
    try:
        return os.path.sameopenfile(one.fileno(), other.fileno())
    except (AttributeError, OSError, ValueError):
        return False
