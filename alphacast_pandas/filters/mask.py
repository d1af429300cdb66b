"""What a filter means here: one boolean per row, with pandas' rules for missing values."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.errors import QueryError
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
    Computed,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    parts_of,
)
from alphacast_pandas.filters.walk import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from alphacast_pandas.filters.tree import Leaf


_COMPARE = {
    "==": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def mask(
    node: Node, table: pa.Table, to_frame: Callable[[pa.Table], pd.DataFrame]
) -> pa.ChunkedArray:
    """
    Return which rows of `table` match; never null.

    A comparison with what is missing, null or NaN, is false, but ``!=`` is true, as in pandas.
    `to_frame` makes the frame that computed conditions are evaluated on.
    """

    def parts(each: Node) -> tuple[Node, ...]:
        of_computed = isinstance(each, Not) and isinstance(each.part, Computed)
        return () if of_computed else parts_of(each)

    def make(each: Node, made: list[pa.ChunkedArray]) -> pa.ChunkedArray:
        match each:
            case And():
                return functools.reduce(pc.and_, made or [_constant(table, value=True)])
            case Or():
                return functools.reduce(pc.or_, made or [_constant(table, value=False)])
            case Not(Computed() as computed):
                return _computed(computed, table, to_frame, negated=True)
            case Not():
                return pc.invert(made[0])
            case Computed():
                return _computed(each, table, to_frame, negated=False)
        return _leaf(each, table)

    return fold(node, parts, make)


def _leaf(leaf: Leaf, table: pa.Table) -> pa.ChunkedArray:
    match leaf:
        case Comparison(column, operator, value):
            values, wanted = _comparable(table.column(column), column, [value])
            return pc.fill_null(_COMPARE[operator](values, wanted[0]), operator == "!=")
        case Membership(column, several):
            values, wanted = _comparable(table.column(column), column, [*several])
            return pc.is_in(values, value_set=wanted)
        case Missing(column):
            return pc.is_null(table.column(column), nan_is_null=True)
    msg = f"{type(leaf).__name__} is no condition of a filter in normal form"
    raise TypeError(msg)


def _computed(
    node: Computed,
    table: pa.Table,
    to_frame: Callable[[pa.Table], pd.DataFrame],
    *,
    negated: bool,
) -> pa.ChunkedArray:
    frame = to_frame(table.select([*node.columns]))
    return pa.chunked_array([pa.array(judged(node.expression, frame, negated=negated))])


def _constant(table: pa.Table, *, value: bool) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(value), table.num_rows)])


def _comparable(
    values: pa.ChunkedArray, column: str, wanted: list[object]
) -> tuple[pa.ChunkedArray, pa.Array]:
    """Return a column and values in one type: 5.5 is compared with short integers as doubles."""
    if pa.types.is_integer(values.type):
        values = values.cast(pa.float64())
    if pa.types.is_floating(values.type) and 0 in wanted:
        wanted = [*wanted, -0.0, 0.0]  # Arrow's set of values tells them apart; pandas does not
    try:
        return values, pa.array(wanted, values.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        kind = "text" if pa.types.is_string(values.type) else "numbers"
        msg = f"filter: column {column!r} turned out to hold {kind}, unlike {wanted[0]!r}."
        raise QueryError(msg) from error


_PYTHON: dict[str, Callable[..., Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "~": operator.invert,
    "neg": operator.neg,
    "pos": operator.pos,
    "abs": operator.abs,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def judged(expression: Expression, frame: pd.DataFrame, *, negated: bool) -> npt.NDArray[np.bool_]:
    """
    Return which rows an expression holds for, or with `negated` its opposite.

    Where pandas gives no answer for a row, the row does not match, as in ``df[mask]``. Without
    rows nothing is evaluated: pandas could not tell what type the outcome has.
    """
    if not len(frame):
        return np.zeros(len(frame), bool)
    try:
        outcome = evaluated(expression, frame)
    except Exception as error:
        msg = (
            f"filter: pandas cannot evaluate {expression!r} on this dataset: "
            f"{type(error).__name__}: {error}"
        )
        raise QueryError(msg) from error
    if isinstance(outcome, bool | np.bool_):
        outcome = pd.Series(bool(outcome), index=frame.index)
    answers = _answers(outcome, len(frame))
    if answers is None:
        msg = (
            f"filter: {expression!r} gives {_kind(outcome)}, not one boolean per row. "
            "Compare it with something."
        )
        raise QueryError(msg)
    if answers.dtype == object:  # text before pandas 3: no value is no match, as from 3 on
        found = answers.eq(other=True).to_numpy(dtype=bool)
        return ~found if negated else found
    return (~answers if negated else answers).fillna(value=False).to_numpy(dtype=bool)


def evaluated(expression: Expression, frame: pd.DataFrame) -> Any:
    """Return what pandas makes of an expression."""
    values: dict[int, Any] = {}

    def make(each: Expression, _: list[Any]) -> Any:
        values[id(each)] = _step(each, frame, values)
        return values[id(each)]

    return fold(expression, inner, make)


def _step(expression: Expression, frame: pd.DataFrame, values: dict[int, Any]) -> Any:
    match recorded(expression):
        case Named(name):
            return frame[name]
        case Operation(symbol, operands):
            return _PYTHON[symbol](*_filled(operands, values))
        case Attribute(owner, name):
            return getattr(values[id(owner)], name)
        case Item(owner, item):
            return values[id(owner)][_filled(item, values)]
        case Call(function, arguments, keywords):
            return _filled(function, values)(
                *_filled(arguments, values), **_filled(dict(keywords), values)
            )


def _filled(value: Any, values: dict[int, Any]) -> Any:
    """Return a value with the expressions inside it replaced by what they gave."""
    if isinstance(value, Expression):
        return values[id(value)]
    if isinstance(value, dict):
        return {key: _filled(part, values) for key, part in value.items()}
    if type(value) in {list, tuple}:
        return type(value)(_filled(part, values) for part in value)
    return value


def _answers(outcome: Any, rows: int) -> pd.Series | None:
    """Return one boolean or nothing per row, None if the outcome is something else."""
    if isinstance(outcome, np.ndarray) and outcome.ndim == 1:
        outcome = pd.Series(outcome)
    if not isinstance(outcome, pd.Series) or len(outcome) != rows:
        return None
    outcome = outcome.sort_index()  # the labels of the frame are its places
    is_truth = pd.api.types.is_bool_dtype(outcome.dtype)
    if not is_truth and outcome.isna().all():
        outcome = outcome.astype(object)  # a map that met none of its values
    if outcome.dtype == object:
        is_truth = bool(outcome.dropna().map(type).isin([bool, np.bool_]).all())
    return outcome if is_truth else None


def _kind(outcome: Any) -> str:
    if isinstance(outcome, pd.Series):
        return f"a column of {outcome.dtype}"
    kind = type(outcome).__name__
    return f"{kind} {outcome!r}" if np.isscalar(outcome) else kind
