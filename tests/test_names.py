"""Column names are compared as people misspell them and as the service does."""

import pytest

from alphacast_pandas.errors import QueryError
from alphacast_pandas.names import canonical_name, check_names, close_matches, unknown_name

NAMES = ["Date", "country", "País", "CPI"]


@pytest.mark.parametrize(
    ("one", "other"), [("País", "pais"), (" CPI ", "cpi"), ("STRASSE", "straße"), ("ﬁn", "FIN")]
)
def test_names_that_the_service_takes_for_one_are_one(one: str, other: str) -> None:
    assert canonical_name(one) == canonical_name(other)


def test_a_misspelled_name_is_answered_with_close_ones() -> None:
    assert close_matches("contry", NAMES) == ["country"]
    assert close_matches("PAIS", NAMES) == ["País"]
    assert unknown_name("xyz", NAMES) == (
        "there is no column 'xyz'; the columns are 'Date', 'country', 'País', 'CPI'."
    )
    assert unknown_name("xyz", ["c"] * 11).endswith("'c', ....")


def test_known_names_pass_and_each_unknown_one_is_named() -> None:
    check_names(["CPI", "Date"], NAMES, "select")
    with pytest.raises(QueryError, match=r"^select: .*'contry'.*'País'") as caught:
        check_names(["contry", "pais", "contry", "CPI"], NAMES, "select")
    assert str(caught.value).count("contry") == 1


def test_of_very_many_unknown_names_the_first_are_named() -> None:
    with pytest.raises(QueryError, match=r"The same goes for 2,990 more names\.$") as caught:
        check_names((f"wrong {n}" for n in range(3000)), NAMES, "filter")
    assert len(str(caught.value)) < 2000
