"""The rows of a frame in the periods of the result: one for each key, complete or missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alphacast_pandas.alignment.aggregates import aggregate_values, take
from alphacast_pandas.alignment.codes import combine
from alphacast_pandas.alignment.frequencies import FREQUENCIES
from alphacast_pandas.alignment.target import frequency_of
from alphacast_pandas.contracts.failures import short
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.alignment.aggregates import Words
    from alphacast_pandas.alignment.frequencies import Frequency
    from alphacast_pandas.alignment.sources import Source

_MOST_SHOWN = 3


@dataclass(frozen=True, eq=False)
class Lowered:
    """
    A frame in the periods of the result: its keys, each once, and the values under them.

    `codes` are the numbers of entity values, by entity. `frequency` is that of the frame before,
    and `aggregates` are the words that were applied.
    """

    source: Source
    frequency: Frequency
    periods: np.ndarray
    codes: Mapping[str, np.ndarray]
    values: Mapping[str, pd.Series]
    aggregates: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class _Groups:
    """
    The rows of a frame by key.

    `numbers` has the number of each row's key, in the order of entities and periods; `rows` has
    one row for each key; `order` sorts the rows by key and date; `series` numbers the rows'
    combinations of entities; `days` and `periods` are those of the rows.
    """

    numbers: np.ndarray
    rows: np.ndarray
    order: np.ndarray
    series: np.ndarray
    days: np.ndarray
    periods: np.ndarray


def lower(
    source: Source,
    codes: Mapping[str, np.ndarray],
    target: Frequency,
    words: Words,
    *,
    partial: bool,
) -> Lowered:
    """Return a frame in the periods of `target`, with one row a key."""
    own = frequency_of(source, target)
    is_lower = own is not None and own.rank < target.rank
    is_week = own is not None and own.word.startswith("W")
    # A week belongs to the period it ends in.
    days = source.days
    periods = target.to_periods(own.ends(own.to_periods(days))[1] if own and is_week else days)
    keys = _keys(periods, codes)
    columns = {name: source.columns.columns[name] for name in source.columns.values}
    if not is_lower and pd.Index(keys, copy=False).is_unique:
        return Lowered(source, own or target, periods, codes, columns, {})
    groups = _group(keys, periods, days, codes, source.columns.instants)
    if own is not None and is_lower:
        why = (
            f"{source} holds {own.plural} ({own.word!r}), which are to become {target.plural} "
            f"({target.word!r})."
        )
    else:
        why = _rows_that_meet(source, groups, target.first_days(periods))
    told = words.of(source, why) if columns else {}
    # Dates that tell no frequency and meet in a period may have gaps as days have.
    finer = own or FREQUENCIES["D"]
    result = {}
    for name, values in columns.items():
        held = values.notna().to_numpy()
        found = aggregate_values(values, told[name], groups.numbers, groups.order, held)
        if finer.rank < target.rank and not partial:
            present = groups.order[held[groups.order]]
            is_whole = _whole(present, groups, finer, target)
            found = take(found, np.where(is_whole, np.arange(len(is_whole)), -1))
        result[name] = found
    kept = {name: each[groups.rows] for name, each in codes.items()}
    return Lowered(source, finer, periods[groups.rows], kept, result, told)


def _keys(periods: np.ndarray, codes: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return a number for each row's entities and period, in the order of these."""
    since = periods - periods.min() if len(periods) else periods
    return combine([*codes.values(), since], len(periods))


def _group(
    keys: np.ndarray,
    periods: np.ndarray,
    days: np.ndarray,
    codes: Mapping[str, np.ndarray],
    instants: np.ndarray,
) -> _Groups:
    _, rows, numbers = np.unique(keys, return_index=True, return_inverse=True)
    numbers = numbers.reshape(-1)  # NumPy 2.0 gives it another shape
    order = np.lexsort((instants.astype(np.int64), numbers))
    series = combine([*codes.values()], len(keys))
    return _Groups(numbers, rows, order, series, days, periods)


def _whole(present: np.ndarray, groups: _Groups, own: Frequency, target: Frequency) -> np.ndarray:
    """
    Tell for each group whether its period is complete.

    `present` are the rows with a value, sorted by group and date.
    """
    count, numbers = len(groups.rows), groups.numbers[present]
    parts = own.to_periods(groups.days[present])
    if not own.is_of_days:
        is_first = _begins(numbers) | _begins(parts)
        held = np.bincount(numbers[is_first], minlength=count)
        periods = groups.periods[groups.rows]
        first, last = (own.to_periods(end) for end in target.ends(periods))
        whole: np.ndarray = held > last - first
        return whole
    whole = np.ones(count, bool)
    begins = _begins(groups.series[present])
    first, last = np.flatnonzero(begins), np.flatnonzero(np.append(begins[1:], True))
    opens, closes = target.bounds(groups.periods[present])
    starts, stops = own.ends(parts)
    whole[numbers[first[starts[first] > opens[first]]]] = False
    whole[numbers[last[stops[last] < closes[last]]]] = False
    return whole


def _begins(numbers: np.ndarray) -> np.ndarray:
    """Tell where a run of equal numbers begins."""
    return np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]


def _rows_that_meet(source: Source, groups: _Groups, starts: np.ndarray) -> str:
    """Return the sentence that names keys with several rows in one period."""
    sizes = np.bincount(groups.numbers)
    several = np.flatnonzero(sizes > 1)
    shown = []
    for number in several[:_MOST_SHOWN]:
        rows = np.flatnonzero(groups.numbers == number)
        columns = source.columns
        key = [columns.columns[name].iloc[rows[0]] for name in columns.entities]
        dates = ", ".join(str(np.datetime64(int(groups.days[row]), "D")) for row in rows[:3])
        period = np.datetime64(int(starts[rows[0]]), "D")
        of = f"{', '.join(map(short, key))}, " if key else ""
        shown.append(f"{of}period of {period} (rows of {dates}{', ...' * (len(rows) > 3)})")
    more = f"; and {len(several) - _MOST_SHOWN:,} more" * (len(several) > _MOST_SHOWN)
    texts = [n for n in source.columns.values if kind_of(source.columns.columns[n]) is Kind.TEXT]
    hint = (
        f" If {texts[0]!r} tells them apart, it is an entity: add it to entities=." if texts else ""
    )
    return f"{source} has several rows of one key in one period: {'; '.join(shown)}{more}.{hint}"
