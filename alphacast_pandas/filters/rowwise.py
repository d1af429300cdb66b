"""
The methods that judge every row by itself, and so the expressions that do.

Those may be evaluated on the rows that come back. All others, a mean or a shift, mean something
else on fewer rows, so the whole dataset is read for them. What is not listed here is taken to
look at other rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.filters.expression import (
    Attribute,
    Call,
    Expression,
    Item,
    Name,
    Operation,
    expressions_in,
    inner_expressions,
    step_of,
)
from alphacast_pandas.filters.operators import OPERATORS
from alphacast_pandas.filters.walk import reduce_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alphacast_pandas.filters.expression import Step

_METHODS = {
    *("astype", "between", "clip", "fillna", "isin", "isna", "isnull", "map", "mask", "notna"),
    *("notnull", "replace", "round", "where"),
    *(method for row in OPERATORS.values() for method in row.methods),
}
# A list is a set of values for these, and belongs to rows by place for the others; a column is a
# set of values too, those of all its rows.
_TAKE_LISTS = {"astype", "isin", "map", "replace"}
# Other keywords count rows, or fill from other rows.
_KEYWORDS = {"fillna": {"value"}, "replace": {"to_replace", "value", "regex"}}
_ACCESSORS = {"str", "dt"}
# Of the accessors' methods these look at the column as a whole.
_WHOLE = {"str": {"cat", "get_dummies"}, "dt": {"freq"}}
# So do others with these arguments: the categories are those of all rows, and clock changes are
# found in the order of all times.
_ARGUMENTS_FOR_ALL_ROWS = {"category", "infer"}
# And others without a value: replace fills from other rows, to_period finds a frequency in them.
_NEED: dict[str, Callable[[Sequence[Any]], bool]] = {
    "fillna": lambda given: len(given) == 1,
    "replace": lambda given: len(given) > 1 or any(isinstance(part, dict) for part in given),
    "to_period": bool,
}


def is_rowwise_expression(expression: Expression) -> bool:
    """Tell whether an expression gives a row the same answer whatever the other rows are."""
    return reduce_tree(expression, inner_expressions, _is_step_rowwise)


def _is_step_rowwise(expression: Expression, parts: list[bool]) -> bool:
    return all(parts) and _is_allowed(expression)


def _is_allowed(expression: Expression) -> bool:
    match step_of(expression):
        case Name():
            return True
        case Operation(_, operands):
            return not _any_positional(operands)
        case Attribute(owner, name):
            # Whether a map gives texts or dates is found out from all that it gives.
            return _is_known(owner, name) and not (name in _ACCESSORS and _is_map(owner))
        case Item(owner, item):
            return _accessor(owner) == "str" and not _any_positional([item])
        case Call(function, arguments, keywords):
            given = [*arguments, *keywords.values()]
            if not isinstance(function, Expression):
                return _is_call_of_ufunc(function) and not _any_positional(given)
            return _is_call_allowed(step_of(function), arguments, keywords)


def _is_known(owner: Expression, name: str) -> bool:
    accessor = _accessor(owner)
    if accessor is not None:
        return name not in _WHOLE[accessor]
    return name in _METHODS or name in _ACCESSORS


def _is_map(expression: Expression) -> bool:
    match step_of(expression):
        case Call(Expression() as function):
            step = step_of(function)
            return isinstance(step, Attribute) and step.name == "map"
    return False


def _accessor(expression: Expression) -> str | None:
    step = step_of(expression)
    return step.name if isinstance(step, Attribute) and step.name in _ACCESSORS else None


def _is_call_allowed(method: Step, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """Tell calls of a method, given what it is called with, that look at one row at a time."""
    given = [*arguments, *keywords.values()]
    if not isinstance(method, Attribute) or any(
        _is_one_of(each, _ARGUMENTS_FOR_ALL_ROWS) for each in given
    ):
        return False
    if _accessor(method.owner) == "str":
        return method.name != "repeat" or not _any_positional(given)
    if keywords.keys() - _KEYWORDS.get(method.name, keywords.keys()):
        return False
    if method.name in _NEED and not _NEED[method.name](given):
        return False
    if method.name in _TAKE_LISTS:
        return not expressions_in(given)
    return not _any_positional(given)


def _is_one_of(value: Any, words: set[str]) -> bool:
    # Not `value in words` alone: values may have no hash.
    return isinstance(value, str) and value in words


def _is_call_of_ufunc(function: Any) -> bool:
    ufunc = getattr(function, "__self__", None)
    if not isinstance(ufunc, np.ufunc) or function.__name__ != "__call__":
        return False
    return ufunc.signature is None  # those with a signature, matmul, multiply rows with each other


def _any_positional(values: Iterable[Any]) -> bool:
    """Tell values that belong to rows by their place, and functions that may see all rows."""
    return any(
        callable(value) or pd.api.types.is_list_like(value)
        for value in values
        if not isinstance(value, Expression)
    )
