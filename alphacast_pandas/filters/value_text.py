"""Text of any value or exception for a message: short, and never itself a failure."""

from __future__ import annotations

from typing import Any

_LONGEST = 400


def value_text(value: Any) -> str:
    """
    Return the repr of a value, cut if it is long.

    >>> value_text("Chile"), value_text(10**5000)
    ("'Chile'", '<int of 16610 bits>')
    """
    try:
        return shorten(repr(value))
    except Exception:  # noqa: BLE001 - a repr is foreign code, and a message must not fail for it
        # Python writes no integer of more than 4,300 digits, and no list nested a thousand times.
        size = f" of {value.bit_length()} bits" if isinstance(value, int) else ""
        return f"<{type(value).__name__}{size}>"


def error_text(error: BaseException) -> str:
    """Return the kind and the message of somebody else's exception, as one that can be printed."""
    try:
        message = str(error).encode("utf-8", "backslashreplace").decode()
    except Exception:  # noqa: BLE001 - as above: a KeyError of a huge integer has no message
        message = ""
    return f"{type(error).__name__}: {shorten(message)}"


def shorten(text: str) -> str:
    """Return a text with its middle left out if it is long."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 4 :]}"
