"""A filter is checked against the columns of its dataset."""

import datetime
import enum
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.check import check_filter
from alphacast_pandas.filters.expression import col
from alphacast_pandas.filters.parse import parse_text, to_tree
from alphacast_pandas.filters.tree import And, Comparison, Membership, Node

COLUMNS = (
    Column("Date", type="Date", is_entity=True),
    Column("country", type="String", is_entity=True),
    Column("gdp", type="Decimal"),
    Column("rank", type="Short Integer"),
)
DEFINITIONS = Definitions(COLUMNS, complete=True)


class Place(str, enum.Enum):  # noqa: UP042 - whose str() is not its value, unlike StrEnum
    CHILE = "Chile"
    COLUMN = "country"


class Level(enum.IntEnum):
    HIGH = 10**16


def kind_and_text(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__name__} {value}"[:40]


def check(spelling: Any) -> Node:
    tree = to_tree(spelling)
    parsed = parse_text(tree) if isinstance(tree, str) else tree
    assert parsed is not None
    return check_filter(parsed, DEFINITIONS)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        (np.int8(5), 5),
        (np.uint64(2**63), 2**63),
        (Decimal("0.1"), 0.1),
        (np.longdouble(1.5), 1.5),
        (np.float16(1.5), 1.5),
        (10**16, 10**16),
        (np.int64(10**16), 10**16),
        (Level.HIGH, 10**16),
        (21 * 10**15, 21 * 10**15),
        (2**53 + 1, 2.0**53),
        (-(2**63) - 1, -(2.0**63)),
        (10**300 + 1, 1e300),
        (math.inf, math.inf),
        (Decimal("-Infinity"), -math.inf),
    ],
    ids=kind_and_text,
)
def test_a_number_is_the_nearest_double(value: Any, number: float) -> None:
    tree = check({"gdp": value})
    assert tree == Comparison("gdp", "==", number)
    assert type(tree.value) is type(number)
    assert check({"gdp": [value, value]}) == tree


@pytest.mark.parametrize(
    "value",
    [10**400, -(10**5000), Decimal("1e400"), Decimal("-1e999999")],
    ids=["401 digits", "5,001 digits", "decimal", "negative decimal"],
)
def test_a_number_beyond_the_doubles_is_said_to_be_so(value: Any) -> None:
    with pytest.raises(QueryError, match="beyond every number a column can hold"):
        check([("gdp", "<", value)])


@pytest.mark.parametrize(
    "value",
    [
        *("a", True, np.True_, 1j, b"1", Fraction(1, 2), [1], np.timedelta64(5, "ns")),
        *(np.datetime64("2020-01-01", "ns"), datetime.date(2020, 1, 1), np.array(5)),
    ],
    ids=kind_and_text,
)
def test_what_is_no_number_is_not_compared_with_numbers(value: Any) -> None:
    with pytest.raises(QueryError, match="is not a number, and the column holds numbers"):
        check([("gdp", "<", value)])


@pytest.mark.parametrize(
    "value",
    [
        *(None, pd.NA, pd.NaT, math.nan, np.float32("nan"), np.datetime64("NaT")),
        *(Decimal("NaN"), Decimal("sNaN")),
    ],
    ids=kind_and_text,
)
@pytest.mark.parametrize("column", ["Date", "country", "gdp"])
def test_a_missing_value_is_answered_with_isna(column: str, value: Any) -> None:
    for spelling in ({column: value}, {column: [value]}, [(column, "<", value)]):
        with pytest.raises(QueryError, match=r"missing value.*isna\(\)"):
            check(spelling)


def test_a_range_that_ends_at_nothing_is_refused() -> None:
    for column in ("Date", "country", "gdp"):
        for ends in (slice(pd.NA, None), slice(None, pd.NA), slice(math.nan, None)):
            with pytest.raises(QueryError):
                check({column: ends})


@pytest.mark.parametrize("label", [pd.NA, None, 5, math.nan, b"gdp", ("gdp",)])
def test_what_is_no_name_is_no_column(label: Any) -> None:
    for spelling in ({label: 1}, [(label, "==", 1)], [(label, "in", [1])]):
        with pytest.raises(QueryError, match="names are text"):
            check(spelling)


def test_half_a_character_is_in_no_dataset() -> None:
    for spelling in ({"country": "a\ud800"}, {"country": ["a", "\udfff"]}):
        with pytest.raises(QueryError, match="half a character"):
            check(spelling)
    for spelling in ({"\ud800": 1}, col("\ud800") == 1, [("\ud800", "in", [1])]):
        with pytest.raises(QueryError, match=r"there is no column '\\ud800'"):
            check(spelling)


def test_members_of_an_enumeration_are_their_values() -> None:
    for spelling in (
        {Place.COLUMN: Place.CHILE},
        [(Place.COLUMN, "==", Place.CHILE)],
        col(Place.COLUMN) == Place.CHILE,
    ):
        tree = check(spelling)
        assert isinstance(tree, Comparison)
        assert (type(tree.column), type(tree.value)) == (str, str)
        assert tree == Comparison("country", "==", "Chile")


@pytest.mark.parametrize("text", ["abc", "nan", "-NaN", "2020-01-01", "1,5", ""])
def test_a_text_that_is_no_number_is_refused_for_a_column_of_numbers(text: str) -> None:
    with pytest.raises(QueryError, match="is not a number"):
        check(f"gdp gt '{text}'")


def test_a_number_of_thousands_of_digits_in_a_text_is_a_double() -> None:
    assert check("gdp lt " + "9" * 5000) == Comparison("gdp", "<", math.inf)
    assert check("gdp lt 0." + "3" * 5000) == Comparison("gdp", "<", 1 / 3)


def test_ranges_become_comparisons() -> None:
    day = datetime.datetime.fromisoformat
    tree = check({"Date": slice("2020", "2021-06"), "rank": slice(1, 10**16)})
    assert isinstance(tree, And)
    assert tree.parts == (
        Comparison("Date", ">=", day("2020-01-01")),
        Comparison("Date", "<", day("2021-07-01")),
        Comparison("rank", ">=", 1),
        Comparison("rank", "<=", 10**16),
    )


def test_a_list_holds_each_value_once() -> None:
    assert check({"gdp": [1, 1.0, np.int8(2), 2**53, 2**53 + 1]}) == Membership(
        "gdp", (1, 2, 2**53)
    )
    assert check({"Date": ["2020", datetime.date(2020, 1, 1)]}).operator == "=="  # type: ignore[union-attr] # one is left


def test_thousands_of_unknown_names_are_answered_with_the_first() -> None:
    with pytest.raises(QueryError, match="did you mean 'country'") as caught:
        check({"contry": 1, **{f"c{n}": n for n in range(5000)}})
    assert "4,991 more names" in str(caught.value)
    assert len(str(caught.value)) < 2000


REVERSED: dict[str, Any] = {
    "numbers": {"gdp": slice(80, 70)},
    "short integers": {"rank": slice(2, 1)},
    "years": {"Date": slice("2021", "2020")},
    "a day before the month": {"Date": slice("2021-02-01", "2021-01")},
    "text": {"country": slice("Peru", "Chile")},
    "between": col("gdp").between(80, 70),
    "between without its ends": col("gdp").between(80, 70, inclusive="neither"),
    "between dates": col("Date").between("2021", "2020"),
    "not between": ~col("gdp").between(80, 70),
    "an alternative": (col("rank") == 1) | col("gdp").between(80, 70),
}


@pytest.mark.parametrize("name", REVERSED)
def test_a_range_that_ends_before_it_begins_is_refused(name: str) -> None:
    with pytest.raises(QueryError, match=r"^filter: for column .* the range from .* ends before"):
        check(REVERSED[name])


@pytest.mark.parametrize(
    "spelling",
    [
        {"gdp": slice(70, 70)},
        {"Date": slice("2020", "2020")},
        {"Date": slice("2020-06", "2020")},
        col("gdp").between(70, 70),
        col("gdp").between(70, 70, inclusive="neither"),
        [("gdp", ">=", 80), ("gdp", "<=", 70)],
        (col("gdp") >= 80) & (col("gdp") <= 70),
    ],
    ids=str,
)
def test_an_empty_condition_is_legal_if_no_range_is_reversed(spelling: Any) -> None:
    check(spelling)
