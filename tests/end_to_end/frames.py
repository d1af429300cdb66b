"""Frames that are hard on whoever writes and reads CSV, and how to compare them."""

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

DATE = pd.to_datetime(pd.Series(["2020-01-01"])).dtype  # pandas' own unit
TEXT = pd.Series(["text"]).dtype  # pandas' own text type

NASTY_TEXTS = [
    "NA", "N/A", "null", "nan", "NaN", "None", "none", "007", "1e5", "-", "True", "2020-01-01",
    '"', '""', 'said "so"', "'", ",", ";", "a,b", "a\nb", "a\r\nb", "a\tb", "\\", "#", "=1+1",
    "Côte d'Ivoire", "日本", "😀", "e\u0301", "\ufeff", "%2C", "a&b=c", "x" * 300,
]  # fmt: skip
NASTY_FLOATS = [
    0.0, -0.0, 5830.2271000000155, 0.1, 1e-308, 5e-324, 2.2250738585072014e-308, 1e16, 1e22, 1e23,
    1.7976931348623157e308, -1.7976931348623157e308, 123456789012345.67, 1 / 3, 2.0**53, 1e15 + 0.3,
]  # fmt: skip
NASTY_NAMES = [
    "Vivienda, agua, electricidad y otros combustibles", "Año", "País / región",
    'said "so"', "d'Ivoire", "a&b", "50%", "a+b", "a b  c", "x=y", "$top", "#1", "a;b", "100",
    "null", "and", "a\\b", "日本", "😀", "%2C", "select", "(a)", "a?b", "a:b", "a|b", "-", "a.b",
]  # fmt: skip

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
# Names have no invisible characters either: a push refuses them.
VISIBLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=20)
NAMES = (st.sampled_from(NASTY_NAMES) | VISIBLE.map(str.strip)).filter(bool)
FLOATS = st.sampled_from(NASTY_FLOATS) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.sampled_from(NASTY_TEXTS) | ANY_TEXT.filter(bool)
ENTITY_TEXTS = TEXTS.map(str.strip).filter(bool)
SHORTS = st.integers(-32768, 32767)

PANEL_KEYS = ["Date", "country"]
COUNTRIES = ["Argentina", "Brasil", "Chile, insular", "Côte d'Ivoire", "brasil"]


def fold(name: str) -> str:
    """The name as the service compares it."""
    parts = unicodedata.normalize("NFKD", name.strip())
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold().strip()


def text_column(values: list[str | None]) -> pd.Series:
    """A column of pandas' own text type."""
    return pd.Series([np.nan if v is None else v for v in values], dtype=TEXT)


def date_column(values: list[Any]) -> pd.Series:
    return pd.Series(pd.to_datetime(values)).astype(DATE)


def panel() -> pd.DataFrame:
    """Five countries, 14 months, gaps of every kind, names that need care."""
    rows = [
        (month, country, i * 7 + j)
        for i, month in enumerate(pd.date_range("2019-11-01", periods=14, freq="MS"))
        for j, country in enumerate(sorted(COUNTRIES))
        if (i * 5 + j * 3) % 7
    ]
    seeds = [row[2] for row in rows]
    texts = [None, "NA", 'said "so"', "007", "a, b\nc", "Áb"]
    return pd.DataFrame(
        {
            "Date": date_column([row[0] for row in rows]),
            "country": text_column([row[1] for row in rows]),
            "CPI": [np.nan if s % 6 == 0 else 100 + s / 7 for s in seeds],
            "Vivienda, agua": [s % 4 / 3 for s in seeds],
            "rank": pd.array([pd.NA if s % 5 == 4 else s % 9 - 4 for s in seeds], "Int16"),
            "note": text_column([texts[s % 6] for s in seeds]),
        }
    )


@st.composite
def frames(draw: st.DrawFn, *, names: st.SearchStrategy[str] = NAMES) -> pd.DataFrame:
    """Draw a frame with a date, one or two entities, and values of every declared type."""
    rows = draw(st.integers(1, 12))
    entities = draw(st.integers(0, 2))
    kinds = draw(st.lists(st.sampled_from(["float", "text", "short"]), min_size=1, max_size=4))
    count = 1 + entities + len(kinds)
    labels = draw(st.lists(names, min_size=count, max_size=count, unique_by=fold))
    days = st.dates(pd.Timestamp("1700-01-01").date(), pd.Timestamp("2250-12-31").date())
    key = st.tuples(days, *[ENTITY_TEXTS] * entities)
    keys = draw(st.lists(key, min_size=rows, max_size=rows, unique=True))
    columns = [date_column([k[0] for k in keys])]
    columns += [text_column([k[1 + place] for k in keys]) for place in range(entities)]
    columns += [draw(value_columns(kind, rows)) for kind in kinds]
    frame = pd.DataFrame(dict(zip(labels, columns, strict=True)))
    frame.attrs["entities"] = labels[1 : 1 + entities]
    return frame


@st.composite
def value_columns(draw: st.DrawFn, kind: str, rows: int) -> pd.Series:
    """Draw one value column; text has at least one text, or nobody could know that it is text."""
    values = {"float": FLOATS, "text": TEXTS, "short": SHORTS}[kind]
    cells = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
    if kind == "float":
        return pd.Series([np.nan if c is None else c for c in cells], dtype="float64")
    if kind == "short":
        return pd.Series(pd.array(cells, dtype="Int16"))
    return text_column([cells[0] or "NA", *cells[1:]])


def by_key(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows in the one order that their keys give them."""
    return frame.sort_values(keys, ignore_index=True)


def assert_same(actual: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Same names, types and values, to the last bit and to the sign of a zero."""
    pd.testing.assert_frame_equal(actual, expected, check_exact=True, check_freq=False)
    for name in expected.columns:
        if expected[name].dtype == "float64":
            assert (np.signbit(actual[name]) == np.signbit(expected[name]))[
                expected[name].notna()
            ].all()
