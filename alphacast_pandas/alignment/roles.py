"""The columns of a frame that is not pushed, and which of them are its date and its entities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.alignment.codes import combine, order_of
from alphacast_pandas.contracts.failures import listed, short
from alphacast_pandas.errors import ValidationError
from alphacast_pandas.writing.date_parts import date_parts
from alphacast_pandas.writing.date_remedies import (
    remedy_to_dates,
    remedy_to_local_time,
)
from alphacast_pandas.writing.dates import as_timestamps
from alphacast_pandas.writing.kinds import Kind, describe_kind, kind_of
from alphacast_pandas.writing.roles import likely_date, roles_when_read
from alphacast_pandas.writing.wide_frames import date_columns, remedy_to_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_MOST_NAMED = 5


@dataclass(frozen=True, eq=False)
class Columns:
    """
    The columns of a frame by name, those of its index among them, with their roles.

    Their rows are numbered from 0. `instants` are those of the date column, none of them missing.
    `levels` are the columns of the index.
    """

    columns: Mapping[str, pd.Series]
    date: str
    entities: tuple[str, ...]
    instants: np.ndarray
    levels: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The value columns."""
        return tuple(name for name in self.columns if name not in {self.date, *self.entities})

    @property
    def series(self) -> np.ndarray:
        """The number of each row's combination of entities, in their order, missing ones last."""
        parts = []
        for name in self.entities:
            codes, values = pd.factorize(self.columns[name])
            ranks = np.empty(len(values) + 1, np.int64)
            ranks[order_of([*values])] = np.arange(len(values))
            ranks[-1] = len(values)
            parts.append(ranks[codes])
        return combine(parts, len(self.instants))


def columns_of(df: pd.DataFrame, what: str, named: Collection[str] | None = None) -> Columns:
    """
    Return the columns with their roles: from attrs, or else inferred.

    `what` names the frame in messages. `named` are columns that are entities, as levels of the
    index are, if the frame does not know better; None where the caller cannot say so.
    """
    columns = _flat_columns(df, what)
    date, entities = roles_when_read(df.attrs, [*columns])
    levels = tuple(name for name in columns if name in df.index.names)
    try:
        if date is None or entities is None:
            date, entities = _infer_roles(columns, levels, what, named)
        return Columns(columns, date, entities, _instants(columns[date], what), levels)
    except ValidationError as error:
        calls = {f"{before}[{name!r}]" for name in levels for before in ("df", "subset=")}
        if not any(call in str(error) for call in calls):
            raise
        msg = (
            f"{error} Before that, make columns of the index, df = df.reset_index(); after it, "
            f"make an index of them again, df = df.set_index({[*levels]!r})."
        )
        raise ValidationError(msg) from error


def _infer_roles(
    columns: Mapping[str, pd.Series],
    levels: Sequence[str],
    what: str,
    named: Collection[str] | None,
) -> tuple[str, tuple[str, ...]]:
    """Return the date and the entities that the values, the index and the caller tell."""
    kinds = {name: kind_of(values) for name, values in columns.items()}
    if not any(map(len, columns.values())):  # objects of which nothing is left were text, likely
        kinds |= {name: Kind.TEXT for name, kind in kinds.items() if kind is Kind.EMPTY}
    date = _infer_date(columns, kinds, what)
    texts = [name for name, kind in kinds.items() if kind is Kind.TEXT and name != date]
    # Levels of a MultiIndex tell rows apart, whatever they hold; a single one may number them.
    keys = [name for name in levels if len(levels) > 1 or name in texts]
    stated = tuple(name for name in columns if name in {*keys, *(named or ())} - {date})
    if len(texts) > 1 and not stated:
        first = texts[:_MOST_NAMED]
        index = f"{first!r}, append=True" if date in levels else f"{[date, *first]!r}"
        raise _unclear_entities(texts, index, what, can_name=named is not None)
    return date, stated or tuple(texts)


def _flat_columns(df: pd.DataFrame, what: str) -> dict[str, pd.Series]:
    if df.columns.nlevels > 1:
        msg = (
            f"{what}: the columns are a MultiIndex. "
            'Join the levels first: df.columns = ["_".join(names) for names in df.columns].'
        )
        raise ValidationError(msg)
    if years := date_columns(df):
        msg = (
            f"{what} has dates as columns ({listed(years)}), and a frame has one row a date. "
            f"Remedy: {remedy_to_rows([*df.columns], years, 'Date', 'value')}"
        )
        raise ValidationError(msg)
    levels = _levels(df, what)
    names = [*levels, *df.columns]
    odd = [name for name in names if not isinstance(name, str) or not name]
    if odd:
        msg = (
            f"{what}: {short(odd[0])} is not the name of a column; names are text. "
            f"Rename it: df = df.rename(columns={{{short(odd[0])}: ...}})."
        )
        raise ValidationError(msg)
    repeated = [name for place, name in enumerate(names) if name in names[:place]]
    if repeated:
        both = " is both in the index and a column" if repeated[0] in levels else " occurs twice"
        msg = (
            f"{what}: {short(repeated[0])}{both}. Drop one of the two, or rename it; "
            "df.reset_index(drop=True) leaves out the index."
        )
        raise ValidationError(msg)
    held = (df.iloc[:, place] for place in range(len(df.columns)))
    return {
        name: _numbered(values, name)
        for name, values in zip(names, (*levels.values(), *held), strict=True)
    }


def _levels(df: pd.DataFrame, what: str) -> dict[Any, pd.Index]:
    """Return the levels of an index that holds data, by name; one that only counts has none."""
    index = df.index
    names = [*index.names]
    if names == [None]:
        kind = kind_of(pd.Series(index[:100]))
        if kind in {Kind.DATE, Kind.ZONED} and not _has_dates(df):
            msg = f'{what}: the dates in its index have no name. Name it: df.index.name = "Date".'
            raise ValidationError(msg)
        if kind is Kind.TEXT:
            msg = (
                f"{what}: the texts in its index, such as {short(index[0])}, have no name. Name "
                'it if they are an entity, df.index.name = "country"; if they mean nothing: '
                "df = df.reset_index(drop=True)."
            )
            raise ValidationError(msg)
        return {}
    if None in names or len({*names}) < len(names):
        msg = (
            f"{what}: levels of its index have no name, or share one: {listed(names)}. "
            'Name them: df.index.names = ["Date", ...].'
        )
        raise ValidationError(msg)
    return {name: index.get_level_values(place) for place, name in enumerate(names)}


def _has_dates(df: pd.DataFrame) -> bool:
    held = (df.iloc[:, place] for place in range(len(df.columns)))
    return any(kind_of(values) in {Kind.DATE, Kind.ZONED} for values in held)


def _numbered(values: Any, name: str) -> pd.Series:
    """Return values with their rows numbered from 0, without a copy."""
    is_sparse = isinstance(values.dtype, pd.SparseDtype)
    array = values.array.to_dense() if is_sparse else values.array
    return pd.Series(array, name=name, copy=False)


def _infer_date(columns: Mapping[str, pd.Series], kinds: Mapping[str, Kind], what: str) -> str:
    dates = [name for name, kind in kinds.items() if kind in {Kind.DATE, Kind.ZONED}]
    if len(dates) == 1:
        return dates[0]
    if dates:
        msg = (
            f"{what} has several columns of dates ({listed(dates)}), and one of them is its date. "
            f"Drop the others, df = df.drop(columns={dates[1:]!r}), or say which: "
            f'df.attrs["alphacast"] = {{"date": {dates[0]!r}, "entities": [...]}}.'
        )
        raise ValidationError(msg)
    msg = f"{what} has no column of dates. {_date_remedy(columns, kinds)}"
    raise ValidationError(msg)


def _date_remedy(columns: Mapping[str, pd.Series], kinds: Mapping[str, Kind]) -> str:
    frame = pd.DataFrame(dict(columns), copy=False)
    if (parts := date_parts(frame)) is not None:
        return f"Remedy: {parts.remedy('Date')}"
    name = likely_date(columns, kinds)
    if name is None:
        names = f"Its columns are {listed(columns, 10)}." if columns else "There are no columns."
        return f"{names} Add a column of dates, or make dates of one with pd.to_datetime."
    example = short(columns[name].dropna().iloc[0])
    held = describe_kind(kinds[name], columns[name])
    return (
        f"Column {name!r} holds {held}, such as {example}. Remedy: {remedy_to_dates(columns[name])}"
    )


def _unclear_entities(
    texts: Sequence[str], index: str, what: str, *, can_name: bool
) -> ValidationError:
    """Return the error for several columns of text of which nothing says that they are entities."""
    named = ", ".join(f"{name!r}: {name!r}" for name in texts[:_MOST_NAMED])
    remedy = f", or name them: align(..., entities={{{named}}})" if can_name else ""
    msg = (
        f"{what} has several columns of text ({listed(texts, 10)}), and which of them identify "
        "a row cannot be inferred. Move the date and those that do into the index, "
        f"df = df.set_index({index}){remedy}; the others are values."
    )
    return ValidationError(msg)


def _instants(dates: pd.Series, what: str) -> np.ndarray:
    kind = kind_of(dates)
    if kind is Kind.ZONED:
        msg = (
            f"{what}: the dates in {dates.name!r} have a time zone, and dates of Alphacast have "
            f"none. Remedy: {remedy_to_local_time(dates)}"
        )
        raise ValidationError(msg)
    if kind not in {Kind.DATE, Kind.EMPTY} and len(dates):
        msg = (
            f"{what}: its date column {dates.name!r} holds {describe_kind(kind, dates)}, such as "
            f"{short(dates.dropna().iloc[0])}. Remedy: {remedy_to_dates(dates)}"
        )
        raise ValidationError(msg)
    missing = int(dates.isna().sum())
    if missing:
        msg = (
            f"{what}: {missing:,} of its {len(dates):,} rows have no date in {dates.name!r}. "
            f"Leave them out: df = df.dropna(subset=[{dates.name!r}])."
        )
        raise ValidationError(msg)
    if not len(dates):
        return np.array([], "datetime64[us]")
    try:
        return as_timestamps(dates).to_numpy()
    except (OverflowError, pd.errors.OutOfBoundsDatetime) as error:
        msg = f"{what}: {dates.name!r} holds a date beyond the calendar. Leave such rows out."
        raise ValidationError(msg) from error
