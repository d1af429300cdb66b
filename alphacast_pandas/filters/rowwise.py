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

from alphacast_pandas.filters.expressions import Expression, inner, recorded
from alphacast_pandas.filters.folding import fold
from alphacast_pandas.filters.steps import Attribute, Call, Item, Named, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

_METHODS = {
    *("abs", "add", "astype", "between", "clip", "div", "divide", "eq", "fillna", "floordiv", "ge"),
    *("gt", "isin", "isna", "isnull", "le", "lt", "map", "mask", "mod", "mul", "multiply", "ne"),
    *("notna", "notnull", "pow", "radd", "rdiv", "replace", "rfloordiv", "rmod", "rmul", "round"),
    *("rpow", "rsub", "rtruediv", "sub", "subtract", "truediv", "where"),
}
# A list is a set of values for these, and belongs to rows by place for the others.
_TAKE_LISTS = {"astype", "isin", "map", "replace"}
_ACCESSORS = {"str", "dt"}
# Of the accessors' words these look at the column as a whole.
_WHOLE = {"str": {"cat", "get_dummies"}, "dt": {"freq"}}


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
            return _is_word(owner, name)
        case Item(owner, item):
            return _accessor(owner) == "str" and not _any_positional([item])
        case Call(function, arguments, keywords):
            given = [*arguments, *keywords.values()]
            if isinstance(function, Expression):
                return _takes_sets(function) or not _any_positional(given)
            return _is_call_of_ufunc(function) and not _any_positional(given)


def _is_word(owner: Expression, name: str) -> bool:
    accessor = _accessor(owner)
    if accessor is not None:
        return name not in _WHOLE[accessor]
    return name in _METHODS or name in _ACCESSORS


def _accessor(expression: Expression) -> str | None:
    step = recorded(expression)
    return step.name if isinstance(step, Attribute) and step.name in _ACCESSORS else None


def _takes_sets(function: Expression) -> bool:
    """Tell methods that take lists of values, and functions of one value."""
    step = recorded(function)
    if not isinstance(step, Attribute):
        return False
    return step.name in _TAKE_LISTS or _accessor(step.owner) == "str"


def _is_call_of_ufunc(function: Any) -> bool:
    of_ufunc = isinstance(getattr(function, "__self__", None), np.ufunc)
    return of_ufunc and function.__name__ == "__call__"


def _any_positional(values: Iterable[Any]) -> bool:
    """Tell values that belong to rows by their place, and functions that may see all rows."""
    return any(
        callable(value) or pd.api.types.is_list_like(value)
        for value in values
        if not isinstance(value, Expression)
    )
