"""Records of the service's JSON, read leniently where its answers are known to vary."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    SupportsIndex,
    TypeVar,
    cast,
    overload,
)

from alphacast_pandas.api.responses import brief_repr
from alphacast_pandas.column_types import DATE, STRING, ColumnType, parse_type
from alphacast_pandas.display import html_facts, html_table, plural, text_table
from alphacast_pandas.errors import DecodeError
from alphacast_pandas.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_MOST_ROWS = 40  # of a table
_LONGEST_CELL = 120  # characters
_MOST_CHARACTERS = 50  # of a text in a repr
# Names of facts that are numbers, which tables align to the right; of some records ids are texts.
_NUMBERS = frozenset(
    {"id", "repository_id", "dataset_id", "points", "inserted", "updated", "deleted"}
)


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


class Record:
    """What the service says of one thing; shows itself with what is known and matters."""

    words: ClassVar[tuple[str, str]] = ("record", "records")
    # Facts that are shown by a notebook of one record only, and those that a list shows besides.
    only_alone: ClassVar[frozenset[str]] = frozenset()
    only_in_tables: ClassVar[frozenset[str]] = frozenset()

    def facts(self) -> dict[str, object]:
        """Return what is shown of it, by name; None for what is not known."""
        return {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> list[str]:
        """Return the parts of the repr."""
        return [
            f"{name}={_brief(fact)}"
            for name, fact in self.facts().items()
            if fact is not None and name not in self.only_in_tables | self.only_alone
        ]

    def _repr_html_(self) -> str:
        known = ((name, str(fact)) for name, fact in self.facts().items() if fact is not None)
        return html_facts(known, title=type(self).__name__)


class Records(list[T]):
    """A list of records, which shows itself as a table."""

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> T: ...

    @overload
    def __getitem__(self, key: slice, /) -> Records[T]: ...

    def __getitem__(self, key: SupportsIndex | slice, /) -> T | Records[T]:
        found = super().__getitem__(key)
        return Records(cast("list[T]", found)) if isinstance(key, slice) else cast("T", found)

    def __repr__(self) -> str:
        table = self._table()
        if table is None:
            return super().__repr__()
        title, head, rows, numbers = table
        return "\n".join((title, *text_table(head, rows, numbers=numbers)))

    def _repr_html_(self) -> str | None:
        table = self._table()
        if table is None:
            return None  # a notebook shows the text then
        title, head, rows, numbers = table
        return html_table(head, rows, title=title, numbers=numbers)

    def _table(self) -> tuple[str, list[str], list[list[str]], frozenset[str]] | None:
        """Return title, head, rows and columns of numbers; None if there is no kind of records."""
        kinds = {type(item) for item in self}
        if len(kinds) != 1 or not isinstance(self[0], Record):
            return None
        facts = [item.facts() for item in self if isinstance(item, Record)]
        names = [name for name in facts[0] if name not in self[0].only_alone]
        head = [name for name in names if any(item[name] is not None for item in facts)]
        rows = [[_cell(item[name]) for name in head] for item in facts[:_MOST_ROWS]]
        title = plural(len(self), *self[0].words)
        if len(self) > _MOST_ROWS:
            title += f", the first {_MOST_ROWS} of them"
        texts = {name for name in head if any(isinstance(item[name], str) for item in facts)}
        return title, head, rows, _NUMBERS - texts


@dataclass(frozen=True, repr=False)
class Repository(Record):
    """A repository, as the service describes it."""

    words: ClassVar[tuple[str, str]] = ("repository", "repositories")
    only_in_tables = frozenset({"description"})

    id: int
    name: str
    description: str | None = None
    privacy: str | None = None
    team: str | None = None
    permission: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "id": self.id,
            "name": self.name,
            "privacy": self.privacy,
            "permission": self.permission,
            "team": self.team,
            "description": self.description,
        }

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


@dataclass(frozen=True, repr=False)
class Column(Record):
    """One column of a dataset: its type (None if not stated) and its part in the row key."""

    words: ClassVar[tuple[str, str]] = ("column", "columns")

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

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "name": self.name,
            "role": self.role,
            "type": self.type,
            "id": self.id,
            "date_format": self.date_format,
            "source_name": None if self.source_name == self.name else self.source_name,
            "ignored": self.ignored or None,
        }

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


@dataclass(frozen=True, repr=False)
class Dataset(Record):
    """A dataset, as the service describes it; dates are days, instants are as the service sends."""

    words: ClassVar[tuple[str, str]] = ("dataset", "datasets")
    # With the day of the last update, a table would be too wide for a window of 700 pixels.
    only_alone = frozenset({"updated_at", "permission", "source_name", "description", "columns"})

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

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "id": self.id,
            "name": self.name,
            "repository_id": self.repository_id,
            "frequency": self.frequency,
            "min_date": self.min_date,
            "max_date": self.max_date,
            "updated_at": instant(self.updated_at),
            "permission": self.permission,
            "source_name": self.source_name,
            "description": self.description,
            "columns": ", ".join(str(column.name) for column in self.columns) or None,
        }

    def _shown(self) -> list[str]:
        columns = [plural(len(self.columns), "column")] if self.columns else []
        return [*super()._shown(), *columns]

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


@dataclass(frozen=True, repr=False)
class DateStats(Record):
    """First date, last date and frequency of a dataset."""

    frequency: str | None = None
    min_date: datetime.date | None = None
    max_date: datetime.date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of them."""
        return {
            "frequency": self.frequency,
            "min_date": self.min_date,
            "max_date": self.max_date,
        }

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


def instant(text: str | None) -> str | None:
    """
    Return an instant of the service as a person reads it, to the minute; another text as it is.

    >>> instant("2026-11-27T20:34:24.260837")
    '2026-11-27 20:34'
    """
    return f"{text[:10]} {text[11:16]}" if text and _INSTANT.match(text) else text


def _brief(fact: object) -> str:
    """Return a fact for a repr, which cannot act on a terminal."""
    if isinstance(fact, str):
        return repr(shorten(fact, _MOST_CHARACTERS)) if len(fact) > _MOST_CHARACTERS else repr(fact)
    return str(fact)  # a number, a truth or a day


def _cell(fact: object) -> str:
    return "" if fact is None else shorten(str(fact), _LONGEST_CELL)
