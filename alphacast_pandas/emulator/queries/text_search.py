"""Ranks items by how well their texts match a query of words, misspelled ones included."""

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

from alphacast_pandas.emulator.text import fold

Item = TypeVar("Item")

MAX_WORDS = 12
MAX_WORD_LENGTH = 40  # with MAX_WORDS, a bound on the work of one query
MIN_SIMILARITY = 0.75
WORD = re.compile(r"\w+")


def rank(query: str, items: Iterable[tuple[Item, Mapping[str, float]]]) -> list[Item]:
    """Return the items that match a query, the best first; each comes with weighted texts."""
    wanted = split_words(query)[:MAX_WORDS]
    scored = [(score(wanted, texts), item) for item, texts in items]
    if not wanted:
        return [item for _, item in scored]
    found = [(points, item) for points, item in scored if points]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def split_words(text: str) -> list[str]:
    """Return the words of a text without case or accents, each once, in order."""
    return list(dict.fromkeys(word[:MAX_WORD_LENGTH] for word in WORD.findall(fold(text))))


def score(wanted: list[str], texts: Mapping[str, float]) -> float:
    """Return the sum of the best weighted match of each wanted word."""
    candidates = [(word, weight) for text, weight in texts.items() for word in split_words(text)]
    return sum(
        max((similarity(word, other) * weight for other, weight in candidates), default=0.0)
        for word in wanted
    )


def similarity(word: str, other: str) -> float:
    """Return 1 for the same word, less for its beginning or a misspelling, 0 for another."""
    if word == other:
        return 1.0
    if len(word) > 1 and other.startswith(word):
        return 0.9
    if abs(len(word) - len(other)) > len(word) / 2:
        return 0.0
    # The quick ratios are upper bounds: most words are dismissed without the slow one.
    matcher = SequenceMatcher(None, word, other)
    if matcher.real_quick_ratio() < MIN_SIMILARITY or matcher.quick_ratio() < MIN_SIMILARITY:
        return 0.0
    ratio = matcher.ratio()
    return 0.8 * ratio if ratio >= MIN_SIMILARITY else 0.0
