"""Fields of answers that are hardly documented: a field of another type than expected is None."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=$|[T ])")
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_LARGEST = 2**63 - 1


def text_field(item: Mapping[str, Any], *keys: str) -> str | None:
    """Return the first of these fields that is a text and not empty."""
    values = (item.get(key) for key in keys)
    return next((value for value in values if isinstance(value, str) and value), None)


def number_field(item: Mapping[str, Any], *keys: str) -> int | None:
    """Return the first of these fields that is an integer, or the digits of one."""
    values = (_number(item.get(key)) for key in keys)
    return next((value for value in values if value is not None), None)


def flag_field(item: Mapping[str, Any], *keys: str) -> bool | None:
    """Return the first of these fields that is true or false."""
    values = (item.get(key) for key in keys)
    return next((value for value in values if isinstance(value, bool)), None)


def day_field(item: Mapping[str, Any], *keys: str) -> datetime.date | None:
    """Return the day of the first of these fields that is a date or an instant."""
    values = (_day(item.get(key)) for key in keys)
    return next((value for value in values if value is not None), None)


def object_field(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a field that is an object; an empty one in the place of anything else."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def list_field(item: Mapping[str, Any], *keys: str) -> list[Any] | None:
    """Return the first of these fields that is a list."""
    values = (item.get(key) for key in keys)
    return next((value for value in values if isinstance(value, list)), None)


def _number(value: Any) -> int | None:
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= _LARGEST else None


def _day(value: Any) -> datetime.date | None:
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        return datetime.date.fromisoformat(value[:10])
    except ValueError:
        return None
