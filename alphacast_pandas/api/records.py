"""Records of the service's JSON, read leniently where its answers are known to vary."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from alphacast_pandas.api.responses import brief_repr
from alphacast_pandas.column_types import DATE, STRING, ColumnType, parse_type
from alphacast_pandas.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Mapping


def truth(value: Any) -> bool:
    """Return a boolean from the service's spellings: true, "True", "TRUE", 1, "1"."""
    if isinstance(value, str):
        return value.strip().casefold() in {"true", "1", "yes"}
    return bool(value)


def flag(item: Mapping[str, Any], key: str) -> bool | None:
    """Return a boolean field, None if it is absent."""
    return truth(item[key]) if item.get(key) is not None else None


def object_of(value: Any, what: str) -> dict[str, Any]:
    """Return a JSON object, or raise with what was expected."""
    if not isinstance(value, dict):
        msg = f"Expected {what} as a JSON object, got {brief_repr(value)}."
        raise DecodeError(msg)
    return cast("dict[str, Any]", value)


def id_of(item: Mapping[str, Any], what: str) -> int:
    """Return the identifier of an object, or raise."""
    number = integer(item.get("id"))
    if number is None:
        msg = f"Expected {what} with an id, got {brief_repr(item)}."
        raise DecodeError(msg)
    return number


def integer(value: Any) -> int | None:
    """Return a whole number, None for what is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def text(item: Mapping[str, Any], key: str) -> str | None:
    """Return a text field, None if it is absent or empty."""
    value = item.get(key)
    return None if value is None or value == "" else str(value)


def date_of(value: Any) -> datetime.date | None:
    """Return a day, None for what is none."""
    try:
        return datetime.date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Repository:
    """A repository, as the service describes it."""

    record_of: ClassVar[str] = "repository"

    id: int
    name: str
    description: str | None = None
    privacy: str | None = None
    team: str | None = None
    permission: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, value: Any) -> Repository:
        """Return the record of one JSON object."""
        item = object_of(value, "a repository")
        return cls(
            id=id_of(item, "a repository"),
            name=str(item.get("name", "")),
            description=text(item, "description"),
            privacy=text(item, "privacy"),
            team=text(item, "team"),
            permission=text(item, "permission"),
            raw=item,
        )


@dataclass(frozen=True)
class Column:
    """One column of a dataset: its type (None if not stated) and its part in the row key."""

    name: str | None
    type: str | None = None
    is_entity: bool = False
    id: int | None = None
    date_format: str | None = None
    source_name: str | None = None
    ignored: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def role(self) -> Literal["date", "entity", "value"]:
        """The part the column has in its dataset."""
        if self.type == DATE.name:
            return "date"
        return "entity" if self.is_entity else "value"

    @property
    def column_type(self) -> ColumnType | None:
        """The type of its values, which for entities is text; None if nothing is stated."""
        if self.type is None:
            return STRING if self.is_entity else None
        return parse_type(self.type)

    @property
    def is_text(self) -> bool:
        """Whether the column holds text."""
        return self.column_type is STRING

    @classmethod
    def from_json(cls, value: Any) -> Column:
        """Return the record of one column object or column definition."""
        item = object_of(value, "a column")
        source = text(item, "sourceName")
        name = text(item, "destinationName") or source or text(item, "name")
        stated = text(item, "dataType")
        date_format = text(item, "dateFormat")
        kind = parse_type(stated) if stated else None
        if stated is None and date_format:
            kind = DATE
        identifier = item.get("id")
        return cls(
            name=name,
            type=kind.name if kind else None,
            is_entity=truth(item.get("isEntity")),
            id=integer(identifier),
            date_format=date_format,
            source_name=source,
            ignored=truth(item.get("ignore")),
            raw=item,
        )


@dataclass(frozen=True)
class Dataset:
    """A dataset, as the service describes it; dates are days, instants are as the service sends."""

    record_of: ClassVar[str] = "dataset"

    id: int
    name: str
    repository_id: int | None = None
    description: str | None = None
    source_name: str | None = None
    source_url: str | None = None
    permission: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    frequency: str | None = None
    min_date: datetime.date | None = None
    max_date: datetime.date | None = None
    columns: tuple[Column, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, value: Any) -> Dataset:
        """Return the record of one JSON object."""
        item = object_of(value, "a dataset")
        columns = item.get("columns")
        return cls(
            id=id_of(item, "a dataset"),
            name=str(item.get("name", "")),
            repository_id=integer(item.get("repositoryId")),
            description=text(item, "description"),
            source_name=text(item, "sourceName"),
            source_url=text(item, "sourceUrl"),
            permission=text(item, "permission"),
            created_at=text(item, "createdAt"),
            updated_at=text(item, "updatedAt"),
            frequency=text(item, "frequency"),
            min_date=date_of(item.get("minDate")),
            max_date=date_of(item.get("maxDate")),
            columns=columns_from_json(columns) if isinstance(columns, list) else (),
            raw=item,
        )


@dataclass(frozen=True)
class DateStats:
    """First date, last date and frequency of a dataset."""

    frequency: str | None = None
    min_date: datetime.date | None = None
    max_date: datetime.date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, value: Any) -> DateStats:
        """Return the record of one JSON object."""
        item = object_of(value, "date statistics")
        return cls(
            text(item, "frequency"),
            date_of(item.get("minDate")),
            date_of(item.get("maxDate")),
            item,
        )


def columns_from_json(value: Any) -> tuple[Column, ...]:
    """Return the columns of a list, or of an object that holds one as ``columnDefinitions``."""
    if isinstance(value, dict):
        value = value.get("columnDefinitions") or value.get("columns") or []
    if not isinstance(value, list):
        msg = f"Expected column definitions, got {brief_repr(value)}."
        raise DecodeError(msg)
    return tuple(Column.from_json(item) for item in value)
