"""How texts from clients are read: names, booleans and counts."""

import unicodedata

from alphacast_pandas.emulator.errors import Refusal

MAX_INTEGER = 2**63 - 1  # what a BIGINT of DuckDB holds


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
