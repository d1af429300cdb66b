"""Whatever passes the check can be written, and what cannot is refused with its reason."""

import datetime
import enum
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import alphacast_pandas as ap
from alphacast_pandas.writing.arrow import to_table
from alphacast_pandas.writing.check_frame import FrameOptions, check_frame

DATES = pd.to_datetime(["2024-01-01", "2024-02-01"])
LAST_MOMENT = np.datetime64("9999-12-31T23:59:59.999999")


class Unfriendly:
    """An object that can be neither compared, hashed nor shown."""

    __hash__ = None  # type: ignore[assignment] # which is how Python marks such objects

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError


class Word(str):
    """A text that cannot be compared."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError


class Level(enum.IntEnum):
    """Numbers with names."""

    LOW = 1
    HIGH = 2


def objects(*values: Any) -> pd.Series:
    return pd.Series([*values], dtype=object)


def arrow(values: list[Any], type_: pa.DataType) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, type_)])))


def check(frame: pd.DataFrame, date: str = "Date", entities: Any = ()) -> Any:
    return check_frame(frame, FrameOptions(index=False, date=date, entities=entities), None)


WRITTEN: dict[str, tuple[Any, list[Any]]] = {
    "sparse integers": (pd.arrays.SparseArray([0, 2]), [0.0, 2.0]),
    "sparse doubles": (pd.arrays.SparseArray([np.nan, 2.5]), [None, 2.5]),
    "integers of two classes": (objects(np.int64(-1), np.uint64(3)), [-1.0, 3.0]),
    "an integer and a float of NumPy": (objects(np.int8(1), np.float32(0.5)), [1.0, 0.5]),
    "long doubles that are doubles": (objects(np.longdouble(1), np.longdouble(0.1)), [1.0, 0.1]),
    "members of an enumeration": (objects(Level.LOW, Level.HIGH), [1.0, 2.0]),
    "a category of integers": (pd.Categorical([7, None]), [7.0, None]),
    "narrow NaN among texts": (objects("a", np.float32("nan")), ["a", None]),
    "texts that cannot be compared": (objects(Word("a"), Word("b")), ["a", "b"]),
    "wide decimals": (arrow([Decimal("1.10"), None], pa.decimal256(60, 3)), [1.1, None]),
    "large texts": (arrow(["a", "b"], pa.large_string()), ["a", "b"]),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_passes_the_check_is_written(name: str) -> None:
    values, expected = WRITTEN[name]
    checked = check(pd.DataFrame({"Date": DATES, "x": values}))
    assert to_table(checked.frame, checked.types).column("x").to_pylist() == expected


RANGE = "within the range of doubles"
REFUSED: dict[str, tuple[Any, str]] = {
    "a decimal beyond doubles": (objects(Decimal("1e400"), Decimal(1)), RANGE),
    "a decimal that would be zero": (objects(Decimal("1e-400"), Decimal(1)), RANGE),
    "a long decimal": (objects(Decimal("9" * 5_000), Decimal(1)), RANGE),
    # Made of codes, since pandas 2.2 looks for dates among the values of a category.
    "a category of such integers": (
        pd.Series(pd.Categorical.from_codes([0, 1], pd.Index([10**400, 1], dtype=object))),
        "exact as a double",
    ),
    "an integer beyond doubles": (objects(10**400, 1), "exact as a double"),
    "an integer of 5,000 digits": (objects(10**5_000, 1), "exact as a double"),
    "a huge integer among floats": (objects(10**5_000, 1.5), "exact as a double"),
    "fractions": (objects(Fraction(1, 3), Fraction(10**400)), "objects of the type Fraction"),
    "decimals and floats": (objects(Decimal(1), 1.5), "objects of the types Decimal, float"),
    "intervals": (pd.interval_range(0, 2), "values of the type interval"),
    "categories of intervals": (pd.cut(pd.Series([1.0, 2.0]), 2), "categories: values of"),
    "a dictionary of Arrow": (pd.Series(["a", "b"], dtype="category").astype(
        pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))), "values of the type dictionary"),
    "views of texts": (arrow(["a", "b"], pa.string_view()), "values of the type string_view"),
    "lists of Arrow": (arrow([[1], [2]], pa.list_(pa.int64())), "values of the type list"),
    "unfriendly objects": (objects(Unfriendly(), 1.0), "Unfriendly"),
    "a signaling NaN": (objects(Decimal("sNaN"), Decimal(1)), "could not be tried"),
    "half a character": (objects("a\ud800", "b"), "valid Unicode"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("role", ["value", "entity", "date"])
def test_what_cannot_be_written_is_refused_in_every_role(name: str, role: str) -> None:
    values, reason = REFUSED[name]
    date, entities = ("x", ()) if role == "date" else ("Date", ("x",) if role == "entity" else ())
    frame = pd.DataFrame({"Date": DATES, "x": values, "y": 1.0})
    if role == "date":
        frame = frame.drop(columns="Date")
    with pytest.raises(ap.ValidationError) as caught:
        check(frame, date, entities)
    if role == "value":
        assert reason in str(caught.value)
        assert "Remedy" in str(caught.value)


def test_long_doubles_that_are_no_doubles_are_refused() -> None:
    if np.finfo(np.longdouble).eps == np.finfo(np.float64).eps:
        pytest.skip("long doubles are doubles on this platform")
    for value, reason in ((np.longdouble(1) / 3, "exact"), (np.longdouble("1e4000"), RANGE)):
        with pytest.raises(ap.ValidationError, match=reason):
            check(pd.DataFrame({"Date": DATES, "x": objects(value, np.longdouble(1))}))


YEARS, MICROSECONDS = "years 1 to 9999", "microseconds at most"
FAR: dict[str, tuple[Callable[[], Any], str]] = {
    "a Timestamp": (lambda: objects(pd.Timestamp(np.datetime64("11999-07-08", "s"))), YEARS),
    "a year of NumPy": (lambda: objects(np.datetime64("31000")), YEARS),
    "the year 0": (lambda: objects(np.datetime64("0000-05", "M")), YEARS),
    "before our era": (lambda: objects(np.datetime64("-0430-03-01")), YEARS),
    "hours beyond 64 bits of seconds": (lambda: objects(np.datetime64(2**62, "h")), YEARS),
    "a far period": (lambda: objects(pd.Period(ordinal=9_000, freq="Y")), YEARS),
    "an early period": (lambda: objects(pd.Period(ordinal=-9_000, freq="Q")), YEARS),
    "a period whose year overflows": (lambda: objects(pd.Period(ordinal=2**62, freq="Q")), YEARS),
    "a column of such periods": (
        lambda: pd.Series(pd.PeriodIndex([pd.Period(ordinal=2**40, freq="Y")])),
        YEARS,
    ),
    "a category": (
        lambda: objects(pd.Timestamp(np.datetime64("11999-07-08", "s"))).astype("category"),
        YEARS,
    ),
    "seconds of Arrow": (lambda: arrow([10**15], pa.timestamp("s")), YEARS),
    "days of Arrow": (lambda: arrow([10**9], pa.date32()), YEARS),
    "a category of attoseconds": (
        lambda: pd.Series(
            pd.Categorical.from_codes([0], pd.Index([np.datetime64(1, "as")], dtype=object))
        ),
        MICROSECONDS,
    ),
    "a nanosecond": (lambda: objects(pd.Timestamp("2020-01-01T00:00:00.000000001")), MICROSECONDS),
    "an attosecond": (lambda: objects(np.datetime64(1, "as")), MICROSECONDS),
}


@pytest.mark.parametrize("name", FAR)
def test_a_date_that_would_become_another_is_refused(name: str) -> None:
    make, check_name = FAR[name]
    values = make()
    with pytest.raises(ap.ValidationError) as caught:
        check(pd.DataFrame({"Date": values, "x": 1.0}))
    failures = caught.value.failures
    assert failures["row"][failures["check"] == check_name].tolist() == [0]


@pytest.mark.parametrize(
    "value",
    [
        LAST_MOMENT,
        np.datetime64("0001-01-01"),
        np.datetime64("2020", "Y"),
        np.datetime64(10**6, "ps"),
        datetime.date.max,
        datetime.date.min,
    ],
    ids=repr,
)
def test_a_date_object_within_the_calendar_is_written_as_it_is(value: Any) -> None:
    checked = check(pd.DataFrame({"Date": objects(value), "x": 1.0}))
    [written] = to_table(checked.frame, checked.types).column("Date").cast(pa.int64()).to_pylist()
    assert written == int(np.datetime64(value, "us").astype(np.int64))


ODD_NAMES = {
    "a byte order mark": ("\ufeffprice", 'encoding="utf-8-sig"'),
    "a zero width": ("pri\u200bce", "U+200B"),
    "a joiner at the end": ("price\u200d", "U+200D"),
    "a soft hyphen": ("pri\u00adce", "U+00AD"),
    "a separator of lines": ("pri\u2028ce", "U+2028"),
    "a control character": ("pri\x00ce", "U+0000"),
    "a bidi mark": ("pri\u202ece", "U+202E"),
    "half a character": ("pri\ud800ce", "U+D800"),
}


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("place", ["column", "index"])
def test_a_name_that_a_reader_changes_is_refused(name: str, place: str) -> None:
    odd, text = ODD_NAMES[name]
    frame = pd.DataFrame({"Date": DATES, "x": [1.0, 2.0]})
    if place == "column":
        frame.columns = pd.Index(["Date", odd], dtype=object)
    else:
        frame.index = pd.Index([1, 2], name=odd)
    with pytest.raises(ap.ValidationError) as caught:
        check_frame(frame, FrameOptions(date="Date"), None)
    assert text in str(caught.value)


def test_a_joiner_within_a_word_of_its_script_is_a_letter() -> None:
    check(pd.DataFrame({"Date": DATES, "می\u200cشود": [1.0, 2.0]}))


@pytest.mark.parametrize(
    "arguments",
    [
        {"entities": 5},
        {"entities": [["x"]]},
        {"entities": Unfriendly()},
        {"entities": pd.NA},
        {"date": pd.NA},
        {"date": Unfriendly()},
        {"index": pd.NA},
        {"index": Unfriendly()},
    ],
    ids=range(8),
)
def test_an_argument_of_any_class_is_refused_in_our_words(arguments: dict[str, Any]) -> None:
    with pytest.raises(ap.QueryError):
        check_frame(pd.DataFrame({"Date": DATES, "x": 1.0}), FrameOptions(**arguments), None)


@pytest.mark.parametrize(
    "label", [pd.NA, pd.NaT, None, 10**5_000], ids=["NA", "NaT", "None", "long"]
)
def test_a_row_of_any_label_is_reported(label: Any) -> None:
    frame = pd.DataFrame({"Date": DATES, "x": [1.0, np.inf]})
    frame.index = pd.Index([label, label], dtype=object)
    with pytest.raises(ap.ValidationError, match="finite"):
        check(frame)


@pytest.mark.parametrize("name", [5, pd.NA, 10**5_000, ("a", "b")], ids=["5", "NA", "long", "pair"])
def test_a_name_that_is_no_text_is_refused(name: Any) -> None:
    frame = pd.DataFrame({"Date": DATES, "x": [1.0, 2.0]})
    columns = np.empty(2, dtype=object)
    columns[0], columns[1] = "Date", name
    frame.columns = pd.Index(columns, tupleize_cols=False)
    with pytest.raises(ap.ValidationError, match="names are text"):
        check(frame)


def test_an_index_that_pandas_cannot_make_a_column_of_is_refused() -> None:
    moment = np.datetime64(1, ("s", 25))
    labels = pd.Index(np.array([moment, moment], dtype=object), dtype=object, name="Date")
    with pytest.raises(ap.ValidationError, match="cannot become a column"):
        check_frame(pd.DataFrame({"x": [1.0, 2.0]}, index=labels), FrameOptions(), None)
