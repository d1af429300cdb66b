"""What is written with columns is recorded, read as conditions, and evaluated by pandas."""

import copy
import functools
import operator
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.expression import Expression, col
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.tree import And, Comparison, PandasCondition, Membership, Missing, Not, Or

READ: dict[str, tuple[Any, str]] = {
    "comparison": (col("x") > 1, "x > 1"),
    "mirrored": (col("x") > 1, "x > 1"),
    "mirrored by NumPy": (np.float64(1) <= col("x"), "x >= 1.0"),
    "mirrored by a date": (pd.Timestamp("2020") > col("d"), "d < 2020-01-01"),
    "method": (col("x").le(2), "x <= 2"),
    "isin": (col("x").isin({1}), "x in [1]"),
    "isin by keyword": (col("x").isin(values=[1, 2]), "x in [1, 2]"),
    "not isin": (~col("x").isin([1, 2]), "x not in [1, 2]"),
    "isna": (col("x").isna(), "x is missing"),
    "notna": (col("x").notnull(), "x is not missing"),
    "between": (col("x").between(1, 2), "x >= 1 and x <= 2"),
    "between by keyword": (
        col("x").between(left=1, right=2, inclusive="right"),
        "x > 1 and x <= 2",
    ),
    "and": ((col("x") > 1) & (col("y") > 2) & (col("z") > 3), "x > 1 and y > 2 and z > 3"),
    "or": ((col("x") > 1) | (col("y") > 2) & (col("z") > 3), "x > 1 or (y > 2 and z > 3)"),
    "not": (~(col("x") > 1), "not (x > 1)"),
    "method of text": (col("c").str.startswith("A"), "col('c').str.startswith('A')"),
    "arithmetic": (-col("x") * 2 + 1 > abs(col("y")), "(((-col('x')) * 2) + 1) > abs(col('y'))"),
    "item": (col("c").str[0] == "A", "col('c').str[0] == 'A'"),
    "NumPy": (np.log(col("x")) > 1, "np.log(col('x')) > 1"),
    "keyword": (col("c").str.contains("a", case=False), "col('c').str.contains('a', case=False)"),
    "exclusive": ((col("x") > 1) ^ (col("y") > 1), "(col('x') > 1) ^ (col('y') > 1)"),
    "many values": (col("x").isin(range(1000)), "x in [0, 1, 2, 3, 4, 5, and 994 more]"),
}


# Without NumPy in the namespace of this test, and before pandas 3.1 without a minus sign.
UNKNOWN_TO_PANDAS = {"mirrored by NumPy", "NumPy"}
if not hasattr(getattr(pd.api.typing, "Expression", None), "__neg__"):
    UNKNOWN_TO_PANDAS |= {"arithmetic"}


@pytest.mark.parametrize("name", READ)
def test_an_expression_is_read_and_shown_in_words(name: str) -> None:
    expression, words = READ[name]
    assert describe(to_tree(expression)) == words  # type: ignore[arg-type] # no text was given


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
    ],
    ids=[
        *("isin()", "isin(1, 2)", "isin(other)", "isin(text)", "isin(number)", "between(1)"),
        *("between(4)", "between(most)", "between(list)", "list", "array", "number", "alone"),
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


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_the_two_kinds_of_columns_do_not_mix_unnoticed() -> None:
    with pytest.raises(QueryError, match="one of them"):
        _ = col("x") == pd.col("y")
    with pytest.raises(QueryError, match="one of them"):
        _ = (col("x") > 1) & (pd.col("y") > 1)


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


@pytest.mark.skipif(not hasattr(pd, "col"), reason="pandas.col came with pandas 3")
def test_depth_is_no_matter_in_pandas_own_expressions_either() -> None:
    joined = functools.reduce(operator.or_, [pd.col("x") == n for n in range(2000)])
    tree = to_tree(joined)
    assert isinstance(tree, Or)
    assert len(tree.parts) == 2000


def test_trees_are_what_they_say() -> None:
    assert to_tree(col("x").isin([1, 2])) == Membership("x", (1, 2))
    assert to_tree(col("x").isna()) == Missing("x")
    tree = to_tree((col("x") > 1) & (col("y") < 2))
    assert isinstance(tree, And)
    assert tree.parts == (Comparison("x", ">", 1), Comparison("y", "<", 2))
