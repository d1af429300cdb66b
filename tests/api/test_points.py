"""Where points stand in an answer of any shape: all of them, or nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphacast_pandas.api.points import pair_of, points_of

NAMES = ["data", "observations", "dates", "values", "date", "value", "2024-01-31", "0", "label"]
CELLS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
JSON = st.recursive(
    CELLS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=15,
)


def parts_of(value: Any) -> list[Any]:
    """Everything in a value: itself, its names and all that it holds."""
    inner: list[Any] = []
    if isinstance(value, dict):
        inner = [*value, *value.values()]
    if isinstance(value, list):
        inner = value
    return [value, *(part for each in inner for part in parts_of(each))]


@given(answer=JSON)
def test_points_are_what_was_sent_and_none_is_left_out(answer: Any) -> None:
    points = points_of(answer)
    if points is None:
        return
    parts = parts_of(answer)
    lengths = [len(part) for part in parts if isinstance(part, list | dict)]
    assert len(points) in lengths
    for point in points:
        cells = point if isinstance(point, tuple) else [point]
        assert all(any(cell is part for part in parts) for cell in cells)
        pair = pair_of(point)
        assert pair is None or len(pair) == 2


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "2024-01-31",
        5,
        {},
        {"label": "GDP"},
        {"data": None},
        {"data": "none"},
        {"data": {"label": "GDP"}},
        {"data": {"dates": ["2023", "2024"], "values": [1]}},
        {"dates": ["2023", "2024"], "values": [1]},
        {"2024": [1, 2]},
        {"2024": 1, "unit": 2},
    ],
    ids=repr,
)
def test_what_is_no_list_of_points_is_none(answer: Any) -> None:
    assert points_of(answer) is None


def test_a_point_without_date_or_value_is_none() -> None:
    for point in ({"date": "2024"}, {"value": 1}, ["2024"], ["2024", 1, 2], "2024", None, 5):
        assert pair_of(point) is None
