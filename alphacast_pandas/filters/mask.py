"""Evaluation of a filter on a table: one boolean per row, with pandas' rules for missing values."""

from __future__ import annotations

import functools
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
    Name,
    Operation,
    inner_expressions,
    replace_expressions,
    step_of,
)
from alphacast_pandas.filters.operators import COMPARISONS, OPERATORS
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    PandasCondition,
    parts_of,
)
from alphacast_pandas.filters.walk import reduce_tree
from alphacast_pandas.text import error_text, value_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from alphacast_pandas.filters.tree import Leaf, Value


def mask(
    node: Node, table: pa.Table, to_frame: Callable[[pa.Table], pd.DataFrame]
) -> pa.ChunkedArray:
    """
    Return which rows of `table` match; never null.

    A comparison with what is missing, null or NaN, is false, but ``!=`` is true, as in pandas.
    `to_frame` makes the frame that the conditions of pandas are evaluated on.
    """

    # With three truth values, ~(x > 1) is missing where x is, and the row does not match; with
    # two, as pandas has them for float64, it matches. The leaves decide: those of Arrow have two,
    # so `not` may simply invert; those of pandas may have three, so the opposite is left to pandas.
    def parts(each: Node) -> tuple[Node, ...]:
        is_negated = isinstance(each, Not) and isinstance(each.part, PandasCondition)
        return () if is_negated else parts_of(each)

    def evaluate(each: Node, masks: list[pa.ChunkedArray]) -> pa.ChunkedArray:
        match each:
            case And():
                return functools.reduce(pc.and_, masks or [_constant(table, value=True)])
            case Or():
                return functools.reduce(pc.or_, masks or [_constant(table, value=False)])
            case Not(PandasCondition() as condition):
                return _mask_by_pandas(condition, table, to_frame, negated=True)
            case Not():
                return pc.invert(masks[0])
            case PandasCondition():
                return _mask_by_pandas(each, table, to_frame, negated=False)
        return _mask_by_arrow(each, table)

    return reduce_tree(node, parts, evaluate)


def _constant(table: pa.Table, *, value: bool) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(value), table.num_rows)])


def _mask_by_arrow(leaf: Leaf, table: pa.Table) -> pa.ChunkedArray:
    match leaf:
        case Comparison(column, symbol, value):
            operator = COMPARISONS[symbol]
            values, wanted = _to_one_type(table.column(column), column, [value])
            found = pc.call_function(operator.arrow, [values, wanted[0]])
            return pc.fill_null(found, operator.matches_missing)
        case Membership(column, several):
            values, wanted = _to_one_type(table.column(column), column, [*several])
            return pc.is_in(values, value_set=wanted)
        case Missing(column):
            return pc.is_null(table.column(column), nan_is_null=True)
    msg = f"{type(leaf).__name__} is no condition of a filter in normal form"
    raise TypeError(msg)


def _to_one_type(
    values: pa.ChunkedArray, column: str, wanted: list[Value]
) -> tuple[pa.ChunkedArray, pa.Array]:
    """Return a column and what it is compared with in one type: numbers are doubles."""
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    for value in wanted:
        # Only of a column without a definition it is not known before what it holds.
        if isinstance(value, str) != is_text:
            kind = "text" if is_text else "numbers"
            msg = (
                f"filter: column {column!r} turned out to hold {kind}, unlike {value_text(value)}."
            )
            raise QueryError(msg)
    if pa.types.is_integer(values.type):
        values = values.cast(pa.float64())
    if not pa.types.is_floating(values.type):
        return values, pa.array(wanted, values.type)
    # Arrow itself refuses an integer beyond 2**53, even one that is a double.
    doubles = [float(value) for value in wanted]  # type: ignore[arg-type] # no datetime is left
    if 0.0 in doubles:
        doubles += [-0.0, 0.0]  # Arrow's set of values tells them apart; pandas does not
    return values, pa.array(doubles, pa.float64())


def _mask_by_pandas(
    condition: PandasCondition,
    table: pa.Table,
    to_frame: Callable[[pa.Table], pd.DataFrame],
    *,
    negated: bool,
) -> pa.ChunkedArray:
    frame = to_frame(table.select([*condition.columns]))
    rows = evaluate_condition(condition.expression, frame, negated=negated)
    return pa.chunked_array([pa.array(rows)])


def evaluate_condition(
    expression: Expression, frame: pd.DataFrame, *, negated: bool
) -> npt.NDArray[np.bool_]:
    """
    Return which rows an expression holds for, or with `negated` its opposite.

    Where pandas gives no answer for a row, the row does not match, as in ``df[mask]``. Without
    rows nothing is evaluated: pandas could not tell what type the outcome has.
    """
    if not len(frame):
        return np.zeros(len(frame), bool)
    try:
        outcome = evaluate_expression(expression, frame)
        answers = _to_answers(outcome, frame)
    except Exception as error:
        msg = f"filter: pandas cannot evaluate {expression!r} on this dataset: {error_text(error)}"
        raise QueryError(msg) from error
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


def evaluate_expression(expression: Expression, frame: pd.DataFrame) -> Any:
    """Return what pandas makes of an expression."""
    results: dict[int, Any] = {}

    def evaluate(each: Expression, _: list[Any]) -> Any:
        results[id(each)] = _evaluate_step(each, frame, results)
        return results[id(each)]

    return reduce_tree(expression, inner_expressions, evaluate)


def _evaluate_step(expression: Expression, frame: pd.DataFrame, results: dict[int, Any]) -> Any:
    match step_of(expression):
        case Name(name):
            return frame[name]
        case Operation(symbol, operands):
            return OPERATORS[symbol].python(*replace_expressions(operands, results))
        case Attribute(owner, name):
            return getattr(results[id(owner)], name)
        case Item(owner, item):
            return results[id(owner)][replace_expressions(item, results)]
        case Call(function, arguments, keywords):
            call = replace_expressions(function, results)
            given = replace_expressions(dict(keywords), results)
            return call(*replace_expressions(arguments, results), **given)


def _to_answers(outcome: Any, frame: pd.DataFrame) -> pd.Series | None:
    """Return one boolean or nothing per row, None if the outcome is something else."""
    if isinstance(outcome, bool | np.bool_):
        return pd.Series(bool(outcome), index=frame.index)
    if isinstance(outcome, np.ndarray) and outcome.ndim == 1:
        outcome = pd.Series(outcome)
    if not isinstance(outcome, pd.Series) or len(outcome) != len(frame):
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
    return f"{kind} {value_text(outcome)}" if np.isscalar(outcome) else kind
