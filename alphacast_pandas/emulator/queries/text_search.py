"""How well texts answer a query of several words, spelled more or less rightly."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

from alphacast_pandas.emulator.store.columns import fold

Item = TypeVar("Item")

MAX_WORDS = 12
LONGEST = 40
SIMILAR = 0.75
WORD = re.compile(r"\w+")


def best(query: str, items: Iterable[tuple[Item, Mapping[str, float]]]) -> list[Item]:
    """Return the items that answer a query, the best first; each comes with weighted texts."""
    wanted = words(query)[:MAX_WORDS]
    scored = [(score(wanted, texts), item) for item, texts in items]
    if not wanted:
        return [item for _, item in scored]
    found = [(points, item) for points, item in scored if points]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def words(text: str) -> list[str]:
    """Return the words of a text without case or accents, each once, in order."""
    return list(dict.fromkeys(word[:LONGEST] for word in WORD.findall(fold(text))))


def score(wanted: list[str], texts: Mapping[str, float]) -> float:
    """Return the sum of what each wanted word finds at best."""
    there = [(word, weight) for text, weight in texts.items() for word in words(text)]
    return sum(
        max((likeness(word, other) * weight for other, weight in there), default=0.0)
        for word in wanted
    )


def likeness(word: str, other: str) -> float:
    """Return 1 for the same word, less for its beginning or a misspelling, 0 for another."""
    if word == other:
        return 1.0
    if len(word) > 1 and other.startswith(word):
        return 0.9
    if abs(len(word) - len(other)) > len(word) / 2:
        return 0.0
    matcher = SequenceMatcher(None, word, other)
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0.0
    ratio = matcher.ratio()
    return 0.8 * ratio if ratio >= SIMILAR else 0.0
