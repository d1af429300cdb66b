"""It is known which expressions judge every row by itself."""

import numpy as np
import pandas as pd
import pytest
from filters.frames import FRAME
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.filters.expression import col
from alphacast_pandas.filters.mask import evaluate_condition
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


@pytest.mark.parametrize("name", [name for name, (_, rowwise) in ROWWISE.items() if rowwise])
@given(rows=st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_such_an_expression_gives_a_row_the_same_answer_among_others(
    name: str, rows: list[int]
) -> None:
    expression = ROWWISE[name][0]
    everywhere = evaluate_condition(expression, FRAME, negated=False)
    among = FRAME.iloc[rows].reset_index(drop=True)
    assert (
        evaluate_condition(expression, among, negated=False).tolist() == everywhere[rows].tolist()
    )
