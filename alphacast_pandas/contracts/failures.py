"""What a check found wrong: one frame, and one message that a tired person understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

COLUMNS = ["column", "check", "row", "value"]
_MOST_SHOWN = 10
_MOST_ROWS = 5


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


def from_pandera(error: Any, labels: pd.Index | None) -> list[Failure]:
    """Return the failures of pandera's ``SchemaErrors``; `labels` are the caller's rows."""
    cases = error.failure_cases
    found = zip(cases["column"], cases["check"], cases["index"], cases["failure_case"], strict=True)
    return [
        Failure(_or_none(column), str(check), _label(index, labels), value)
        for column, check, index, value in found
    ]


def _label(index: Any, labels: pd.Index | None) -> Any:
    if _or_none(index) is None or labels is None:
        return _or_none(index)
    return plain(labels[int(index)])


def _or_none(value: Any) -> Any:
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def _message(failures: Sequence[Failure], what: str) -> str:
    groups: dict[str, list[str]] = {}
    for failure in failures:
        rows = groups.setdefault(_line(failure), [])
        rows += [] if failure.row is None else [_shown(failure.row)]
    shown = [line + _rows(rows) for line, rows in [*groups.items()][:_MOST_SHOWN]]
    if len(groups) > _MOST_SHOWN:
        shown.append(f"... and {len(groups) - _MOST_SHOWN} more: see error.failures")
    remedies = dict.fromkeys(failure.remedy for failure in failures if failure.remedy)
    lines = [f"{what}: {len(failures)} failure{'s' * (len(failures) > 1)}.", *_indented(shown)]
    return "\n".join([*lines, *(f"Remedy: {remedy}" for remedy in remedies)])


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _line(failure: Failure) -> str:
    place = f"column {failure.column!r}" if failure.column is not None else "frame"
    value = f": {_shown(failure.value)}" if failure.value is not None else ""
    return f"{place}: {failure.check}{value}"


def _rows(rows: Sequence[str]) -> str:
    if not rows:
        return ""
    more = f" and {len(rows) - _MOST_ROWS} more" if len(rows) > _MOST_ROWS else ""
    return f" (row{'s' * (len(rows) > 1)} {', '.join(rows[:_MOST_ROWS])}{more})"


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, pd.Timestamp):
        return str(value).removesuffix(" 00:00:00")
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."


def plain(value: Any) -> Any:
    """Return Python's own value for NumPy's."""
    return value.item() if isinstance(value, np.generic) else value
