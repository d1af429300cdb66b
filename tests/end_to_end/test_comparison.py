"""Frames of every dtype are compared as the service gives them back."""

import datetime
import warnings
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import NASTY_FLOATS, NASTY_TEXTS, panel

import alphacast_pandas as ap
from alphacast_pandas.emulator import Emulator, Readings

DAYS = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])
NEW = Callable[[], int]

DATES: dict[str, Any] = {
    "days": DAYS,
    "nanoseconds": DAYS.astype("datetime64[ns]"),
    "seconds": DAYS.astype("datetime64[s]"),
    "with times": DAYS + pd.to_timedelta([0, 1, 2], "h") + pd.Timedelta("1us"),
    "one with a time": DAYS + pd.to_timedelta([0, 0, 90], "min"),
    "periods": DAYS.to_period("M"),
    "date objects": [datetime.date(2024, month, 1) for month in (1, 2, 3)],
    "arrow dates": pd.array(DAYS.to_numpy(), dtype="timestamp[ns][pyarrow]"),
    "early": np.array(["1500-01-01", "1600-01-01", "9999-12-31"], dtype="datetime64[us]"),
    "categories": pd.Categorical(DAYS),
}
VALUES: dict[str, Any] = {
    "floats": [0.1, np.nan, 1 / 3],
    "float32": np.array([0.1, np.nan, 1 / 3], dtype="float32"),
    "float16": np.array([0.1, np.nan, 1 / 3], dtype="float16"),
    "integers": [1, 2, 2**53],
    "nullable integers": pd.array([1, None, -(2**53)], dtype="Int64"),
    "unsigned": np.array([1, 2, 3], dtype="uint64"),
    "short": pd.array([1, None, -32768], dtype="Int16"),
    "mixed": np.array([1, None, 2.5], dtype=object),
    "Decimal objects": [Decimal("1.10"), None, Decimal("0.1000000000000000055511151231257827021")],
    "arrow decimals": pd.array([Decimal("1.10"), None, Decimal("-7.00")], dtype="object"),
    "nothing": [None, None, None],
    "text": ["NA", None, " x "],
    "categories of text": pd.Categorical(["a", None, "b"]),
    "categories of numbers": pd.Categorical([1.5, None, 2.5]),
    "arrow text": pd.array(["a", None, "007"], dtype="string[pyarrow]"),
}


def cycle(frame: pd.DataFrame, number: int, client: ap.Client, **words: Any) -> None:
    """Push, verify, and find nothing left to do, in every mode."""
    frame.alphacast.push(number, verify=True, client=client, **words)
    for mode in ("append", "upsert", "replace", "mirror"):
        diff = frame.alphacast.diff(number, mode=mode, client=client, **words)
        assert diff.empty
        assert (diff.unchanged, diff.kept) == (len(frame), 0)
    assert frame.alphacast.push(number, only_changes=True, client=client, **words).rows == 0


@pytest.mark.parametrize("name", DATES)
def test_dates_of_every_kind_are_compared_as_they_come_back(
    name: str, client: ap.Client, new_dataset: NEW
) -> None:
    frame = pd.DataFrame({"Date": DATES[name], "price": [1.0, 2.0, 3.0]})
    cycle(frame, new_dataset(), client, date="Date")


@pytest.mark.parametrize("name", VALUES)
def test_values_of_every_kind_are_compared_as_they_come_back(
    name: str, client: ap.Client, new_dataset: NEW
) -> None:
    frame = pd.DataFrame({"Date": DAYS, "x": [1.0, 2.0, 3.0]}).assign(value=VALUES[name])
    cycle(frame, new_dataset(), client, date="Date", entities=[])


def test_hard_texts_and_floats_are_compared_as_they_come_back(
    client: ap.Client, new_dataset: NEW
) -> None:
    size = max(len(NASTY_TEXTS), len(NASTY_FLOATS))
    frame = pd.DataFrame(
        {
            "Date": pd.date_range("2020-01-01", periods=size, freq="MS"),
            "note": pd.Series(NASTY_TEXTS).reindex(range(size)),
            "value": pd.Series(NASTY_FLOATS).reindex(range(size)),
        }
    )
    cycle(frame, new_dataset(), client, entities=[])


def test_short_integers_are_compared_whatever_their_dtype(
    client: ap.Client, new_dataset: NEW
) -> None:
    number = new_dataset()
    frame = pd.DataFrame({"Date": DAYS, "rank": pd.array([1, None, 3], dtype="Int16")})
    cycle(frame, number, client)
    for values in ([1.0, None, 3.0], [Decimal("1.0"), None, Decimal(3)]):
        cycle(frame.assign(rank=values), number, client)


def test_empty_text_is_missing_and_its_warning_points_to_the_caller(
    client: ap.Client, new_dataset: NEW
) -> None:
    number = new_dataset()
    frame = pd.DataFrame({"Date": DAYS, "note": ["a", "", None]})
    calls: list[Callable[[], Any]] = [
        lambda: frame.alphacast.push(number, entities=[], verify=True, client=client),
        lambda: frame.alphacast.diff(number, client=client),
        lambda: frame.alphacast.validate(entities=[]),
        lambda: frame.alphacast.manifest(number, client=client),
    ]
    for call in calls:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call()
        assert [w.filename for w in caught] == [__file__]
    with pytest.warns(UserWarning, match="has 1 empty text, which comes back"):
        assert frame.alphacast.diff(number, client=client).empty


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_a_dataset_with_columns_and_no_rows_is_compared(
    mode: Any, client: ap.Client, new_dataset: NEW
) -> None:
    number = new_dataset()
    client.datasets.initialize_columns(number, date="Date", entities=["country"])
    frame = pd.DataFrame({"Date": DAYS, "country": ["a", "b", "c"]})
    for columns in ({}, {"price": [1.0, None, 2.0]}):
        diff = frame.assign(**columns).alphacast.diff(number, mode=mode, client=client)
        assert (len(diff.added), len(diff.deleted), diff.deleted.shape[0]) == (3, 0, 0)
    diff.push(verify=True)
    assert frame.assign(price=[1.0, None, 2.0]).alphacast.diff(number, client=client).empty


SWITCHES = [
    (name, word)
    for name in (
        "filter_names", "last", "status", "row_count", "booleans", "column_ids", "date_parse",
        "date_time", "export", "empty_cell", "absent_column", "transfer", "media_type",
        "header_match", "success",
    )
    for word in get_args(Readings.__dataclass_fields__[name].type)[1:]
]  # fmt: skip


@pytest.mark.parametrize(("switch", "word"), SWITCHES)
def test_a_comparison_holds_under_another_reading(
    switch: str, word: str, client: ap.Client, emulator: Emulator, new_dataset: NEW
) -> None:
    emulator.readings = replace(Readings(), **{switch: word})
    frame, number = panel(), new_dataset()
    frame.head(40).alphacast.push(number, entities="country", verify=True, client=client)
    revised = frame.iloc[20:].assign(rank=frame["rank"].fillna(7) + 1)
    diff = revised.alphacast.diff(number, client=client)
    assert (len(diff.added), len(diff.deleted)) == (len(frame) - 40, 0)
    assert diff.changed["column"].unique().tolist() == ["rank"]
    assert diff.push(verify=True).rows == len(revised)
    revised.alphacast.push(number, mode="mirror", max_delete=20, verify=True, client=client)
    assert revised.alphacast.push(number, only_changes=True, client=client).rows == 0
