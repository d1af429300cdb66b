"""An expression of columns: to a tree whose leaves the service may know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.expression import (
    Attribute,
    Call,
    Expression,
    Named,
    Operation,
    inner,
    recorded,
)
from alphacast_pandas.filters.rowwise import is_rowwise
from alphacast_pandas.filters.tree import (
    OPERATORS,
    And,
    Comparison,
    Computed,
    Membership,
    Missing,
    Node,
    Not,
    Operator,
    Or,
)
from alphacast_pandas.filters.walk import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_MIRRORED: dict[Operator, Operator] = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}
_METHODS: dict[str, Operator] = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
}
_BOUNDS: dict[str, tuple[Operator, Operator]] = {
    "both": (">=", "<="),
    "left": (">=", "<"),
    "right": (">", "<="),
    "neither": (">", "<"),
}


def compile_expression(expression: Expression) -> Node:
    """Return the tree of an expression; what only pandas knows becomes `Computed`."""
    return fold(expression, _conditions, _made)


def names_in(expression: Expression) -> tuple[str, ...]:
    """Return the names of the columns that an expression needs."""
    names: dict[str, None] = {}

    def visit(each: Expression, _: list[None]) -> None:
        if isinstance(step := recorded(each), Named):
            names[_column(step.name)] = None

    fold(expression, inner, visit)
    return tuple(names)


def _conditions(expression: Expression) -> Sequence[Expression]:
    """Return the conditions that an expression joins; a chain of one word is one level."""
    step = recorded(expression)
    if not isinstance(step, Operation) or step.symbol not in {"&", "|", "~"}:
        return ()
    found: list[Expression] = []
    waiting, seen = [*reversed(step.operands)], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:  # said once is enough, and doubling makes a chain of any length
            continue
        seen.add(id(part))
        below = recorded(part) if isinstance(part, Expression) else None
        if isinstance(below, Operation) and below.symbol == step.symbol and step.symbol != "~":
            waiting.extend(reversed(below.operands))
        elif isinstance(part, Expression):
            found.append(part)
        elif isinstance(part, bool) and part == (step.symbol == "&"):
            continue  # as a loop or a reduce begins: it changes nothing
        else:
            return ()  # a mask from elsewhere: pandas decides what it means
    return found


def _made(expression: Expression, parts: list[Node]) -> Node:
    step = recorded(expression)
    if parts and isinstance(step, Operation):
        if step.symbol == "~":
            return Not(parts[0])
        return And(tuple(parts)) if step.symbol == "&" else Or(tuple(parts))
    return _leaf(expression) or _computed(expression)


def _leaf(expression: Expression) -> Node | None:
    match recorded(expression):
        case Named(name):
            msg = f"filter: the column {name!r} is not a condition; compare it with something."
            raise QueryError(msg)
        case Operation(symbol, (left, right)) if symbol in OPERATORS:
            return _compared(OPERATORS[symbol], left, right)
        case Call(function, arguments, keywords) if isinstance(function, Expression):
            method = recorded(function)
            if isinstance(method, Attribute) and (name := _name(method.owner)) is not None:
                return _method(name, method.name, arguments, keywords)
    return None


def _name(value: Any) -> str | None:
    """Return the name of a column that stands alone."""
    step = recorded(value) if isinstance(value, Expression) else None
    return _column(step.name) if isinstance(step, Named) else None


def _column(name: Any) -> str:
    if not isinstance(name, str):
        msg = f"filter: {name!r} is not the name of a column; names are text."
        raise QueryError(msg)
    return name


def _compared(operator: Operator, left: Any, right: Any) -> Node | None:
    name, value = _name(left), right
    if name is None:
        name, value, operator = _name(right), left, _MIRRORED[operator]
    if name is None or isinstance(value, Expression):
        return None
    _refuse_list(name, operator, value)
    return Comparison(name, operator, value)


def _refuse_list(name: str, operator: str, value: Any) -> None:
    if pd.api.types.is_list_like(value):
        msg = (
            f"filter: column {name!r} {operator} a list compares row by row, and the rows are not "
            f"known yet. For one of several values use ap.col({name!r}).isin([...])."
        )
        raise QueryError(msg)


def _method(
    name: str, method: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]
) -> Node | None:
    """Return what a method of a column means, None if it is one that only pandas knows."""
    if method in {"isna", "isnull"} and not arguments and not keywords:
        return Missing(name)
    if method in {"notna", "notnull"} and not arguments and not keywords:
        return Not(Missing(name))
    if method == "isin":
        return _isin(name, *arguments, **keywords)
    if method == "between":
        return _between(name, *arguments, **keywords)
    if method in _METHODS and len(arguments) == 1 and not keywords:
        return _compared(_METHODS[method], Expression(Named(name)), arguments[0])
    return None


def _isin(name: str, *given: Any, **keywords: Any) -> Node | None:
    values = [*given, *keywords.values()]
    if len(values) != 1 or keywords.keys() - {"values"}:
        msg = f"filter: ap.col({name!r}).isin takes one list of values."
        raise QueryError(msg)
    if isinstance(values[0], Expression):
        return None
    if not pd.api.types.is_list_like(values[0]):
        msg = f"filter: ap.col({name!r}).isin takes a list of values, not {values[0]!r}."
        raise QueryError(msg)
    return membership(name, values[0])


def membership(name: str, values: Any) -> Membership:
    """Return a membership in values; an iterator is empty when it is asked the second time."""
    if isinstance(values, Iterator):
        msg = (
            f"filter: the values of column {name!r} are {type(values).__name__}, which can be read "
            "only once; make it a list."
        )
        raise QueryError(msg)
    return Membership(name, tuple(values))


def _between(name: str, *given: Any, **keywords: Any) -> Node | None:
    words = dict(zip(("left", "right", "inclusive"), given, strict=False)) | keywords
    inclusive = words.pop("inclusive", "both")
    if words.keys() != {"left", "right"} or inclusive not in _BOUNDS or len(given) > 3:
        msg = (
            f"filter: ap.col({name!r}).between takes left, right and inclusive, "
            f"which is one of {', '.join(map(repr, _BOUNDS))}."
        )
        raise QueryError(msg)
    if any(isinstance(bound, Expression) for bound in words.values()):
        return None
    low, high = _BOUNDS[inclusive]
    for bound in words.values():
        _refuse_list(name, "between", bound)
    return And((Comparison(name, low, words["left"]), Comparison(name, high, words["right"])))


def _computed(expression: Expression) -> Computed:
    return Computed(expression, names_in(expression), is_rowwise(expression))
