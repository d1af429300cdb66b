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
MISSPELLED = 0.3  # so that a word in a description comes before one like it in a name, times 3
WORD = re.compile(r"[^\W_]+")  # "life_expectancy" is two words


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
    """
    Return the sum of the best weighted match of each wanted word, times the share of words found.

    So texts with all words come before those with one of them in a place that weighs more.
    """
    candidates = [(word, weight) for text, weight in texts.items() for word in split_words(text)]
    points = [
        max((similarity(word, other) * weight for other, weight in candidates), default=0.0)
        for word in wanted
    ]
    return sum(points) * sum(each > 0 for each in points) / len(points) if points else 0.0


def similarity(word: str, other: str) -> float:
    """Return 1 for the same word, less for its beginning or a misspelling, 0 for another."""
    if word == other:
        return 1.0
    if len(word) > 1 and other.startswith(word):
        return 0.9
    if is_swapped(word, other):  # in a short word, which is too unlike for the ratio below
        return MISSPELLED
    if abs(len(word) - len(other)) > len(word) / 2:
        return 0.0
    # The quick ratios are upper bounds: most words are dismissed without the slow one.
    matcher = SequenceMatcher(None, word, other)
    if matcher.real_quick_ratio() < MIN_SIMILARITY or matcher.quick_ratio() < MIN_SIMILARITY:
        return 0.0
    ratio = matcher.ratio()
    return MISSPELLED * ratio if ratio >= MIN_SIMILARITY else 0.0


def is_swapped(word: str, other: str) -> bool:
    """Return whether two words differ in the order of two neighbouring letters alone."""
    if len(word) != len(other):
        return False
    places = [n for n, (one, two) in enumerate(zip(word, other, strict=True)) if one != two]
    if len(places) != 2 or places[1] - places[0] != 1:
        return False
    first, second = places
    return (word[first], word[second]) == (other[second], other[first])
