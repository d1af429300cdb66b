"""Names a user gave, against the names there are."""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def check_names(wanted: Iterable[str], known: Sequence[str], what: str) -> None:
    """Raise a `QueryError` with close matches for names that are not known."""
    unknown = [name for name in dict.fromkeys(wanted) if name not in known]
    if unknown:
        hints = " ".join(unknown_name(name, known) for name in unknown)
        msg = f"{what}: {hints}"
        raise QueryError(msg)


def unknown_name(name: str, known: Sequence[str]) -> str:
    """
    Return a sentence about a name that is not there.

    >>> unknown_name("Contry", ["Date", "country"])
    "there is no column 'Contry'; did you mean 'country'?"
    """
    close = close_matches(name, known)
    if close:
        return f"there is no column {name!r}; did you mean {' or '.join(map(repr, close))}?"
    shown = ", ".join(map(repr, known[:10])) + (", ..." if len(known) > 10 else "")
    return f"there is no column {name!r}; the columns are {shown}."


def close_matches(name: str, known: Sequence[str]) -> list[str]:
    """Return up to three names that `name` may have meant."""
    folded: dict[str, list[str]] = {}
    for candidate in known:
        folded.setdefault(fold(candidate), []).append(candidate)
    close = difflib.get_close_matches(fold(name), folded, n=3)
    return [candidate for match in close for candidate in folded[match]][:3]


def fold(name: str) -> str:
    """
    Return the name as the service compares headers: without case, accents and outer blanks.

    >>> fold(" País ") == fold("pais")
    True
    """
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().strip()
