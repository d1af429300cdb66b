"""What a few lines of Python say of a list of states with their times."""

import datetime
import itertools
import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from history.histories import FIRST, Key, State

Vintage = tuple[datetime.datetime, datetime.datetime, State]


def plain(value: Any) -> Any:
    """A value as it can be compared: missing is None, numbers are floats."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    return float(value) if isinstance(value, int | float) else value


def differ(old: Any, new: Any) -> bool:
    old, new = plain(old), plain(new)
    if isinstance(old, str) != isinstance(new, str) and None not in (old, new):
        return True  # no text of a history is that of a number
    return bool(old != new)


def is_same(one: State, other: State) -> bool:
    return (
        {**one.types} == {**other.types}
        and one.keys == other.keys
        and one.rows.keys() == other.rows.keys()
        and not any(
            differ(one.row(key)[name], other.row(key)[name])
            for key in one.rows
            for name in one.types
        )
    )


def vintages(states: Iterable[State]) -> list[Vintage]:
    """Time, last look and state of each vintage."""
    found: list[Vintage] = []
    for day, state in enumerate(states):
        time = FIRST + datetime.timedelta(days=day)
        if found and is_same(found[-1][2], state):
            found[-1] = (found[-1][0], time, found[-1][2])
        else:
            found.append((time, time, state))
    return found


def revisions(found: list[Vintage]) -> list[tuple[Any, ...]]:
    """Key, column, vintage, old, new and kind of every value that changed, in no order."""
    rows: list[tuple[Any, ...]] = []
    for (_, _, old), (time, _, new) in itertools.pairwise(found):
        for key in {*old.rows, *new.rows}:
            if key not in new.rows:
                rows += [
                    (*key, n, time, plain(v), None, "deleted") for n, v in old.row(key).items()
                ]
            elif key not in old.rows:
                rows += [(*key, n, time, None, plain(v), "added") for n, v in new.row(key).items()]
            else:
                before, after = old.row(key), new.row(key)
                rows += [
                    (*key, n, time, plain(before.get(n)), plain(after.get(n)), "revised")
                    for n in {*before, *after}
                    if differ(before.get(n), after.get(n))
                ]
    return rows


def releases(
    found: list[Vintage], n: int, *, include_first: bool
) -> dict[Key, tuple[datetime.datetime, dict[str, Any]]]:
    """The vintage and the values that stand for each key."""
    held: dict[Key, list[tuple[datetime.datetime, dict[str, Any]]]] = {}
    for time, _, state in found:
        for key in state.rows:
            held.setdefault(key, []).append((time, state.row(key)))
    first = {*found[0][2].rows}
    return {
        key: times[n]
        for key, times in held.items()
        if -len(times) <= n < len(times) and (n < 0 or include_first or key not in first)
    }
