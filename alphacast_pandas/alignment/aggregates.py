"""The aggregates of values that fall into one period: their words, their use and their types."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.errors import QueryError
from alphacast_pandas.names import close_matches
from alphacast_pandas.text import value_text
from alphacast_pandas.writing.kinds import NUMBERS, Kind, describe_kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.alignment.sources import Source

AGGREGATES = ("mean", "sum", "first", "last", "min", "max")
_OF_NUMBERS = ("mean", "sum")
_OTHERS = {"average": "mean", "avg": "mean", "total": "sum", "end": "last", "eop": "last"}
_OTHERS |= {"start": "first", "begin": "first", "minimum": "min", "maximum": "max"}
_MOST_LISTED = 10


class Words:
    """What the caller says in `aggregate`, checked against the columns that there are."""

    def __init__(self, aggregate: Any, sources: Sequence[Source]) -> None:
        self._of_all: str | None = None
        self._by_column: dict[Any, str] = {}
        if isinstance(aggregate, Mapping):
            _check_keys(aggregate, sources)
            self._by_column = {key: _check_word(word) for key, word in aggregate.items()}
        elif aggregate is not None:
            self._of_all = _check_word(aggregate)

    def of(self, source: Source, why: str) -> dict[str, str]:
        """
        Return the word of each value column of a frame, or raise for those without one.

        `why` is the sentence that says what an aggregate is needed for.
        """
        names = source.columns.values
        words = {name: self._word(source.label, name) for name in names}
        without = [name for name, word in words.items() if word is None]
        if without:
            msg = f"{why} {self._remedy(source, without)}"
            raise QueryError(msg)
        found = {name: word for name, word in words.items() if word is not None}
        for name, word in found.items():
            _check_kind(source, name, word)
        return found

    @property
    def is_empty(self) -> bool:
        """Whether the caller says nothing."""
        return self._of_all is None and not self._by_column

    def _word(self, label: str | int, name: str) -> str | None:
        return self._by_column.get((label, name)) or self._by_column.get(name) or self._of_all

    def _remedy(self, source: Source, without: list[str]) -> str:
        words = ", ".join(map(repr, AGGREGATES))
        if self.is_empty:
            word = "mean" if _has_numbers(source.columns.columns[without[0]]) else "last"
            example = f"aggregate={{{without[0]!r}: {word!r}}}"
            return (
                f"Pass aggregate=, one of {words} for all columns, or a dict by column, such as "
                f"{example}; there is no default, since stocks and flows differ."
            )
        named = ", ".join(map(repr, without[:_MOST_LISTED]))
        more = f" and {len(without) - _MOST_LISTED:,} more" * (len(without) > _MOST_LISTED)
        return (
            f"aggregate= names none for {named}{more}: add {without[0]!r} or "
            f"{(source.label, without[0])!r} to it, with one of {words}."
        )


def _check_word(word: Any) -> str:
    if isinstance(word, str) and word in AGGREGATES:
        return word
    close: list[str] = []
    if isinstance(word, str):
        folded = word.strip().casefold()
        close = difflib.get_close_matches(folded, [*AGGREGATES, *_OTHERS], n=1)
    meant = f" Did you mean {_OTHERS.get(close[0], close[0])!r}?" if close else ""
    msg = (
        f"aggregate {value_text(word)} is not known.{meant} "
        f"It is one of {', '.join(map(repr, AGGREGATES))}, or a dict of these by column or by "
        "(label, column)."
    )
    raise QueryError(msg)


def _check_keys(aggregate: Mapping[Any, Any], sources: Sequence[Source]) -> None:
    names = [*dict.fromkeys(name for each in sources for name in each.columns.values)]
    pairs = {(each.label, name) for each in sources for name in each.columns.values}
    for key in aggregate:
        if key in pairs or (isinstance(key, str) and key in names):
            continue
        msg = f"aggregate: there is no value column {value_text(key)}{_hint(key, names, sources)}"
        raise QueryError(msg)


def _hint(key: Any, names: list[str], sources: Sequence[Source]) -> str:
    """Return what follows a statement that there is no such column: the ones that may be meant."""
    if isinstance(key, tuple) and len(key) == 2 and isinstance(key[1], str):
        labels = {each.label: each for each in sources}
        if key[0] not in labels:
            return f"; the labels are {', '.join(map(value_text, labels))}."
        names, key = [*labels[key[0]].columns.values], key[1]
    prefixed = {f"{each.label}: {name}": (each.label, name) for each in sources for name in names}
    if key in prefixed:
        return f"; the column of one frame is named by {prefixed[key]!r}."
    close = close_matches(key, names) if isinstance(key, str) else []
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    shown = ", ".join(map(repr, names[:_MOST_LISTED])) + ", ..." * (len(names) > _MOST_LISTED)
    return f"; the value columns are {shown or 'none'}."


def _check_kind(source: Source, name: str, word: str) -> None:
    values = source.columns.columns[name]
    if word not in _OF_NUMBERS or _has_numbers(values):
        return
    held = describe_kind(kind_of(values), values)
    msg = (
        f"{source}: column {name!r} holds {held}, of which there is no {word!r}. Pass another word "
        f"for it, aggregate={{..., {name!r}: 'last'}}, or drop the column."
    )
    raise QueryError(msg)


def _has_numbers(values: pd.Series) -> bool:
    """Tell values that have a mean and a sum."""
    return kind_of(values) in {*NUMBERS, Kind.BOOLEAN, Kind.EMPTY}


def aggregate_values(
    values: pd.Series, word: str, groups: np.ndarray, order: np.ndarray, held: np.ndarray
) -> pd.Series:
    """
    Return one value for each group: missing values are left out, and of none it is missing.

    `groups` numbers the group of each row, each number from 0 on occurs; `order` sorts the rows
    by group, and within each by date; `held` tells which rows have a value.
    """
    if word in _OF_NUMBERS:
        return _of_numbers(values, word, groups)
    present = order[held[order]]
    if word in {"min", "max"}:
        ranks = _ranks(values)
        present = present[np.lexsort((ranks[present], groups[present]))]
    if word in {"first", "min"}:
        present = present[::-1]
    chosen = np.full(int(groups.max()) + 1 if len(groups) else 0, -1, np.intp)
    chosen[groups[present]] = present  # of several rows the last one written stays
    return take(values, chosen)


def _of_numbers(values: pd.Series, word: str, groups: np.ndarray) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    numbers = _to_sum(values) if word == "sum" else _to_average(values)
    grouped = numbers.groupby(groups, sort=True)
    result = grouped.sum(min_count=1) if word == "sum" else grouped.mean()
    if word == "sum" and pd.api.types.is_integer_dtype(numbers.dtype):
        _refuse_overflow(numbers, groups)
    return take(result, np.arange(len(result)))


def _to_average(values: pd.Series) -> pd.Series:
    """Return numbers of which a mean is exact enough; NumPy's and objects as float64."""
    if isinstance(values.dtype, np.dtype):
        return values.astype("float64")
    if isinstance(values.dtype, pd.ArrowDtype):
        return values.astype("double[pyarrow]")
    return values.astype("Float64")


def _to_sum(values: pd.Series) -> pd.Series:
    """Return numbers at a type that holds their sum: integers of any width as Int64."""
    kind = kind_of(values)
    if kind not in {Kind.INTEGER, Kind.SHORT, Kind.BOOLEAN}:
        return _to_average(values)
    if kind is Kind.BOOLEAN:
        values = values.astype("boolean")
    if len(present := values.dropna()) and int(present.max()) >= 2**63:
        raise _sum_too_large(values.name)
    if isinstance(values.dtype, pd.ArrowDtype):
        return values.astype("int64[pyarrow]")
    return values.astype("Int64")


def _refuse_overflow(numbers: pd.Series, groups: np.ndarray) -> None:
    """Raise if a sum is beyond int64; only sums that floats show to be near it are made exactly."""
    floats = np.abs(numbers.to_numpy("float64", na_value=0.0))
    is_near = (np.bincount(groups, floats) > 2.0**62)[groups]
    near = numbers[is_near].dropna().groupby(groups[is_near & numbers.notna().to_numpy()])
    totals = (sum(map(int, group)) for _, group in near)
    if any(not -(2**63) <= total < 2**63 for total in totals):
        raise _sum_too_large(numbers.name)


def _sum_too_large(name: Any) -> QueryError:
    msg = (
        f"Column {name!r}: a sum of its integers is too large for Int64. "
        f"Make floats of them first: df[{name!r}] = df[{name!r}].astype(float)."
    )
    return QueryError(msg)


def _ranks(values: pd.Series) -> np.ndarray:
    """Return numbers that are ordered as the values are."""
    try:
        ranks, _ = pd.factorize(values, sort=True)
    except TypeError as error:
        msg = (
            f"Column {values.name!r} holds values that have no order, so they have no 'min' or "
            f"'max'. Pass aggregate={{..., {values.name!r}: 'last'}}."
        )
        raise QueryError(msg) from error
    return np.asarray(ranks)


def take(values: pd.Series, places: np.ndarray) -> pd.Series:
    """
    Return values at places, missing ones at -1, with their rows numbered from 0.

    NumPy's integers and booleans come at pandas' nullable types, whether any is missing or not.
    """
    array: Any = values.array
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iubfO":
        array = values.to_numpy()
        if values.dtype.kind in "iub":
            array = pd.array(array, dtype=_nullable(values.dtype))
    taken = pd.api.extensions.take(array, places, allow_fill=True)
    return pd.Series(taken, name=values.name, copy=False)


def _nullable(dtype: np.dtype[Any]) -> str:
    name = dtype.name
    return "boolean" if name == "bool" else name.replace("i", "I", 1).replace("uI", "UI", 1)
