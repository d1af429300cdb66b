"""What a push would change, as commands show it: rows for programs, lines for people."""

from __future__ import annotations

import datetime
import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alphacast_pandas.commands.output import terminal_width
from alphacast_pandas.commands.wording import in_commands
from alphacast_pandas.display import plural
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import alphacast_pandas as ap

_SUMMARY_WIDTH = 80  # of a difference as the package shows it


def difference_rows(diff: ap.Diff) -> pd.DataFrame:
    """
    Return a difference as one row a value: its kind, key and column, its old and its new value.

    A row without values has one line, in which the column is missing.
    """
    keys = [str(name) for name in diff.changed.columns[:-3]]
    kind, column, old, new = (_free_name(word, keys) for word in ("kind", "column", "old", "new"))
    changed = diff.changed.set_axis([*keys, column, old, new], axis=1)
    parts = [
        _melted(diff.added, keys, column, new).assign(**{old: None, kind: "added"}),
        changed.assign(**{kind: "changed"}),
        _melted(diff.deleted, keys, column, old).assign(**{new: None, kind: "deleted"}),
    ]
    order = [kind, *keys, column, old, new]
    rows = [part[order].astype({old: object, new: object}) for part in parts if len(part)]
    if not rows:
        return changed.assign(**{kind: "changed"})[order]
    return pd.concat(rows, ignore_index=True)


def _melted(frame: pd.DataFrame, keys: list[str], column: str, value: str) -> pd.DataFrame:
    """Return the values of rows, one a line in the order of the rows, none for a missing one."""
    frame = _keys_first(frame, keys)
    names = [*frame.columns[len(keys) :]]
    is_there = frame[names].notna().to_numpy(dtype=bool)
    # A row without any value has a line too.
    is_there = np.column_stack([is_there, ~is_there.any(axis=1)])
    rows, places = np.nonzero(is_there)
    values = np.empty(len(rows), dtype=object)
    for place, name in enumerate(names):
        here = places == place
        values[here] = frame[name].astype(object).to_numpy()[rows[here]]
    named = np.array([*names, None], dtype=object)[places]
    lines = frame[keys].iloc[rows].reset_index(drop=True)
    return lines.assign(**{column: named, value: values})


def _keys_first(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a frame with the key in its first columns, missing where it has no such column."""
    return frame.reindex(columns=[*keys, *(name for name in frame.columns if name not in keys)])


def _free_name(word: str, taken: Sequence[str]) -> str:
    """Return a name for a column of the output that no key has."""
    while word in taken:
        word += "_"
    return word


def difference_lines(diff: ap.Diff) -> Iterator[str]:
    """Yield every value that would change, a line a row or a value, and then the summary."""
    keys = [str(name) for name in diff.changed.columns[:-3]]
    for row in _row_texts(diff.added, keys):
        yield f"+ {row}"
    for *key, column, old, new in diff.changed.itertuples(index=False, name=None):
        change = f"{_value_text(old) or 'missing'} -> {_value_text(new) or 'missing'}"
        yield f"~ {_key_text(key)}: {printable(column)} {change}"
    for row in _row_texts(diff.deleted, keys):
        yield f"- {row}"
    yield from map(in_commands, _summary_lines(diff))


def _row_texts(frame: pd.DataFrame, keys: list[str]) -> Iterator[str]:
    """Yield rows as text: the key, and the values there are."""
    frame = _keys_first(frame, keys)
    names = [printable(str(name)) for name in frame.columns[len(keys) :]]
    for row in frame.itertuples(index=False, name=None):
        texts = map(_value_text, row[len(keys) :])
        values = [f"{name} {text}" for name, text in zip(names, texts, strict=True) if text]
        yield f"{_key_text(row[: len(keys)])}: {', '.join(values) or 'no values'}"


def _key_text(key: Sequence[object]) -> str:
    return ", ".join(printable(k) if isinstance(k, str) else _value_text(k) for k in key)


def _value_text(value: object) -> str:
    """Return a value with all its digits, text in quotes, so that none looks like a number."""
    if isinstance(value, str):
        return f"'{printable(value)}'"
    if pd.isna(value):  # type: ignore[call-overload] # the value of a cell, no list
        return ""
    if isinstance(value, datetime.datetime):
        return value.isoformat().removesuffix("T00:00:00")
    return repr(float(value)).removesuffix(".0") if isinstance(value, float) else str(value)


def _summary_lines(diff: ap.Diff) -> list[str]:
    """Return the counts and the notes, as the package shows them where the terminal is so wide."""
    width = terminal_width()
    if width >= _SUMMARY_WIDTH:
        return str(diff).splitlines()
    counts = (
        f"{plural(len(diff.added), 'row')} added, {plural(len(diff.changed), 'value')} changed, "
        f"{plural(len(diff.deleted), 'row')} deleted, {plural(diff.unchanged, 'row')} unchanged"
    )
    return [
        line for text in (diff.title, counts, *diff.notes) for line in textwrap.wrap(text, width)
    ]
