"""Failures of a frame against its contract, told in one error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import ValidationError
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COLUMNS = ["column", "check", "row", "value"]
_MOST_LINES = 10
_MOST_ROWS = 5
_MOST_CHARACTERS = 80


@dataclass(frozen=True)
class Failure:
    """One value, or one column (row None), that is not what it must be."""

    column: Any
    check: str
    row: Any = None
    value: Any = None
    remedy: str = ""


def refuse(failures: Sequence[Failure], what: str) -> None:
    """Raise a `ValidationError` with all failures, if there are any."""
    if failures:
        table = pd.DataFrame(
            {
                name: pd.Series([getattr(f, name) for f in failures], dtype=object)
                for name in COLUMNS
            }
        )
        raise ValidationError(_message(failures, what), failures=table)


def from_pandera(error: Any, label_of: Callable[[Any], Any] | None) -> list[Failure]:
    """
    Return the failures of pandera's ``SchemaErrors``.

    `label_of` gives the caller's label of a row for the one that pandera knows.
    """
    return [failure for part in error.schema_errors for failure in _of_one_check(part, label_of)]


def short(value: Any) -> str:
    """Return a value, or a label of a row, as a message shows it."""
    if isinstance(value, tuple):
        return ", ".join(map(short, value))
    if isinstance(value, pd.Timestamp):
        return str(value).removesuffix(" 00:00:00")
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - an object of any class, or an integer of 5,000 digits
        text = f"<{type(value).__name__} without a text>"
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}..."


def plain(value: Any) -> Any:
    """Return Python's own value for NumPy's."""
    return value.item() if isinstance(value, np.generic) else value


def _of_one_check(error: Any, label_of: Callable[[Any], Any] | None) -> list[Failure]:
    column = getattr(error, "column_name", None) or error.schema.name
    check = _check_name(error)
    cases = error.failure_cases
    if getattr(error.reason_code, "name", "") == "CHECK_ERROR":
        return [Failure(column, f"check {check} could not be tried: {cases}")]
    if not isinstance(cases, pd.DataFrame):
        return [Failure(column, check, None, _or_none(cases))]
    if cases.empty:  # pandera leaves out rows whose label is missing
        return [Failure(column, check)]
    columns = cases["column"] if "column" in cases else [column] * len(cases)
    return [
        Failure(_or_none(name), check, _label(row, label_of), value)
        for name, row, value in zip(columns, cases["index"], cases["failure_case"], strict=True)
    ]


def _check_name(error: Any) -> str:
    check = error.check
    if check is None:  # as for an index that cannot be compared with the schema's
        return str(error.args[0])
    if isinstance(check, str):
        return check
    return str(check.error if check.error is not None else check.name or check)


def _label(row: Any, label_of: Callable[[Any], Any] | None) -> Any:
    row = _or_none(row)
    return row if row is None or label_of is None else plain(label_of(row))


def _or_none(value: Any) -> Any:
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def _message(failures: Sequence[Failure], what: str) -> str:
    groups: dict[str, list[str]] = {}
    for failure in failures:
        rows = groups.setdefault(_line(failure), [])
        rows += [] if failure.row is None else [short(failure.row)]
    lines = [f"  {line}{_rows(rows)}" for line, rows in [*groups.items()][:_MOST_LINES]]
    if len(groups) > _MOST_LINES:
        lines.append(f"  ... and {len(groups) - _MOST_LINES} more: see error.failures")
    remedies = dict.fromkeys(failure.remedy for failure in failures if failure.remedy)
    head = f"{what}: {len(failures)} failure{'s' * (len(failures) > 1)}."
    return "\n".join([head, *lines, *(f"Remedy: {remedy}" for remedy in remedies)])


def _line(failure: Failure) -> str:
    place = f"column {short(failure.column)}" if failure.column is not None else "frame"
    value = f": {short(failure.value)}" if failure.value is not None else ""
    return f"{place}: {printable(' '.join(failure.check.split()))}{value}"


def _rows(rows: Sequence[str]) -> str:
    if not rows:
        return ""
    more = f" and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
    return f" (row{'s' * (len(rows) > 1)} {', '.join(rows[:_MOST_ROWS])}{more})"
