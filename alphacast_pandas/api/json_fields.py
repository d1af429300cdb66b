"""Fields of the service's JSON, read leniently where its answers are known to vary."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, cast

from alphacast_pandas.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping


def truth(value: Any) -> bool:
    """Return a boolean from the service's spellings: true, "True", "TRUE", 1, "1"."""
    if isinstance(value, str):
        return value.strip().casefold() in {"true", "1", "yes"}
    return bool(value)


def flag(item: Mapping[str, Any], key: str) -> bool | None:
    """Return a boolean field, None if it is absent."""
    return truth(item[key]) if item.get(key) is not None else None


def object_of(value: Any, what: str) -> dict[str, Any]:
    """Return a JSON object, or raise with what was expected."""
    if not isinstance(value, dict):
        msg = f"Expected {what} as a JSON object, got {shown(value)}."
        raise DecodeError(msg)
    return cast("dict[str, Any]", value)


def id_of(item: Mapping[str, Any], what: str) -> int:
    """Return the identifier of an object, or raise."""
    number = integer(item.get("id"))
    if number is None:
        msg = f"Expected {what} with an id, got {shown(item)}."
        raise DecodeError(msg)
    return number


def integer(value: Any) -> int | None:
    """Return a whole number, None for what is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def text(item: Mapping[str, Any], key: str) -> str | None:
    """Return a text field, None if it is absent or empty."""
    value = item.get(key)
    return None if value is None or value == "" else str(value)


def date_of(value: Any) -> datetime.date | None:
    """Return a day, None for what is none."""
    try:
        return datetime.date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def shown(value: Any) -> str:
    """Return a value for a message."""
    known = repr(value)
    return known if len(known) <= 200 else f"{known[:200]}..."
