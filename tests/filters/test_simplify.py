"""The normal form says the same in fewer words; test_mask.py holds that it does."""

import datetime
import functools
from collections.abc import Callable
from typing import Any

import pytest

from alphacast_pandas.filters.describe import describe
from alphacast_pandas.filters.expression import col
from alphacast_pandas.filters.parse import to_tree
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import EVERYTHING, NOTHING, And, Comparison, Node, Not, Or

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


def count_looks(make: Callable[[int], Node], size: int) -> int:
    """Count how often a condition is looked at: its hash, its comparisons."""
    Watched.looks = 0
    simplify(make(size))
    return Watched.looks


class Watched(str):
    """A value that counts how often it is looked at."""

    looks = 0
    __slots__ = ()

    def __hash__(self) -> int:
        Watched.looks += 1
        return str.__hash__(self)

    def __eq__(self, other: object) -> bool:
        Watched.looks += 1
        return str.__eq__(self, other)


def leaf(n: int) -> Node:
    return Comparison(f"c{n}", "!=", Watched(n))


def chain(size: int) -> Node:
    """Return ((a and b) and c) and ..."""
    return functools.reduce(lambda tree, n: And((tree, leaf(n))), range(size), And())


def de_morgan(size: int) -> Node:
    """Return a and not (b or not (c and not ...)), which is one chain."""
    tree: Node = leaf(0)
    for n in range(size):
        tree = Not(Or((Not(tree), Not(leaf(n)))))
    return tree


def single(size: int) -> Node:
    """Return a chain through alternatives of one."""
    return functools.reduce(lambda tree, n: And((Or((tree,)), leaf(n))), range(size), And())


@pytest.mark.parametrize("make", [chain, de_morgan, single])
def test_the_work_grows_with_the_length_of_a_chain_and_no_faster(
    make: Callable[[int], Node],
) -> None:
    few, many = count_looks(make, 300), count_looks(make, 3000)
    assert few > 0
    assert many <= 11 * few
    tree = simplify(make(3000))
    assert isinstance(tree, And)
    assert len(tree.parts) == 3000
