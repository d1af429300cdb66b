"""The check of a frame: whatever is wrong is reported at once, with the caller's rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import alphacast_pandas as ap

DATES = pd.to_datetime(["2024-01-01", "2024-02-01"])


def frame(**columns: Any) -> pd.DataFrame:
    made = {"Date": DATES, "country": ["Chile", "Perú"], "price": [1.5, 2.5], **columns}
    return pd.DataFrame(made).set_axis(["first", "second"], axis=0)


def failures_of(df: pd.DataFrame) -> pd.DataFrame:
    before = df.copy(deep=True)
    with pytest.raises(ap.ValidationError) as caught:
        df.alphacast.validate(date="Date", entities=["country"], index=False)
    pd.testing.assert_frame_equal(df, before)
    assert list(caught.value.failures.columns) == ["column", "check", "row", "value"]
    return caught.value.failures


VALUES: dict[str, tuple[Any, str]] = {
    "infinite": ([1.0, np.inf], "finite"),
    "booleans": ([True, False], "numbers, not booleans"),
    "nullable booleans": (pd.array([True, None], dtype="boolean"), "numbers, not booleans"),
    "timedelta": (
        np.array([1, 2], dtype="timedelta64[s]"),
        "numbers, not values of the type timedelta64[s]",
    ),
    "complex": ([1j, 2j], "numbers, not values of the type complex128"),
    "bytes": ([b"a", b"b"], "numbers, not objects of the type bytes"),
    "lists": ([[1], [2]], "numbers, not objects of the type list"),
    "dicts": ([{}, {}], "numbers, not objects of the type dict"),
    "dates": (DATES, "numbers, not dates"),
    "too large": ([2**53 + 1, 1], "exact as a double"),
    "too small": (pd.array([-(2**53) - 1, None], dtype="Int64"), "exact as a double"),
    "mixed": (np.array([1, "a"], dtype=object), "numbers, not objects of the types int, str"),
    "surrogates": (pd.Series(["\ud800", "a"], dtype=object), "valid Unicode"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_the_service_cannot_hold_is_refused(name: str) -> None:
    values, check = VALUES[name]
    failures = failures_of(frame(price=values))
    assert set(failures["column"]) == {"price"}
    assert set(failures["check"]) == {check}
    if name in {"infinite", "too large", "too small"}:
        assert failures["row"].tolist() == ["second" if name == "infinite" else "first"]


KEYS: dict[str, tuple[dict[str, Any], str]] = {
    "missing date": ({"Date": [DATES[0], pd.NaT]}, "not missing"),
    "zoned date": ({"Date": DATES.tz_localize("UTC")}, "dates without time zone"),
    "text for date": ({"Date": ["2024-01-01", "2024-02-01"]}, "dates, not text"),
    "nanoseconds": ({"Date": DATES + pd.Timedelta(1, "ns")}, "microseconds at most"),
    "missing entity": ({"country": ["Chile", None]}, "not missing"),
    "empty entity": ({"country": ["Chile", ""]}, "not missing"),
    "blanks around": ({"country": ["Chile", " Perú"]}, "no blanks around"),
    "no Unicode": ({"country": pd.Series(["Chile", "\ud800"], dtype=object)}, "valid Unicode"),
    "zoned dates for entity": (
        {"country": DATES.tz_localize("UTC")},
        "text, not dates with a time zone",
    ),
    "number for entity": ({"country": [1, 2]}, "text, not integers"),
    "one key twice": ({"country": "Chile", "Date": DATES[0]}, "unique key"),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_the_service_cannot_hold_is_refused(name: str) -> None:
    columns, check = KEYS[name]
    assert {check} == set(failures_of(frame(**columns))["check"])


NAMES: dict[str, list[Any]] = {
    "repeated": ["Date", "country", "country"],
    "a number": ["Date", "country", 5],
    "empty": ["Date", "country", ""],
    "blank": ["Date", "country", "  "],
    "blanks around": ["Date", "country", " price"],
    "a line break": ["Date", "country", "pri\nce"],
    "folds to another": ["Date", "country", "Cóuntry"],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_the_service_cannot_hold_is_refused(name: str) -> None:
    assert len(failures_of(frame().set_axis(NAMES[name], axis=1))) >= 1


def test_everything_wrong_is_said_at_once_with_the_labels_of_the_caller() -> None:
    wrong = frame(price=[np.inf, 1.0], country=["Chile ", "Perú"], flag=[True, False])
    failures = failures_of(wrong)
    found = set(zip(failures["column"], failures["row"], strict=True))
    assert {("price", "first"), ("country", "first"), ("flag", None)} <= found


def test_a_repeated_index_is_no_obstacle() -> None:
    wrong = frame(price=[np.inf, -np.inf]).set_axis(["same", "same"], axis=0)
    assert failures_of(wrong)["row"].tolist() == ["same", "same"]


@pytest.mark.parametrize(
    "df",
    [frame().head(0), pd.DataFrame(), frame().T.set_axis([("a", 1), ("a", 2)], axis=1)],
    ids=["no rows", "nothing", "two rows of names"],
)
def test_a_frame_that_is_no_table_is_refused(df: pd.DataFrame) -> None:
    with pytest.raises(ap.ValidationError):
        df.alphacast.validate()


def test_every_refusal_has_its_failures() -> None:
    for df in (frame().head(0), frame().drop(columns="Date"), frame(city="x")):
        with pytest.raises(ap.ValidationError) as caught:
            df.alphacast.validate(index=False)
        assert list(caught.value.failures.columns) == ["column", "check", "row", "value"]
