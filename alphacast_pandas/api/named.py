"""Datasets and repositories by name: exact ones, near misses and the nearest."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from alphacast_pandas.api.identifiers import PLURALS
from alphacast_pandas.api.responses import brief_repr
from alphacast_pandas.errors import NotFoundError, QueryError
from alphacast_pandas.names import canonical_name
from alphacast_pandas.text import INVISIBLE, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Named(Protocol):
    """A record of a dataset or a repository."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def name(self) -> str:
        """Its name."""


T = TypeVar("T", bound=Named)
_MOST_NAMED = 5
# So many characters of a name may differ for it to be a typing mistake: of a short name fewer.
_MOST_EDITS = 2
_CHARACTERS_AN_EDIT = 3


def check_text(name: Any, what: str) -> str:
    """Return a name, or raise for what is none."""
    if not isinstance(name, str) or not name.strip():
        msg = f"name must be the name of a {what}, got {brief_repr(name)}."
        raise QueryError(msg)
    return name


def check_name(name: str, what: str) -> None:
    """Raise for a name with blanks at its ends, which can only have come by accident."""
    if name != name.strip():
        msg = (
            f"The name of the {what} has blanks at its ends: {_quoted(name)}. "
            f"Pass {_quoted(name.strip())}."
        )
        raise QueryError(msg)


def only_one(listed: Iterable[T], name: str, what: str) -> T | None:
    """Return the record of exactly this name, None without one; refuse to choose among several."""
    found = [record for record in listed if record.name == name]
    if len(found) > 1:
        msg = (
            f"{len(found)} {PLURALS[what]} are called {_quoted(name)}: {list_records(found)}. "
            "Pass the number instead of the name."
        )
        raise QueryError(msg)
    return found[0] if found else None


def not_found(name: str, what: str, listed: Sequence[T], place: str = "") -> NotFoundError:
    """Return the error that there is nothing of this name, with the nearest names that exist."""
    nearest = nearest_names(name, listed)
    lists = f"alphacast_pandas.{PLURALS[what]}() lists those that this key may list."
    hint = f"Nearest names: {list_records(nearest)}." if nearest else lists
    others = (
        " Others, such as public ones, are found by their number or address, or by "
        "alphacast_pandas.search()."
    )
    more = others if what == "dataset" else ""
    return NotFoundError(f"There is no {what} {_quoted(name)}{place}. {hint}{more}")


def nearest_names(name: str, listed: Iterable[T]) -> list[T]:
    """Return the records whose names are most like this one, the nearest first."""
    by_name: dict[str, list[T]] = {}
    for record in listed:
        by_name.setdefault(_folded(record.name), []).append(record)
    close = difflib.get_close_matches(_folded(name), by_name, n=_MOST_NAMED)
    words = _folded(name).split()
    longer = (each for each in by_name if words and all(word in each for word in words))
    near = dict.fromkeys([*close, *longer])
    return [record for each in near for record in by_name[each]][:_MOST_NAMED]


def near_misses(name: str, listed: Iterable[T]) -> list[T]:
    """
    Return the records whose names differ from this one as by a typing mistake.

    That is case, accents, blanks, or an edit or two. Digits do not count: "Prices 2023" and
    "Prices 2024" are two names. A record of exactly this name is none either.
    """
    others = (record for record in listed if record.name != name)
    return [record for record in others if _is_near_miss(name, record.name)]


def list_records(records: Sequence[Named]) -> str:
    """
    Return names with their numbers, for a message.

    >>> list_records([Repository(3, "Mine"), Repository(4, "Ours")])  # doctest: +SKIP
    "'Mine' (3), 'Ours' (4)"
    """
    named = [f"{_quoted(each.name)} ({each.id}{_place(each)})" for each in records[:_MOST_NAMED]]
    more = len(records) - _MOST_NAMED
    return ", ".join(named) + (f" and {more:,} more" if more > 0 else "")


def _place(record: Named) -> str:
    repository_id = getattr(record, "repository_id", None)
    return "" if repository_id is None else f", in repository {repository_id}"


def _quoted(name: str) -> str:
    return printable(repr(name))


def _folded(name: str) -> str:
    """Return the name without case, accents, invisible characters and superfluous blanks."""
    visible = "".join(c for c in name if unicodedata.category(c) not in INVISIBLE or c.isspace())
    return " ".join(canonical_name(visible).split())


def _is_near_miss(name: str, existing: str) -> bool:
    first, second = _folded(name), _folded(existing)
    if first.replace(" ", "") == second.replace(" ", ""):
        return True
    if re.findall(r"\d+", first) != re.findall(r"\d+", second):
        return False
    most = min(_MOST_EDITS, min(len(first), len(second)) // _CHARACTERS_AN_EDIT)
    return _edits(first, second, most) <= most


def _edits(first: str, second: str, most: int) -> int:
    """
    Return how many characters must be inserted, left out, changed or swapped with the next one.

    More than `most` are counted as one more than that. This is the optimal string alignment
    distance; a library for it would be a dependency of every user for these lines.
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row: list[int] = [*range(len(second) + 1)]
    for i, a in enumerate(first, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == second[j - 2] and b == first[i - 2]:
                best = min(best, last[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return row[-1]
