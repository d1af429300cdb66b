"""Expressions of pandas.col are read as those of ap.col."""

import functools
import operator
import sys
import threading

import pandas as pd
import pytest
from filters.expressions import READ

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.tree import Or

# Without NumPy in the namespace of this test, and before pandas 3.1 without a minus sign.
UNKNOWN_TO_PANDAS = {"mirrored by NumPy", "NumPy"}
if not hasattr(getattr(pd.api.typing, "Expression", None), "__neg__"):
    UNKNOWN_TO_PANDAS |= {"arithmetic"}


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
@pytest.mark.parametrize("name", [name for name in READ if name not in UNKNOWN_TO_PANDAS])
def test_pandas_own_expressions_are_read_alike(name: str) -> None:
    """The loud one: if a new pandas evaluates expressions otherwise, this fails."""
    written = repr(READ[name][0]).replace("Timestamp", "pd.Timestamp")
    expression = eval(written, {"col": pd.col, "pd": pd, "range": range})
    assert isinstance(expression, pd.api.typing.Expression)
    assert describe(to_tree(expression)) == describe(to_tree(READ[name][0]))  # type: ignore[arg-type] # no text


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_a_pandas_that_evaluates_otherwise_is_answered_with_our_own_spelling(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pd.DataFrame, "assign", lambda self, **_: self.nothing)
    with pytest.raises(QueryError, match=r"Write it with ap\.col"):
        to_tree(pd.col("x") > 1)
    monkeypatch.setattr(pd.DataFrame, "assign", lambda self, **_: None)
    with pytest.raises(QueryError, match=r"Write it with ap\.col"):
        to_tree(pd.col("x") > 1)


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_a_chain_of_hundreds_is_read() -> None:
    joined = functools.reduce(operator.or_, [pd.col("x") == n for n in range(300)])
    tree = to_tree(joined)
    assert isinstance(tree, Or)
    assert len(tree.parts) == 300


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_an_expression_nested_too_deeply_for_pandas_is_answered_with_isin() -> None:
    before = sys.getrecursionlimit(), threading.stack_size()
    joined = functools.reduce(operator.or_, [pd.col("x") == n for n in range(2000)])
    with pytest.raises(
        QueryError, match=r"evaluates it by recursion.*isin\(\[\.\.\.\]\)"
    ) as caught:
        to_tree(joined)
    assert "ap.col" in str(caught.value)
    assert isinstance(caught.value.__cause__, RecursionError)
    assert (sys.getrecursionlimit(), threading.stack_size()) == before


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
@pytest.mark.parametrize("label", [5, None, ("x",), pd.NA], ids=repr)
def test_a_label_that_is_no_text_is_no_column(label: object) -> None:
    with pytest.raises(QueryError, match="names are text"):
        to_tree(pd.col(label) > 1)
