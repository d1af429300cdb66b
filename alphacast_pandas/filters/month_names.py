"""Names of months in the languages of most users, which pandas reads in English only."""

from __future__ import annotations

import unicodedata

_NAMES = {
    "Jan": ("january", "enero", "janeiro"),
    "Feb": ("february", "febrero", "fevereiro"),
    "Mar": ("march", "marzo", "marco"),
    "Apr": ("april", "abril"),
    "May": ("may", "mayo", "maio"),
    "Jun": ("june", "junio", "junho"),
    "Jul": ("july", "julio", "julho"),
    "Aug": ("august", "agosto"),
    "Sep": ("september", "septiembre", "setiembre", "setembro"),
    "Oct": ("october", "octubre", "outubro"),
    "Nov": ("november", "noviembre", "novembro"),
    "Dec": ("december", "diciembre", "dezembro"),
}
MONTHS = tuple(_NAMES)


def is_english_month(word: str) -> bool:
    """Tell an English name of a month, or its beginning."""
    month = to_english_month(word)
    return month is not None and _NAMES[month][0].startswith(word.casefold().removesuffix("."))


def to_english_month(word: str) -> str | None:
    """
    Return the English abbreviation of a month, None of any other word.

    >>> to_english_month("Ene."), to_english_month("março"), to_english_month("Sept")
    ('Jan', 'Mar', 'Sep')
    >>> to_english_month("total") is None
    True
    """
    decomposed = unicodedata.normalize("NFKD", word.casefold().removesuffix("."))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    if len(plain) < 3:
        return None
    return next((m for m in _NAMES if any(n.startswith(plain) for n in _NAMES[m])), None)
