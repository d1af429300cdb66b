"""Filters and rows drawn at random, and what a filter means for one row."""

import datetime
import math
import operator
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from odata_query import ast
from odata_query.grammar import ODataLexer, ODataParser

from alphacast_pandas.filters.tree import And, Comparison, Membership, Missing, Node, Not, Or


def parse_odata(text: str) -> ast._Node:
    """Read a filter as an independent implementation of the language does."""
    return ODataParser().parse(ODataLexer().tokenize(text))


OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
DAYS = [
    datetime.datetime.fromisoformat("2020-01-01"),
    datetime.datetime.fromisoformat("2020-01-01T12:00"),
    datetime.datetime.fromisoformat("2020-02-01"),
]
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "date": st.sampled_from(DAYS),
    "text": st.sampled_from(["a", "A", "á", "b", "", "it's"]),
    "number": st.sampled_from([-1.5, 0.0, 0.1, math.nextafter(0.1, 1), 2.0, 1e300])
    | st.floats(-10, 10),
    "short": st.integers(-2, 2),
}
TYPES = {
    "date": pa.timestamp("us"),
    "text": pa.string(),
    "number": pa.float64(),
    "short": pa.int16(),
}


@st.composite
def leaves(draw: st.DrawFn) -> Node:
    name = draw(st.sampled_from(list(CELLS)))
    if draw(st.integers(0, 5)) == 0:
        return Missing(name)
    if draw(st.integers(0, 3)) == 0:
        return Membership(name, tuple(draw(st.lists(CELLS[name], max_size=3))))
    return Comparison(name, draw(st.sampled_from(list(OPERATORS))), draw(CELLS[name]))  # type: ignore[arg-type] # a word of the table


TREES = st.recursive(
    leaves(),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, max_size=3).map(lambda parts: And(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts)))
    ),
    max_leaves=6,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {n: cells if n == "date" else st.none() | cells for n, cells in CELLS.items()}
    ),
    max_size=6,
)


def holds(node: Node, row: dict[str, Any]) -> bool:
    """Evaluate a tree for one row, with pandas' rules for missing values."""
    match node:
        case And(parts):
            return all(holds(part, row) for part in parts)
        case Or(parts):
            return any(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)
        case Membership(name, values):
            return row[name] is not None and row[name] in values
        case Missing(name):
            return row[name] is None
        case Comparison(name, word, value):
            return word == "!=" if row[name] is None else OPERATORS[word](row[name], value)
    raise AssertionError(node)
