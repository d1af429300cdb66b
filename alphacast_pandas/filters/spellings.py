"""A filter as a user writes it: to a tree, or the service's own text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.compiling import compile_expression, membership
from alphacast_pandas.filters.expressions import Expression
from alphacast_pandas.filters.pandas_col import is_pandas_expression, recorded_by_pandas
from alphacast_pandas.filters.tree import (
    OPERATORS,
    And,
    Comparison,
    Node,
    Not,
    Or,
    Range,
)

_OPERATORS = OPERATORS | {"=": "=="}
_FORMS = (
    'text ("Country eq \'USA\'"), a dict ({"country": ["Chile"], "Date": slice("2020", None)}), '
    'a list of tuples ([("country", "in", ["Chile"]), ("Date", ">=", "2020")]) '
    'or an expression (ap.col("Date") >= "2020")'
)


def to_tree(spelling: Any) -> Node | str | None:
    """Return the tree of a filter; text is the service's own and stays text."""
    if spelling is None:
        return None
    if isinstance(spelling, str):
        if not spelling.strip():
            msg = "filter is empty text; leave it out to read everything."
            raise QueryError(msg)
        return spelling
    if isinstance(spelling, Mapping):
        return And(tuple(_from_item(name, wanted) for name, wanted in spelling.items()))
    if isinstance(spelling, list):
        return _from_list(spelling)
    if isinstance(spelling, Expression):
        return compile_expression(spelling)
    if is_pandas_expression(spelling):
        return compile_expression(recorded_by_pandas(spelling))
    msg = f"filter is {_FORMS}, not {type(spelling).__name__}."
    raise QueryError(msg)


def _from_item(name: Any, wanted: Any) -> Node:
    column = _column(name)
    _refuse_expression(column, wanted)
    if isinstance(wanted, slice):
        if wanted.step is not None:
            msg = f"The slice for column {column!r} has a step; a range has none."
            raise QueryError(msg)
        return Range(column, wanted.start, wanted.stop)
    if pd.api.types.is_list_like(wanted):
        return membership(column, wanted)
    return Comparison(column, "==", wanted)


def _from_list(spelling: list[Any]) -> Node:
    if not spelling:
        msg = (
            "filter is an empty list, which could mean every row or none; "
            "leave it out to read everything."
        )
        raise QueryError(msg)
    if all(isinstance(part, list) for part in spelling):
        return Or(tuple(_from_tuples(part) for part in spelling))
    return _from_tuples(spelling)


def _from_tuples(spelling: list[Any]) -> Node:
    if not spelling:
        msg = "filter holds an empty list of conditions, which every row matches; leave it out."
        raise QueryError(msg)
    return And(tuple(_from_tuple(part) for part in spelling))


def _from_tuple(part: Any) -> Node:
    if isinstance(part, Expression) or is_pandas_expression(part):
        msg = f"{part!r} stands in a list; join expressions with & and |, without a list."
        raise QueryError(msg)
    if not isinstance(part, tuple) or len(part) != 3 or not isinstance(part[1], str):
        msg = (
            f"{part!r} is not a condition; a list holds tuples (column, operator, value), "
            "or lists of such tuples for alternatives."
        )
        raise QueryError(msg)
    column, operator, value = _column(part[0]), " ".join(part[1].casefold().split()), part[2]
    _refuse_expression(column, value)
    if operator in {"in", "not in"}:
        if not pd.api.types.is_list_like(value):
            msg = f"{part!r}: {operator!r} takes a list of values."
            raise QueryError(msg)
        inside = membership(column, value)
        return inside if operator == "in" else Not(inside)
    if operator not in _OPERATORS:
        msg = f"{part!r}: {part[1]!r} is none of the operators = == != < <= > >= in 'not in'."
        raise QueryError(msg)
    return Comparison(column, _OPERATORS[operator], value)


def _refuse_expression(column: str, value: Any) -> None:
    if isinstance(value, Expression) or is_pandas_expression(value):
        msg = (
            f"filter: column {column!r} is compared with {value!r}. Columns are compared with each "
            f"other in an expression, such as ap.col({column!r}) == ap.col(...)."
        )
        raise QueryError(msg)


def _column(name: Any) -> str:
    if not isinstance(name, str):
        msg = f"{name!r} is not the name of a column; names are text."
        raise QueryError(msg)
    return name
