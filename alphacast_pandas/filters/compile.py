"""Translation of an expression of columns to a tree of conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.expression import (
    Attribute,
    Call,
    Expression,
    Name,
    Operation,
    inner_expressions,
    step_of,
)
from alphacast_pandas.filters.operators import COMPARISONS
from alphacast_pandas.filters.rowwise import is_rowwise_expression
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    PandasCondition,
    Range,
)
from alphacast_pandas.filters.walk import reduce_tree
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Sequence


_OPERATORS_OF_METHODS = {
    method: symbol for symbol, row in COMPARISONS.items() for method in row.methods
}
# What `inclusive` of Series.between means for the lower and the upper end.
_BETWEEN = {
    "both": (">=", "<="),
    "left": (">=", "<"),
    "right": (">", "<="),
    "neither": (">", "<"),
}


def compile_expression(expression: Expression) -> Node:
    """Return the tree of an expression; what only pandas knows becomes `PandasCondition`."""
    return reduce_tree(expression, _conditions, _to_node)


def names_in(expression: Expression) -> tuple[str, ...]:
    """Return the names of the columns that an expression needs."""
    names: dict[str, None] = {}

    def visit(each: Expression, _: list[None]) -> None:
        if isinstance(step := step_of(each), Name):
            names[_check_name(step.name)] = None

    reduce_tree(expression, inner_expressions, visit)
    return tuple(names)


def _conditions(expression: Expression) -> Sequence[Expression]:
    """
    Return the conditions that an expression joins; a chain of one operator is one level.

    None of them means that the expression is a condition itself. Only conditions may be split
    at & and |: what is joined with a mask of the caller's goes to pandas as one expression,
    since its place in the frame decides what it means.
    """
    step = step_of(expression)
    if not isinstance(step, Operation) or step.symbol not in {"&", "|", "~"}:
        return ()
    found: list[Expression] = []
    waiting, seen = [*reversed(step.operands)], set[int]()
    while waiting:
        part = waiting.pop()
        if id(part) in seen:  # once is enough, and `x = x & x` makes a chain of any length
            continue
        seen.add(id(part))
        below = step_of(part) if isinstance(part, Expression) else None
        if isinstance(below, Operation) and below.symbol == step.symbol and step.symbol != "~":
            waiting.extend(reversed(below.operands))
        elif isinstance(part, Expression):
            found.append(part)
        elif isinstance(part, bool) and part == (step.symbol == "&"):
            continue  # the start value of a loop or a reduce; it changes nothing
        else:
            return ()
    return found


def _to_node(expression: Expression, parts: list[Node]) -> Node:
    step = step_of(expression)
    if parts and isinstance(step, Operation):
        if step.symbol == "~":
            return Not(parts[0])
        return And(tuple(parts)) if step.symbol == "&" else Or(tuple(parts))
    return _to_leaf(expression) or _to_pandas_condition(expression)


def _to_leaf(expression: Expression) -> Node | None:
    match step_of(expression):
        case Name(name):
            shown = value_text(name)
            msg = f"filter: the column {shown} is not a condition; compare it with something."
            raise QueryError(msg)
        case Operation(symbol, (left, right)) if symbol in COMPARISONS:
            return _to_comparison(symbol, left, right)
        case Call(function, arguments, keywords) if isinstance(function, Expression):
            method = step_of(function)
            if isinstance(method, Attribute) and (name := _name_of(method.owner)) is not None:
                return _from_method(name, method.name, arguments, keywords)
    return None


def _name_of(value: Any) -> str | None:
    """Return the name of a column that stands alone."""
    step = step_of(value) if isinstance(value, Expression) else None
    return _check_name(step.name) if isinstance(step, Name) else None


def _check_name(name: Any) -> str:
    if not isinstance(name, str):
        msg = f"filter: {value_text(name)} is not the name of a column; names are text."
        raise QueryError(msg)
    return str.__str__(name)  # a member of an enumeration would be written as Class.member


def _to_comparison(operator: str, left: Any, right: Any) -> Node | None:
    # Python itself exchanges the sides of 5 < col("x"), but NumPy's scalars do not.
    name, value = _name_of(left), right
    if name is None:
        name, value, operator = _name_of(right), left, COMPARISONS[operator].mirrored
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


def _from_method(
    name: str, method: str, arguments: tuple[Any, ...], keywords: Mapping[str, Any]
) -> Node | None:
    """Return what a method of a column means, None if it is one that only pandas knows."""
    if method in {"isna", "isnull"} and not arguments and not keywords:
        return Missing(name)
    if method in {"notna", "notnull"} and not arguments and not keywords:
        return Not(Missing(name))
    if method == "isin":
        return _from_isin(name, *arguments, **keywords)
    if method == "between":
        return _from_between(name, *arguments, **keywords)
    if method in _OPERATORS_OF_METHODS and len(arguments) == 1 and not keywords:
        operator = _OPERATORS_OF_METHODS[method]
        return _to_comparison(operator, Expression(Name(name)), arguments[0])
    return None


def _from_isin(name: str, /, *given: Any, **keywords: Any) -> Node | None:
    values = [*given, *keywords.values()]
    if len(values) != 1 or keywords.keys() - {"values"}:
        msg = f"filter: ap.col({name!r}).isin takes one list of values."
        raise QueryError(msg)
    if isinstance(values[0], Expression):
        return None
    if not pd.api.types.is_list_like(values[0]):
        msg = f"filter: ap.col({name!r}).isin takes a list of values, not {value_text(values[0])}."
        raise QueryError(msg)
    return to_membership(name, values[0])


def to_membership(name: str, values: Any) -> Membership:
    """Return a membership in values; an iterator would be empty at the second look."""
    if isinstance(values, Mapping):
        msg = (
            f"filter: column {name!r} has the dict {value_text(values)} for its value. Write a "
            f"value, a list of values or a slice; operators stand in a list of tuples, such as "
            f"[({name!r}, '==', value)]."
        )
        raise QueryError(msg)
    if isinstance(values, Iterator):
        msg = (
            f"filter: the values of column {name!r} are {type(values).__name__}, which can be read "
            "only once; make it a list."
        )
        raise QueryError(msg)
    return Membership(name, tuple(values))


def _from_between(name: str, /, *given: Any, **keywords: Any) -> Node | None:
    words = dict(zip(("left", "right", "inclusive"), given, strict=False)) | keywords
    inclusive = words.pop("inclusive", "both")
    ends = _BETWEEN.get(inclusive) if isinstance(inclusive, str) else None
    if words.keys() != {"left", "right"} or ends is None or len(given) > 3:
        msg = (
            f"filter: ap.col({name!r}).between takes left, right and inclusive, "
            f"which is one of {', '.join(map(repr, _BETWEEN))}."
        )
        raise QueryError(msg)
    if any(isinstance(bound, Expression) for bound in words.values()):
        return None
    for bound in words.values():
        _refuse_list(name, "between", bound)
    return Range(name, words["left"], words["right"], ends)


def _to_pandas_condition(expression: Expression) -> PandasCondition:
    return PandasCondition(expression, names_in(expression), is_rowwise_expression(expression))
