"""Messages of the package in the words of the commands, where there is a command or an option."""

from __future__ import annotations

import re

_CALL = re.compile(r"\b(?:alphacast_pandas|ap)\.(datasets|info|search|snapshot)\((\d*)\)")
_KEYWORD = re.compile(r"""\b(cache|expect|filter)=(?=['"]|True\b|False\b)""")
_CACHE_WORDS = {
    "--cache True": "--cache on",
    "--cache False": "--cache off",
    "--cache 'only'": "--cache only",
}
_PYTHON_FILTER = re.compile(r"\bap\.col\(|\bfilter=\{")
_FILTER_NOTE = (
    "A dict and an expression are for Python; --filter takes text, such as \"country eq 'Chile' "
    'and CPI gt 100".'
)


def in_commands(text: str) -> str:
    """
    Return a message of the package as somebody at a terminal can follow it.

    >>> in_commands("Look at it with ap.snapshot(5515).")
    'Look at it with alphacast-pandas snapshot 5515.'
    >>> in_commands("Read it once with cache=True.")
    'Read it once with --cache on.'
    """
    lines = [text, _FILTER_NOTE] if _PYTHON_FILTER.search(text) else [text]
    text = _CALL.sub(lambda found: f"alphacast-pandas {found[1]} {found[2]}".rstrip(), lines[0])
    text = _KEYWORD.sub(r"--\1 ", text)
    for words, option in _CACHE_WORDS.items():
        text = text.replace(words, option)
    return "\n".join([text, *lines[1:]])
