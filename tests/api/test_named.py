"""Exact names, near misses and the nearest names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.api.named import check_name, near_misses, nearest_names, not_found, only_one
from alphacast_pandas.api.records import Dataset, Repository
from alphacast_pandas.errors import NotFoundError, QueryError


def repositories(*names: str) -> list[Repository]:
    return [Repository(number, name) for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("name", "existing"),
    [
        ("Demonstraton", "Demonstration"),
        ("demonstration", "Demonstration"),
        ("Pobreza y poblacion", "Pobreza y población"),
        ("Consumer  prices", "Consumer prices"),
        ("ConsumerPrices", "Consumer prices"),
        ("Pirces", "Prices"),
        ("Price", "Prices"),
        ("Prices\u200b", "Prices"),
        ("GNP", "GDP"),
    ],
)
def test_a_slip_of_the_pen_is_a_near_miss(name: str, existing: str) -> None:
    listed = repositories(existing, "Something else altogether")
    assert [each.name for each in near_misses(name, listed)] == [existing]


@pytest.mark.parametrize(
    ("name", "existing"),
    [
        ("Prices 2024", "Prices 2023"),
        ("Dataset 1", "Dataset 11"),
        ("Wages", "Prices"),
        ("A", "B"),
        ("GDP", "CPI"),
        ("Import prices", "Export prices, monthly"),
    ],
)
def test_another_name_is_no_near_miss(name: str, existing: str) -> None:
    assert near_misses(name, repositories(existing)) == []


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=20), st.data())
def test_any_one_edit_of_a_long_name_is_a_near_miss(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    edited = data.draw(
        st.sampled_from(
            [
                name[:place] + name[place + 1 :],
                name[:place] + "x" + name[place:],
                name[:place] + "x" + name[place + 1 :],
            ]
        )
    )
    assert bool(near_misses(edited, repositories(name))) == (edited != name)


@given(st.text(max_size=12), st.text(max_size=12))
def test_near_misses_are_mutual(first: str, second: str) -> None:
    assert bool(near_misses(first, repositories(second))) == bool(
        near_misses(second, repositories(first))
    )


def test_blanks_at_the_ends_are_refused_with_the_name_without_them() -> None:
    check_name("Prices, monthly", "dataset")
    for name in ("Prices ", " Prices", "Prices\n", "\u00a0Prices"):
        with pytest.raises(QueryError, match=r"blanks at its ends.*Pass 'Prices'"):
            check_name(name, "dataset")


def test_several_of_one_name_are_listed_with_their_numbers_and_repositories() -> None:
    found = [Dataset(7, "Prices", 3), Dataset(9, "Prices", 4)]
    with pytest.raises(QueryError) as caught:
        only_one(found, "Prices", "dataset")
    assert "'Prices' (7, in repository 3), 'Prices' (9, in repository 4)" in str(caught.value)
    assert only_one(found[:1], "Prices", "dataset") is found[0]
    assert only_one([], "Prices", "dataset") is None


def test_the_nearest_names_come_first_and_longer_ones_are_found_by_their_words() -> None:
    listed = repositories("Wages", "Consumer prices, monthly, Argentina", "Consumer price")
    assert [each.name for each in nearest_names("consumer prices", listed)] == [
        "Consumer price",
        "Consumer prices, monthly, Argentina",
    ]
    assert nearest_names("", listed) == []


def test_a_name_that_is_not_there_is_shown_escaped() -> None:
    error = not_found("a\x1b[31m", "repository", repositories("a\x1b[32m"))
    assert isinstance(error, NotFoundError)
    assert "\x1b" not in str(error)
    assert "'a\\x1b[32m' (1)" in str(error)
