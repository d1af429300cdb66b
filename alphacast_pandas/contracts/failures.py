"""Failures of a frame against its contract, told in one error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import ValidationError
from alphacast_pandas.text import printable, value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    # Returns the caller's label of a row, and its position where that is needed to find it.
    LabelOf = Callable[[Any], tuple[Any, int | None]]

COLUMNS = ["column", "check", "row", "value"]
_MOST_LINES = 10
_MOST_ROWS = 5
_MOST_CHARACTERS = 80


@dataclass(frozen=True)
class Failure:
    """
    One value, or one column (row None), that is not what it must be.

    `check` is the short name of what failed. `predicate` says the same of the value, or of the
    column, in a sentence: "is not finite, and ...". `position` is that of a row whose label other
    rows have too.
    """

    column: Any
    check: str
    row: Any = None
    value: Any = None
    remedy: str = ""
    predicate: str = ""
    position: int | None = None


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


def from_pandera(error: Any, label_of: LabelOf | None) -> list[Failure]:
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
    return value_text(plain(value), _MOST_CHARACTERS)


def listed(values: Iterable[Any], most: int = _MOST_ROWS) -> str:
    """Return values as a message lists them: the first ones, and how many there are more."""
    shown = [*map(short, values)]
    more = f" and {len(shown) - most:,} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + more


def plain(value: Any) -> Any:
    """Return Python's own value for NumPy's."""
    return value.item() if isinstance(value, np.generic) else value


def _of_one_check(error: Any, label_of: LabelOf | None) -> list[Failure]:
    column = getattr(error, "column_name", None) or error.schema.name
    check = _check_name(error)
    cases = error.failure_cases
    predicate, remedy = _of_schema(check, column, is_value=isinstance(cases, pd.DataFrame))
    if getattr(error.reason_code, "name", "") == "CHECK_ERROR":
        return [Failure(column, f"check {check} could not be tried: {cases}")]
    if not isinstance(cases, pd.DataFrame):
        return [Failure(column, check, None, _or_none(cases), remedy, predicate)]
    if cases.empty:  # pandera leaves out rows whose label is missing
        return [Failure(column, check, remedy=remedy, predicate=predicate)]
    columns = cases["column"] if "column" in cases else [column] * len(cases)
    found = []
    for name, row, value in zip(columns, cases["index"], cases["failure_case"], strict=True):
        label, position = _label(row, label_of)
        found.append(Failure(_or_none(name), check, label, value, remedy, predicate, position))
    return found


def _of_schema(check: str, column: Any, *, is_value: bool) -> tuple[str, str]:
    """Return what a value or a column is not, in words, and what to do if that is known."""
    if check == "column_in_dataframe":
        return "is not a column of the frame, and the schema needs it", ""
    dtype = re.fullmatch(r"dtype\('(.*)'\)", check)
    if dtype is None:
        return f"fails the check {check} of the schema", ""
    call = f"df[{column!r}] = df[{column!r}].astype({dtype[1]!r})"
    what = "is not of the type" if is_value else "is its type, and the schema needs"
    return (
        f"{what} {dtype[1]}{', which the schema needs' * is_value}",
        f"Convert the column, such as with {call} where every value can be converted.",
    )


def _check_name(error: Any) -> str:
    check = error.check
    if check is None:  # as for an index that cannot be compared with the schema's
        return str(error.args[0])
    if isinstance(check, str):
        return check
    return str(check.error if check.error is not None else check.name or check)


def _label(row: Any, label_of: LabelOf | None) -> tuple[Any, int | None]:
    row = _or_none(row)
    if row is None or label_of is None:
        return row, None
    label, position = label_of(row)
    return plain(label), position


def _or_none(value: Any) -> Any:
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def _message(failures: Sequence[Failure], what: str) -> str:
    """Return the head, then line by line what is wrong, each with its remedy directly below."""
    groups: dict[tuple[str, str, str], list[Failure]] = {}
    for failure in failures:
        group = failure.remedy, _place(failure), _statement(failure)
        groups.setdefault(group, []).append(failure)
    by_remedy: dict[str, list[str]] = {}
    for (remedy, place, statement), rows in [*groups.items()][:_MOST_LINES]:
        line = f"  {place}{_rows(rows)}{statement}"
        by_remedy.setdefault(remedy, []).append(f"{line}{'' if line.endswith(('.', '?')) else '.'}")
    head = f"{what}: {len(groups):,} failure{'s' * (len(groups) > 1)}."
    lines = [head]
    for remedy, told in by_remedy.items():
        lines += [*told, f"    Remedy: {remedy}"] if remedy else told
    if len(groups) > _MOST_LINES:
        lines.append(f"  ... and {len(groups) - _MOST_LINES:,} more: see error.failures.")
    return "\n".join(lines)


def _place(failure: Failure) -> str:
    return "The frame" if failure.column is None else f"Column {short(failure.column)}"


def _statement(failure: Failure) -> str:
    """Return the rest of a sentence about a value, or about the column as a whole."""
    predicate = printable(" ".join((failure.predicate or failure.check).split()))
    if not failure.predicate:
        return f": {predicate}" + (f": {short(failure.value)}" if failure.value is not None else "")
    if failure.value is not None:
        return f": {short(failure.value)} {predicate}"
    return f" {predicate}" if failure.row is None else f": the value {predicate}"


def _rows(failures: Sequence[Failure]) -> str:
    rows = [
        (f"({short(failure.row)})" if isinstance(failure.row, tuple) else short(failure.row))
        + ("" if failure.position is None else f" (position {failure.position})")
        for failure in failures
        if failure.row is not None
    ]
    if not rows:
        return ""
    more = f" and {len(rows) - _MOST_ROWS:,} more" if len(rows) > _MOST_ROWS else ""
    return f", row{'s' * (len(rows) > 1)} {', '.join(rows[:_MOST_ROWS])}{more}"
