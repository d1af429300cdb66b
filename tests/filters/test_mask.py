"""The evaluation here against plain pandas, and what is sent against the evaluation here."""

import datetime
import math
import operator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odata_query import ast
from odata_query.grammar import ODataLexer, ODataParser

from alphacast_pandas.filters.mask import mask
from alphacast_pandas.filters.odata import DOCUMENTED_FORM, SDK_FORM, Form, translate
from alphacast_pandas.filters.parse import parse_text
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Not,
    Or,
    Range,
)


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


def sent(tree: Node, form: Form = SDK_FORM) -> str | None:
    """What travels of a filter."""
    return translate(simplify(tree, "date"), form, 4000).text


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


@given(tree=TREES, rows=ROWS)
def test_a_mask_is_what_pandas_would_make_of_each_row(
    tree: Node, rows: list[dict[str, Any]]
) -> None:
    table = pa.table({n: pa.array([r[n] for r in rows], kind) for n, kind in TYPES.items()})
    assert mask(simplify(tree), table, pa.Table.to_pandas).to_pylist() == [
        holds(tree, row) for row in rows
    ]


@pytest.mark.parametrize("word", OPERATORS)
@given(cells=st.lists(st.none() | CELLS["number"], min_size=1, max_size=6), value=CELLS["number"])
def test_a_comparison_of_numbers_is_that_of_pandas(
    word: str, cells: list[float | None], value: float
) -> None:
    table = pa.table({"x": pa.array(cells, pa.float64())})
    series = pd.Series(cells, dtype="float64")
    expected = OPERATORS[word](series, value).tolist()
    assert mask(Comparison("x", word, value), table, pa.Table.to_pandas).to_pylist() == expected  # type: ignore[arg-type] # a word of the table


def test_a_range_is_no_condition_before_it_was_checked() -> None:
    with pytest.raises(TypeError):
        mask(Range("x", 1, 2), pa.table({"x": [1]}), pa.Table.to_pandas)


def service_keeps(node: ast._Node, row: dict[str, Any]) -> bool:
    """A service that drops as much as any reading lets it: text exact, missing is false."""
    if isinstance(node, ast.BoolOp):
        sides = service_keeps(node.left, row), service_keeps(node.right, row)
        return any(sides) if isinstance(node.op, ast.Or) else all(sides)
    assert isinstance(node, ast.Compare)
    cell, wanted = (
        row[node.left.val if isinstance(node.left, ast.String) else node.left.name],
        node.right,
    )
    if cell is None:
        return False
    word = type(node.comparator).__name__
    compare = {
        "Eq": operator.eq,
        "Lt": operator.lt,
        "LtE": operator.le,
        "Gt": operator.gt,
        "GtE": operator.ge,
    }
    if isinstance(cell, datetime.datetime):
        day = datetime.datetime.fromisoformat(str(wanted.val))
        # Some compare days, some instants: a row stays only if both would keep it.
        return compare[word](cell, day) and compare[word](cell.date(), day.date())
    return compare[word](cell, wanted.val if isinstance(cell, str) else float(wanted.val))


@pytest.mark.parametrize("form", [SDK_FORM, DOCUMENTED_FORM], ids=["sdk", "documented"])
@given(tree=TREES, rows=ROWS)
def test_what_is_sent_never_asks_for_less(
    form: Form, tree: Node, rows: list[dict[str, Any]]
) -> None:
    text = sent(tree, form)
    if text is None:
        return
    parsed = parse_odata(text)
    kept = [service_keeps(parsed, row) for row in rows]
    assert all(keep for keep, row in zip(kept, rows, strict=True) if holds(tree, row))


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (Comparison("date", "<", DAYS[1]), "'date' lt 2020-01-02"),
        (Comparison("date", "<", DAYS[2]), "'date' lt 2020-02-01"),
        (Comparison("date", "<=", DAYS[2]), "'date' lt 2020-02-02"),
        (Comparison("date", ">", DAYS[1]), "'date' ge 2020-01-01"),
        (Comparison("date", "==", DAYS[1]), "'date' ge 2020-01-01 and 'date' lt 2020-01-02"),
        # A service with more digits than a double has may hold a number beside this one.
        (
            Comparison("number", "==", 0.1),
            "'number' ge 0.09999999999999999 and 'number' le 0.10000000000000002",
        ),
        (Comparison("number", "<", 0.1), "'number' lt 0.1"),
    ],
)
def test_what_is_sent_is_as_wide_as_it_must_be(leaf: Node, text: str) -> None:
    assert sent(leaf) == text


def test_both_zeros_are_one_value_of_a_list() -> None:
    table = pa.table({"number": pa.array([0.0, -0.0, 1.0, None])})
    for zero in (0, 0.0, -0.0):
        found = mask(Membership("number", (zero, 5.0)), table, pa.Table.to_pandas)
        assert found.to_pylist() == [True, True, False, False]


@given(tree=TREES)
def test_what_depends_on_collation_or_missing_values_stays_here(tree: Node) -> None:
    text = sent(tree) or ""
    assert " ne " not in text
    assert not any(f"'text' {word} " in text for word in ("lt", "le", "gt", "ge"))


def test_a_list_too_long_for_an_address_stays_here() -> None:
    long = Membership("text", tuple(f"value {n}" for n in range(1000)))
    short = Comparison("number", ">", 1.0)
    assert sent(long) is None
    assert sent(And((long, short))) == "'number' gt 1.0"
    assert sent(Or((long, short))) is None


def structure(node: ast._Node) -> Any:
    """What odata-query read: words, names and literals, chains of one word as one level."""
    if isinstance(node, ast.BoolOp):
        word = type(node.op).__name__.lower()
        sides = [structure(node.left), structure(node.right)]
        return word, tuple(p for s in sides for p in (s[1] if s[0] == word else [s]))
    assert isinstance(node, ast.Compare)
    name = node.left.val if isinstance(node.left, ast.String) else node.left.name
    return type(node.comparator).__name__, name, node.right.val


def our_structure(node: Node) -> Any:
    if isinstance(node, And | Or):
        word = type(node).__name__.lower()
        sides = [our_structure(part) for part in node.parts]
        return word, tuple(p for s in sides for p in (s[1] if s[0] == word else [s]))
    assert isinstance(node, Comparison)
    words = {"==": "Eq", "<": "Lt", "<=": "LtE", ">": "Gt", ">=": "GtE"}
    return words[node.operator], node.column, node.value.text


@pytest.mark.parametrize("form", [SDK_FORM, DOCUMENTED_FORM], ids=["sdk", "documented"])
@given(tree=TREES)
def test_another_parser_reads_everything_that_is_sent_as_the_same_tree(
    form: Form, tree: Node
) -> None:
    text = sent(tree, form)
    if text is not None:
        parsed = parse_text(text)
        assert parsed is not None
        assert structure(parse_odata(text)) == our_structure(parsed)
