"""A value of any kind has a text that fits into a message."""

from typing import Any

import pytest

from alphacast_pandas.text import value_text


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no text")


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        (5, "5"),
        ("\ud800", "'\\ud800'"),
        (-(10**5000), "<int of 16610 bits>"),
        (Broken(), "<Broken>"),
        (nested(5000), "<list>"),
    ],
    ids=["text", "number", "half a character", "5,001 digits", "broken", "nested"],
)
def test_a_value_is_shown(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_a_long_text_is_cut_in_its_middle() -> None:
    text = value_text("a" * 10_000 + "z")
    assert len(text) < 450
    assert text.startswith("'aaa")
    assert text.endswith("az'")
