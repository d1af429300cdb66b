"""What a filter means here: one boolean per row, with pandas' rules for missing values."""

from __future__ import annotations

import functools

import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.filters.tree import And, Comparison, Membership, Node, Not, Or, Range

_COMPARE = {
    "==": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def mask(node: Node, table: pa.Table) -> pa.ChunkedArray:
    """
    Return which rows of `table` match; never null.

    A comparison with a missing value is false, but ``!=`` is true, as in pandas.
    """
    match node:
        case And(parts):
            return functools.reduce(
                pc.and_, (mask(p, table) for p in parts), _constant(table, value=True)
            )
        case Or(parts):
            return functools.reduce(
                pc.or_, (mask(p, table) for p in parts), _constant(table, value=False)
            )
        case Not(part):
            return pc.invert(mask(part, table))
        case Comparison(column, operator, value):
            values, kind = _comparable(table.column(column))
            outcome = _COMPARE[operator](values, pa.scalar(value, kind))
            return pc.fill_null(outcome, operator == "!=")
        case Membership(column, wanted):
            values, kind = _comparable(table.column(column))
            return pc.is_in(values, value_set=pa.array(wanted, kind))
        case Range():
            msg = "ranges are turned into comparisons when a filter is checked"
            raise TypeError(msg)


def _constant(table: pa.Table, *, value: bool) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat(pa.scalar(value), table.num_rows)])


def _comparable(values: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.DataType]:
    """Return numbers as doubles, so that 5.5 can be compared with a short integer."""
    if pa.types.is_integer(values.type):
        values = values.cast(pa.float64())
    return values, values.type
