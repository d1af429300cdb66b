"""pandas is the oracle: whatever the service evaluates, the answer is what pandas finds."""

import enum
import operator
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from end_to_end.frames import COUNTRIES, PANEL_KEYS, assert_same, panel
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

PANEL = panel()
VALUES = [name for name in PANEL.columns if name not in PANEL_KEYS]
OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
DATES = ["2019-12-01", "2020", "2020-02", "2020-07-01", "2020-11-15", "2018", "2021"]
WANTED: dict[str, st.SearchStrategy[Any]] = {
    "Date": st.sampled_from(DATES) | st.sampled_from([pd.Timestamp("2020-03-01")]),
    "country": st.sampled_from([*COUNTRIES, "Nowhere", "' or 'a' eq 'a"]),
    "CPI": st.sampled_from([100.0, 101, 112.5, -1, *PANEL["CPI"].dropna().head(4)]),
    "Vivienda, agua": st.sampled_from([0, 0.0, 1 / 3, 2 / 3, 1.0]),
    "rank": st.sampled_from([-4, 0, 1, 2, 4, 2.5, 40000]),
    "note": st.sampled_from(["NA", 'said "so"', "007", "7", "a, b\nc", "áb", "Áb"]),
}


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, str, Any]:
    """Draw one condition as a tuple."""
    column = draw(st.sampled_from(list(WANTED)))
    word = draw(st.sampled_from([*OPERATORS, "in", "not in"]))
    one = WANTED[column]
    value = draw(st.lists(one, max_size=3) if word.endswith("in") else one)
    return column, word, value


CONJUNCTIONS = st.lists(conditions(), min_size=1, max_size=3)
FILTERS = CONJUNCTIONS | st.lists(CONJUNCTIONS, min_size=1, max_size=3)


def matches(frame: pd.DataFrame, condition: tuple[str, str, Any]) -> pd.Series:
    """Evaluate one condition value by value: missing is unequal to everything."""
    column, word, wanted = condition
    turn = pd.Timestamp if column == "Date" else lambda value: value
    if word.endswith("in"):
        inside = frame[column].isin([turn(value) for value in wanted])
        return inside if word == "in" else ~inside
    return frame[column].map(
        lambda value: word == "!=" if pd.isna(value) else OPERATORS[word](value, turn(wanted))
    )


def all_match(frame: pd.DataFrame, parts: list[Any]) -> pd.Series:
    found = pd.Series(data=True, index=frame.index)
    for part in parts:
        found &= matches(frame, part).astype(bool)
    return found


def answer(frame: pd.DataFrame, **words: Any) -> pd.DataFrame:
    """What pandas gives for the keywords of a read."""
    if words.get("start") is not None:
        frame = frame[frame["Date"] >= pd.Timestamp(words["start"])]
    if words.get("end") is not None:
        frame = frame[frame["Date"] <= pd.Period(words["end"]).end_time]
    if words.get("filter") is not None:
        parts = words["filter"] if isinstance(words["filter"][0], list) else [words["filter"]]
        found = pd.Series(data=False, index=frame.index)
        for part in parts:
            found |= all_match(frame, part)
        frame = frame[found]
    if words.get("last") is not None:
        dates = frame["Date"].drop_duplicates().tail(words["last"])
        frame = frame[frame["Date"].isin(dates)]
    if words.get("top") is not None:
        frame = frame.head(words["top"])
    if words.get("select") is not None:
        frame = frame[[*PANEL_KEYS, *words["select"]]]
    return frame.reset_index(drop=True)


QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "filter": FILTERS,
        "start": st.sampled_from([*DATES[:5], "2020-05-31"]),
        "end": st.sampled_from(["2020-12", "2020-11-30", "2021", "2020-12-01"]),
        "last": st.integers(1, 16),
        "top": st.integers(1, 70),
        "select": st.lists(st.sampled_from(VALUES), min_size=1, unique=True),
    },
)

SERVICES = {
    "as documented": Readings(),
    "rows, bare names": Readings(last="rows", filter_names="bare", select_quotes="refused"),
    "quoted names, small ids": Readings(filter_names="quoted", column_ids="small", last="rows"),
    "text and times": Readings(booleans="text", date_time="always", row_count="never"),
}


@pytest.mark.filterwarnings("ignore:Dataset .* has no row whose:UserWarning")
@pytest.mark.parametrize("name", SERVICES)
@given(words=QUESTIONS)
@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
def test_an_answer_is_what_pandas_finds(
    name: str, words: dict[str, Any], stored: int, client: ap.Client, emulator: Emulator
) -> None:
    emulator.readings = SERVICES[name]
    assert_same(ap.read_alphacast(stored, client=client, **words), answer(PANEL, **words))


@pytest.mark.filterwarnings("ignore:Dataset .* has no row whose:UserWarning")
@given(parts=st.lists(conditions(), min_size=1, max_size=4, unique_by=lambda part: part[0]))
@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
def test_a_dict_is_equality_and_membership(
    parts: list[tuple[str, str, Any]], stored: int, client: ap.Client
) -> None:
    wanted = {column: value for column, _, value in parts}
    same = [(c, "in" if isinstance(v, list) else "==", v) for c, v in wanted.items()]
    found = ap.read_alphacast(stored, filter=wanted, client=client)
    assert_same(found, answer(PANEL, filter=same))


@pytest.mark.parametrize("column", ["Date", "CPI", "rank", "country"])
def test_a_slice_holds_both_its_ends(column: str, stored: int, client: ap.Client) -> None:
    low, high = {
        "Date": ("2020-02", "2020-06"),
        "CPI": (102.0, PANEL["CPI"].max()),
        "rank": (-1, 3),
        "country": ("Brasil", "Chile, insular"),
    }[column]
    found = ap.read_alphacast(stored, filter={column: slice(low, high)}, client=client)
    if column == "Date":
        assert_same(found, answer(PANEL, start=low, end=high))
    else:
        assert_same(found, answer(PANEL, filter=[(column, ">=", low), (column, "<=", high)]))


TEXTS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "country eq 'Chile, insular'": lambda f: f["country"] == "Chile, insular",
    "country eq 'Côte d''Ivoire' and CPI gt 105": lambda f: (
        (f["country"] == "Côte d'Ivoire") & (f["CPI"] > 105)
    ),
    "'country' eq 'Brasil' or (Date ge '2020-11-01' and CPI lt 110)": lambda f: (
        (f["country"] == "Brasil") | ((f["Date"] >= "2020-11-01") & (f["CPI"] < 110))
    ),
    "Date lt 2020-02-01": lambda f: f["Date"] < "2020-02-01",
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_filter_in_the_words_of_the_service_finds_the_same(
    text: str, stored: int, client: ap.Client, emulator: Emulator
) -> None:
    expected = PANEL[TEXTS[text](PANEL)]
    found = ap.read_alphacast(stored, filter=text, select="CPI", last=3, client=client)
    assert_same(found, answer(expected, last=3, select=["CPI"]))
    data = [r.query for r in emulator.requests if r.path.endswith("/data")]
    assert any("filter=" in query for query in data)


def test_only_what_was_asked_for_crosses_the_network(
    stored: int, client: ap.Client, emulator: Emulator
) -> None:
    ap.read_alphacast(stored, filter={"country": "Brasil"}, select="CPI", client=client)
    query = emulator.requests[-1].query
    assert "Brasil" in query
    assert "%24select=CPI" in query or "$select=CPI" in query


class Country(str, enum.Enum):  # noqa: UP042 - str() of these is not their value
    BRASIL = "Brasil"


class Name(str, enum.Enum):  # noqa: UP042 - str() of these is not their value
    COUNTRY = "country"
    CPI = "CPI"


class Rank(enum.IntEnum):
    TWO = 2


def test_members_of_enumerations_are_their_values(stored: int, client: ap.Client) -> None:
    expected = answer(PANEL, filter=[("country", "==", "Brasil")], select=["CPI"])
    for wanted in ({Name.COUNTRY: Country.BRASIL}, ap.col(Name.COUNTRY) == Country.BRASIL):
        found = ap.read_alphacast(stored, filter=wanted, select=Name.CPI, client=client)
        assert_same(found, expected)
    explained = ap.explain(stored, filter={"rank": Rank.TWO}, client=client)
    assert explained.conditions == (("rank == 2", "sent"),)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([[]], "every row matches"),
        ([[("country", "==", "Brasil")], []], "every row matches"),
        ({"contry": slice(None)}, "did you mean 'country'"),
        ({"country": (name for name in COUNTRIES)}, "only once"),
        ([("country", "in", iter(COUNTRIES))], "only once"),
        (ap.col("country").isin(map(str, COUNTRIES)), "only once"),
        ({"country": ap.col("note")}, "in an expression"),
        ([("country", "in", ap.col("note"))], "in an expression"),
        ({"country": "\ud800"}, "half a character"),
    ],
)
def test_what_would_be_misunderstood_is_refused(
    wrong: Any, words: str, stored: int, client: ap.Client
) -> None:
    with pytest.raises(ap.QueryError, match=words):
        ap.read_alphacast(stored, filter=wrong, client=client)
