"""The normal form says the same in fewer words; tests/filters/test_mask.py holds that it does."""

import datetime
from typing import Any

import pytest

from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.expression import col
from alphacast_pandas.filters.odata import SDK_FORM, translate
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import EVERYTHING, NOTHING, And, Node, Or

DAYS = [datetime.datetime(2020, month, 1) for month in (1, 2, 3)]  # noqa: DTZ001 - as all dates


def tree(expression: Any) -> Node:
    made = to_tree(expression)
    assert made is not None
    assert not isinstance(made, str)
    return made


SHORTER: dict[str, tuple[Any, str]] = {
    "twice": ((col("x") > 1) & (col("x") > 1), "x > 1"),
    "twice in alternatives": ((col("x") > 1) | (col("x") > 1), "x > 1"),
    "twice missing": (~col("x").isna() & ~col("x").isna(), "x is not missing"),
    "tightest": (
        (col("x") > 1) & (col("x") >= 2) & (col("x") < 9) & (col("x") <= 8),
        "x >= 2 and x <= 8",
    ),
    "tightest at one place": ((col("x") >= 1) & (col("x") > 1), "x > 1"),
    "tightest at one place from above": ((col("x") < 1) & (col("x") <= 1), "x < 1"),
    "no room": ((col("x") > 2) & (col("x") < 2), "no row"),
    "one value": ((col("x") >= 2) & (col("x") <= 2), "x >= 2 and x <= 2"),
    "one date": ((col("d") >= DAYS[1]) & (col("d") < DAYS[0]), "no row"),
    "common": (col("c").isin(["a", "b"]) & col("c").isin(["b", "c"]), "c == 'b'"),
    "nothing in common": ((col("c") == "a") & (col("c") == "b"), "no row"),
    "gathered": (
        (col("c") == "a") | (col("x") > 1) | (col("c") == "b"),
        "c in ['a', 'b'] or x > 1",
    ),
    "not gathered": (~((col("c") == "a") | (col("c") == "b")), "c != 'a' and c != 'b'"),
    "empty list": (col("c").isin([]) | (col("x") > 1), "x > 1"),
    "empty list among conditions": (col("c").isin([]) & (col("x") > 1), "no row"),
    "not an empty list": (~col("c").isin([]) & (col("x") > 1), "x > 1"),
    "everything": (~col("c").isin([]) | (col("x") > 1), "every row"),
    "one of one": (~col("c").isin(["a"]), "c != 'a'"),
    "order keeps its not": (~(col("x") < 1), "not (x < 1)"),
    "a date is never missing": (~(col("d") < DAYS[0]), "d >= 2020-01-01"),
    "a date is never missing, said so": (col("d").isna() | (col("x") > 1), "x > 1"),
    "no row lacks a date": (col("d").notna() & (col("x") > 1), "x > 1"),
    "not unequal": (~(col("x") != 1), "x == 1"),
}


@pytest.mark.parametrize("name", SHORTER)
def test_it_is_shorter(name: str) -> None:
    expression, words = SHORTER[name]
    assert describe(simplify(tree(expression), "d")) == words


def test_constants_are_known_by_themselves() -> None:
    assert simplify(And((Or(()), Or(())))) is NOTHING
    assert simplify(Or((And(()),))) is EVERYTHING


def test_texts_and_numbers_in_one_place_are_not_compared() -> None:
    mixed = (col("x") > "a") & (col("x") > 1)
    assert describe(simplify(tree(mixed))) == "x > 'a' and x > 1"


def test_a_long_list_of_dates_travels_as_the_span_it_has() -> None:
    days = [datetime.datetime(1900, 1, 1) + datetime.timedelta(days=n) for n in range(500)]  # noqa: DTZ001 - as all dates
    sent = translate(simplify(tree(col("d").isin(days))), SDK_FORM, 3000)
    assert sent.text == "'d' ge 1900-01-01 and 'd' lt 1901-05-16"
    assert not sent.is_complete
    numbers = translate(simplify(tree(col("x").isin(range(1000)))), SDK_FORM, 3000)
    assert (numbers.text or "").startswith("'x' ge ")


def test_what_needs_other_rows_keeps_everything_here() -> None:
    whole = (col("x") > col("x").mean()) & (col("c") == "a")
    sent = translate(simplify(tree(whole)), SDK_FORM, 3000)
    assert sent.text is None
    assert [len(part.reasons) for part in sent.parts] == [1, 1]
