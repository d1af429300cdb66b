"""Filters in words."""

import datetime

import numpy as np
import pytest

from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.tree import And, Comparison, Membership, Missing, Node, Not, Or, Range

DAY = datetime.datetime.fromisoformat("2020-01-31")
ONE, TWO = Comparison("x", ">", 1), Comparison("y", "==", "a")


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (And(), "every row"),
        (Or(), "no row"),
        (And((ONE, Or((ONE, TWO)))), "x > 1 and (x > 1 or y == 'a')"),
        (Not(And((ONE, TWO))), "not (x > 1 and y == 'a')"),
        (Not(Missing("x")), "x is not missing"),
        (Comparison("d", "<", DAY), "d < 2020-01-31"),
        (Comparison("d", "<", DAY.replace(hour=12)), "d < 2020-01-31 12:00:00"),
        (Comparison("x", "==", np.float64(1.5)), "x == 1.5"),
        (Range("x", 1, None), "x from 1 to None"),
        (Not(Membership("x", (*range(2000),))), "x not in [0, 1, 2, 3, 4, 5, and 1,994 more]"),
        (Comparison("x", ">", 10**5000), "x > <int of 16610 bits>"),
    ],
)
def test_a_filter_is_described(node: Node, words: str) -> None:
    assert describe(node) == words


def test_a_description_of_thousands_of_conditions_is_short() -> None:
    assert len(describe(And(tuple(Comparison(f"c{n}", ">", n) for n in range(5000))))) < 500
