"""The steps that an expression of columns consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False)
class Named:
    """A column."""

    name: Any


@dataclass(frozen=True, eq=False)
class Operation:
    """A Python operator between its operands."""

    symbol: str
    operands: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of what another expression gives."""

    owner: Expression
    name: str


@dataclass(frozen=True, eq=False)
class Item:
    """An item of what another expression gives."""

    owner: Expression
    item: Any


@dataclass(frozen=True, eq=False)
class Call:
    """A call of what another expression gives, or of a NumPy function."""

    function: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


Step: TypeAlias = Named | Operation | Attribute | Item | Call


_JOIN = (
    "An expression is neither true nor false by itself. Join conditions with & (and), | (or) and "
    "~ (not) instead of and, or, not, with parentheses around each comparison, and write a chain "
    'such as 1 < x < 5 as ap.col("x").between(1, 5, inclusive="neither").'
)

_OF_PANDAS: tuple[type, ...] = (  # from pandas 3 on
    (pd.api.typing.Expression,) if hasattr(pd.api.typing, "Expression") else ()
)

_NO_ITEMS = 'An expression has no items; ap.col("x").isin([...]) is membership.'


class TruthError(QueryError, TypeError):
    """Python's ``and``, ``or``, ``not`` or a chain was used; a TypeError, as in pandas."""


def col(name: str) -> Expression:
    """
    Return a column to be used in a filter, as `pandas.col` does from pandas 3 on.

    Comparisons, ``isin``, ``between``, ``isna``, ``notna`` and ``& | ~`` of them are sent to the
    service as far as it can evaluate them. Any other operator or method that a Series has is
    evaluated here.

    Parameters
    ----------
    name : str
        Name of a column of the dataset.

    Returns
    -------
    Expression
        What Python does with it is recorded, and means in a filter what it means for the
        column of a DataFrame.

    Raises
    ------
    TypeError
        If `name` is not text. Python's ``and``, ``or``, ``not`` and chained comparisons of
        expressions raise an error that is both a `QueryError` and a TypeError.

    See Also
    --------
    read_alphacast : Takes it as `filter`.
    explain : Shows which part of a filter is sent.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> recent = ap.col("Date") >= "2000"
    >>> recent & ap.col("country").isin(["Argentina", "Brazil"])
    (col('Date') >= '2000') & col('country').isin(['Argentina', 'Brazil'])
    """
    return Expression(Named(_text(name)))


def _text(name: Any) -> str:
    if not isinstance(name, str):
        msg = f"{name!r} is not the name of a column; names are text."
        raise TypeError(msg)
    return str.__str__(name)  # str() of a member of an enumeration is its own name


class Expression:
    """
    A column or what is computed from columns, evaluated later; made by `col`.

    Operators, attributes and calls are recorded. Nothing else can be done with it.
    """

    __slots__ = ("_recorded",)
    __hash__ = None  # type: ignore[assignment] # as in pandas: == makes an expression

    def __init__(self, recorded: Step) -> None:
        object.__setattr__(self, "_recorded", recorded)

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"An expression cannot be changed: {name} = {value!r}."
        raise TypeError(msg)

    def __reduce__(self) -> tuple[type[Expression], tuple[Step]]:
        return Expression, (recorded(self),)

    def __getattr__(self, name: str) -> Expression:
        # Python and notebooks look for names with underscores; none of pandas' words has one.
        if name.startswith("_"):
            raise AttributeError(name)
        return Expression(Attribute(self, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Expression:
        """Record a call."""
        return Expression(Call(self, args, kwargs))

    def __getitem__(self, item: Any) -> Expression:
        return Expression(Item(self, item))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Expression:
        inputs = tuple(x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x for x in inputs)
        symbol = _SYMBOLS_OF_UFUNCS.get(ufunc.__name__)
        if symbol and method == "__call__" and not kwargs:
            return _operation(symbol, *inputs)
        return Expression(Call(getattr(ufunc, method), inputs, kwargs))

    def __bool__(self) -> NoReturn:
        raise TruthError(_JOIN)

    def __iter__(self) -> NoReturn:
        raise TypeError(_NO_ITEMS)

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError(_NO_ITEMS)

    def __repr__(self) -> str:
        from alphacast_pandas.filters.describe import rendered

        return rendered(self)

    def __eq__(self, other: object) -> Expression:  # type: ignore[override] # as in pandas
        return _operation("==", self, other)

    def __ne__(self, other: object) -> Expression:  # type: ignore[override] # as in pandas
        return _operation("!=", self, other)

    def __lt__(self, other: Any) -> Expression:
        return _operation("<", self, other)

    def __le__(self, other: Any) -> Expression:
        return _operation("<=", self, other)

    def __gt__(self, other: Any) -> Expression:
        return _operation(">", self, other)

    def __ge__(self, other: Any) -> Expression:
        return _operation(">=", self, other)

    def __and__(self, other: Any) -> Expression:
        return _operation("&", self, other)

    def __rand__(self, other: Any) -> Expression:
        return _operation("&", other, self)

    def __or__(self, other: Any) -> Expression:
        return _operation("|", self, other)

    def __ror__(self, other: Any) -> Expression:
        return _operation("|", other, self)

    def __xor__(self, other: Any) -> Expression:
        return _operation("^", self, other)

    def __rxor__(self, other: Any) -> Expression:
        return _operation("^", other, self)

    def __invert__(self) -> Expression:
        return _operation("~", self)

    def __neg__(self) -> Expression:
        return _operation("neg", self)

    def __pos__(self) -> Expression:
        return _operation("pos", self)

    def __abs__(self) -> Expression:
        return _operation("abs", self)

    def __add__(self, other: Any) -> Expression:
        return _operation("+", self, other)

    def __radd__(self, other: Any) -> Expression:
        return _operation("+", other, self)

    def __sub__(self, other: Any) -> Expression:
        return _operation("-", self, other)

    def __rsub__(self, other: Any) -> Expression:
        return _operation("-", other, self)

    def __mul__(self, other: Any) -> Expression:
        return _operation("*", self, other)

    def __rmul__(self, other: Any) -> Expression:
        return _operation("*", other, self)

    def __truediv__(self, other: Any) -> Expression:
        return _operation("/", self, other)

    def __rtruediv__(self, other: Any) -> Expression:
        return _operation("/", other, self)

    def __floordiv__(self, other: Any) -> Expression:
        return _operation("//", self, other)

    def __rfloordiv__(self, other: Any) -> Expression:
        return _operation("//", other, self)

    def __mod__(self, other: Any) -> Expression:
        return _operation("%", self, other)

    def __rmod__(self, other: Any) -> Expression:
        return _operation("%", other, self)

    def __pow__(self, other: Any) -> Expression:
        return _operation("**", self, other)

    def __rpow__(self, other: Any) -> Expression:
        return _operation("**", other, self)


# A NumPy scalar on the left asks for these: np.float64(5) < ap.col("x").
_SYMBOLS_OF_UFUNCS = {
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "power": "**",
    "bitwise_and": "&",
    "bitwise_or": "|",
    "bitwise_xor": "^",
    "invert": "~",
    "negative": "neg",
    "absolute": "abs",
}


def _operation(symbol: str, *operands: Any) -> Expression:
    if symbol in {"&", "|"} and any(isinstance(operand, str) for operand in operands):
        msg = (
            f"{symbol} stands between conditions, and {operands!r} has a text; comparisons beside "
            '& and | need parentheses: (ap.col("x") == "a") & (ap.col("y") > 1).'
        )
        raise QueryError(msg)
    if any(isinstance(operand, _OF_PANDAS) for operand in operands):
        msg = "ap.col and pd.col stand in one expression; write all of it with one of them."
        raise QueryError(msg)
    return Expression(Operation(symbol, operands))


def recorded(expression: Expression) -> Step:
    """Return what an expression was made of."""
    return object.__getattribute__(expression, "_recorded")  # type: ignore[no-any-return] # a slot


def inner(expression: Expression) -> list[Expression]:
    """Return the expressions that an expression is made of, those inside lists included."""
    match recorded(expression):
        case Operation(_, operands):
            return expressions_in(operands)
        case Attribute(owner, _):
            return [owner]
        case Item(owner, item):
            return [owner, *expressions_in(item)]
        case Call(function, arguments, keywords):
            return expressions_in([function, *arguments, *keywords.values()])
    return []


def expressions_in(value: Any) -> list[Expression]:
    """Return the expressions inside lists, tuples and dicts."""
    if isinstance(value, Expression):
        return [value]
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return [found for part in value for found in expressions_in(part)]
    return []
