"""What only pandas can compute is evaluated by pandas, on one row or on all of them."""

import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.expression import Expression, col
from alphacast_pandas.filters.mask import evaluate_expression, evaluate_condition
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.rowwise import is_rowwise_expression
from alphacast_pandas.filters.tree import PandasCondition

ROWWISE = {
    "text": (col("c").str.upper() == "A", True),
    "first letter": (col("c").str[0] == "A", True),
    "one of several": (col("c").str.startswith(("A", "B")), True),
    "month": (col("d").dt.month == 1, True),
    "two columns": (col("x") > col("y") * 2, True),
    "rounding": (col("x").round(1) == 0.5, True),
    "clip": (col("x").clip(0, 1) > 0.5, True),
    "fill": (col("x").fillna(0) < 1, True),
    "map": (col("c").map({"A": 1}) == 1, True),
    "exponential": (np.exp(col("x")) > 1, True),
    "mean": (col("x") > col("x").mean(), False),
    "shift": (col("x").shift() > 1, False),
    "concatenation": (col("c").str.cat() == "AB", False),
    "a list by place": (col("x").where([True, False], 0) > 1, False),
    "a function of all": (col("x").where(lambda s: s > s.mean(), 0) > 1, False),
    "sum by NumPy": (np.add.reduce(col("x")) > 1, False),
    "accumulated by NumPy": (np.add.accumulate(col("x")) > 1, False),
    "first row": (col("x").iloc[0] > 1, False),
    "unknown": (col("x").nonsense > 1, False),
    "an array by place": (col("x") + np.array([1, 2]) > 1, False),
    "text of a map": (col("c").map({"A": "z"}).str.len() == 1, False),
    "values of a column": (col("x").isin(col("y")), False),
    "values of a column in a list": (col("x").replace([col("y")], 1) == 1, False),
    "a column by its labels": (col("s").map(col("x")) > 1, False),
    "fill a few": (col("x").fillna(0, limit=1) == 0, False),
    "fill forward": (col("x").fillna(method="ffill") > 1, False),
    "fill by name": (col("x").fillna(value=0) < 1, True),
    "replace": (col("c").replace(["A", "b"], "z") == "z", True),
    "replace by a dict": (col("c").replace({"A": "z"}) == "z", True),
    "replace forward": (col("c").replace("A", method="pad") == "b", False),
    "replace by neighbours": (col("c").replace("A") == "b", False),
    "product of rows": (np.matmul(col("x"), col("y")) > 1, False),
    "categories": (col("c").astype("category") == "A", False),
    "numbers": (col("s").astype("float64") > 1, True),
    "month as a period": (col("d").dt.to_period("M") == pd.Period("2020-01"), True),
    "a period of any length": (col("d").dt.to_period() == "2020-01", False),
    "clock changes": (col("d").dt.tz_localize("CET", ambiguous="infer").dt.hour == 1, False),
    "repeated by place": (col("c").str.repeat([1, 2, 3, 4]) == "A", False),
}


@pytest.mark.parametrize("name", ROWWISE)
def test_it_is_known_which_expressions_judge_each_row_by_itself(name: str) -> None:
    expression, expected = ROWWISE[name]
    assert is_rowwise_expression(expression) is expected
    assert isinstance(to_tree(expression), PandasCondition)


FRAME = pd.DataFrame(
    {
        "x": [0.5, 2.0, np.nan, -1.0],
        "y": [0.1, 1.0, 1.0, np.nan],
        "c": ["Ab", None, "b", "A"],
        "d": pd.to_datetime(["2020-01-31", "2020-02-01", "2021-01-01", "1999-12-31"]),
        "s": pd.array([1, None, 3, 4], dtype="Int16"),
    }
)


@pytest.mark.parametrize("name", [name for name, (_, rowwise) in ROWWISE.items() if rowwise])
@given(rows=st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_such_an_expression_gives_a_row_the_same_answer_among_others(
    name: str, rows: list[int]
) -> None:
    expression = ROWWISE[name][0]
    everywhere = evaluate_condition(expression, FRAME, negated=False)
    among = FRAME.iloc[rows].reset_index(drop=True)
    assert evaluate_condition(expression, among, negated=False).tolist() == everywhere[rows].tolist()


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
                FRAME[side._step.name] if isinstance(side, Expression) else side
                for side in pair
            ]
            pd.testing.assert_series_equal(
                evaluate_expression(apply(*pair), FRAME), apply(*sides), check_names=False
            )
    for apply in (operator.neg, operator.pos, operator.abs):
        pd.testing.assert_series_equal(evaluate_expression(apply(col("x")), FRAME), apply(FRAME["x"]))
    truth = FRAME.assign(p=[True, False, True, False], q=[True, True, False, False])
    for apply in (operator.and_, operator.or_, operator.xor):
        for pair in ((col("p"), col("q")), (col("p"), True), (True, col("p"))):
            sides = [truth[s._step.name] if isinstance(s, Expression) else s for s in pair]
            assert evaluate_expression(apply(*pair), truth).tolist() == apply(*sides).tolist()


def test_expressions_inside_arguments_are_evaluated_too() -> None:
    expression = col("x").where(col("y") > 0.5, other=col("y"))
    assert evaluate_expression(expression, FRAME).equals(FRAME["x"].where(FRAME["y"] > 0.5, FRAME["y"]))
    cases = col("x").case_when([(col("x") > 1, col("y")), (col("x") < 0, 7)])
    expected = FRAME["x"].case_when([(FRAME["x"] > 1, FRAME["y"]), (FRAME["x"] < 0, 7)])
    assert evaluate_expression(cases, FRAME).equals(expected)
    named = to_tree(cases > 1)
    assert isinstance(named, PandasCondition)
    assert named.columns == ("x", "y")
