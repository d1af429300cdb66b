"""Warnings that point at the line of the user's code that called the package."""

from __future__ import annotations

import inspect
import os
import warnings
from pathlib import Path

_PACKAGE = f"{Path(__file__).parent}{os.sep}"


def warn(message: str) -> None:
    """Issue a UserWarning that names the first frame outside the package."""
    warnings.warn(message, UserWarning, stacklevel=_stacklevel())


def _stacklevel() -> int:
    """Return the level that `warn` above needs: 1 is `warn` itself."""
    frame = inspect.currentframe()
    level = 0
    try:
        while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
            frame = frame.f_back
            level += 1
    finally:
        del frame  # a frame that refers to itself is freed only by the garbage collector
    return level
