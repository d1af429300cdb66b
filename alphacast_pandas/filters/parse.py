"""Parsing of every spelling of a filter, the service's own text among them, to a tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.compile import compile_expression, to_membership
from alphacast_pandas.filters.expression import Expression, is_pandas_expression
from alphacast_pandas.filters.foreign import refuse_foreign_text
from alphacast_pandas.filters.operators import COMPARISONS
from alphacast_pandas.filters.pandas_col import to_expression
from alphacast_pandas.filters.tree import And, Comparison, Node, Not, Or, Range
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_TUPLE_OPERATORS = {
    written: symbol for symbol, row in COMPARISONS.items() for written in (*row.aliases, symbol)
}
_ODATA_OPERATORS = {row.odata: symbol for symbol, row in COMPARISONS.items()}
_TOKEN = re.compile(r"\s*(?:(?P<quoted>'(?:[^']|'')*')|(?P<paren>[()])|(?P<word>[^\s()']+))")
_FORMS = (
    'text ("Country eq \'USA\'"), a dict ({"country": ["Chile"], "Date": slice("2020", None)}), '
    'a list of tuples ([("country", "in", ["Chile"]), ("Date", ">=", "2020")]) '
    'or an expression (ap.col("Date") >= "2020")'
)


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


def to_tree(spelling: Any) -> Node | str | None:
    """Return the tree of a filter; text is the service's own and stays text."""
    if spelling is None:
        return None
    if isinstance(spelling, str):
        text = _check_text(spelling)
        refuse_foreign_text(text, can_read=lambda each: parse_text(each) is not None)
        return text
    if isinstance(spelling, Mapping):
        return And(tuple(_from_item(name, wanted) for name, wanted in spelling.items()))
    if isinstance(spelling, list):
        return _from_list(spelling)
    if isinstance(spelling, Expression):
        return compile_expression(spelling)
    if is_pandas_expression(spelling):
        return compile_expression(to_expression(spelling))
    msg = f"filter is {_FORMS}, not {type(spelling).__name__}."
    raise QueryError(msg)


def _check_text(text: str) -> str:
    if not text.strip():
        msg = "filter is empty text; leave it out to read everything."
        raise QueryError(msg)
    try:
        text.encode()
    except UnicodeEncodeError:
        msg = f"filter: {value_text(text)} holds half a character, which no address can hold."
        raise QueryError(msg) from None
    return str.__str__(text)


def _from_item(name: Any, wanted: Any) -> Node:
    column = _check_name(name)
    _refuse_expression(column, wanted)
    if isinstance(wanted, slice):
        if wanted.step is not None:
            msg = f"The slice for column {column!r} has a step; a range has none."
            raise QueryError(msg)
        return Range(column, wanted.start, wanted.stop)
    if pd.api.types.is_list_like(wanted):
        return to_membership(column, wanted)
    return Comparison(column, "==", wanted)


def _from_list(spelling: list[Any]) -> Node:
    if not spelling:
        msg = (
            "filter is an empty list, which could mean every row or none; "
            "leave it out to read everything."
        )
        raise QueryError(msg)
    if all(isinstance(part, list) for part in spelling):
        return Or(tuple(_from_tuples(part) for part in spelling))
    return _from_tuples(spelling)


def _from_tuples(spelling: list[Any]) -> Node:
    if not spelling:
        msg = "filter holds an empty list of conditions, which every row matches; leave it out."
        raise QueryError(msg)
    return And(tuple(_from_tuple(part) for part in spelling))


def _from_tuple(part: Any) -> Node:
    if isinstance(part, Expression) or is_pandas_expression(part):
        msg = f"{value_text(part)} stands in a list; join expressions with & and |, without a list."
        raise QueryError(msg)
    if not isinstance(part, tuple) or len(part) != 3 or not isinstance(part[1], str):
        msg = (
            f"{value_text(part)} is not a condition; a list holds tuples "
            "(column, operator, value), or lists of such tuples for alternatives."
        )
        raise QueryError(msg)
    column, operator, value = _check_name(part[0]), " ".join(part[1].casefold().split()), part[2]
    _refuse_expression(column, value)
    if operator in {"in", "not in"}:
        if not pd.api.types.is_list_like(value):
            msg = f"{value_text(part)}: {operator!r} takes a list of values."
            raise QueryError(msg)
        inside = to_membership(column, value)
        return inside if operator == "in" else Not(inside)
    if operator not in _TUPLE_OPERATORS:
        known = " ".join([*_TUPLE_OPERATORS, "in", "'not in'"])
        msg = f"{value_text(part)}: {value_text(part[1])} is none of the operators {known}."
        raise QueryError(msg)
    return Comparison(column, _TUPLE_OPERATORS[operator], value)


def _refuse_expression(column: str, value: Any) -> None:
    if isinstance(value, Expression) or is_pandas_expression(value):
        msg = (
            f"filter: column {column!r} is compared with {value_text(value)}. Columns are compared "
            f"with each other in an expression, such as ap.col({column!r}) == ap.col(...)."
        )
        raise QueryError(msg)


def _check_name(name: Any) -> str:
    if not isinstance(name, str):
        msg = f"{value_text(name)} is not the name of a column; names are text."
        raise QueryError(msg)
    return str.__str__(name)  # a member of an enumeration would be written as Class.member


def parse_text(text: str) -> Node | None:
    """
    Return the tree of a filter text, None if it uses more than comparisons, and, or, parentheses.

    >>> parse_text("Country eq 'USA' and Date ge '2020-01-01'").parts[0]
    Comparison(column='Country', operator='==', value=Literal(text='USA'))
    >>> parse_text("contains(Country, 'U')") is None
    True
    """
    # To read a text that goes to the service anyway is needed for what is checked again here: the
    # service may ignore a filter, or understand it otherwise.
    try:
        return _parse(_tokens(text))
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


def _parse(tokens: Iterator[_Token]) -> Node:
    # One level per open parenthesis, without recursion; a level holds alternatives, and these hold
    # conditions, since `and` binds closer than `or`.
    levels: list[list[list[Node]]] = [[[]]]
    condition_is_next = True
    for token in tokens:
        if condition_is_next and token == _OPEN:
            levels.append([[]])
        elif condition_is_next:
            # With the end as a stand-in a text that breaks off is no condition, so unreadable.
            levels[-1][-1].append(_parse_comparison(token, next(tokens, _END), next(tokens, _END)))
            condition_is_next = False
        elif token == _CLOSE and len(levels) > 1:
            node = _join(levels.pop())
            levels[-1][-1].append(node)
        else:
            levels[-1] += _alternatives_after(token)
            condition_is_next = True
    if condition_is_next or len(levels) > 1:
        raise UnreadableError
    return _join(levels[0])


def _alternatives_after(token: _Token) -> list[list[Node]]:
    """Return the alternatives that a word between conditions begins."""
    word = token.text.casefold() if token.kind == "word" else ""
    if word not in {"and", "or"}:
        raise UnreadableError
    return [[]] if word == "or" else []


def _join(alternatives: list[list[Node]]) -> Node:
    joined = [parts[0] if len(parts) == 1 else And(tuple(parts)) for parts in alternatives]
    return joined[0] if len(joined) == 1 else Or(tuple(joined))


def _parse_comparison(name: _Token, operator: _Token, value: _Token) -> Comparison:
    word = operator.text.casefold() if operator.kind == "word" else ""
    if "paren" in (name.kind, value.kind) or word not in _ODATA_OPERATORS or value in {_END, _NULL}:
        raise UnreadableError
    return Comparison(name.text, _ODATA_OPERATORS[word], Literal(value.text))
