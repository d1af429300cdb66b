"""Which kept answers hold the one that is asked for, and that no two questions share a key."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.reading.local import answer_from_rows, answer_from_whole
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.reading.query import plan_query
from alphacast_pandas.reading.question import Question, holds_rows, question_of
from alphacast_pandas.reading.rows import exact_rows, finish

COUNTRIES = ["Chile", "Peru", "Cuba"]
DEFINITIONS = Definitions(
    columns=(
        Column("Date", type="Date", is_entity=True),
        Column("country", type="String", is_entity=True),
        Column("CPI", type="Decimal"),
        Column("GDP", type="Decimal"),
    ),
    complete=True,
)
DAYS = [pd.Timestamp(2020, month, 1) for month in range(1, 7)]
TABLE = pa.table(
    {
        "Date": pa.array([day for day in DAYS for _ in COUNTRIES], pa.timestamp("us")),
        "country": COUNTRIES * len(DAYS),
        "CPI": [float(n % 5) if n % 4 else None for n in range(len(DAYS) * 3)],
        "GDP": [n / 3 for n in range(len(DAYS) * 3)],
    }
)
CPI = ap.col("CPI")
FILTERS: list[Any] = [
    {"country": "Chile"},
    {"country": ["Chile", "Peru"]},
    {"CPI": slice(1, 3)},
    [("CPI", "!=", 2)],
    [[("CPI", ">", 2)], [("country", "==", "Cuba")]],
    ap.col("Date").dt.month == 2,
    (CPI * 2 > 3) | (ap.col("GDP") < 1),
    CPI.mean() < CPI,
    "country eq 'Chile'",
    "GDP gt 1 and CPI ne 3",
]
QUESTIONS = st.fixed_dictionaries(
    {},
    optional={
        "filter": st.sampled_from(FILTERS),
        "start": st.sampled_from(["2020", "2020-02", "2020-03-01", "2020-05-02"]),
        "end": st.sampled_from(["2020", "2020-05", "2020-06-01", pd.Timestamp("2020-06-01")]),
        "last": st.integers(1, 4),
        "top": st.integers(1, 6),
        "select": st.sampled_from([["CPI"], ["GDP"], ["GDP", "CPI"]]),
    },
)


@given(kept=QUESTIONS, asked=QUESTIONS)
def test_an_answer_made_of_a_kept_one_is_that_of_the_whole_dataset(
    kept: dict[str, Any], asked: dict[str, Any]
) -> None:
    before, now = check_options(**kept), check_options(**asked)
    question = question_of(before)
    assume(question is not None)
    assert question is not None
    assert Question.from_json(question.to_json()) == question
    answer = answer_from_whole(1, before, DEFINITIONS, TABLE)
    table = exact_rows(answer)
    if not holds_rows(question, question_of(now), now):
        return
    expected = finish(answer_from_whole(1, now, DEFINITIONS, TABLE))
    needed = answer_from_whole(1, now, DEFINITIONS, TABLE).query.keep
    has_columns = {*(needed or ())} <= {*table.column_names}
    if has_columns and (needed or question.select is None):
        found = answer_from_rows(plan_query(now, DEFINITIONS), DEFINITIONS, table)
        assert finish(found).equals(expected)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ({}, {"filter": CPI.mean() < CPI, "last": 2}),
        ({}, {"filter": ap.col("GDP").map(lambda value: value > 2)}),
        ({"start": "2020-02"}, {"start": "2020-03", "end": "2020-05", "filter": FILTERS[0]}),
        ({"filter": FILTERS[5]}, {"filter": FILTERS[5], "last": 3, "top": 2, "end": "2020-04"}),
        ({"filter": FILTERS[0], "last": 3}, {"filter": FILTERS[0], "last": 2, "top": 9}),
        ({"last": 3, "top": 3}, {"last": 3, "top": 2}),
        ({"end": "2020-05"}, {"end": "2020-05-31"}),
        ({"end": "2020-06-01"}, {"end": pd.Timestamp("2020-06-01")}),
    ],
)
def test_what_is_kept_answers_what_it_holds(kept: Any, asked: Any) -> None:
    now, question = check_options(**asked), question_of(check_options(**kept))
    assert question is not None
    is_canonical = "map" not in repr(asked)
    assert (question_of(now) is not None) == (is_canonical and "mean" not in repr(asked))
    assert holds_rows(question, question_of(now), now)
    back = question_of(now)
    assert back in {None, question} or not holds_rows(back, question, check_options(**kept))


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ({"start": "2020-02"}, {"filter": CPI.mean() < CPI, "start": "2020-02"}),
        ({"last": 2}, {"last": 2, "filter": FILTERS[0]}),
        ({"last": 2}, {"last": 1, "start": "2020-02"}),
        ({"top": 2}, {"top": 1, "last": 1}),
        ({"top": 2}, {}),
        ({"filter": FILTERS[0]}, {"filter": FILTERS[1]}),
        ({"end": pd.Timestamp("2020-06-01")}, {"end": "2020-06-01"}),
        ({"start": "2020-02"}, {"filter": ap.col("GDP").map(lambda value: value > 2)}),
    ],
)
def test_what_may_lack_rows_answers_nothing(kept: Any, asked: Any) -> None:
    now, question = check_options(**asked), question_of(check_options(**kept))
    assert question is not None
    assert not holds_rows(question, question_of(now), now)


DISTINCT: list[Any] = [
    *(FILTERS[place] for place in (0, 1, 2, 3, 4, 5, 6, 8, 9)),
    {"country": "Peru"},
    {"country": "1"},
    {"country": 1},
    {"country": 1.0},
    {"country": True},
    {"country": None},
    {"country": float("nan")},
    {"country": ["Chile, Peru"]},
    {"country": ["Peru", "Chile", "Cuba"]},
    {"country": slice("Chile", None)},
    {"country": slice(None, "Chile")},
    {"country": "2020-01-01"},
    {"country": pd.Timestamp("2020-01-01")},
    {"country": datetime.date(2020, 1, 1)},
    {"country": pd.Period("2020-01", "M")},
    {"country": pd.Period("2020-01-01", "D")},
    {"country": np.datetime64("2020-01-01")},
    {"country": np.datetime64("2020-01-01T00")},
    {"CPI": "Chile"},
    [("CPI", "<", 2)],
    [("CPI", "<=", 2)],
    [("CPI", "not in", [2])],
    ap.col("Date").dt.month == 3,
    ap.col("Date").dt.year == 2,
    ap.col("country").str.startswith("C"),
    ap.col("country").str.endswith("C"),
    ap.col("country").str.startswith(("C", "P")),
    ap.col("country").str.startswith(("C, P",)),
    ap.col("CPI").round(1) == 2,
    ap.col("CPI").round(decimals=1) == 2,
    ap.col("CPI").clip(lower=1) == 2,
    ap.col("CPI").clip(upper=1) == 2,
    ap.col("CPI") - ap.col("GDP") > 1,
    ap.col("GDP") - ap.col("CPI") > 1,
    "country eq 'Peru'",
    "country eq 'chile'",
    "contains(country, 'C')",
]
UNTOLD: list[Any] = [
    ap.col("CPI").map(lambda value: value > 1),
    np.sqrt(ap.col("CPI")) > 1,
    ap.col("CPI").where(ap.col("GDP") > np.arange(3)) > 1,
    CPI.mean() < CPI,
    ap.col("CPI").sample(3) > 1,
]


def test_no_two_questions_have_one_key() -> None:
    keys = [question_of(check_options(filter=filter_)) for filter_ in DISTINCT]
    assert None not in keys
    same = [
        (DISTINCT[a], DISTINCT[b]) for a in range(len(keys)) for b in range(a) if keys[a] == keys[b]
    ]
    assert same == []
    again = [question_of(check_options(filter=filter_)) for filter_ in DISTINCT]
    assert again == keys


def test_what_cannot_be_told_from_something_else_has_no_key() -> None:
    found = [question_of(check_options(filter=filter_)) for filter_ in UNTOLD]
    assert found == [None] * len(found)


def test_a_chain_of_any_depth_has_a_key() -> None:
    condition = ap.col("CPI") > 1
    for _ in range(5000):
        condition = condition & (ap.col("GDP") > 1)
    doubled = ap.col("CPI") > 1
    for _ in range(100):
        doubled = doubled & doubled
    for filter_ in (condition, doubled):
        assert question_of(check_options(filter=filter_)) is not None
