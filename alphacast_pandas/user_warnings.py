"""Warnings that point at the line of the user's code that called the package."""

from __future__ import annotations

import inspect
import os
import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = f"{Path(__file__).parent}{os.sep}"


# The frames of a helper thread do not lead to the user's line, so its warnings are kept for the
# thread that called the package.
_kept: ContextVar[list[str] | None] = ContextVar("alphacast_pandas.warnings", default=None)


@contextmanager
def keeping_warnings(messages: list[str]) -> Iterator[None]:
    """Append what this thread would warn of to `messages`, for `warn` in another thread."""
    token = _kept.set(messages)
    try:
        yield
    finally:
        _kept.reset(token)


def warn(message: str) -> None:
    """Issue a UserWarning that names the first frame outside the package, or keep it."""
    kept = _kept.get()
    if kept is not None:
        kept.append(message)
        return
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
