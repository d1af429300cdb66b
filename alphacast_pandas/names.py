"""Comparison of column names: close matches, the service's idea of the same name."""

from __future__ import annotations

import difflib
import unicodedata
from typing import TYPE_CHECKING

from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Close matches of one name take a time that grows with the number of columns: a query that is
# wrong in thousands of names is told about the first of them.
_MOST_HINTS = 10


def check_names(wanted: Iterable[str], known: Sequence[str], what: str) -> None:
    """Raise a `QueryError` with close matches for names that are not known."""
    existing = set(known)
    unknown = [name for name in dict.fromkeys(wanted) if name not in existing]
    if unknown:
        hints = " ".join(unknown_name(name, known) for name in unknown[:_MOST_HINTS])
        more = len(unknown) - _MOST_HINTS
        msg = f"{what}: {hints}" + (f" The same goes for {more:,} more names." if more > 0 else "")
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
    if not known:
        return f"there is no column {name!r}: no column of the dataset is known yet."
    columns = ", ".join(map(repr, known[:10])) + (", ..." if len(known) > 10 else "")
    return f"there is no column {name!r}; the columns are {columns}."


def close_matches(name: str, known: Sequence[str]) -> list[str]:
    """Return up to three names that `name` may have meant."""
    candidates: dict[str, list[str]] = {}
    for candidate in known:
        candidates.setdefault(canonical_name(candidate), []).append(candidate)
    close = difflib.get_close_matches(canonical_name(name), candidates, n=3)
    return [candidate for match in close for candidate in candidates[match]][:3]


def canonical_name(name: str) -> str:
    """
    Return the name as the service compares headers: without case, accents and outer blanks.

    >>> canonical_name(" País ") == canonical_name("pais")
    True
    """
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().strip()
