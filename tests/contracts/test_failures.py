"""The one message and the one frame that say what is wrong."""

import pandas as pd
import pandera.errors
import pandera.pandas as pa
import pytest

import alphacast_pandas as ap
from alphacast_pandas.contracts.failures import Failure, from_pandera, refuse

DATES = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"])


def message(*failures: Failure) -> str:
    with pytest.raises(ap.ValidationError) as caught:
        refuse(failures, "Nothing was sent")
    assert len(caught.value.failures) == len(failures)
    return str(caught.value)


def test_rows_of_one_failure_stand_on_one_line() -> None:
    failures = [Failure("x", "finite", row, remedy="Drop it.") for row in range(9)]
    assert message(*failures) == (
        "Nothing was sent: 1 failure.\n"
        "  Column 'x', rows 0, 1, 2, 3, 4 and 4 more: finite.\n"
        "    Remedy: Drop it."
    )


def test_dates_and_keys_are_told_without_their_types() -> None:
    key = (DATES[0], "Chile")
    text = message(Failure("Date", "unique key", DATES[0], key, predicate="is there twice"))
    assert text.endswith("Column 'Date', row 2024-01-01: 2024-01-01, 'Chile' is there twice.")


def test_a_remedy_stands_below_the_failures_that_it_is_for() -> None:
    lines = message(
        Failure("x", "finite", 0, float("inf"), "Drop x.", "is not finite"),
        Failure("y", "finite", 0, float("inf"), "Drop y.", "is not finite"),
        Failure("x", "finite", 5, -float("inf"), "Drop x.", "is not finite"),
        Failure("z", "text, not integers", predicate="must hold text"),
    ).splitlines()
    assert lines[1:] == [
        "  Column 'x', row 0: inf is not finite.",
        "  Column 'x', row 5: -inf is not finite.",
        "    Remedy: Drop x.",
        "  Column 'y', row 0: inf is not finite.",
        "    Remedy: Drop y.",
        "  Column 'z' must hold text.",
    ]


def test_rows_are_named_by_position_where_labels_repeat() -> None:
    rows = [Failure("x", "finite", 0, None, predicate="is missing", position=n) for n in (0, 3)]
    assert message(*rows).splitlines()[1] == (
        "  Column 'x', rows 0 (position 0), 0 (position 3): the value is missing."
    )


def test_many_lines_are_cut_and_the_frame_has_all() -> None:
    text = message(*(Failure(f"x{n}", "finite") for n in range(30)))
    assert "... and 20 more: see error.failures" in text
    assert len(text.splitlines()) == 12


def test_a_check_cannot_act_on_a_terminal() -> None:
    text = message(Failure("x\x1b[2J", "a\x1b[31m check\n of two lines\u202e", "\x9b", "\x07"))
    assert text.splitlines()[1] == (
        r"  Column 'x\x1b[2J', row '\x9b': a\x1b[31m check of two lines\u202e: '\x07'."
    )


def found_by(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> list[Failure]:
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema.validate(frame, lazy=True)
    return from_pandera(caught.value, None)


def test_a_check_that_raises_could_not_be_tried() -> None:
    broken = pa.Check(lambda values: values.no_such_method(), name="odd")
    frame = pd.DataFrame({"x": [1.0, -1.0]})
    schema = pa.DataFrameSchema({"x": pa.Column(float, [broken, pa.Check.ge(0)])})
    raised, failed = found_by(schema, frame)
    assert raised.check.startswith("check odd could not be tried: AttributeError(")
    assert (failed.check, failed.row) == ("greater_than_or_equal_to(0)", 1)


def test_a_row_whose_label_is_missing_is_a_failure_all_the_same() -> None:
    schema = pa.DataFrameSchema(
        {"x": pa.Column(float, pa.Check.ge(0))}, index=pa.Index(object, nullable=True)
    )
    frame = pd.DataFrame({"x": [1.0, -1.0]}, index=pd.Index([1, pd.NA], dtype=object))
    [failure] = found_by(schema, frame)
    assert (failure.column, failure.row) == ("x", None)


def test_labels_of_several_levels_stand_in_parentheses() -> None:
    rows = [
        Failure("x", "finite", (DATES[0], place), None, predicate="is missing") for place in "ab"
    ]
    assert message(*rows).splitlines()[1] == (
        "  Column 'x', rows (2024-01-01, 'a'), (2024-01-01, 'b'): the value is missing."
    )
