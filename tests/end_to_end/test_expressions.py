"""Conditions drawn at random: the service's SQL, the mask here and plain pandas agree."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import assert_same, date_column, text_column
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

Columns = Callable[[str], Any]
Condition = Callable[[Columns], Any]
Drawn = tuple[str, Condition]  # in the service's language, written here; and in pandas'

PLACE, SHARE, RANK, NOTE = "País / región", "Vivienda, agua", "d'Ivoire rank", "note"
KEYS = ["Date", PLACE]
TIMES = ["2020-01-31", "2020-01-31T12:30", "2020-02-01", "2020-02-29T23:59:59", "2021-01-01"]
PLACES = sorted(["Côte d'Ivoire", "cote d'ivoire", "A, B", "Zé", "zé"])


def frame() -> pd.DataFrame:
    """Times of day, missing values of every type, names and texts that need care."""
    rows = [(time, place) for time in TIMES for place in PLACES]
    seeds = range(len(rows))
    return pd.DataFrame(
        {
            "Date": date_column([pd.Timestamp(row[0]) for row in rows]),
            PLACE: text_column([row[1] for row in rows]),
            SHARE: [None if s % 5 == 3 else (s - 9) / 4 for s in seeds],
            RANK: pd.array([None if s % 4 == 1 else s % 7 - 3 for s in seeds], "Int16"),
            NOTE: text_column([[None, "NA", "it's", "ñ", "007"][s % 5] for s in seeds]),
        }
    )


FRAME = frame()
# Comparisons of a Short Integer without a value are false here, not unknown.
ORACLE = FRAME.astype({RANK: "float64"})
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Date": st.sampled_from([pd.Timestamp(time) for time in [*TIMES, "2020-02", "1999"]]),
    PLACE: st.sampled_from([*PLACES, "Nowhere", "' or 'a' eq 'a"]),
    SHARE: st.sampled_from([-9 / 4, 0.0, -0.0, 0.25, 1, 2.5, 99]),
    RANK: st.sampled_from([-3, 0, 1, 3, 2.5]),
    NOTE: st.sampled_from(["NA", "it's", "ñ", "Ñ", "7"]),
}
WORDS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def literal(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return str(value) if not isinstance(value, str) else "'" + value.replace("'", "''") + "'"


@st.composite
def comparisons(draw: st.DrawFn) -> Drawn:
    name = draw(st.sampled_from(list(VALUES)))
    sign, value = draw(st.sampled_from(list(WORDS))), draw(VALUES[name])
    method = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}[sign]
    text = f"'{name.replace(chr(39), chr(39) * 2)}' {WORDS[sign]} {literal(value)}"
    return text, lambda c: getattr(c(name), method)(value)


@st.composite
def memberships(draw: st.DrawFn) -> Drawn:
    name = draw(st.sampled_from(list(VALUES)))
    values = draw(st.lists(VALUES[name], min_size=1, max_size=3))
    quoted = "'" + name.replace("'", "''") + "'"
    text = "(" + " or ".join(f"{quoted} eq {literal(value)}" for value in values) + ")"
    return text, lambda c: c(name).isin(values)


def joined(parts: list[Drawn], word: str) -> Drawn:
    def condition(c: Columns) -> Any:
        found = parts[0][1](c)
        for _, part in parts[1:]:
            found = found & part(c) if word == "and" else found | part(c)
        return found

    return "(" + f" {word} ".join(text for text, _ in parts) + ")", condition


SENDABLE = st.recursive(
    comparisons() | memberships(),
    lambda inner: st.builds(
        joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])
    ),
    max_leaves=6,
)


def negated(part: Condition) -> Condition:
    return lambda c: ~part(c)


def whole_series(name: str, kind: str) -> Condition:
    if kind == "missing":
        return lambda c: c(name).isna()
    if kind == "mean":
        return lambda c: c(SHARE) > c(SHARE).mean()
    return lambda c: c(PLACE).str.len() > 4


LEAVES = (comparisons() | memberships()).map(lambda drawn: drawn[1]) | st.builds(
    whole_series,
    st.sampled_from([PLACE, SHARE, RANK, NOTE]),
    st.sampled_from(["missing", "mean", "length"]),
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(negated)
        | st.builds(
            lambda parts, word: joined([("", part) for part in parts], word)[1],
            st.lists(inner, min_size=2, max_size=3),
            st.sampled_from(["and", "or"]),
        )
    ),
    max_leaves=6,
)


@pytest.fixture
def hard(push_new: Callable[..., int], emulator: Emulator) -> int:
    number = push_new(FRAME, entities=PLACE)
    emulator.forget_requests()
    return number


def found(condition: Condition) -> pd.DataFrame:
    return FRAME[condition(ORACLE.__getitem__)].reset_index(drop=True)


@given(drawn=SENDABLE)
@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
def test_sql_there_mask_here_and_pandas_find_the_same(
    drawn: Drawn, hard: int, client: ap.Client, emulator: Emulator
) -> None:
    text, condition = drawn
    expected = found(condition)
    emulator.readings = Readings(missing="kept")
    body = client.datasets.download(hard, params={"$filter": text})
    there = pd.read_csv(io.BytesIO(body), keep_default_na=False, dtype=str)
    there["Date"] = there["Date"].map(pd.Timestamp)
    assert [*there[KEYS].itertuples(index=False)] == [*expected[KEYS].itertuples(index=False)]
    emulator.readings = Readings(filter="ignored")
    assert_same(ap.read_alphacast(hard, filter=text, client=client), expected)
    assert_same(ap.read_alphacast(hard, filter=condition(ap.col), client=client), expected)


SERVICES = {
    "as documented": Readings(),
    "lenient": Readings(text="folded", missing="kept", dates="day", last="rows"),
    "quoted": Readings(filter_names="quoted", filter_dates="bare", text="case", url_limit="4094"),
    "bare": Readings(filter_names="bare", filter_dates="quoted", last="rows"),
    "ignorant": Readings(filter="ignored", date_time="always", column_ids="small"),
}


@pytest.mark.parametrize("name", SERVICES)
@given(
    condition=EXPRESSIONS,
    words=st.fixed_dictionaries(
        {},
        optional={
            "start": st.sampled_from(["2020-01-31", "2020", "2020-01-31 12:00"]),
            "end": st.sampled_from(["2020-02", "2020-01-31", "2020-02-29 12:00"]),
            "last": st.integers(1, 6),
            "top": st.integers(1, 12),
            "select": st.lists(st.sampled_from([SHARE, RANK, NOTE]), min_size=1, unique=True),
        },
    ),
)
@pytest.mark.filterwarnings("ignore:Dataset .* has no row .*whose:UserWarning")
def test_an_expression_finds_under_every_reading_what_pandas_finds(
    name: str,
    condition: Condition,
    words: dict[str, Any],
    hard: int,
    client: ap.Client,
    emulator: Emulator,
) -> None:
    emulator.readings = SERVICES[name]
    keep = condition(ORACLE.__getitem__)
    if "start" in words:
        keep &= pd.Timestamp(words["start"]) <= FRAME["Date"]
    if "end" in words:
        first_after = {"2020-02": "2020-03-01", "2020-01-31": "2020-02-01"}.get(words["end"])
        keep &= FRAME["Date"] < first_after if first_after else FRAME["Date"] <= words["end"]
    expected = FRAME[keep]
    if "last" in words:
        dates = expected["Date"].drop_duplicates().tail(words["last"])
        expected = expected[expected["Date"].isin(dates)]
    expected = expected.head(words.get("top", len(expected)))
    expected = expected[[*KEYS, *words.get("select", [SHARE, RANK, NOTE])]]
    found = ap.read_alphacast(hard, filter=condition(ap.col), client=client, **words)
    assert_same(found, expected.reset_index(drop=True))


LARGE = [21e15, 1e16, 2.0**53, 5.0, -(2.0**63)]
LIMITS = [10**16, np.int64(10**16), 21 * 10**15, 2**53, 2**53 + 1, -(2**63), 2**64, 1e16]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{type(limit).__name__} {limit}")
def test_a_whole_number_beyond_two_to_the_53_filters_as_a_double(
    push_new: Callable[..., int], client: ap.Client, limit: Any
) -> None:
    frame = pd.DataFrame({"Date": date_column(pd.date_range("2020", periods=5)), "GDP": LARGE})
    number = push_new(frame)
    gdp, double = frame["GDP"], float(limit)
    for spelling, rows in (
        ({"GDP": slice(limit, None)}, gdp >= double),
        ({"GDP": [limit, 5]}, gdp.isin([double, 5.0])),
        ([("GDP", ">", limit)], gdp > double),
        (ap.col("GDP") <= limit, gdp <= double),
        (~(ap.col("GDP") == limit), gdp != double),
        (f"GDP lt {int(limit)}", gdp < double),
    ):
        found = ap.read_alphacast(number, filter=spelling, client=client)
        assert found["GDP"].tolist() == gdp[rows].tolist()
