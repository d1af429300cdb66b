"""An expression of columns: how it is written, what it consists of, its repr."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.operators import OPERATORS
from alphacast_pandas.filters.walk import reduce_tree
from alphacast_pandas.text import shorten, value_text
from alphacast_pandas.tracebacks import short_traceback, short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NO_TRUTH_VALUE = (
    "An expression is neither true nor false by itself. Join conditions with & (and), | (or) and "
    "~ (not) instead of and, or, not, with parentheses around each comparison, and write a chain "
    'such as 1 < x < 5 as ap.col("x").between(1, 5, inclusive="neither").'
)
_NO_ITEMS = 'An expression has no items; ap.col("x").isin([...]) is membership.'
_PANDAS_EXPRESSION: tuple[type, ...] = (  # from pandas 3 on
    (pd.api.typing.Expression,) if hasattr(pd.api.typing, "Expression") else ()
)
# A NumPy scalar on the left asks for its own functions: np.float64(5) < ap.col("x").
_SYMBOLS_OF_UFUNCS = {row.ufunc: symbol for symbol, row in OPERATORS.items()}
_LONGEST_STEP = 400  # characters of a step that a text shows


@short_traceback
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
        If `name` is not text, or Python's ``and``, ``or``, ``not`` or a chained comparison is
        used with expressions. The error is a `QueryError` too.

    See Also
    --------
    read_alphacast : Takes it as `filter`.
    explain : Shows which part of a filter is sent.

    Notes
    -----
    ``between`` whose ends are reversed is a `QueryError` when the filter is used; that of a
    pandas Series is silently false.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> recent = ap.col("Date") >= "2000"
    >>> recent & ap.col("country").isin(["Argentina", "Brazil"])
    (col('Date') >= '2000') & col('country').isin(['Argentina', 'Brazil'])
    """
    return Expression(Name(_check_name(name)))


def _check_name(name: Any) -> str:
    if not isinstance(name, str):
        msg = f"{value_text(name)} is not the name of a column; names are text."
        raise ExpressionError(msg)
    return str.__str__(name)  # str() of a member of an enumeration is Class.member


@dataclass(frozen=True, eq=False)
class Name:
    """A column, by its name."""

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


Step: TypeAlias = Name | Operation | Attribute | Item | Call


class ExpressionError(QueryError, TypeError):
    """An expression was made or used as none can be; a TypeError too, as in pandas."""


@short_tracebacks
class Expression:
    """
    A column or what is computed from columns, evaluated later; made by `col`.

    Operators, attributes and calls are recorded. Nothing else can be done with it.
    """

    __slots__ = ("_step",)
    __hash__ = None  # type: ignore[assignment] # as in pandas: == makes an expression

    def __init__(self, step: Step) -> None:
        object.__setattr__(self, "_step", step)

    def __setattr__(self, name: str, value: object) -> None:
        msg = f"An expression cannot be changed: {name} = {value_text(value)}."
        raise ExpressionError(msg)

    def __reduce__(self) -> tuple[type[Expression], tuple[Step]]:
        return Expression, (step_of(self),)

    def __getattr__(self, name: str) -> Expression:
        # Python and notebooks look for names with underscores; none of pandas' words has one.
        if name.startswith("_"):
            raise AttributeError(name)
        return Expression(Attribute(self, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Expression:
        """Record a call."""
        _refuse_pandas_expressions(*args, *kwargs.values())
        return Expression(Call(self, args, kwargs))

    def __getitem__(self, item: Any) -> Expression:
        _refuse_pandas_expressions(item)
        return Expression(Item(self, item))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Expression:
        inputs = tuple(x[()] if isinstance(x, np.ndarray) and x.ndim == 0 else x for x in inputs)
        symbol = _SYMBOLS_OF_UFUNCS.get(ufunc.__name__)
        if symbol and method == "__call__" and not kwargs:
            return _to_operation(symbol, *inputs)
        return Expression(Call(getattr(ufunc, method), inputs, kwargs))

    def __bool__(self) -> NoReturn:
        raise ExpressionError(_NO_TRUTH_VALUE)

    def __iter__(self) -> NoReturn:
        raise ExpressionError(_NO_ITEMS)

    def __contains__(self, item: object) -> NoReturn:
        raise ExpressionError(_NO_ITEMS)

    def __repr__(self) -> str:
        return _render(self)

    def __eq__(self, other: object) -> Expression:  # type: ignore[override] # as in pandas
        return _to_operation("==", self, other)

    def __ne__(self, other: object) -> Expression:  # type: ignore[override] # as in pandas
        return _to_operation("!=", self, other)

    def __lt__(self, other: Any) -> Expression:
        return _to_operation("<", self, other)

    def __le__(self, other: Any) -> Expression:
        return _to_operation("<=", self, other)

    def __gt__(self, other: Any) -> Expression:
        return _to_operation(">", self, other)

    def __ge__(self, other: Any) -> Expression:
        return _to_operation(">=", self, other)

    def __and__(self, other: Any) -> Expression:
        return _to_operation("&", self, other)

    def __rand__(self, other: Any) -> Expression:
        return _to_operation("&", other, self)

    def __or__(self, other: Any) -> Expression:
        return _to_operation("|", self, other)

    def __ror__(self, other: Any) -> Expression:
        return _to_operation("|", other, self)

    def __xor__(self, other: Any) -> Expression:
        return _to_operation("^", self, other)

    def __rxor__(self, other: Any) -> Expression:
        return _to_operation("^", other, self)

    def __invert__(self) -> Expression:
        return _to_operation("~", self)

    def __neg__(self) -> Expression:
        return _to_operation("neg", self)

    def __pos__(self) -> Expression:
        return _to_operation("pos", self)

    def __abs__(self) -> Expression:
        return _to_operation("abs", self)

    def __add__(self, other: Any) -> Expression:
        return _to_operation("+", self, other)

    def __radd__(self, other: Any) -> Expression:
        return _to_operation("+", other, self)

    def __sub__(self, other: Any) -> Expression:
        return _to_operation("-", self, other)

    def __rsub__(self, other: Any) -> Expression:
        return _to_operation("-", other, self)

    def __mul__(self, other: Any) -> Expression:
        return _to_operation("*", self, other)

    def __rmul__(self, other: Any) -> Expression:
        return _to_operation("*", other, self)

    def __truediv__(self, other: Any) -> Expression:
        return _to_operation("/", self, other)

    def __rtruediv__(self, other: Any) -> Expression:
        return _to_operation("/", other, self)

    def __floordiv__(self, other: Any) -> Expression:
        return _to_operation("//", self, other)

    def __rfloordiv__(self, other: Any) -> Expression:
        return _to_operation("//", other, self)

    def __mod__(self, other: Any) -> Expression:
        return _to_operation("%", self, other)

    def __rmod__(self, other: Any) -> Expression:
        return _to_operation("%", other, self)

    def __pow__(self, other: Any) -> Expression:
        return _to_operation("**", self, other)

    def __rpow__(self, other: Any) -> Expression:
        return _to_operation("**", other, self)


def is_pandas_expression(value: Any) -> bool:
    """Tell an expression of `pandas.col`, which exists from pandas 3 on."""
    return isinstance(value, _PANDAS_EXPRESSION)


def _to_operation(symbol: str, *operands: Any) -> Expression:
    # & binds closer than ==, so a comparison without parentheses arrives here as "a" & col("y").
    if symbol in {"&", "|"} and any(isinstance(operand, str) for operand in operands):
        msg = (
            f"{symbol} stands between conditions, and {value_text(operands)} has a text; "
            "comparisons beside & and | need parentheses: "
            '(ap.col("x") == "a") & (ap.col("y") > 1).'
        )
        raise QueryError(msg)
    _refuse_pandas_expressions(*operands)
    return Expression(Operation(symbol, operands))


def _refuse_pandas_expressions(*values: Any) -> None:
    if any(is_pandas_expression(value) for value in values):
        msg = "ap.col and pd.col stand in one expression; write all of it with one of them."
        raise QueryError(msg)


def step_of(expression: Expression) -> Step:
    """Return the last step of an expression, which holds the expressions it starts from."""
    # Not expression._step: an attribute of an expression is an expression.
    return object.__getattribute__(expression, "_step")  # type: ignore[no-any-return] # a slot


def inner_expressions(expression: Expression) -> list[Expression]:
    """Return the expressions that an expression starts from, those inside lists included."""
    match step_of(expression):
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
    """Return the expressions inside lists, tuples and dicts, however deep."""
    found: list[Expression] = []
    waiting, seen = [value], set[int]()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Expression):
            found.append(part)
        elif isinstance(part, list | tuple | dict) and id(part) not in seen:
            seen.add(id(part))  # a list may contain itself
            waiting.extend(reversed([*part.values()] if isinstance(part, dict) else part))
    return found


def replace_expressions(value: Any, results: Mapping[int, Any]) -> Any:
    """Return a value with each expression inside it replaced by its result, known by its id."""
    if isinstance(value, Expression):
        return results[id(value)]
    if isinstance(value, dict):
        return {key: replace_expressions(part, results) for key, part in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(replace_expressions(part, results) for part in value)
    return value


class _Source:
    """Text of an expression, whose repr has no quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _render(expression: Expression) -> str:
    """Return an expression as it was written, cut if it is long."""
    sources: dict[int, _Source] = {}

    def render(each: Expression, _: list[str]) -> str:
        text = shorten(
            _render_step(each, lambda value: _render_value(value, sources)), _LONGEST_STEP
        )
        sources[id(each)] = _Source(text)
        return text

    return reduce_tree(expression, inner_expressions, render)


def _render_step(expression: Expression, show: Callable[[Any], str]) -> str:
    match step_of(expression):
        case Name(name):
            return f"col({show(name)})"
        case Operation(symbol, operands):
            return _render_operation(symbol, operands, show)
        case Attribute(owner, name):
            return f"{_render_operand(owner, show)}.{name}"
        case Item(owner, item):
            return f"{_render_operand(owner, show)}[{show(item)}]"
        case Call(function, arguments, keywords):
            name = show(function) if isinstance(function, Expression) else _numpy_name(function)
            given = [show(a) for a in arguments] + [f"{k}={show(v)}" for k, v in keywords.items()]
            return f"{name}({', '.join(given)})"


def _render_operation(symbol: str, operands: Sequence[Any], show: Callable[[Any], str]) -> str:
    prefix = OPERATORS[symbol].prefix
    if prefix.isalpha():
        return f"{prefix}({show(operands[0])})"
    if prefix:
        return f"{prefix}{_render_operand(operands[0], show)}"
    return f" {symbol} ".join(_render_operand(operand, show) for operand in operands)


def _render_operand(value: Any, show: Callable[[Any], str]) -> str:
    step = step_of(value) if isinstance(value, Expression) else None
    is_joined = isinstance(step, Operation) and not OPERATORS[step.symbol].prefix.isalpha()
    return f"({show(value)})" if is_joined else show(value)


def _render_value(value: Any, sources: Mapping[int, _Source]) -> str:
    # Not the repr of a list as it is: that would render the expressions inside it once more, at
    # every level of nesting.
    if not expressions_in(value):
        return value_text(value)
    try:
        return value_text(replace_expressions(value, sources))
    except RecursionError:
        return f"<{type(value).__name__}>"


def _numpy_name(function: Any) -> str:
    owner = getattr(function, "__self__", function)
    method = "" if function.__name__ in {"__call__", owner.__name__} else f".{function.__name__}"
    return f"np.{owner.__name__}{method}"
