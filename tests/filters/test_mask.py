"""The evaluation here against plain pandas."""

import operator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from filters.frames import FRAME
from filters.trees import CELLS, OPERATORS, ROWS, TREES, TYPES, holds
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.expression import Expression, col
from alphacast_pandas.filters.mask import evaluate_condition, evaluate_expression, mask
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import Comparison, Membership, Node, PandasCondition, Range


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


def test_both_zeros_are_one_value_of_a_list() -> None:
    table = pa.table({"number": pa.array([0.0, -0.0, 1.0, None])})
    for zero in (0, 0.0, -0.0):
        found = mask(Membership("number", (zero, 5.0)), table, pa.Table.to_pandas)
        assert found.to_pylist() == [True, True, False, False]


@pytest.mark.parametrize("negated", [False, True])
def test_a_row_without_an_answer_does_not_match(negated: bool) -> None:
    nullable = evaluate_condition(col("s") * 2 > 2, FRAME, negated=negated)
    assert nullable.tolist() == (
        [True, False, False, False] if negated else [False, False, True, True]
    )
    text = evaluate_condition(col("c").str.startswith("A"), FRAME, negated=negated)
    assert text.tolist() == [value != negated for value in (True, False, False, True)]


@pytest.mark.parametrize("negated", [False, True])
def test_a_map_that_meets_none_of_its_values_is_no_failure(negated: bool) -> None:
    for answers in ({"z": True}, lambda text: text == "z"):
        expression = col("c").map(answers)
        assert not evaluate_condition(expression, FRAME.head(0), negated=negated).any()
    missing = FRAME.iloc[[1]].reset_index(drop=True)
    assert not evaluate_condition(col("s") * 2 > 2, missing, negated=negated).any()
    nobody = evaluate_condition(col("c").map({"z": True}), FRAME, negated=negated)
    assert nobody.tolist() == [negated] * 4


def test_rows_are_matched_by_their_labels() -> None:
    assert evaluate_condition(col("x").sort_values() > 0, FRAME, negated=False).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert evaluate_condition(col("x").mean() > 0, FRAME, negated=False).tolist() == [True] * 4


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (col("x") + 1, "a column of float64, not one boolean per row"),
        (col("x").dropna() > 1, "not one boolean per row"),
        (col("x").mean(), "float"),
        (col("c").str.nonsense() > 1, "AttributeError"),
    ],
    ids=["numbers", "fewer rows", "one number", "unknown method"],
)
def test_what_is_no_answer_for_each_row_is_refused(expression: Expression, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        evaluate_condition(expression, FRAME, negated=False)


def test_every_operator_means_what_it_means_to_pandas() -> None:
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
        apply = getattr(operator, name)
        for pair in ((col("x"), 2), (2, col("x")), (col("x"), col("y")), (np.float64(2), col("x"))):
            sides = [
                FRAME[side._step.name] if isinstance(side, Expression) else side for side in pair
            ]
            pd.testing.assert_series_equal(
                evaluate_expression(apply(*pair), FRAME), apply(*sides), check_names=False
            )
    for apply in (operator.neg, operator.pos, operator.abs):
        pd.testing.assert_series_equal(
            evaluate_expression(apply(col("x")), FRAME), apply(FRAME["x"])
        )
    truth = FRAME.assign(p=[True, False, True, False], q=[True, True, False, False])
    for apply in (operator.and_, operator.or_, operator.xor):
        for pair in ((col("p"), col("q")), (col("p"), True), (True, col("p"))):
            sides = [truth[s._step.name] if isinstance(s, Expression) else s for s in pair]
            assert evaluate_expression(apply(*pair), truth).tolist() == apply(*sides).tolist()


def test_expressions_inside_arguments_are_evaluated_too() -> None:
    expression = col("x").where(col("y") > 0.5, other=col("y"))
    assert evaluate_expression(expression, FRAME).equals(
        FRAME["x"].where(FRAME["y"] > 0.5, FRAME["y"])
    )
    cases = col("x").case_when([(col("x") > 1, col("y")), (col("x") < 0, 7)])
    expected = FRAME["x"].case_when([(FRAME["x"] > 1, FRAME["y"]), (FRAME["x"] < 0, 7)])
    assert evaluate_expression(cases, FRAME).equals(expected)
    named = to_tree(cases > 1)
    assert isinstance(named, PandasCondition)
    assert named.columns == ("x", "y")


BIG = [1e16, 2.1e16, 2.0**53, 2.0**63, -1e17, 5.0, None]


@pytest.mark.parametrize("value", [10**16, 21 * 10**15, 2**53, 2**63, 2**64, -(10**17), 10**300])
@pytest.mark.parametrize("word", OPERATORS)
def test_an_integer_beyond_two_to_the_53_is_compared_as_a_double(word: str, value: int) -> None:
    table = pa.table({"x": pa.array(BIG, pa.float64())})
    expected = OPERATORS[word](pd.Series(BIG, dtype="float64"), float(value)).tolist()
    assert mask(Comparison("x", word, value), table, pa.Table.to_pandas).to_pylist() == expected
    several = mask(Membership("x", (value, 5)), table, pa.Table.to_pandas)
    assert several.to_pylist() == pd.Series(BIG, dtype="float64").isin([float(value), 5.0]).tolist()


def test_such_an_integer_is_compared_with_short_integers_too() -> None:
    table = pa.table({"x": pa.array([1, None, 3], pa.int16())})
    assert mask(Comparison("x", "<", 10**16), table, pa.Table.to_pandas).to_pylist() == [
        *(True, False, True)
    ]


@pytest.mark.parametrize("values", [("a",), ("a", "b"), (1.0, "a"), ("a", 1.0)])
def test_texts_and_numbers_do_not_meet(values: tuple[Any, ...]) -> None:
    numbers, texts = pa.table({"x": [1.0]}), pa.table({"x": ["a"]})
    with pytest.raises(QueryError, match="turned out to hold numbers, unlike 'a'"):
        mask(Membership("x", values), numbers, pa.Table.to_pandas)
    if len({type(value) for value in values}) > 1:
        with pytest.raises(QueryError, match=r"turned out to hold text, unlike 1\.0"):
            mask(Membership("x", values), texts, pa.Table.to_pandas)


def nested(inner: Any, depth: int) -> list[Any]:
    for _ in range(depth):
        inner = [inner]
    return inner


def test_whatever_stops_pandas_is_an_error_of_ours() -> None:
    itself: list[Any] = [col("y")]
    itself.append(itself)
    labels = col("x").set_axis([1, "a", None, 2.5]) > 0  # rows that have no order
    for expression in (
        col("x").replace(nested(col("y"), 2000), 1) == 1,
        col("x").replace(itself, 1) == 1,
        labels,
    ):
        with pytest.raises(QueryError, match="pandas cannot evaluate"):
            evaluate_condition(expression, FRAME, negated=False)
