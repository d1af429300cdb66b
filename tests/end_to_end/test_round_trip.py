"""What goes up comes down the same."""

import io
from collections.abc import Callable

import pandas as pd
import pytest
from end_to_end.examples import FEWER
from end_to_end.frames import PANEL_KEYS, assert_same, by_key, frames, panel
from hypothesis import given
from hypothesis import strategies as st

import alphacast_pandas as ap

PUSH = Callable[..., int]


def comes_back(frame: pd.DataFrame, client: ap.Client, push_new: PUSH) -> None:
    entities = frame.attrs["entities"]
    keys = [frame.columns[0], *entities]
    before = frame.copy(deep=True)
    number = push_new(frame, date=keys[0], entities=entities)
    assert_same(frame, before)
    back = ap.read_alphacast(number, client=client)
    assert back[keys[0]].is_monotonic_increasing
    assert_same(by_key(back, keys), by_key(frame, keys))


@FEWER
@given(frame=frames())
def test_a_frame_comes_back_as_it_went(
    frame: pd.DataFrame, client: ap.Client, push_new: PUSH
) -> None:
    comes_back(frame, client, push_new)


@FEWER
@given(frame=frames(), chunk_bytes=st.integers(1, 9))
def test_no_value_notices_the_border_of_a_chunk(
    frame: pd.DataFrame,
    chunk_bytes: int,
    chunked_client: Callable[[int], ap.Client],
    push_new: PUSH,
) -> None:
    with chunked_client(chunk_bytes) as client:
        comes_back(frame, client, push_new)


@FEWER
@given(frame=frames())
def test_every_column_can_be_selected_and_filtered_by_its_name(
    frame: pd.DataFrame, client: ap.Client, push_new: PUSH
) -> None:
    entities = frame.attrs["entities"]
    keys = [frame.columns[0], *entities]
    values = [name for name in frame.columns if name not in keys]
    number = push_new(frame, date=keys[0], entities=entities)
    wanted = values[::-1][:2]
    row = frame.iloc[-1]
    back = ap.read_alphacast(
        number, select=wanted, filter={key: row[key] for key in keys}, client=client
    )
    expected = frame.tail(1)[[*keys, *wanted]].reset_index(drop=True)
    assert_same(back, expected)
    for name in values:
        if pd.notna(row[name]):
            found = ap.read_alphacast(number, filter=[(name, "==", row[name])], client=client)
            expected = frame[(frame[name] == row[name]).fillna(False).astype(bool)]
            assert_same(by_key(found, keys), by_key(expected, keys))


def test_an_export_of_77_columns_comes_back_bit_for_bit(client: ap.Client, push_new: PUSH) -> None:
    months = pd.date_range("2004-01-01", periods=240, freq="MS")
    frame = pd.DataFrame({"Date": pd.Series(months).astype(panel()["Date"].dtype)})
    columns = {
        f"Índice {n}, ñandú & 'otros' / {n}%": [
            None if (i * n) % 67 == 3 else (i + 1) * 5830.2271000000155 / n for i in range(240)
        ]
        for n in range(1, 77)
    }
    frame = pd.concat([frame, pd.DataFrame(columns, dtype="float64")], axis=1)
    assert frame.isna().to_numpy().sum() > 200
    number = push_new(frame)
    assert_same(ap.read_alphacast(number, client=client), frame)
    some = [*columns][::-9]
    assert_same(
        ap.read_alphacast(number, select=some, start="2010", client=client),
        frame[["Date", *some]][frame["Date"] >= "2010"].reset_index(drop=True),
    )


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_the_other_types_hold_the_same_values_and_go_up_again(
    backend: str, stored: int, client: ap.Client, push_new: PUSH
) -> None:
    back = ap.read_alphacast(stored, dtype_backend=backend, categories=True, client=client)
    again = push_new(back, entities=PANEL_KEYS[1:])
    assert_same(ap.read_alphacast(again, client=client), panel())


def test_what_was_read_survives_parquet_with_its_attributes(stored: int, client: ap.Client) -> None:
    frame = ap.read_alphacast(stored, last=2, client=client)
    file = io.BytesIO()
    frame.to_parquet(file)
    assert frame.query("CPI > 0").attrs == frame.attrs
    assert pd.read_parquet(file).attrs == frame.attrs
    assert frame.attrs["alphacast"]["rows"] == len(frame)
    assert frame.attrs["alphacast"]["retrieved_at"] == "2024-02-29T12:00:00+00:00"
