"""What a filter means here: one boolean per row, with pandas' rules for missing values."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.folding import fold
from alphacast_pandas.filters.replaying import judged
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

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

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
