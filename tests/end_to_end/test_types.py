"""pandas has many types for one value: each goes up, and comes down as its declared type."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from end_to_end.frames import DATE, NASTY_TEXTS, assert_same, date_column, text_column

import alphacast_pandas as ap

PUSH = Callable[..., int]
DAYS = ["2024-01-01", "2024-02-01", "2024-03-01"]


def read_back(values: Any, client: ap.Client, push_new: PUSH) -> pd.Series:
    """Push one value column beside dates, return what the service gives for it."""
    number = push_new(pd.DataFrame({"Date": date_column(DAYS), "value": values}))
    return ap.read_alphacast(number, client=client)["value"]


NUMBERS = {
    "float32": np.array([0.1, 2.5, np.nan], dtype="float32"),
    "Float64": pd.array([0.1, 2.5, None], dtype="Float64"),
    "Float32": pd.array([0.5, 2.5, None], dtype="Float32"),
    "double[pyarrow]": pd.array([0.1, 2.5, None], dtype="double[pyarrow]"),
    "int64": np.array([1, -(2**53), 2**53]),
    "Int64": pd.array([1, 2**53 - 1, None], dtype="Int64"),
    "uint8": np.array([0, 1, 255], dtype="uint8"),
    "int32[pyarrow]": pd.array([1, -7, None], dtype="int32[pyarrow]"),
    "objects": np.array([1, 2.5, None], dtype=object),
    "Decimal objects": np.array([Decimal("0.1"), Decimal("1E+3"), None], dtype=object),
    "categories": pd.Categorical([0.1, 2.5, None]),
    "nothing at all": np.array([None, None, None], dtype=object),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_of_any_type_comes_back_as_the_nearest_double(
    name: str, client: ap.Client, push_new: PUSH
) -> None:
    values = NUMBERS[name]
    expected = [np.nan if pd.isna(value) else float(value) for value in values]
    back = read_back(values, client, push_new)
    pd.testing.assert_series_equal(back, pd.Series(expected, name="value", dtype="float64"))


SHORTS = {
    "int16": np.array([-32768, 0, 32767], dtype="int16"),
    "Int16": pd.array([1, -2, None], dtype="Int16"),
    "int16[pyarrow]": pd.array([1, -2, None], dtype="int16[pyarrow]"),
}


@pytest.mark.parametrize("name", SHORTS)
def test_a_short_integer_stays_one(name: str, client: ap.Client, push_new: PUSH) -> None:
    back = read_back(SHORTS[name], client, push_new)
    expected = pd.Series(
        [None if pd.isna(value) else int(value) for value in SHORTS[name]], dtype="Int16"
    )
    pd.testing.assert_series_equal(back, expected, check_names=False)


@pytest.mark.parametrize("kind", ["string", "string[pyarrow]", "object", "category"])
def test_text_of_any_type_comes_back_as_it_is(kind: str, client: ap.Client, push_new: PUSH) -> None:
    texts = [*NASTY_TEXTS, None]
    dates = pd.Series(pd.date_range("2020-01-01", periods=len(texts))).astype(DATE)
    values = pd.Series(texts, dtype="object").astype(kind)
    number = push_new(pd.DataFrame({"Date": dates, "value": values}), entities=[])
    back = ap.read_alphacast(number, client=client)
    assert_same(back, pd.DataFrame({"Date": dates, "value": text_column(texts)}))


def test_decimal_objects_travel_digit_for_digit(client: ap.Client, push_new: PUSH) -> None:
    digits = [Decimal("12345678901234567890.123456789"), Decimal("0.1000"), Decimal("1E-7")]
    back = read_back(np.array(digits, dtype=object), client, push_new)
    assert back.tolist() == [float(value) for value in digits]


DATES = {
    "periods": pd.period_range("2024-01", periods=3, freq="M"),
    "date objects": [datetime.date.fromisoformat(day) for day in DAYS],
    "datetime objects": [datetime.datetime.fromisoformat(day) for day in DAYS],
    "datetime64[s]": np.array(DAYS, dtype="datetime64[s]"),
    "datetime64[ns]": np.array(DAYS, dtype="datetime64[ns]"),
    "timestamp[ms][pyarrow]": pd.array(pd.to_datetime(DAYS), dtype="timestamp[ms][pyarrow]"),
    "date32[day][pyarrow]": pd.array(
        [datetime.date.fromisoformat(day) for day in DAYS], dtype="date32[day][pyarrow]"
    ),
    "categories": pd.Categorical(pd.to_datetime(DAYS)),
}


@pytest.mark.parametrize("name", DATES)
def test_a_date_of_any_type_comes_back_as_datetime64(
    name: str, client: ap.Client, push_new: PUSH
) -> None:
    frame = pd.DataFrame({"Date": pd.Series(DATES[name]), "value": [1.0, 2.0, 3.0]})
    back = ap.read_alphacast(push_new(frame), client=client)
    assert_same(back, pd.DataFrame({"Date": date_column(DAYS), "value": [1.0, 2.0, 3.0]}))


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_times_of_day_come_back_to_the_microsecond(
    unit: str, client: ap.Client, push_new: PUSH
) -> None:
    fraction = {"s": "", "ms": ".125", "us": ".000001"}[unit]
    dates = date_column([f"2024-01-01T23:59:59{fraction}", f"2024-01-02T00:00:00{fraction}"])
    frame = pd.DataFrame({"Date": dates, "value": [1.0, 2.0]})
    number = push_new(frame)
    assert_same(ap.read_alphacast(number, client=client), frame)
    assert len(ap.read_alphacast(number, end="2024-01-01", client=client)) == 1
    assert len(ap.read_alphacast(number, start="2024-01-02", last=1, client=client)) == 1


@pytest.mark.parametrize("year", ["0001", "1677", "9999"])
def test_years_that_nanoseconds_cannot_hold_come_back(
    year: str, client: ap.Client, push_new: PUSH
) -> None:
    dates = pd.Series(np.array([f"{year}-12-31"], dtype="datetime64[s]"))
    number = push_new(pd.DataFrame({"Date": dates, "value": [1.0]}))
    back = ap.read_alphacast(number, client=client)
    assert back["Date"].dt.strftime("%Y").astype(int).tolist() == [int(year)]
    assert back["Date"].tolist() == dates.tolist()


def test_named_index_levels_are_columns_and_come_back_as_the_index(
    client: ap.Client, push_new: PUSH
) -> None:
    index = pd.MultiIndex.from_product(
        [date_column(DAYS), text_column(["Chile", "Perú"])], names=["Date", "country"]
    )
    frame = pd.DataFrame({"value": [0.5, 1.5, 2.5, 3.5, 4.5, np.nan]}, index=index)
    back = ap.read_alphacast(push_new(frame), index=True, client=client)
    pd.testing.assert_frame_equal(back, frame)
    assert ap.read_alphacast(
        push_new(frame.droplevel("country").iloc[::2], index=True), index="Date", client=client
    ).index.tolist() == [pd.Timestamp(day) for day in DAYS]


def test_an_empty_text_comes_back_as_missing_with_a_warning(
    client: ap.Client, push_new: PUSH
) -> None:
    values = text_column(["", "a", ""])
    frame = pd.DataFrame({"Date": date_column(DAYS), "note": values})
    with pytest.warns(UserWarning, match="'note' has 2 empty texts"):
        number = push_new(frame, entities=[])
    back = ap.read_alphacast(number, client=client)
    assert back["note"].isna().tolist() == [True, False, True]


def test_a_frame_without_rows_has_the_types_of_one_with_rows(
    stored: int, client: ap.Client
) -> None:
    for backend in (None, "numpy_nullable", "pyarrow"):
        words = {} if backend is None else {"dtype_backend": backend}
        full = ap.read_alphacast(stored, client=client, **words)
        none = ap.read_alphacast(stored, start="2200", client=client, **words)
        assert len(none) == 0
        assert none.dtypes.equals(full.dtypes)
