"""Text of a filter, in words close to those of `DataFrame.query`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Not,
    Or,
    Range,
    parts_of,
)
from alphacast_pandas.filters.walk import reduce_tree
from alphacast_pandas.text import shorten, value_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.filters.tree import Leaf, Node

_MOST_VALUES = 6
_LONGEST = 400  # characters of an expression that a text shows


def describe(node: Node) -> str:
    """
    Return a condition in words, cut if it is long.

    >>> describe(Not(Membership("country", ("Chile", "Peru"))))
    "country not in ['Chile', 'Peru']"
    """
    return reduce_tree(node, parts_of, _describe_node)


def _describe_node(node: Node, parts: list[str]) -> str:
    match node:
        case And():
            return _join(" and ", parts) or "every row"
        case Or():
            return _join(" or ", parts) or "no row"
        case Not(Membership(column, values)):
            return f"{column} not in {_list_text(values)}"
        case Not(Missing(column)):
            return f"{column} is not missing"
        case Not():
            return f"not ({parts[0]})"
    return _describe_leaf(node)


def _describe_leaf(leaf: Leaf) -> str:
    match leaf:
        case Comparison(column, operator, value):
            return f"{column} {operator} {_scalar_text(value)}"
        case Membership(column, values):
            return f"{column} in {_list_text(values)}"
        case Missing(column):
            return f"{column} is missing"
        case Range(column, low, high, (lower, upper)):
            return f"{column} {lower} {_scalar_text(low)} and {column} {upper} {_scalar_text(high)}"
        case Range(column, low, high):
            return f"{column} from {value_text(low)} to {value_text(high)}"
    return repr(leaf.expression)


def _join(word: str, parts: Sequence[str]) -> str:
    grouped = (f"({part})" if " or " in part or " and " in part else part for part in parts)
    return shorten(word.join(grouped), _LONGEST)


def _list_text(values: Sequence[Any]) -> str:
    text = ", ".join(_scalar_text(value) for value in values[:_MOST_VALUES])
    more = len(values) - _MOST_VALUES
    return f"[{text}, and {more:,} more]" if more > 0 else f"[{text}]"


def _scalar_text(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time.min
        return value.date().isoformat() if midnight else value.isoformat(" ")
    return value_text(value)
