"""Section 3: a value that goes in comes back the same, or the user is told."""

import warnings
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from blackbox.frames import DATE, TEXT, cells
from blackbox.pushing import rows_by_key, sample, seed_dataset, sent_column
from blackbox.state import State
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

floats = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, 1e22, 123456789.0, 1e-7]),
)
letters = [*"ab ñÉ价,'\"&/%;\n\t\\=0.-", "\r\n", "🙂"]
texts = st.one_of(
    st.none(),
    st.sampled_from(["NA", "N/A", "null", "nan", "None", "007", "1e5", "true", " ", "\n", "''"]),
    st.lists(st.sampled_from(letters), min_size=1, max_size=12).map("".join),
)
entities = st.lists(
    st.lists(st.sampled_from(letters), min_size=1, max_size=8)
    .map("".join)
    .filter(lambda text: text == text.strip()),
    min_size=4,
    max_size=4,
    unique=True,
)
names = st.lists(
    st.lists(st.sampled_from([*"abñ ,'\"&/%;=+.()"]), min_size=1, max_size=8).map("".join),
    min_size=2,
    max_size=2,
).filter(lambda pair: pair == [n.strip() for n in pair] and len({"", *map(fold, pair)}) == 3)


def fold(name: str) -> str:
    """Return a name as the service may compare it."""
    return name.casefold().replace("ñ", "n")


@given(
    numbers=st.lists(floats, min_size=4, max_size=4),
    notes=st.lists(texts, min_size=4, max_size=4),
    ranks=st.lists(st.one_of(st.none(), st.integers(-32768, 32767)), min_size=4, max_size=4),
    countries=entities,
    pair=names,
)
def test_what_is_pushed_is_what_is_read(
    service: State,
    client: ap.Client,
    numbers: list[float | None],
    notes: list[str | None],
    ranks: list[int | None],
    countries: list[str],
    pair: list[str],
) -> None:
    number, note = pair
    definitions = [
        ("Date", "Date", True),
        ("country", "String", True),
        (number, "Decimal", False),
        (note, "String", False),
        ("rank 9", "Short Integer", False),
    ]
    dataset = service.add_dataset("Round trip", definitions)
    frame = pd.DataFrame(
        {
            "Date": pd.Series(pd.to_datetime(["2020-01-01"] * 2 + ["1901-12-31"] * 2), dtype=DATE),
            "country": pd.Series(countries, dtype=TEXT),
            number: pd.Series([np.nan if n is None else n for n in numbers], dtype="float64"),
            note: pd.Series(notes, dtype=TEXT),
            "rank 9": pd.array(ranks, dtype="Int16"),
        }
    )
    frame.alphacast.push(dataset.id, mode="replace", client=client)
    back = ap.read_alphacast(dataset.id, client=client)
    expected = frame.sort_values("Date", kind="stable", ignore_index=True)
    assert back.dtypes.tolist() == expected.dtypes.tolist()
    for name in expected.columns:
        assert cells(back[name]) == cells(expected[name]), name


@pytest.mark.parametrize(
    "value",
    [0.1 + 0.2, 5830.2271000000155, 5e-324, 1.7976931348623157e308, 1e16, 123.0, -0.0, 1e-5],
)
def test_floats_are_written_as_the_shortest_exact_text(
    service: State, client: ap.Client, value: float
) -> None:
    sample(CPI=[value, None, 1.0]).alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    text = sent_column(upload, "CPI")[0]
    assert float(text).hex() == value.hex()
    digits = Decimal(text).normalize().as_tuple().digits
    assert digits == Decimal(repr(value)).normalize().as_tuple().digits


def test_float32_values_keep_their_value(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    column = np.array([0.1, 16777216.0, 3.4e38], dtype="float32")
    sample(CPI=column).alphacast.push(dataset.id, client=client)
    assert rows_by_key(dataset)["2020-01-01", "Chile"]["CPI"] == float(column[0])
    assert rows_by_key(dataset)["2020-02-01", "Chile"]["CPI"] == float(column[2])


@pytest.mark.parametrize(
    "column",
    [
        [1.0, None, 2.0],
        pd.array([1, None, 2], dtype="Int64"),
        pd.array([1.0, None, 2.0], dtype="Float64"),
        pd.Series([1.0, None, 2.0], dtype="double[pyarrow]"),
        pd.Series([1, None, 2.0], dtype=object),
        pd.Series([1, pd.NA, np.nan], dtype=object),
    ],
    ids=["float64", "Int64", "Float64", "pyarrow", "object with None", "object with NA"],
)
def test_missing_numbers_are_empty_fields(service: State, client: ap.Client, column: Any) -> None:
    sample(CPI=column).alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert sent_column(upload, "CPI")[1] == ""


@pytest.mark.parametrize("dtype", [object, "string", "string[pyarrow]", "category"])
def test_missing_texts_are_empty_fields_and_text_stays(
    service: State, client: ap.Client, dtype: Any
) -> None:
    column = pd.Series(["NA", None, 'say "x",\ny'], dtype=dtype)
    country = pd.Series(["Chile", "Perú", "Chile"], dtype=dtype)
    frame = sample(note=column, country=country)
    frame.alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert sent_column(upload, "note") == ["NA", "", 'say "x",\ny']
    assert sent_column(upload, "country") == ["Chile", "Perú", "Chile"]


def test_decimals_are_written_digit_for_digit(service: State, client: ap.Client) -> None:
    digits = ["0.10", "123456789012345678901234567890.12", "-7"]
    frame = sample(CPI=[Decimal(d) for d in digits])
    frame.alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert [Decimal(text) for text in sent_column(upload, "CPI")] == [Decimal(d) for d in digits]


def test_dates_are_written_without_time_at_midnight(service: State, client: ap.Client) -> None:
    sample().alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert sent_column(upload, "Date") == ["2020-01-01", "2020-01-01", "2020-02-01"]


@pytest.mark.parametrize("first", [True, False], ids=["first push", "later push"])
def test_times_of_day_survive(service: State, client: ap.Client, first: bool) -> None:
    dataset = service.add_dataset("Intraday") if first else seed_dataset(service, [])
    days = ["2020-01-01 00:00:00", "2020-01-01 18:30:15", "2020-02-01 23:59:59"]
    dates = pd.to_datetime(days)
    sample(Date=dates).alphacast.push(dataset.id, client=client)
    assert ap.read_alphacast(dataset.id, client=client)["Date"].tolist() == dates.tolist()


def test_periods_are_written_as_their_first_day(service: State, client: ap.Client) -> None:
    periods = pd.PeriodIndex(["2020Q1", "2020Q2", "2020Q3"], freq="Q")
    frame = sample(Date=periods)
    frame.alphacast.push(seed_dataset(service).id, date="Date", client=client)
    [upload] = service.uploads()
    assert sent_column(upload, "Date") == ["2020-01-01", "2020-04-01", "2020-07-01"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_unit_of_dates_is_taken(service: State, client: ap.Client, unit: str) -> None:
    frame = sample()
    frame["Date"] = frame["Date"].astype(f"datetime64[{unit}]")
    frame.alphacast.push(seed_dataset(service).id, client=client)
    [upload] = service.uploads()
    assert sent_column(upload, "Date") == ["2020-01-01", "2020-01-01", "2020-02-01"]


def test_an_empty_text_in_a_value_column_is_warned_about(service: State, client: ap.Client) -> None:
    dataset = seed_dataset(service)
    with pytest.warns(Warning, match="note"):
        sample(note=["", "a", None]).alphacast.push(dataset.id, client=client)
    assert rows_by_key(dataset)["2020-01-01", "Chile"]["note"] is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sample(note=["b", "a", None]).alphacast.push(dataset.id, client=client)


def test_odd_column_names_travel_whole(service: State, client: ap.Client) -> None:
    dataset = service.add_dataset("New")
    odd = ["Vivienda, agua", 'la "base"', "R&D / 100% + 1", "it's", "Año;mes", "価格"]
    frame = sample(**{name: [1.0, 2.0, 3.0] for name in odd})
    frame.alphacast.push(dataset.id, client=client)
    assert list(ap.read_alphacast(dataset.id, client=client).columns) == list(frame.columns)
