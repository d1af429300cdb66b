"""What a dataset really holds: the counts of a frame, however its rows arrive."""

import itertools
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap
from alphacast_pandas.column_types import date_dtype, text_dtype
from alphacast_pandas.emulator import Emulator
from alphacast_pandas.finding.coverage import count_chunks


def expected(frame: pd.DataFrame, date: str, entities: list[str]) -> list[list[Any]]:
    """The rows of a coverage, by definition: every one of them from the whole frame."""
    values = [name for name in frame.columns if name not in {date, *entities}]
    found = []
    keys = frame[entities].drop_duplicates().itertuples(index=False, name=None)
    for key in keys if entities else [()]:
        own = frame
        for name, value in zip(entities, key, strict=True):
            own = own[own[name].isna() if pd.isna(value) else own[name] == value]
        for name in values:
            dates = own.loc[own[name].notna(), date]
            first, last = dates.min(), dates.max()
            span = own if dates.empty else own[own[date].between(first, last)]
            missing = int(span[name].isna().sum())
            found.append([*key, name, first, last, len(dates), missing])
    return found


def rows_of(coverage: pd.DataFrame) -> list[list[Any]]:
    return coverage.astype(object).where(coverage.notna(), None).to_numpy().tolist()


def without_missing(rows: list[list[Any]]) -> list[list[Any]]:
    return [[None if pd.isna(value) else value for value in row] for row in rows]


def check_types(frame: pd.DataFrame, entities: list[str]) -> None:
    kinds = dict.fromkeys([*entities, "column"], text_dtype())
    kinds |= {"first": date_dtype(), "last": date_dtype(), "count": "int64", "missing": "int64"}
    assert frame.dtypes.to_dict() == kinds
    assert list(frame.columns) == list(kinds)


@st.composite
def panels(draw: st.DrawFn) -> tuple[pd.DataFrame, list[str]]:
    entities = draw(st.sampled_from([[], ["country"], ["country", "sector"]]))
    days = pd.date_range("2024-01-01", periods=draw(st.integers(1, 6)))
    names = [["a", "b", None], ["x", "y"]][: len(entities)]
    keys = [*itertools.product(days, *names)]
    kept = [key for key in keys if draw(st.booleans())]
    frame = pd.DataFrame(kept, columns=["Date", *entities]).astype(
        {"Date": date_dtype()} | dict.fromkeys(entities, text_dtype())
    )
    for name in draw(st.sampled_from([["v"], ["v", "w"], []])):
        value = st.none() | st.floats(allow_nan=False, allow_infinity=False)
        frame[name] = np.array([draw(value) for _ in kept], "float64")
    return frame, entities


@given(panel=panels(), rows=st.integers(1, 7))
def test_counts_are_those_of_the_whole_frame(
    panel: tuple[pd.DataFrame, list[str]], rows: int
) -> None:
    frame, entities = panel
    starts = range(0, max(1, len(frame)), rows)
    chunks = (frame.iloc[start : start + rows] for start in starts)
    result = count_chunks(chunks, "Date", tuple(entities))
    check_types(result, entities)
    assert rows_of(result) == without_missing(expected(frame, "Date", entities))


def test_a_dataset_is_counted_as_it_is_read(
    client: ap.Client, store: Callable[..., int], prices: pd.DataFrame
) -> None:
    number = store("Prices", prices)
    found = ap.coverage(number, client=client)
    check_types(found, ["country"])
    stamps = pd.to_datetime(["2024-01-01", "2024-02-01"])
    assert rows_of(found) == [
        ["Chile", "CPI", stamps[0], stamps[1], 2, 0],
        ["Chile", "Wages", stamps[1], stamps[1], 1, 0],
        ["Perú", "CPI", stamps[0], stamps[0], 1, 0],
        ["Perú", "Wages", stamps[1], stamps[1], 1, 0],
    ]
    facts = found.attrs["alphacast"]
    assert (facts["dataset_id"], facts["name"], facts["rows"]) == (number, "Prices", 4)


def test_what_is_asked_for_is_all_that_is_read(
    emulator: Emulator, client: ap.Client, store: Callable[..., int], prices: pd.DataFrame
) -> None:
    number = store("Prices", prices)
    emulator.forget_requests()
    found = ap.coverage(
        number, select="Wages", filter={"country": "Perú"}, start="2024-01", client=client
    )
    assert found[["country", "column", "count"]].to_numpy().tolist() == [["Perú", "Wages", 1]]
    queries = [each.query for each in emulator.requests if each.path.endswith("/data")]
    assert len(queries) == 1
    assert "$select=Wages" in queries[0]
    assert "$filter=" in queries[0]


def test_gaps_and_columns_without_values_are_counted(
    client: ap.Client, store: Callable[..., int]
) -> None:
    frame = pd.DataFrame(
        {
            "Date": pd.date_range("2024-01-01", periods=6),
            "gap": [None, 1.0, None, None, 2.0, None],
            "nothing": [None] * 5 + [3.0],
        }
    )
    number = store("Gaps", frame)
    found = ap.coverage(number, end="2024-01-05", client=client)
    assert rows_of(found) == [
        ["gap", pd.Timestamp("2024-01-02"), pd.Timestamp("2024-01-05"), 2, 2],
        ["nothing", None, None, 0, 5],
    ]


def test_no_rows_have_the_same_types(
    client: ap.Client, store: Callable[..., int], prices: pd.DataFrame
) -> None:
    number = store("Prices", prices)
    found = ap.coverage(number, start="2030", client=client)
    assert len(found) == 0
    check_types(found, ["country"])


def test_an_entity_called_like_a_count_is_told_apart(
    client: ap.Client, store: Callable[..., int]
) -> None:
    frame = pd.DataFrame(
        {"Date": pd.to_datetime(["2024-01-01"]), "count": ["many"], "value": [1.0]}
    )
    number = store("Counts", frame)
    found = ap.coverage(number, client=client)
    assert found.iloc[0][["entity: count", "column", "count"]].tolist() == ["many", "value", 1]


@pytest.mark.parametrize("by", [["Date", "country"], ["country", "Date"]], ids=["date", "country"])
@pytest.mark.parametrize("is_shuffled", [False, True])
def test_rows_may_come_in_any_order(
    emulator: Emulator,
    chunked_client: Callable[[int], ap.Client],
    store: Callable[..., int],
    by: list[str],
    is_shuffled: bool,
) -> None:
    days = pd.date_range("2020-01-01", periods=400)
    keys = pd.MultiIndex.from_product([days, ["a", "b", "c"]], names=["Date", "country"])
    frame = keys.to_frame(index=False).assign(v=np.arange(1200.0))
    frame.loc[frame.index % 7 == 0, "v"] = None
    number = store("Long", frame)
    frame["country"] = frame["country"].astype(text_dtype())
    sent = frame.sample(frac=1, random_state=5) if is_shuffled else frame.sort_values(by)
    body = sent.to_csv(index=False, date_format="%Y-%m-%d")
    emulator.faults.add(path="/*", port="storage", garbage=body, times=None)
    client = chunked_client(1000)
    found = ap.coverage(number, client=client)
    whole = expected(frame, "Date", ["country"])
    assert sorted(rows_of(found)) == sorted(without_missing(whole))
    downloads = [each for each in emulator.requests if each.port == "storage"]
    assert len(downloads) == 1 + is_shuffled


def test_an_unknown_column_is_a_query_error(
    client: ap.Client, store: Callable[..., int], prices: pd.DataFrame
) -> None:
    number = store("Prices", prices)
    with pytest.raises(ap.QueryError, match="did you mean 'Wages'"):
        ap.coverage(number, select="Wage", client=client)


def test_memory_does_not_grow_with_the_rows() -> None:
    def chunk(number: int) -> pd.DataFrame:
        dates = pd.Timestamp("2000-01-01") + pd.to_timedelta([number] * 2_000, unit="D")
        names = pd.Series([f"Country {n}" for n in range(2_000)], dtype=text_dtype())
        return pd.DataFrame({"Date": dates, "country": names, "v": np.arange(2_000.0)})

    def peak(count: int) -> int:
        tracemalloc.start()
        result = count_chunks(map(chunk, range(count)), "Date", ("country",))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert result["count"].tolist() == [count] * 2_000
        return most

    peak(2)
    assert peak(24) < 1.5 * peak(4)
