"""The service's own filter language, as far as its reference describes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.filters.parse import Literal, parse_text
from alphacast_pandas.filters.tree import And, Comparison, Or, columns_of


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
