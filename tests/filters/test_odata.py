"""What is sent is read back as the same tree, and never asks for less than what matches."""

import datetime
import operator
from decimal import Decimal
from typing import Any

import pytest
from filters.trees import DAYS, ROWS, TREES, holds, parse_odata
from hypothesis import given
from hypothesis import strategies as st
from odata_query import ast

from alphacast_pandas.filters.expression import col
from alphacast_pandas.filters.odata import (
    DOCUMENTED_FORM,
    SDK_FORM,
    TOO_LONG,
    Form,
    quote,
    translate,
    wire_length,
    write_number,
)
from alphacast_pandas.filters.parse import parse_text, to_tree
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import And, Comparison, Membership, Node, Or

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


EQUALITIES = st.recursive(
    st.builds(leaf, st.sampled_from(["a", "b c"]), TEXT),
    lambda inner: st.lists(inner, min_size=2, max_size=3).map(
        lambda parts: And(tuple(parts)) if len(parts) == 2 else Or(tuple(parts))
    ),
    max_leaves=6,
)


def structure(node: ast._Node) -> Any:
    """What odata-query read: words, names and literals, chains of one word as one level."""
    if isinstance(node, ast.BoolOp):
        word = type(node.op).__name__.lower()
        sides = [structure(node.left), structure(node.right)]
        return word, tuple(p for s in sides for p in (s[1] if s[0] == word else [s]))
    assert isinstance(node, ast.Compare)
    name = node.left.val if isinstance(node.left, ast.String) else node.left.name
    return type(node.comparator).__name__, name, node.right.val


def our_structure(node: Node) -> Any:
    if isinstance(node, Membership):
        node = Or(tuple(Comparison(node.column, "==", value) for value in node.values))
    if isinstance(node, And | Or):
        word = type(node).__name__.lower()
        sides = [our_structure(part) for part in node.parts]
        return word, tuple(p for s in sides for p in (s[1] if s[0] == word else [s]))
    assert isinstance(node, Comparison)
    words = {"==": "Eq", "<": "Lt", "<=": "LtE", ">": "Gt", ">=": "GtE"}
    return words[node.operator], node.column, getattr(node.value, "text", node.value)


def sent(tree: Node, form: Form = SDK_FORM) -> str | None:
    """What is sent of a filter."""
    return translate(simplify(tree, "date"), form, 4000).text


@given(tree=EQUALITIES)
def test_a_tree_is_read_back_as_the_same_tree(tree: Node) -> None:
    normal = simplify(tree)
    text = translate(normal, SDK_FORM, 4000).text
    if text is not None and len(text) < 1000:
        assert structure(parse_odata(text)) == our_structure(normal)


@given(tree=EQUALITIES)
def test_we_read_what_we_write(tree: Node) -> None:
    normal = simplify(tree)
    text = translate(normal, SDK_FORM, 4000).text
    parsed = parse_text(text or "")
    if text is None or len(text) < 1000:
        assert (text is None and parsed is None) or our_structure(parsed) == our_structure(normal)


@given(values=st.lists(TEXT, min_size=1, max_size=4, unique=True), form=FORMS)
def test_membership_is_alternatives_of_equality(values: list[str], form: Form) -> None:
    text = translate(Membership("a", tuple(values)), form, 4000).text
    assert text is not None
    name = form.name("a")
    joined = " or ".join(f"{name} eq {quote(value)}" for value in values)
    assert text == (joined if len(values) == 1 else f"({joined})")


@given(day=st.dates())
def test_a_day_is_written_as_iso_in_both_forms(day: datetime.date) -> None:
    assert SDK_FORM.date(day) == day.isoformat()
    assert DOCUMENTED_FORM.date(day) == f"'{day.isoformat()}'"


def service_keeps(node: ast._Node, row: dict[str, Any]) -> bool:
    """A service that drops as much as any reading lets it: text exact, missing is false."""
    if isinstance(node, ast.BoolOp):
        sides = service_keeps(node.left, row), service_keeps(node.right, row)
        return any(sides) if isinstance(node.op, ast.Or) else all(sides)
    assert isinstance(node, ast.Compare)
    cell, wanted = (
        row[node.left.val if isinstance(node.left, ast.String) else node.left.name],
        node.right,
    )
    if cell is None:
        return False
    word = type(node.comparator).__name__
    compare = {
        "Eq": operator.eq,
        "Lt": operator.lt,
        "LtE": operator.le,
        "Gt": operator.gt,
        "GtE": operator.ge,
    }
    if isinstance(cell, datetime.datetime):
        day = datetime.datetime.fromisoformat(str(wanted.val))
        # Some compare days, some instants: a row stays only if both would keep it.
        return compare[word](cell, day) and compare[word](cell.date(), day.date())
    return compare[word](cell, wanted.val if isinstance(cell, str) else float(wanted.val))


@pytest.mark.parametrize("form", [SDK_FORM, DOCUMENTED_FORM], ids=["sdk", "documented"])
@given(tree=TREES, rows=ROWS)
def test_what_is_sent_never_asks_for_less(
    form: Form, tree: Node, rows: list[dict[str, Any]]
) -> None:
    text = sent(tree, form)
    if text is None:
        return
    parsed = parse_odata(text)
    kept = [service_keeps(parsed, row) for row in rows]
    assert all(keep for keep, row in zip(kept, rows, strict=True) if holds(tree, row))


@pytest.mark.parametrize(
    ("leaf", "text"),
    [
        (Comparison("date", "<", DAYS[1]), "'date' lt 2020-01-02"),
        (Comparison("date", "<", DAYS[2]), "'date' lt 2020-02-01"),
        (Comparison("date", "<=", DAYS[2]), "'date' lt 2020-02-02"),
        (Comparison("date", ">", DAYS[1]), "'date' ge 2020-01-01"),
        (Comparison("date", "==", DAYS[1]), "'date' ge 2020-01-01 and 'date' lt 2020-01-02"),
        # A service with more digits than a double has may hold a number beside this one.
        (
            Comparison("number", "==", 0.1),
            "'number' ge 0.09999999999999999 and 'number' le 0.10000000000000002",
        ),
        (Comparison("number", "<", 0.1), "'number' lt 0.1"),
    ],
)
def test_what_is_sent_is_as_wide_as_it_must_be(leaf: Node, text: str) -> None:
    assert sent(leaf) == text


@given(tree=TREES)
def test_what_depends_on_collation_or_missing_values_stays_here(tree: Node) -> None:
    text = sent(tree) or ""
    assert " ne " not in text
    assert not any(f"'text' {word} " in text for word in ("lt", "le", "gt", "ge"))


def test_a_list_too_long_for_an_address_stays_here() -> None:
    long = Membership("text", tuple(f"value {n}" for n in range(1000)))
    short = Comparison("number", ">", 1.0)
    assert sent(long) is None
    assert sent(And((long, short))) == "'number' gt 1.0"
    assert sent(Or((long, short))) is None


@pytest.mark.parametrize("form", [SDK_FORM, DOCUMENTED_FORM], ids=["sdk", "documented"])
@given(tree=TREES)
def test_another_parser_reads_everything_that_is_sent_as_the_same_tree(
    form: Form, tree: Node
) -> None:
    text = sent(tree, form)
    if text is not None:
        parsed = parse_text(text)
        assert parsed is not None
        assert structure(parse_odata(text)) == our_structure(parsed)


def test_a_long_list_of_dates_travels_as_the_span_it_has() -> None:
    days = [datetime.datetime(1900, 1, 1) + datetime.timedelta(days=n) for n in range(500)]  # noqa: DTZ001 - as all dates
    sent = translate(simplify(to_tree(col("d").isin(days))), SDK_FORM, 3000)
    assert sent.text == "'d' ge 1900-01-01 and 'd' lt 1901-05-16"
    assert not sent.is_complete
    numbers = translate(simplify(to_tree(col("x").isin(range(1000)))), SDK_FORM, 3000)
    assert (numbers.text or "").startswith("'x' ge ")


def test_what_needs_other_rows_keeps_everything_here() -> None:
    whole = (col("x") > col("x").mean()) & (col("c") == "a")
    sent = translate(simplify(to_tree(whole)), SDK_FORM, 3000)
    assert sent.text is None
    assert [len(part.reasons) for part in sent.conjuncts] == [1, 1]


def test_of_thousands_of_conditions_the_shortest_are_sent() -> None:
    tree = simplify(And(tuple(Comparison(f"column {n:05}", ">", n) for n in range(5000))))
    sent = translate(tree, SDK_FORM, 500)
    texts = [part.text for part in sent.conjuncts if part.texts]
    assert texts[:10] == [f"'column {n:05}' gt {n}" for n in range(10)]
    assert max(map(len, texts)) == len("'column 00010' gt 10")
    assert wire_length(sent.text or "") <= 500
    assert wire_length(f"{sent.text} and 'column 00010' gt 10") > 500
    assert {part.reasons for part in sent.conjuncts if not part.texts} == {(TOO_LONG,)}


def test_of_a_long_list_no_more_is_written_than_shows_that_it_is_long() -> None:
    class Counting(str):
        written = 0
        __slots__ = ()

        def replace(self, *_: Any) -> str:  # type: ignore[override] # as quote() calls it
            Counting.written += 1
            return str(self)

    values = tuple(Counting(f"value {n}") for n in range(10_000))
    assert translate(Membership("a", values), SDK_FORM, 1000).text is None
    assert Counting.written < 100


def test_a_list_that_has_no_room_beside_others_is_sent_as_its_span() -> None:
    days = tuple(DAYS[0] + datetime.timedelta(days=n) for n in range(20))
    text = Comparison("text", "==", "a" * 300)
    alone = translate(Membership("date", days), SDK_FORM, 1500)
    assert alone.is_complete
    both = translate(And((Membership("date", days), text)), SDK_FORM, 1500)
    assert both.conjuncts[0].text == "'date' ge 2020-01-01 and 'date' lt 2020-01-21"
    assert both.conjuncts[1].text == f"'text' eq '{'a' * 300}'"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (10**16, "'number' gt 10000000000000000"),
        (21 * 10**15, "'number' gt 21000000000000000"),
        (1e16, None),
    ],
)
def test_a_large_integer_is_written_with_all_its_digits(value: float, text: str | None) -> None:
    assert sent(Comparison("number", ">", value)) == text
