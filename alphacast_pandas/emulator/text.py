"""How texts are read and shown: names, booleans, counts, JSON."""

import json
import math
import unicodedata
from typing import Any

from alphacast_pandas.emulator.errors import Refusal

MAX_INTEGER = 2**63 - 1  # what a BIGINT of DuckDB holds
MAX_JSON_DEPTH = 100  # Python reads and writes JSON by recursion


def fold(name: str) -> str:
    """Return `name` as the service compares it: without case or accents."""
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return unicodedata.normalize("NFKC", bare.casefold())


def clean_name(name: str) -> str:
    """Return `name` trimmed, with embedded newlines as blanks."""
    return " ".join(name.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


def parse_boolean(value: object) -> bool:
    """Read a boolean in any of its spellings: `True`, `"True"`, `"TRUE"`, `1`, `"1"`."""
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes"}
    return bool(value)


def parse_count(query: dict[str, str], name: str) -> int | None:
    """Return a query parameter that counts rows, dates or results; refuse anything else."""
    text = query.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Refusal(400, f"{name} must be a whole number")
    # Python refuses to convert thousands of digits; twenty of them exceed the limit already.
    return min(int(text[:20]), MAX_INTEGER)


def parse_json(text: str | bytes, name: str) -> Any:
    """Read the JSON text of `name`; refuse what could not be stored, or sent in an answer."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(400, f"{name} is not valid JSON") from None
    pending = [(value, 1)]
    while pending:
        part, depth = pending.pop()
        if depth > MAX_JSON_DEPTH:
            raise Refusal(400, f"{name} has more than {MAX_JSON_DEPTH} levels")
        if isinstance(part, dict):
            pending += [(each, depth + 1) for pair in part.items() for each in pair]
        elif isinstance(part, list):
            pending += [(each, depth + 1) for each in part]
        elif isinstance(part, str) and not is_unicode(part):
            raise Refusal(400, f"{name} is not valid Unicode")
        elif isinstance(part, float) and not math.isfinite(part):
            raise Refusal(400, f"{name} has a number that JSON does not allow")
    return value


def is_unicode(text: str) -> bool:
    """Return whether a text can be stored: JSON may contain lone surrogates."""
    return not any("\ud800" <= mark <= "\udfff" for mark in text)


def to_printable(text: object) -> str:
    """Return a text as a terminal may show it: control characters and the like are escaped."""
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in str(text)
    )
