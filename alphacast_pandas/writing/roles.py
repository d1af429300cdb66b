"""The roles of a frame's columns: its date, its entities, and the columns that are not sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.contracts.failures import short
from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.names import canonical_name, check_names
from alphacast_pandas.writing.date_parts import date_parts
from alphacast_pandas.writing.date_remedies import holds_dates, remedy_to_dates
from alphacast_pandas.writing.kinds import Kind, describe_kind, kind_of
from alphacast_pandas.writing.value_remedies import holds_numbers, remedy_to_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from alphacast_pandas.api.definitions import Definitions

_DATE_NAMES = {"date", "fecha", "year", "ano", "anio", "month", "mes", "period", "periodo"}


@dataclass(frozen=True)
class Roles:
    """The columns that identify a row; `ignored` ones are not sent."""

    date: str
    entities: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Date and entities."""
        return (self.date, *self.entities)


def resolve_roles(
    frame: pd.DataFrame,
    *,
    date: str | None,
    entities: str | Sequence[str] | None,
    stated: Mapping[str, str],
    definitions: Definitions | None,
    attrs: Mapping[Any, Any],
) -> Roles:
    """
    Return the roles: from the arguments, the schema, the dataset, `attrs`, or else inferred.

    `stated` are the roles in the metadata of the schema, `attrs` those of the caller's frame, which
    hold the roles it had when it was read.
    """
    names = [*frame.columns]
    ignored = tuple(name for name, role in stated.items() if role == "ignore")
    date = _check_date(date, names) or _date_of_schema(stated)
    listed = _check_entities(entities, names)
    if listed is None:
        listed = _entities_of_schema(stated)
    if definitions is not None and definitions.date is not None:
        date = date or definitions.date.name
        if listed is None:
            listed = tuple(str(column.name) for column in definitions.entities)
    read_date, read_entities = roles_when_read(attrs, names)
    _refuse_other_date(frame, date, definitions)
    date = date or read_date
    if listed is None and date == read_date:
        listed = read_entities
    # What is still open is inferred from the values, and only where there is one candidate.
    kinds = {name: kind_of(frame[name]) for name in names if name not in ignored}
    date = date or _infer_date(frame, kinds)
    if listed is None:
        listed = _infer_entities(frame, kinds, date, stated)
    if date in listed:
        msg = f"{date!r} cannot be both the date and an entity."
        raise QueryError(msg)
    return Roles(date, listed, ignored)


def is_date_name(name: Any) -> bool:
    """Tell the name of a column of which numbers may be years or months."""
    return isinstance(name, str) and canonical_name(name) in _DATE_NAMES


def likely_date(
    columns: pd.DataFrame | Mapping[str, pd.Series], kinds: Mapping[str, Kind]
) -> str | None:
    """Return the column that is most likely the date where none holds dates, if one is likely."""
    # Numbers are taken for dates only if their column is called so.
    named = [name for name in kinds if is_date_name(name)]
    texts = [name for name, kind in kinds.items() if kind is Kind.TEXT and name not in named]
    readable = [name for name in (*named, *texts) if holds_dates(columns[name])]
    name = next(iter((*readable, *named)), None)
    return None if name is None or columns[name].isna().all() else name


def _check_date(date: Any, names: list[str]) -> str | None:
    if date is None:
        return None
    if not isinstance(date, str):
        msg = f"date must be the name of a column, got {short(date)}."
        raise QueryError(msg)
    check_names([date], names, "date")
    return date


def _refuse_other_date(
    frame: pd.DataFrame, date: str | None, definitions: Definitions | None
) -> None:
    """Raise if no dates are named as the date, where the dataset's date column holds dates."""
    column = definitions.date if definitions is not None else None
    if column is None or date in {None, column.name}:
        return
    if not {date, column.name} <= {*frame.columns}:  # which is said as a failure of the frame
        return
    kind = kind_of(frame[date])
    if kind_of(frame[column.name]) is Kind.DATE and kind is not Kind.DATE:
        held = describe_kind(kind, frame[date])
        msg = (
            f"date={date!r}, and that column holds {held}. The date column of this "
            f"dataset is {column.name!r}, which holds dates in the frame: leave date= out."
        )
        raise QueryError(msg)


def _check_entities(entities: Any, names: list[str]) -> tuple[str, ...] | None:
    if entities is None:
        return None
    is_list = isinstance(entities, Iterable) and not isinstance(entities, str)
    listed = tuple(entities) if is_list else (entities,)
    if not all(isinstance(name, str) for name in listed) or len(set(listed)) < len(listed):
        msg = f"entities must be names of columns, each once, got {short(entities)}."
        raise QueryError(msg)
    check_names(listed, names, "entities")
    return listed


def _date_of_schema(stated: Mapping[str, str]) -> str | None:
    dates = [name for name, role in stated.items() if role == "date"]
    if len(dates) > 1:
        msg = f"schema: {dates[0]!r} and {dates[1]!r} both have the role 'date'."
        raise QueryError(msg)
    return dates[0] if dates else None


def _entities_of_schema(stated: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the entities of a schema; one that states a date and no entity has none."""
    entities = tuple(name for name, role in stated.items() if role == "entity")
    return entities if entities or "date" in stated.values() else None


def roles_when_read(
    attrs: Mapping[Any, Any], names: list[str]
) -> tuple[str | None, tuple[str, ...] | None]:
    """Return date and entities of a frame that was read, unless it has lost one of the columns."""
    origin = attrs.get("alphacast")
    if not isinstance(origin, dict):
        return None, None
    date, entities = origin.get("date"), origin.get("entities")
    if not isinstance(date, str) or not isinstance(entities, list | tuple):
        return None, None
    if date not in names or not all(isinstance(n, str) and n in names for n in entities):
        return None, None
    return date, tuple(entities)


def _infer_date(frame: pd.DataFrame, kinds: Mapping[str, Kind]) -> str:
    # Dates with a time zone are refused later, with a better message than that there is no date.
    dates = [name for name, kind in kinds.items() if kind in {Kind.DATE, Kind.ZONED}]
    if len(dates) == 1:
        return dates[0]
    if dates:
        msg = (
            f"Several columns hold dates ({_join(dates)}), and a dataset has one date column. "
            f"Say which: push(..., date={dates[0]!r}); and drop the others, "
            f"df = df.drop(columns={dates[1:]!r}), or turn them into text."
        )
        raise ValidationError(msg)
    parts = date_parts(frame)
    if parts is not None:
        remedy = parts.remedy("Date")
        msg = f"No column holds dates, and every dataset has a date column. Remedy: {remedy}"
        raise ValidationError(msg)
    name = likely_date(frame, kinds)
    if name is None:
        msg = (
            "No column holds dates, and every dataset has a date column. The columns are "
            f"{_join([*kinds])}. Add a column of dates, or make dates of one with pd.to_datetime."
        )
        raise ValidationError(msg)
    example = frame[name].dropna().iloc[0]
    gaps = f" df = df.dropna(subset=[{name!r}]) drops the rows without a date."
    msg = (
        f"No column holds dates, and every dataset has a date column. Column {name!r} holds "
        f"{describe_kind(kinds[name], frame[name])}, such as {short(example)}. "
        f"Remedy: {remedy_to_dates(frame[name])}{gaps * bool(frame[name].hasnans)} The column "
        f"is then found, or named in push(..., date={name!r})."
    )
    raise ValidationError(msg)


def _infer_entities(
    frame: pd.DataFrame, kinds: Mapping[str, Kind], date: str, stated: Mapping[str, str]
) -> tuple[str, ...]:
    texts = [
        name
        for name, kind in kinds.items()
        if kind is Kind.TEXT and name != date and stated.get(name) != "value"
    ]
    if len(texts) > 1:
        written = [name for name in texts if holds_numbers(frame[name])]
        named = [name for name in texts if name not in written] or texts
        numbers = "".join(
            f" Column {name!r} holds numbers written as text, such as "
            f"{short(frame[name].dropna().iloc[0])}. If they are values, make numbers of them "
            f"first: {remedy_to_numbers(frame[name])}"
            for name in written
        )
        msg = (
            f"Several columns hold text ({_join(texts)}), and which of them identify a row cannot "
            f"be inferred. Say it: push(..., date={date!r}, entities={named[:1]!r}), with every "
            f"column that belongs to the key in entities=; the others are values, as text.{numbers}"
        )
        raise ValidationError(msg)
    return tuple(texts)


def _join(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
