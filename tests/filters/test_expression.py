"""An expression holds what is written with columns, and shows it."""

import copy
import pickle
from typing import Any

import pandas as pd
import pytest

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.expression import col


def test_an_expression_is_neither_changed_nor_hashed_nor_walked_through() -> None:
    with pytest.raises(TypeError, match="changed"):
        col("x").name = 1
    with pytest.raises(TypeError, match="hash"):
        hash(col("x"))
    with pytest.raises(TypeError, match="isin"):
        list(col("x"))
    with pytest.raises(TypeError, match="isin"):
        _ = 1 in col("x")
    with pytest.raises(TypeError, match="names are text"):
        col(5)  # type: ignore[arg-type] # the mistake itself
    assert not hasattr(col("x"), "_ipython_display_")


def test_an_expression_is_copied_and_pickled_as_a_whole() -> None:
    expression = col("c").str.startswith("A") & (col("x") > 1)
    for twin in (copy.copy(expression), copy.deepcopy(expression)):
        assert repr(twin) == repr(expression)
    assert repr(pickle.loads(pickle.dumps(expression))) == repr(expression)


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_the_two_kinds_of_columns_do_not_mix_unnoticed() -> None:
    with pytest.raises(QueryError, match="one of them"):
        _ = col("x") == pd.col("y")
    with pytest.raises(QueryError, match="one of them"):
        _ = (col("x") > 1) & (pd.col("y") > 1)
    for write in (col("x").isin, lambda other: col("x").between(1, right=other), col("x").str):
        with pytest.raises(QueryError, match="one of them"):
            write(pd.col("y"))
    with pytest.raises(QueryError, match="one of them"):
        _ = col("x").str[pd.col("y")]


def test_an_expression_inside_a_list_is_shown_once_a_level() -> None:
    """A list's own repr would show each expression inside it anew: 2**40 times here."""
    expression = col("x")
    for n in range(40):
        expression = expression.case_when([(expression > n, expression)])
    assert len(repr(expression)) < 500
    once = col("x").case_when([(col("x") > 1, col("y"))])
    assert repr(once) == "col('x').case_when([(col('x') > 1, col('y'))])"


def test_whatever_an_expression_holds_it_can_be_shown() -> None:
    nested: list[Any] = [col("y")]
    for _ in range(2000):
        nested = [nested]
    itself: list[Any] = []
    itself.append(itself)
    assert repr(col("x") == 10**5000) == "col('x') == <int of 16610 bits>"
    assert repr(col("x").isin(nested)) == "col('x').isin(<list>)"
    assert repr(col("x").isin(itself)) == "col('x').isin([[...]])"
    assert repr(col("\ud800") == "\udfff") == "col('\\ud800') == '\\udfff'"
