"""What is written in the service's filter language is read back as the same tree."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odata_query import ast
from odata_query.grammar import ODataLexer, ODataParser

from alphacast_pandas.filters.odata import DOCUMENTED_FORM, SDK_FORM, quote, write_number, translate
from alphacast_pandas.filters.parse import parse_text
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import And, Comparison, Membership, Node, Or


def parse_odata(text: str) -> ast._Node:
    """Read a filter as an independent implementation of the language does."""
    return ODataParser().parse(ODataLexer().tokenize(text))


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"])) | st.text("' ()=eqandor")
FORMS = st.sampled_from([SDK_FORM, DOCUMENTED_FORM])


@given(text=TEXT)
def test_no_text_ends_its_own_quotation(text: str) -> None:
    parsed = parse_odata(f"name eq {quote(text)}")
    assert isinstance(parsed, ast.Compare)
    assert parsed.right == ast.String(text)


@given(name=TEXT, text=TEXT)
def test_no_name_ends_its_own_quotation(name: str, text: str) -> None:
    parsed = parse_odata(f"{SDK_FORM.name(name)} eq {quote(text)}")
    assert isinstance(parsed, ast.Compare)
    assert (parsed.left, parsed.right) == (ast.String(name), ast.String(text))


@given(name=TEXT)
def test_a_bare_name_is_one_word_or_not_written(name: str) -> None:
    bare = DOCUMENTED_FORM.name(name)
    if bare is not None:
        parsed = parse_odata(f"{bare} eq 1")
        assert isinstance(parsed, ast.Compare)
        assert parsed.left == ast.Identifier(name)


@pytest.mark.parametrize("word", ["and", "or", "not", "null", "True", "EQ", "1st", "a b", "año"])
def test_a_name_that_reads_as_something_else_is_not_bare(word: str) -> None:
    assert DOCUMENTED_FORM.name(word) is None


@given(value=st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_is_written_to_the_last_digit_or_not_at_all(value: float) -> None:
    text = write_number(value)
    if text is not None:
        assert Decimal(text) == Decimal(repr(value))
        assert "e" not in text


def leaf(name: str, text: str) -> Node:
    return Comparison(name, "==", text)


TREES = st.recursive(
    st.builds(leaf, st.sampled_from(["a", "b c"]), TEXT),
    lambda inner: st.lists(inner, min_size=2, max_size=3).map(
        lambda parts: And(tuple(parts)) if len(parts) == 2 else Or(tuple(parts))
    ),
    max_leaves=6,
)


def shape(node: ast._Node) -> object:
    """The tree of odata-query with its pairs joined to lists, as ours are."""
    if isinstance(node, ast.BoolOp):
        word = type(node.op).__name__
        sides = [shape(node.left), shape(node.right)]
        parts = [s[1] if isinstance(s, tuple) and s[0] == word else [s] for s in sides]
        return word, [*parts[0], *parts[1]]
    assert isinstance(node, ast.Compare)
    return [node.left.val, node.right.val]


def our_shape(node: Node) -> object:
    if isinstance(node, And | Or):
        word = type(node).__name__
        sides = [our_shape(part) for part in node.parts]
        return word, [
            p for s in sides for p in (s[1] if isinstance(s, tuple) and s[0] == word else [s])
        ]
    if isinstance(node, Membership):
        return "Or", [[node.column, value] for value in node.values]
    assert isinstance(node, Comparison)
    return [node.column, getattr(node.value, "text", node.value)]


def sent(tree: Node, form=SDK_FORM) -> str | None:
    return translate(tree, form, 4000).text


@given(tree=TREES)
def test_a_tree_is_read_back_as_the_same_tree(tree: Node) -> None:
    normal = simplify(tree)
    text = sent(normal)
    if text is not None and len(text) < 1000:
        assert shape(parse_odata(text)) == our_shape(normal)


@given(tree=TREES)
def test_we_read_what_we_write(tree: Node) -> None:
    normal = simplify(tree)
    text = sent(normal)
    parsed = parse_text(text or "")
    if text is None or len(text) < 1000:
        assert (text is None and parsed is None) or our_shape(parsed) == our_shape(normal)


@given(values=st.lists(TEXT, min_size=1, max_size=4, unique=True), form=FORMS)
def test_membership_is_alternatives_of_equality(values: list[str], form) -> None:
    text = sent(Membership("a", tuple(values)), form)
    assert text is not None
    name = form.name("a")
    joined = " or ".join(f"{name} eq {quote(value)}" for value in values)
    assert text == (joined if len(values) == 1 else f"({joined})")


@given(day=st.dates())
def test_a_day_is_written_as_iso_in_both_forms(day: datetime.date) -> None:
    assert SDK_FORM.date(day) == day.isoformat()
    assert DOCUMENTED_FORM.date(day) == f"'{day.isoformat()}'"
