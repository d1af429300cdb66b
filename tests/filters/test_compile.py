"""What is written with columns is read as conditions."""

import functools
import operator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from filters.expressions import READ

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.expression import Expression, col
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Missing,
    Not,
    Or,
    PandasCondition,
)


@pytest.mark.parametrize("name", READ)
def test_an_expression_is_read_and_shown_in_words(name: str) -> None:
    expression, words = READ[name]
    assert describe(to_tree(expression)) == words  # type: ignore[arg-type] # no text was given


@pytest.mark.parametrize(
    "write",
    [
        lambda: col("x").isin(),
        lambda: col("x").isin([1], [2]),
        lambda: col("x").isin(other=[1]),
        lambda: col("x").isin("abc"),
        lambda: col("x").isin(5),
        lambda: col("x").between(1),
        lambda: col("x").between(1, 2, "neither", 4),
        lambda: col("x").between(1, 2, inclusive="most"),
        lambda: col("x").between([1], 2),
        lambda: col("x") == [1, 2],
        lambda: np.array([1, 2]) == col("x"),
        lambda: Expression(col("x")._step.__class__(5)) > 1,
        lambda: col("x"),
        lambda: col("x").isin(name=[1]),
        lambda: col("x").between(name=1),
        lambda: col("x").between(1, 2, inclusive=[]),
        lambda: col("x").between(1, 2, inclusive=pd.NA),
    ],
    ids=[
        *("isin()", "isin(1, 2)", "isin(other)", "isin(text)", "isin(number)", "between(1)"),
        *("between(4)", "between(most)", "between(list)", "list", "array", "number", "alone"),
        *("isin(name)", "between(name)", "inclusive=[]", "inclusive=NA"),
    ],
)
def test_what_cannot_be_meant_is_refused(write: Any) -> None:
    with pytest.raises(QueryError, match=r"^filter: "):
        to_tree(write())


def test_what_changes_nothing_is_left_out() -> None:
    begun = functools.reduce(operator.and_, [col("x") > 1, col("y") > 2], True)
    assert describe(to_tree(begun)) == "x > 1 and y > 2"  # type: ignore[arg-type] # no text
    begun = functools.reduce(operator.or_, [col("x") > 1, col("y") > 2], False)
    assert describe(to_tree(begun)) == "x > 1 or y > 2"  # type: ignore[arg-type] # no text
    assert isinstance(to_tree((col("x") > 1) & False), PandasCondition)


def test_depth_is_no_matter() -> None:
    wide = functools.reduce(operator.or_, [col("x") == n for n in range(20_000)])
    tree = to_tree(wide)
    assert isinstance(tree, Or)
    assert len(tree.parts) == 20_000
    deep = col("x") > 0
    for n in range(10_000):
        deep = ~(deep & (col("y") > n))
    assert isinstance(to_tree(deep), Not)
    assert len(repr(deep)) < 1000
    shared = col("x") > 0
    for n in range(200):
        shared = (shared & (col("y") > n)) | (shared & (col("x") > n))
    assert isinstance(to_tree(shared), Or)
    doubled = (col("x") > 0) & (col("y") > 0)
    for _ in range(100):
        doubled = doubled & doubled
    assert describe(to_tree(doubled)) == "x > 0 and y > 0"  # type: ignore[arg-type] # no text


def test_trees_are_what_they_say() -> None:
    assert to_tree(col("x").isin([1, 2])) == Membership("x", (1, 2))
    assert to_tree(col("x").isna()) == Missing("x")
    tree = to_tree((col("x") > 1) & (col("y") < 2))
    assert isinstance(tree, And)
    assert tree.parts == (Comparison("x", ">", 1), Comparison("y", "<", 2))
