"""Every row of the table of operators says the same in Python, pandas, NumPy, Arrow and OData."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.expression import Operation, col, step_of
from alphacast_pandas.filters.operators import COMPARISONS, OPERATORS
from alphacast_pandas.filters.parse import Literal, parse_text, to_tree
from alphacast_pandas.filters.rowwise import is_rowwise_expression
from alphacast_pandas.filters.tree import Comparison

CELLS = pd.Series([1.0, 2.0, 3.0, np.nan])
TRUTHS = pd.Series([True, False, True, False])


def is_unary(symbol: str) -> bool:
    return bool(OPERATORS[symbol].prefix)


def apply(symbol: str, left: object, right: object) -> object:
    python = OPERATORS[symbol].python
    return python(left) if is_unary(symbol) else python(left, right)


@pytest.mark.parametrize("symbol", OPERATORS)
def test_an_expression_holds_the_operator_it_was_written_with(symbol: str) -> None:
    assert OPERATORS[symbol].symbol == symbol
    step = step_of(apply(symbol, col("x"), col("y")))  # type: ignore[arg-type] # an expression
    assert isinstance(step, Operation)
    assert step.symbol == symbol


@pytest.mark.parametrize("symbol", OPERATORS)
def test_numpy_asks_an_expression_for_the_same(symbol: str) -> None:
    ufunc = getattr(np, OPERATORS[symbol].ufunc)
    step = step_of(ufunc(col("x")) if is_unary(symbol) else ufunc(np.float64(2), col("x")))
    assert isinstance(step, Operation)
    assert step.symbol == symbol
    assert step.operands[:-1] == (() if is_unary(symbol) else (2.0,))


@pytest.mark.parametrize("symbol", OPERATORS)
def test_numpy_computes_the_same(symbol: str) -> None:
    cells = TRUTHS if symbol in {"&", "|", "^", "~"} else CELLS
    ufunc = getattr(np, OPERATORS[symbol].ufunc)
    expected = apply(symbol, cells, cells[0])
    found = ufunc(cells) if is_unary(symbol) else ufunc(cells, cells[0])
    pd.testing.assert_series_equal(found, expected)


METHODS = [(symbol, method) for symbol, row in OPERATORS.items() for method in row.methods]


@pytest.mark.parametrize(("symbol", "method"), METHODS)
def test_a_method_computes_the_same_row_by_row(symbol: str, method: str) -> None:
    is_reversed = method.startswith("r")
    expected = apply(symbol, 2.0, CELLS) if is_reversed else apply(symbol, CELLS, 2.0)
    given = () if is_unary(symbol) else (2.0,)
    pd.testing.assert_series_equal(getattr(CELLS, method)(*given), expected)
    written = getattr(col("x"), method)(*given)
    assert is_rowwise_expression(written)
    if symbol in COMPARISONS:
        assert to_tree(written) == Comparison("x", symbol, 2.0)


@pytest.mark.parametrize("symbol", COMPARISONS)
def test_arrow_compares_as_pandas_does(symbol: str) -> None:
    row = COMPARISONS[symbol]
    cells = pa.array(CELLS, from_pandas=True)
    found = pc.fill_null(pc.call_function(row.arrow, [cells, pa.scalar(2.0)]), row.matches_missing)
    assert found.to_pylist() == row.python(CELLS, 2.0).tolist()


@pytest.mark.parametrize("symbol", COMPARISONS)
def test_mirror_and_opposite_are_what_they_are_called(symbol: str) -> None:
    row = COMPARISONS[symbol]
    cells = CELLS.dropna()
    mirrored, opposite = COMPARISONS[row.mirrored], COMPARISONS[row.opposite]
    for value in (1.0, 2.0, 2.5):
        assert [mirrored.python(value, cell) for cell in cells] == row.python(cells, value).tolist()
        assert (~opposite.python(cells, value)).tolist() == row.python(cells, value).tolist()
    assert mirrored.mirrored == opposite.opposite == symbol


@pytest.mark.parametrize("symbol", COMPARISONS)
def test_bounds_are_the_ends_beyond_which_nothing_matches(symbol: str) -> None:
    row = COMPARISONS[symbol]
    assert row.python(1, 1) is row.includes_bound
    assert ("lower" in row.bounds) is not row.python(0, 1)
    assert ("upper" in row.bounds) is not row.python(2, 1)


@pytest.mark.parametrize("symbol", COMPARISONS)
def test_a_text_and_a_tuple_name_the_same_operator(symbol: str) -> None:
    row = COMPARISONS[symbol]
    assert parse_text(f"x {row.odata} 1") == Comparison("x", symbol, Literal("1"))
    for written in (symbol, *row.aliases):
        tree = to_tree([("x", written, 1)])
        assert tree is not None
        assert describe(tree) == f"x {symbol} 1"  # type: ignore[arg-type] # no text was given


def test_the_message_about_an_unknown_operator_lists_them_all() -> None:
    with pytest.raises(ValueError, match="none of the operators") as caught:
        to_tree([("x", "like", "a")])
    assert {*COMPARISONS, "=", "in"} <= {*str(caught.value).split()}
