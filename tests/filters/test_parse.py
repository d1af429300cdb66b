"""Every spelling of a filter, the service's own language as far as its reference describes it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.parse import Literal, parse_text, to_tree
from alphacast_pandas.filters.tree import And, Comparison, Membership, Not, Or, Range, columns_of


def test_and_binds_closer_than_or() -> None:
    tree = parse_text("a eq 1 or b eq 2 and c eq 3")
    assert isinstance(tree, Or)
    assert tree.parts[0] == Comparison("a", "==", Literal("1"))
    assert isinstance(tree.parts[1], And)


def test_parentheses_come_first() -> None:
    tree = parse_text("(a eq 1 or b eq 2) and c eq 3")
    assert isinstance(tree, And)
    assert columns_of(tree) == ("a", "b", "c")


@pytest.mark.parametrize("word", ["EQ", "Eq", "eq"])
def test_words_are_words_whatever_their_case(word: str) -> None:
    assert parse_text(f"a {word} 1 AND b {word} 'x'") is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a eq 'Côte d''Ivoire'", "Côte d'Ivoire"),
        ("a eq ''", ""),
        ("a eq 'x and y'", "x and y"),
        ("a eq '(x)'", "(x)"),
        ("a eq 2020-01-01", "2020-01-01"),
        ("a eq -1.5", "-1.5"),
        ("'a' eq ' a '", " a "),
    ],
)
def test_a_value_is_what_stands_there(text: str, value: str) -> None:
    assert parse_text(text) == Comparison("a", "==", Literal(value))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a eq",
        "a eq 1 and",
        "(a eq 1",
        "a eq 1)",
        "a eq 'x",
        "a = 1",
        "not a eq 1",
        "not (a eq 1)",
        "a in ('x', 'y')",
        "contains(a, 'x')",
        "a eq null",
        "a add 1 eq 2",
        "a eq 1 b eq 2",
        "a 'eq' 1",
    ],
)
def test_more_than_is_known_is_not_guessed_at(text: str) -> None:
    assert parse_text(text) is None


def test_parentheses_may_be_as_deep_as_they_like() -> None:
    assert parse_text("(" * 5000 + "a eq 1" + ")" * 5000) == parse_text("a eq 1")


@given(text=st.text("ab'() =eqndor1", max_size=40) | st.text(max_size=40))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    parse_text(text)


def test_a_dict_holds_values_lists_and_ranges() -> None:
    tree = to_tree({"a": 1, "b": [1, 2], "c": slice(1, None)})
    assert isinstance(tree, And)
    assert tree.parts == (Comparison("a", "==", 1), Membership("b", (1, 2)), Range("c", 1, None))


def test_a_list_of_tuples_is_a_conjunction_and_a_list_of_lists_are_alternatives() -> None:
    one, other = ("a", ">", 1), ("b", "NOT  in", [2])
    tree = to_tree([one, other])
    assert isinstance(tree, And)
    assert tree.parts[0] == Comparison("a", ">", 1)
    assert isinstance(tree.parts[1], Not)
    assert tree.parts[1].part == Membership("b", (2,))
    either = to_tree([[one], [other]])
    assert isinstance(either, Or)
    assert [len(part.parts) for part in either.parts if isinstance(part, And)] == [1, 1]


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


NO_FILTERS: dict[str, Any] = {
    "empty": "",
    "blank": " ",
    "half a character": "a eq '\ud800'",
    "half a character in an unknown function": "contains(a, '\udfff')",
    "empty list": [],
    "empty alternative": [[]],
    "list of numbers": [1],
    "short tuple": [("a",)],
    "operator that is no text": [("a", 1, 1)],
    "unknown operator": [("a", "~", 1)],
    "no list": [("a", "in", 1)],
    "name that is no text": {1: 1},
    "step": {"a": slice(1, 2, 3)},
    "iterator": {"a": iter([1])},
    "number": 5,
    "nested list": nested(5000),
    "nested list in a long tuple": [("a", "==", nested(5000), 1)],
    "name of 5,001 digits": [(10**5000, "==", 1)],
    "number of 5,001 digits": [10**5000],
}


@pytest.mark.parametrize("name", NO_FILTERS)
def test_what_is_no_filter_is_refused(name: str) -> None:
    with pytest.raises(QueryError):
        to_tree(NO_FILTERS[name])
