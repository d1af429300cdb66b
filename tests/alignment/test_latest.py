"""The last values of each entity and column: those of each series, looked at by itself."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.column_types import date_dtype, text_dtype

DAYS = pd.date_range("2024-01-30", periods=8)


@st.composite
def illiquid(draw: st.DrawFn) -> pd.DataFrame:
    entities = draw(st.sampled_from([[], ["country"], ["country", "bond"]]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = draw(st.integers(0, 40))
    frame = pd.DataFrame({"Date": random.choice(DAYS, rows)}).astype({"Date": date_dtype()})
    for name in entities:
        frame[name] = pd.Series(random.choice(["Chile", "Peru", None], rows), dtype=text_dtype())
    frame = frame.drop_duplicates(ignore_index=True)
    for name in ("price", "yield"):
        frame[name] = np.where(random.random(len(frame)) < 0.5, np.nan, random.random(len(frame)))
    frame.attrs["alphacast"] = {"date": "Date", "entities": entities}
    return frame


def by_definition(frame: pd.DataFrame, n: int, at: str | None) -> list[list[Any]]:
    entities = frame.attrs["alphacast"]["entities"]
    keys = frame[entities].drop_duplicates().sort_values(entities) if entities else None
    found = []
    for key in [()] if keys is None else keys.itertuples(index=False, name=None):
        own = frame
        for name, value in zip(entities, key, strict=True):
            own = own[own[name].isna() if pd.isna(value) else own[name] == value]
        for name in ("price", "yield"):
            held = own.dropna(subset=[name]).set_index("Date")[name].sort_index()
            held = held.loc[:at] if at else held  # pandas' own idea of a partial date
            found += [[*key, name, *each] for each in held.iloc[-n:].items()]
    return [[None if pd.isna(value) else value for value in row] for row in found]


@given(frame=illiquid(), n=st.integers(1, 4), at=st.sampled_from([None, "2024-01", "2024-02-02"]))
def test_values_are_the_last_of_each_series(frame: pd.DataFrame, n: int, at: Any) -> None:
    before = frame.copy()
    result = frame.alphacast.latest(n, at=at)
    rows = result.astype(object).where(result.notna(), None).to_numpy().tolist()
    assert rows == by_definition(frame, n, at)
    entities = frame.attrs["alphacast"]["entities"]
    types = dict.fromkeys([*entities, "column"], text_dtype())
    types |= {"Date": date_dtype(), "value": np.dtype("float64")}
    assert result.dtypes.to_dict() == types
    assert isinstance(result.index, pd.RangeIndex)
    assert result.attrs["alphacast"] == {"date": "Date", "entities": [*entities, "column"]}
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("columns", "dtype"),
    [
        ({"a": pd.array([1, 2], "Int16"), "b": pd.array([3, 4], "Int16")}, "Int16"),
        ({"a": pd.array([1, 2], "Int16"), "b": [0.5, 1.5]}, "float64"),
        ({"a": pd.array([1, 2], "int64[pyarrow]"), "b": pd.array([1, None], "Float64")}, "float64"),
        ({"a": ["x", "y"], "b": [0.5, 1.5]}, "object"),
        ({"a": ["x", "y"]}, text_dtype()),
        ({}, "float64"),
    ],
)
@pytest.mark.every_parameter
def test_values_have_one_type(columns: dict[str, Any], dtype: Any) -> None:
    frame = pd.DataFrame({"Date": DAYS[:2], "country": ["Chile", "Peru"], **columns})
    frame.attrs["alphacast"] = {"date": "Date", "entities": ["country"]}
    result = ap.latest(frame)
    assert result["value"].dtype == dtype
    assert len(result) == 2 * len(columns) - (frame.isna().sum().sum())
    assert ap.latest(frame[:0])["value"].dtype == dtype
    assert result.dtypes.to_dict() == ap.latest(frame[:0]).dtypes.to_dict()


def test_an_entity_called_like_a_column_of_the_answer_keeps_its_place() -> None:
    frame = pd.DataFrame({"fecha": DAYS[:2], "value": ["x", "y"], "v": [1.0, 2.0]})
    result = ap.latest(frame.set_index(["fecha", "value"]))
    assert [*result.columns] == ["entity: value", "column", "Date", "value"]
    assert result["entity: value"].tolist() == ["x", "y"]


def test_the_latest_date_may_have_a_time_of_day() -> None:
    times = pd.to_datetime(["2024-01-31 09:00", "2024-01-31 17:30", "2024-02-01 00:00"])
    frame = pd.DataFrame({"Date": times, "v": [1.0, 2.0, 3.0]})
    assert ap.latest(frame, at="2024-01-31")["value"].tolist() == [2.0]
    assert ap.latest(frame, at=pd.Timestamp("2024-01-31 09:00"))["value"].tolist() == [1.0]
    assert ap.latest(frame, at="9999")["value"].tolist() == [3.0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"n": 0}, "n must be an integer >= 1, got 0"),
        ({"n": 1.5}, "n must be an integer >= 1, got 1.5"),
        ({"at": "yesterday"}, "at 'yesterday' is not a date"),
        ({"at": pd.Timestamp("2024", tz="UTC")}, "has a time zone"),
    ],
)
@pytest.mark.every_parameter
def test_what_cannot_be_meant_is_refused(words: Any, message: str) -> None:
    with pytest.raises(ap.QueryError, match=message):
        ap.latest(pd.DataFrame({"Date": DAYS, "v": 1.0}), **words)
