"""Check of a filter against the columns of its dataset: names known, values of the right kind."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.filters.parse import Literal
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Leaf,
    Membership,
    Missing,
    Node,
    PandasCondition,
    Range,
    Value,
    columns_of,
    map_leaves,
)
from alphacast_pandas.names import check_names
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.records import (
        Column,
    )


def check_filter(node: Node, definitions: Definitions) -> Node:
    """Return the tree in normal form, its values in their column's kind, ranges as comparisons."""
    check_names(columns_of(node), definitions.names, "filter")
    checked = map_leaves(node, lambda leaf: _check_leaf(leaf, definitions))
    return simplify(checked, never_missing=definitions.date.name if definitions.date else None)


def _check_leaf(leaf: Leaf, definitions: Definitions) -> Node:
    if isinstance(leaf, PandasCondition | Missing):
        return leaf
    column = definitions.get(leaf.column)
    if column is None:  # pragma: no cover - names were checked before
        msg = f"filter: there is no column {leaf.column!r}."
        raise QueryError(msg)
    check = _value_check(column, definitions)
    if isinstance(leaf, Comparison):
        return Comparison(leaf.column, leaf.operator, check(leaf.value))
    if isinstance(leaf, Membership):
        return Membership(leaf.column, tuple(dict.fromkeys(map(check, leaf.values))))
    return _to_comparisons(leaf, column, check)


def _to_comparisons(leaf: Range, column: Column, check: Callable[[Any], Value]) -> And:
    """Return a range as comparisons; partial dates mean what they mean in ``df.loc``."""
    if leaf.operators is None:
        lower, upper = _spans(leaf, column, check)
        is_reversed = lower is not None and upper is not None and _is_reversed(lower, upper)
    else:
        lower = Comparison(leaf.column, leaf.operators[0], check(leaf.low))
        upper = Comparison(leaf.column, leaf.operators[1], check(leaf.high))
        is_reversed = _are_comparable(lower, upper) and lower.value > upper.value
    if is_reversed:
        msg = (
            f"{_context(column)} the range from {value_text(leaf.low)} to {value_text(leaf.high)} "
            "ends before it begins. Exchange its ends."
        )
        raise QueryError(msg)
    return And(tuple(part for part in (lower, upper) if part is not None))


def _spans(
    leaf: Range, column: Column, check: Callable[[Any], Value]
) -> tuple[Comparison | None, Comparison | None]:
    """Return both ends of a range, None for an open one; a partial date is a span of time."""
    name = leaf.column
    lower = None if leaf.low is None else Comparison(name, ">=", check(leaf.low))
    if leaf.high is None:
        return lower, None
    if column.role != "date":
        return lower, Comparison(name, "<=", check(leaf.high))
    end, is_included = parse_end(leaf.high, _context(column))
    return lower, Comparison(name, "<=" if is_included else "<", end)


def _is_reversed(lower: Comparison, upper: Comparison) -> bool:
    """Tell ends of which the upper comes first; a span that ends where it begins is empty too."""
    if not _are_comparable(lower, upper):
        return False
    is_empty = lower.value == upper.value and upper.operator == "<"
    return is_empty or bool(lower.value > upper.value)


def _are_comparable(lower: Comparison, upper: Comparison) -> bool:
    """Tell values of one kind: a column whose type is not stated may hold text or numbers."""
    return isinstance(lower.value, str) == isinstance(upper.value, str)


def _context(column: Column) -> str:
    return f"filter: for column {column.name!r},"


def _value_check(column: Column, definitions: Definitions) -> Callable[[Any], Value]:
    """Return what turns a value into one of the column's kind, or raises."""
    what = _context(column)
    is_date, is_text = column.role == "date", column.is_text
    is_unstated = definitions.type_of(str(column.name)) is None

    def check(value: Any) -> Value:
        if isinstance(value, Literal):
            return _check_literal(value.text, column, what)
        if _is_missing(value):
            msg = (
                f"{what} {value!r} is a missing value, which nothing is equal to. For rows without "
                f"a value say ap.col({column.name!r}).isna(), for the others .notna()."
            )
            raise QueryError(msg)
        if is_date:
            return parse_instant(value, what)
        if is_text or (is_unstated and isinstance(value, str)):
            return _check_text(value, what)
        return _check_number(value, what)

    return check


def _check_literal(text: str, column: Column, what: str) -> Value:
    """Return what a value in a filter text is for its column: there, dates may be in quotes."""
    if column.role == "date":
        return parse_instant(text, what)
    if column.is_text:
        return text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):  # of the text "nan" too: it is what the service calls no number
        msg = f"{what} {value_text(text)} is not a number, and the column holds numbers."
        raise QueryError(msg)
    return number


def _check_text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        msg = f"{what} {value_text(value)} is not text, and the column holds text."
        raise QueryError(msg)
    try:
        value.encode()
    except UnicodeEncodeError:
        msg = f"{what} {value_text(value)} holds half a character, which no dataset does."
        raise QueryError(msg) from None
    return str.__str__(value)  # str() of a member of an enumeration is its own name


def _check_number(value: Any, what: str) -> int | float:
    """Return the nearest double, as an integer if it is one, so that it is written as one."""
    if isinstance(value, np.floating):
        value = float(value)
    elif isinstance(value, np.generic) and pd.api.types.is_integer(value):
        value = int(value)  # not .item() of all: it makes numbers of dates in nanoseconds too
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        msg = f"{what} {value_text(value)} is not a number, and the column holds numbers."
        raise QueryError(msg)
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if math.isinf(double) and not isinstance(value, float):
        if isinstance(value, Decimal) and value.is_infinite():
            return double
        msg = f"{what} {value_text(value)} is beyond every number a column can hold."
        raise QueryError(msg)
    return int(value) if isinstance(value, int) and int(double) == value else double


def _is_missing(value: Any) -> bool:
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signaling NaN may not even be compared
    if isinstance(value, float | np.floating):
        return bool(value != value)  # noqa: PLR0124 - only NaN differs from itself
    return isinstance(value, np.datetime64 | datetime.datetime) and bool(pd.isna(value))
