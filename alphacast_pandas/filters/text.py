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


_OPEN, _CLOSE = _Token("paren", "("), _Token("paren", ")")
_END, _NULL = _Token("end", ""), _Token("word", "null")


def parse_text(text: str) -> Node | None:
    """
    Return the tree of a filter text, None if it uses more than comparisons, and, or, parentheses.

    >>> parse_text("Country eq 'USA' and Date ge '2020-01-01'").parts[0]
    Comparison(column='Country', operator='==', value=Literal(text='USA'))
    >>> parse_text("contains(Country, 'U')") is None
    True
    """
    try:
        return _parsed(_tokens(text))
    except UnreadableError:
        return None


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


def _parsed(tokens: Iterator[_Token]) -> Node:
    # One level per open parenthesis; a level holds alternatives, and these hold conditions.
    levels: list[list[list[Node]]] = [[[]]]
    condition_is_next = True
    for token in tokens:
        if condition_is_next and token == _OPEN:
            levels.append([[]])
        elif condition_is_next:
            levels[-1][-1].append(_comparison(token, next(tokens, _END), next(tokens, _END)))
            condition_is_next = False
        elif token == _CLOSE and len(levels) > 1:
            node = _joined(levels.pop())
            levels[-1][-1].append(node)
        else:
            levels[-1] += _begun_by(token)
            condition_is_next = True
    if condition_is_next or len(levels) > 1:
        raise UnreadableError
    return _joined(levels[0])


def _begun_by(token: _Token) -> list[list[Node]]:
    """Return the alternatives that a word between conditions begins."""
    word = token.text.casefold() if token.kind == "word" else ""
    if word not in {"and", "or"}:
        raise UnreadableError
    return [[]] if word == "or" else []


def _joined(alternatives: list[list[Node]]) -> Node:
    joined = [parts[0] if len(parts) == 1 else And(tuple(parts)) for parts in alternatives]
    return joined[0] if len(joined) == 1 else Or(tuple(joined))


def _comparison(name: _Token, operator: _Token, value: _Token) -> Comparison:
    word = operator.text.casefold() if operator.kind == "word" else ""
    if "paren" in (name.kind, value.kind) or word not in _OPERATORS or value in {_END, _NULL}:
        raise UnreadableError
    return Comparison(name.text, _OPERATORS[word], Literal(value.text))
