"""A filter against the columns of its dataset: names known, values of the right kind."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.dates import after, instant
from alphacast_pandas.filters.parse import Literal
from alphacast_pandas.filters.simplify import normal_form
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Computed,
    Leaf,
    Membership,
    Missing,
    Node,
    Range,
    Value,
    columns_of,
    with_leaves,
)
from alphacast_pandas.names import check_names

if TYPE_CHECKING:
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.records import Column


def check_filter(node: Node, definitions: Definitions) -> Node:
    """Return the tree in normal form, its values in their column's kind, ranges as comparisons."""
    check_names(columns_of(node), definitions.names, "filter")
    checked = with_leaves(node, lambda leaf: _checked(leaf, definitions))
    return normal_form(checked, never_missing=definitions.date.name if definitions.date else None)


def _checked(leaf: Leaf, definitions: Definitions) -> Node:
    if isinstance(leaf, Computed | Missing):
        return leaf
    column = definitions.get(leaf.column)
    if column is None:  # pragma: no cover - names were checked before
        msg = f"filter: there is no column {leaf.column!r}."
        raise QueryError(msg)
    if isinstance(leaf, Comparison):
        return Comparison(leaf.column, leaf.operator, _value(leaf.value, column, definitions))
    if isinstance(leaf, Membership):
        values = (_value(value, column, definitions) for value in leaf.values)
        return Membership(leaf.column, tuple(dict.fromkeys(values)))
    return between(leaf, column, definitions)


def between(leaf: Range, column: Column, definitions: Definitions) -> And:
    """Return a range as comparisons; partial dates mean what they mean in ``df.loc``."""
    name, parts = leaf.column, []
    if leaf.low is not None:
        parts.append(Comparison(name, ">=", _value(leaf.low, column, definitions)))
    if leaf.high is not None:
        if column.role == "date":
            end, included = after(leaf.high, f"filter: for column {name!r},")
            parts.append(Comparison(name, "<=" if included else "<", end))
        else:
            parts.append(Comparison(name, "<=", _value(leaf.high, column, definitions)))
    return And(tuple(parts))


def _value(value: Any, column: Column, definitions: Definitions) -> Value:
    what = f"filter: for column {column.name!r},"
    if isinstance(value, Literal):
        return _literal(value.text, column, what)
    if _is_missing(value):
        msg = (
            f"{what} {value!r} is a missing value, which nothing is equal to. For rows without a "
            f"value say ap.col({column.name!r}).isna(), for the others .notna()."
        )
        raise QueryError(msg)
    if column.role == "date":
        return instant(value, what)
    if column.is_text:
        return _text(value, what)
    if definitions.type_of(str(column.name)) is None and isinstance(value, str):
        return _text(value, what)
    return _number(value, what)


def _literal(text: str, column: Column, what: str) -> Value:
    """Return what a value in a filter text is for its column: there, dates may be in quotes."""
    if column.role == "date":
        return instant(text, what)
    if column.is_text:
        return text
    try:
        return float(text)
    except ValueError:
        msg = f"{what} {text!r} is not a number, and the column holds numbers."
        raise QueryError(msg) from None


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        msg = f"{what} {value!r} is not text, and the column holds text."
        raise QueryError(msg)
    try:
        value.encode()
    except UnicodeEncodeError:
        msg = f"{what} {value!r} holds half a character, which no dataset does."
        raise QueryError(msg) from None
    return str.__str__(value)  # str() of a member of an enumeration is its own name


def _number(value: Any, what: str) -> int | float:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        msg = f"{what} {value!r} is not a number, and the column holds numbers."
        raise QueryError(msg)
    try:
        double = float(value)
    except OverflowError:
        msg = f"{what} {value!r} is beyond every number a column can hold."
        raise QueryError(msg) from None
    return int(value) if isinstance(value, int) and int(double) == value else double


def _is_missing(value: Any) -> bool:
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    if isinstance(value, Decimal | float | np.floating):
        return bool(value != value)  # noqa: PLR0124 - only NaN differs from itself
    return isinstance(value, np.datetime64 | datetime.datetime) and bool(pd.isna(value))
