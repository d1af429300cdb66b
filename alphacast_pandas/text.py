"""Text from the service or from data, made safe to show on a terminal."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

# Categories of Unicode: control characters (the escape among them), formats (the byte order mark,
# bidi marks, zero widths), halves of surrogate pairs, and separators of lines. They move the
# cursor, hide or reorder text, or are stripped by readers of files.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = "\u200c\u200d"  # which Persian and Indic words are written with


_LONGEST_VALUE = 400  # characters of a value that a message shows
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def printable(text: str) -> str:
    r"""
    Return the text with every character that could act on a terminal written as an escape.

    Line breaks and tabs are among them, so the result is one line.

    >>> print(printable("\x1b[31mred\u202e"))
    \x1b[31mred\u202e
    """
    if text.isprintable():
        return text
    return "".join(_escape(c) if is_unsafe(c) else c for c in text)


def printable_lines(text: str) -> str:
    r"""
    Return a text of several lines, each of them printable.

    >>> print(printable_lines("one\x07\ntwo"))
    one\x07
    two
    """
    return "\n".join(map(printable, text.splitlines()))


def shorten(text: str, width: int = 40) -> str:
    """
    Return a printable text of at most `width` characters, without its middle if it is longer.

    >>> shorten("Consumer prices, Argentina, 2016=100", 20)
    'Consumer ...2016=100'
    """
    # Escapes are several characters long, so what cannot be shown is not escaped either.
    text = printable(text if len(text) <= 2 * width else f"{text[:width]}{text[-width:]}")
    if len(text) <= width:
        return text
    end = (width - 3) // 2
    return f"{text[: width - 3 - end]}...{text[len(text) - end :]}"


def quoted(text: str, width: int = 40) -> str:
    """
    Return a name as a message or a title shows it.

    >>> quoted("Consumer prices")
    "'Consumer prices'"
    """
    return f"'{shorten(text, width)}'"


def value_text(value: Any, width: int = _LONGEST_VALUE) -> str:
    """
    Return any value as a message shows it: printable, on one line, cut if it is long.

    An object without a text of its own is named by its type, not by its address in memory.

    >>> value_text("Chile"), value_text(10**5000), value_text(object())
    ("'Chile'", '<int of 16610 bits>', '<object>')
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a repr is foreign code, and a message must not fail for it
        # Python writes no integer of more than 4,300 digits, and no list nested a thousand times.
        size = f" of {value.bit_length()} bits" if isinstance(value, int) else ""
        return f"<{type(value).__name__}{size}>"
    if not isinstance(value, str) and (_ADDRESS.search(text) or "\n" in text):
        return f"<{type(value).__name__}>"
    return shorten(text, width)


def error_text(error: BaseException, *, secret: str = "") -> str:
    """
    Return the kind and the message of somebody else's exception, as one that can be printed.

    ``***`` stands for a secret that it may repeat.
    """
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - as above: a KeyError of a huge integer has no message
        message = ""
    if secret:  # before it is shortened, when a part of it would be left
        message = message.replace(secret, "***")
    return f"{type(error).__name__}: {shorten(message, _LONGEST_VALUE)}"


def is_unsafe(character: str) -> bool:
    """Tell whether a character could act on a terminal."""
    return unicodedata.category(character) in INVISIBLE and character not in JOINERS


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
