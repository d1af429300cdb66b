"""Frames as lines of CSV and JSON: nothing of a value is lost on the way."""

import csv
import io
import json
import math
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.commands.lines import csv_lines, json_line, json_lines

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
TEXTS |= st.sampled_from(["NA", "007", "1e5", " ", '"', "a\rb", "a\r\nb", "\n", ",", "\x1b[31m"])
DOUBLES = st.floats(allow_nan=True, allow_infinity=False)
SHORTS = st.integers(-(2**15), 2**15 - 1)
LONGS = st.integers(-(2**63), 2**63 - 1)
DAYS = st.dates().map(lambda date: np.datetime64(date, "us"))
TIMES = st.datetimes().map(lambda time: np.datetime64(time, "us"))


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Frames as commands print them, of every type that they have."""
    size = draw(st.integers(0, 4))

    def values(of: st.SearchStrategy[Any], *, missing: Any = None) -> list[Any]:
        gaps = of if missing is None else of | st.just(missing)
        return draw(st.lists(gaps, min_size=size, max_size=size))

    nat = np.datetime64("NaT", "us")
    columns = {
        "day": pd.Series(np.array(values(DAYS, missing=nat), "datetime64[us]")),
        "time": pd.Series(np.array(values(TIMES, missing=nat), "datetime64[us]")),
        "instant": pd.Series(np.array(values(TIMES), "datetime64[us]")).dt.tz_localize("UTC"),
        "text": pd.Series(values(TEXTS, missing=np.nan), dtype=object),
        "double": pd.Series(values(DOUBLES), dtype="float64"),
        "short": pd.array(values(SHORTS, missing=pd.NA), "Int16"),
        "long": pd.array(values(LONGS), "int64"),
        "flag": pd.array(values(st.booleans(), missing=pd.NA), "boolean"),
        "mixed": pd.Series(values(TEXTS | DOUBLES | SHORTS), dtype=object),
    }
    names = draw(st.permutations([*columns]))[: draw(st.integers(1, len(columns)))]
    renamed = {name: f"{name}{draw(TEXTS)}" for name in names}
    return pd.DataFrame({renamed[name]: columns[name] for name in names}, index=range(size))


@given(frames())
def test_lines_of_csv_are_the_frame(frame: pd.DataFrame) -> None:
    text = "".join(f"{line}\n" for line in csv_lines(frame))
    read = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    assert read[0] == [*frame.columns]
    assert len(read) == len(frame) + 1  # also for a row of one empty field
    again = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert [*again.columns] == [*frame.columns]
    assert again.to_numpy().tolist() == read[1:]
    for place, name in enumerate(frame.columns):
        for field, value in zip([row[place] for row in read[1:]], frame[name], strict=True):
            assert is_same(field, value)


def is_same(field: str, value: Any) -> bool:
    """Whether a field of CSV is a value, in its shortest form."""
    if pd.isna(value):
        return field == ""
    if isinstance(value, pd.Timestamp):
        zone = "" if value.tzinfo is None else "+00:00"
        return field.endswith(zone) and pd.Timestamp(field) == value
    if isinstance(value, float):
        return float(field) == value and len(field) <= len(repr(float(value)))
    return field == str(value)


@given(frames())
def test_lines_of_json_are_the_frame_and_safe(frame: pd.DataFrame) -> None:
    lines = [*json_lines(frame)]
    assert len(lines) == len(frame)
    fields = [*csv.reader(io.StringIO("".join(f"{x}\n" for x in csv_lines(frame)), newline=""))]
    rows = zip(*(frame[name] for name in frame.columns), strict=True)
    for line, row, values in zip(lines, fields[1:], rows, strict=True):
        assert not any(c in line for c in "\x1b\n\r\x9b\u202e\ufeff")
        told = json.loads(line, parse_constant=lambda name: math.inf)
        assert [*told] == [*frame.columns]
        for field, given_, value in zip(row, told.values(), values, strict=True):
            if pd.isna(value):
                assert given_ is None
            elif isinstance(value, pd.Timestamp):
                assert given_ == field
            else:
                assert given_ == value
                assert isinstance(given_, bool) == isinstance(value, bool | np.bool_)


def test_dates_of_a_column_are_alike_and_those_of_another_are_their_own() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-31", None]),
            "time": pd.to_datetime(["2024-01-31", "2024-01-31 10:30"], format="ISO8601"),
            "price": [1.0, np.nan],
        }
    )
    assert [*csv_lines(frame)] == [
        "day,time,price",
        "2024-01-31,2024-01-31T00:00:00,1.0",
        ",2024-01-31T10:30:00,",
    ]
    assert [*csv_lines(frame[["day"]].tail(1))] == ["day", '""']
    assert [*csv_lines(frame[[]])] == [*json_lines(frame[[]])] == []


def test_integers_and_signs_of_terminals_are_exact_in_json() -> None:
    line = json_line({"n": np.int64(2**62 + 1), "text": "ñ\x9b\u202e\U000e0001", "day": None})
    assert (
        line == '{"n": 4611686018427387905, "text": "ñ\\u009b\\u202e\\udb40\\udc01", "day": null}'
    )
    assert json.loads(line)["text"] == "ñ\x9b\u202e\U000e0001"
