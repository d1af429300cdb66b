"""
Which expressions judge every row by itself.

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
    Named,
    Operation,
    expressions_in,
    inner,
    recorded,
)
from alphacast_pandas.filters.walk import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alphacast_pandas.filters.expression import Step

_METHODS = {
    *("abs", "add", "astype", "between", "clip", "div", "divide", "eq", "fillna", "floordiv", "ge"),
    *("gt", "isin", "isna", "isnull", "le", "lt", "map", "mask", "mod", "mul", "multiply", "ne"),
    *("notna", "notnull", "pow", "radd", "rdiv", "replace", "rfloordiv", "rmod", "rmul", "round"),
    *("rpow", "rsub", "rtruediv", "sub", "subtract", "truediv", "where"),
}
# A list is a set of values for these, and belongs to rows by place for the others; a column is a
# set of values too, those of all its rows.
_TAKE_LISTS = {"astype", "isin", "map", "replace"}
# Other keywords count rows, or fill from other rows.
_KEYWORDS = {"fillna": {"value"}, "replace": {"to_replace", "value", "regex"}}
_ACCESSORS = {"str", "dt"}
# Of the accessors' words these look at the column as a whole.
_WHOLE = {"str": {"cat", "get_dummies"}, "dt": {"freq"}}
# So do others with these words: categories are those of all rows, clock changes are found in them.
_OF_ALL_ROWS = {"category", "infer"}
# And others without a value: replace fills from other rows, to_period finds a frequency in them.
_NEED: dict[str, Callable[[Sequence[Any]], bool]] = {
    "fillna": lambda given: len(given) == 1,
    "replace": lambda given: len(given) > 1 or any(isinstance(part, dict) for part in given),
    "to_period": bool,
}


def is_rowwise(expression: Expression) -> bool:
    """Tell whether an expression gives a row the same answer whatever the other rows are."""
    return fold(expression, inner, _is_step_rowwise)


def _is_step_rowwise(expression: Expression, parts: list[bool]) -> bool:
    return all(parts) and _is_allowed(expression)


def _is_allowed(expression: Expression) -> bool:
    match recorded(expression):
        case Named():
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
            return _is_call_allowed(recorded(function), arguments, keywords)


def _is_known(owner: Expression, name: str) -> bool:
    accessor = _accessor(owner)
    if accessor is not None:
        return name not in _WHOLE[accessor]
    return name in _METHODS or name in _ACCESSORS


def _is_map(expression: Expression) -> bool:
    match recorded(expression):
        case Call(Expression() as function):
            step = recorded(function)
            return isinstance(step, Attribute) and step.name == "map"
    return False


def _accessor(expression: Expression) -> str | None:
    step = recorded(expression)
    return step.name if isinstance(step, Attribute) and step.name in _ACCESSORS else None


def _is_call_allowed(method: Step, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> bool:
    """Tell calls of a method, given what it is called with, that look at one row at a time."""
    given = [*arguments, *keywords.values()]
    if not isinstance(method, Attribute) or any(_is_word(each, _OF_ALL_ROWS) for each in given):
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


def _is_word(value: Any, words: set[str]) -> bool:
    return isinstance(value, str) and value in words


def _is_call_of_ufunc(function: Any) -> bool:
    of = getattr(function, "__self__", None)
    # Those with a signature, matmul, multiply rows with each other.
    return isinstance(of, np.ufunc) and of.signature is None and function.__name__ == "__call__"


def _any_positional(values: Iterable[Any]) -> bool:
    """Tell values that belong to rows by their place, and functions that may see all rows."""
    return any(
        callable(value) or pd.api.types.is_list_like(value)
        for value in values
        if not isinstance(value, Expression)
    )
