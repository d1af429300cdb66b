"""Where the dates and values of an upstream series stand in an answer, whose form is not known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIST_NAMES = ("data", "observations", "points")
_DATE_NAMES = (
    *("date", "period", "time", "timestamp", "datetime", "time_period", "fecha"),
    *("dates", "periods", "times", "timestamps"),
)
_VALUE_NAMES = ("value", "obs_value", "valor", "values")
_DATE = re.compile(r"-?\d+|\d{4}\D.*", re.DOTALL)


def points_of(answer: Any) -> tuple[Any, ...] | None:
    """
    Return the points in an answer, as they are sent; None for what is no list of points.

    It is the answer itself or one of its fields: a list of points, an object of two lists, or one
    of dates with values.

    >>> points_of({"label": "GDP", "data": {"dates": ["2023", "2024"], "values": [1, 2]}})
    (('2023', 1), ('2024', 2))
    """
    if isinstance(answer, dict) and _columns_of(answer) is None and not _is_mapping(answer):
        fields = (answer[name] for name in _LIST_NAMES if name in answer)
        return next((found for each in fields if (found := _listed(each)) is not None), None)
    return None if answer == {} else _listed(answer)


def pair_of(point: Any) -> tuple[Any, Any] | None:
    """
    Return the date and the value of a point, None for what is none.

    >>> pair_of({"period": "2024-Q1", "obs_value": 1.5}), pair_of(["2024-Q1", 1.5])
    (('2024-Q1', 1.5), ('2024-Q1', 1.5))
    """
    if isinstance(point, dict):
        return _two_fields(point)
    return tuple(point) if isinstance(point, list | tuple) and len(point) == 2 else None


def _listed(value: Any) -> tuple[Any, ...] | None:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return None
    return tuple(value.items()) if _is_mapping(value) or not value else _columns_of(value)


def _is_mapping(item: Mapping[str, Any]) -> bool:
    """Tell an object of dates with values."""
    is_flat = all(not isinstance(value, dict | list) for value in item.values())
    return bool(item) and is_flat and all(map(_DATE.fullmatch, item))


def _columns_of(item: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the points of an object that has a list of dates and one of as many values."""
    dates, values = _two_fields(item) or (None, None)
    if not isinstance(dates, list) or not isinstance(values, list) or len(dates) != len(values):
        return None
    return tuple(zip(dates, values, strict=True))


def _two_fields(item: Mapping[str, Any]) -> tuple[Any, Any] | None:
    fields = {name.casefold(): value for name, value in item.items()}
    date = next((name for name in _DATE_NAMES if name in fields), None)
    value = next((name for name in _VALUE_NAMES if name in fields), None)
    return None if date is None or value is None else (fields[date], fields[value])
