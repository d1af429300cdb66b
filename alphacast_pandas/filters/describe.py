"""Filters as text that a pandas user reads."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from alphacast_pandas.filters.expression import (
    Attribute,
    Call,
    Expression,
    Item,
    Named,
    Operation,
    inner,
    recorded,
)
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Not,
    Or,
    Range,
    parts_of,
)
from alphacast_pandas.filters.walk import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alphacast_pandas.filters.tree import Leaf, Node


_LONGEST = 400
_SHOWN_VALUES = 6
_PREFIXES = {"~": "~", "neg": "-", "pos": "+"}


def rendered(expression: Expression) -> str:
    """Return an expression as it was written, cut if it is long."""
    texts: dict[int, str] = {}

    def made(each: Expression, _: list[str]) -> str:
        texts[id(each)] = _shortened(_step(each, lambda part: _shown(part, texts)))
        return texts[id(each)]

    return fold(expression, inner, made)


def described(node: Node) -> str:
    """
    Return a condition in words close to those of `DataFrame.query`.

    >>> described(Not(Membership("country", ("Chile", "Peru"))))
    "country not in ['Chile', 'Peru']"
    """
    return fold(node, parts_of, _condition)


def _condition(node: Node, parts: list[str]) -> str:
    match node:
        case And():
            return _joined(" and ", parts, "every row")
        case Or():
            return _joined(" or ", parts, "no row")
        case Not(Membership(column, values)):
            return f"{column} not in {_listed(values)}"
        case Not(Missing(column)):
            return f"{column} is not missing"
        case Not():
            return f"not ({parts[0]})"
    return _leaf(node)


def _leaf(leaf: Leaf) -> str:
    match leaf:
        case Comparison(column, operator, value):
            return f"{column} {operator} {_value(value)}"
        case Membership(column, values):
            return f"{column} in {_listed(values)}"
        case Missing(column):
            return f"{column} is missing"
        case Range(column, low, high):
            return f"{column} from {low!r} to {high!r}"
    return repr(leaf.expression)


def _joined(word: str, parts: Sequence[str], nothing: str) -> str:
    if not parts:
        return nothing
    grouped = (f"({part})" if " or " in part or " and " in part else part for part in parts)
    return _shortened(word.join(grouped))


def _listed(values: Sequence[Any]) -> str:
    shown = ", ".join(_value(value) for value in values[:_SHOWN_VALUES])
    more = len(values) - _SHOWN_VALUES
    return f"[{shown}, and {more:,} more]" if more > 0 else f"[{shown}]"


def _value(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time.min
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return _shortened(repr(value))


def _step(expression: Expression, show: Callable[[Any], str]) -> str:
    match recorded(expression):
        case Named(name):
            return f"col({name!r})"
        case Operation(symbol, operands):
            return _operation(symbol, operands, show)
        case Attribute(owner, name):
            return f"{_operand(owner, show)}.{name}"
        case Item(owner, item):
            return f"{_operand(owner, show)}[{show(item)}]"
        case Call(function, arguments, keywords):
            name = show(function) if isinstance(function, Expression) else _numpy_name(function)
            given = [show(a) for a in arguments] + [f"{k}={show(v)}" for k, v in keywords.items()]
            return f"{name}({', '.join(given)})"


def _operation(symbol: str, operands: Sequence[Any], show: Callable[[Any], str]) -> str:
    if symbol == "abs":
        return f"abs({show(operands[0])})"
    if len(operands) == 1:
        return f"{_PREFIXES[symbol]}{_operand(operands[0], show)}"
    return f" {symbol} ".join(_operand(operand, show) for operand in operands)


def _numpy_name(function: Any) -> str:
    of = getattr(function, "__self__", function)
    method = "" if function.__name__ in {"__call__", of.__name__} else f".{function.__name__}"
    return f"np.{of.__name__}{method}"


def _operand(value: Any, show: Callable[[Any], str]) -> str:
    step = recorded(value) if isinstance(value, Expression) else None
    is_joined = isinstance(step, Operation) and step.symbol != "abs"
    return f"({show(value)})" if is_joined else show(value)


def _shown(value: Any, texts: dict[int, str]) -> str:
    return texts[id(value)] if isinstance(value, Expression) else _shortened(repr(value))


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 4 :]}"
