"""Which column is the date and which are the entities: said, stored, or plain to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.names import check_names
from alphacast_pandas.writing.kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from alphacast_pandas.api.definitions import Definitions


@dataclass(frozen=True)
class Roles:
    """The parts that columns have in the row key; `ignored` ones are not sent."""

    date: str
    entities: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns of the row key."""
        return (self.date, *self.entities)


def resolve_roles(
    frame: pd.DataFrame,
    *,
    date: str | None,
    entities: str | Sequence[str] | None,
    stated: Mapping[str, str],
    definitions: Definitions | None,
) -> Roles:
    """Return the roles: from the arguments, then the schema, then the dataset, then inferred."""
    names = [*frame.columns]
    ignored = tuple(name for name, role in stated.items() if role == "ignore")
    wanted = _given(date, entities, names)
    said_date = wanted[0] or _with_role(stated, "date")
    said_entities = wanted[1]
    if said_entities is None:
        said_entities = _stated_entities(stated)
    stored = definitions if definitions is not None and definitions.date is not None else None
    if said_date is None and stored is not None and stored.date is not None:
        said_date = stored.date.name
    if said_entities is None and stored is not None:
        said_entities = tuple(str(column.name) for column in stored.entities)
    columns = {name: kind_of(frame[name]) for name in names}
    free = {name: kind for name, kind in columns.items() if name not in ignored}
    found = said_date or _inferred_date(free)
    if said_entities is None:
        said_entities = _inferred_entities(free, found, stated)
    if found in said_entities:
        msg = f"{found!r} cannot be both the date and an entity."
        raise QueryError(msg)
    return Roles(found, said_entities, ignored)


def _given(date: Any, entities: Any, names: list[str]) -> tuple[str | None, tuple[str, ...] | None]:
    if date is not None and not isinstance(date, str):
        msg = f"date is the name of a column, not {date!r}."
        raise QueryError(msg)
    if date is not None:
        check_names([date], names, "date")
    if entities is None:
        return date, None
    listed = (entities,) if isinstance(entities, str) else tuple(entities)
    odd = [name for name in listed if not isinstance(name, str)]
    if odd or len(set(listed)) < len(listed):
        msg = f"entities are names of columns, each once, not {entities!r}."
        raise QueryError(msg)
    check_names(listed, names, "entities")
    return date, listed


def _with_role(stated: Mapping[str, str], role: str) -> str | None:
    found = [name for name, stated_role in stated.items() if stated_role == role]
    if len(found) > 1:
        msg = f"schema: {found[0]!r} and {found[1]!r} both have the role {role!r}."
        raise QueryError(msg)
    return found[0] if found else None


def _stated_entities(stated: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the entities of a schema; one that states a date and none means that there is none."""
    found = tuple(name for name, role in stated.items() if role == "entity")
    return found if found or "date" in stated.values() else None


def _inferred_date(columns: Mapping[str, Kind]) -> str:
    found = [name for name, kind in columns.items() if kind in {Kind.DATE, Kind.ZONED}]
    if len(found) == 1:
        return found[0]
    if found:
        msg = (
            f"Several columns hold dates ({_listed(found)}), and a dataset has one date column. "
            f"Say which: push(..., date={found[0]!r})."
        )
        raise ValidationError(msg)
    texts = [name for name, kind in columns.items() if kind is Kind.TEXT]
    example = next((n for n in (*texts, *columns) if n.casefold() in {"date", "fecha"}), "Date")
    msg = (
        "No column holds dates, and every dataset has a date column. Turn one into dates: "
        f"df[{example!r}] = pd.to_datetime(df[{example!r}]). Then it is found, or named in "
        f"push(..., date={example!r})."
    )
    raise ValidationError(msg)


def _inferred_entities(
    columns: Mapping[str, Kind], date: str, stated: Mapping[str, str]
) -> tuple[str, ...]:
    texts = [
        name
        for name, kind in columns.items()
        if kind is Kind.TEXT and name != date and stated.get(name) != "value"
    ]
    if len(texts) > 1:
        msg = (
            f"Several columns hold text ({_listed(texts)}), and which of them identify a row is "
            f"not plain to see. Say it: push(..., date={date!r}, entities={texts[:1]!r}), with "
            "every column that belongs to the key; the others are values."
        )
        raise ValidationError(msg)
    return tuple(texts)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
