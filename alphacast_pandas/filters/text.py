"""The service's own filter language: to a tree, as far as its reference describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.filters.tree import And, Comparison, Node, Operator, Or

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"\s*(?:(?P<quoted>'(?:[^']|'')*')|(?P<paren>[()])|(?P<word>[^\s()']+))")
_OPERATORS: dict[str, Operator] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
_DEEPEST = 50


class UnreadableError(ValueError):
    """The text uses more of the language than is known here."""


@dataclass(frozen=True)
class Literal:
    """A value as it stands in a text; its column decides what it is."""

    text: str


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse_text(text: str) -> Node | None:
    """
    Return the tree of a filter text, None if it uses more than comparisons, and, or, parentheses.

    >>> parse_text("Country eq 'USA' and Date ge '2020-01-01'").parts[0]
    Comparison(column='Country', operator='==', value=Literal(text='USA'))
    >>> parse_text("contains(Country, 'U')") is None
    True
    """
    try:
        parser = _Parser([*_tokens(text)])
        node = parser.alternatives(0)
        parser.expect_end()
    except UnreadableError:
        return None
    return node


def _tokens(text: str) -> Iterator[_Token]:
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnreadableError
        kind = str(match.lastgroup)
        found = match[kind]
        yield _Token(kind, found[1:-1].replace("''", "'") if kind == "quoted" else found)
        position = match.end()


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._position = 0

    def alternatives(self, depth: int) -> Node:
        parts = [self._conditions(depth)]
        while self._skip_word("or"):
            parts.append(self._conditions(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def expect_end(self) -> None:
        if self._position < len(self._tokens):
            raise UnreadableError

    def _conditions(self, depth: int) -> Node:
        parts = [self._condition(depth)]
        while self._skip_word("and"):
            parts.append(self._condition(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _condition(self, depth: int) -> Node:
        token = self._take()
        if token == _Token("paren", "("):
            if depth == _DEEPEST:
                raise UnreadableError
            node = self.alternatives(depth + 1)
            if self._take() != _Token("paren", ")"):
                raise UnreadableError
            return node
        operator, value = self._take(), self._take()
        if "paren" in (token.kind, value.kind) or operator.text.casefold() not in _OPERATORS:
            raise UnreadableError
        if operator.kind != "word" or value == _Token("word", "null"):
            raise UnreadableError
        return Comparison(token.text, _OPERATORS[operator.text.casefold()], Literal(value.text))

    def _skip_word(self, word: str) -> bool:
        here = self._tokens[self._position : self._position + 1]
        if here and here[0].kind == "word" and here[0].text.casefold() == word:
            self._position += 1
            return True
        return False

    def _take(self) -> _Token:
        if self._position >= len(self._tokens):
            raise UnreadableError
        self._position += 1
        return self._tokens[self._position - 1]
