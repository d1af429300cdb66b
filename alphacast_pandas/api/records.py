"""The service's JSON as frozen records in our spelling."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from alphacast_pandas.errors import DecodeError, ProcessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ColumnType = Literal["Date", "String", "Decimal", "Short Integer"]

# The four documented names, and what a service of another release may call them.
_TYPES: dict[str, ColumnType] = {
    "date": "Date",
    "datetime": "Date",
    "string": "String",
    "text": "String",
    "decimal": "Decimal",
    "float": "Decimal",
    "double": "Decimal",
    "number": "Decimal",
    "shortinteger": "Short Integer",
    "smallint": "Short Integer",
    "int16": "Short Integer",
}
_SUCCEEDED = {"processed", "completed", "finished", "done", "success"}
_FAILED = {"error", "failed", "failure", "cancelled"}


@dataclass(frozen=True)
class Repository:
    """A repository, as the service describes it."""

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
        item = _object(value, "a repository")
        return cls(
            id=_id(item, "a repository"),
            name=str(item.get("name", "")),
            description=_text(item, "description"),
            privacy=_text(item, "privacy"),
            team=_text(item, "team"),
            permission=_text(item, "permission"),
            raw=item,
        )


@dataclass(frozen=True)
class Column:
    """One column of a dataset: its type (None if not stated) and its part in the row key."""

    name: str | None
    type: ColumnType | None = None
    is_entity: bool = False
    id: int | None = None
    date_format: str | None = None
    source_name: str | None = None
    ignored: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def role(self) -> Literal["date", "entity", "value"]:
        """The part the column has in its dataset."""
        if self.type == "Date":
            return "date"
        return "entity" if self.is_entity else "value"

    @property
    def is_text(self) -> bool:
        """Whether the column holds text; entities do unless something else is stated."""
        return self.type == "String" or (self.type is None and self.is_entity)

    @classmethod
    def from_json(cls, value: Any) -> Column:
        """Return the record of one column object or column definition."""
        item = _object(value, "a column")
        source = _text(item, "sourceName")
        name = _text(item, "destinationName") or source or _text(item, "name")
        stated = _text(item, "dataType")
        date_format = _text(item, "dateFormat")
        kind = _TYPES.get("".join(stated.split()).casefold()) if stated else None
        if kind is None and stated is None and date_format:
            kind = "Date"
        identifier = item.get("id")
        return cls(
            name=name,
            type=kind,
            is_entity=truth(item.get("isEntity")),
            id=_integer(identifier),
            date_format=date_format,
            source_name=source,
            ignored=truth(item.get("ignore")),
            raw=item,
        )


@dataclass(frozen=True)
class Dataset:
    """A dataset, as the service describes it; dates are days, instants are as the service sends."""

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
        item = _object(value, "a dataset")
        columns = item.get("columns")
        return cls(
            id=_id(item, "a dataset"),
            name=str(item.get("name", "")),
            repository_id=_integer(item.get("repositoryId")),
            description=_text(item, "description"),
            source_name=_text(item, "sourceName"),
            source_url=_text(item, "sourceUrl"),
            permission=_text(item, "permission"),
            created_at=_text(item, "createdAt"),
            updated_at=_text(item, "updatedAt"),
            frequency=_text(item, "frequency"),
            min_date=_date(item.get("minDate")),
            max_date=_date(item.get("maxDate")),
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
        item = _object(value, "date statistics")
        return cls(
            _text(item, "frequency"), _date(item.get("minDate")), _date(item.get("maxDate")), item
        )


@dataclass(frozen=True)
class Process:
    """What the service does with one upload."""

    id: int
    dataset_id: int | None = None
    status: str = ""
    description: str | None = None
    created_at: str | None = None
    processed_at: str | None = None
    delete_missing: bool | None = None
    update_on_conflict: bool | None = None
    stats: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    follow: Callable[[Process, float], Process] | None = field(
        default=None, repr=False, compare=False
    )

    def wait(self, *, timeout: float = 600.0) -> Process:
        """
        Follow the process to its end.

        Parameters
        ----------
        timeout : float, default 600.0
            Seconds until it must have ended.

        Returns
        -------
        Process
            As it ended, successfully.

        Raises
        ------
        ProcessError
            If it ended badly, with the service's own text.
        ProcessTimeout
            If it was still running when the time was up.
        """
        if self.follow is None:
            msg = "This record has no connection to follow."
            raise ProcessError(msg, process=self)
        return self.follow(self, timeout)

    @property
    def succeeded(self) -> bool:
        """Whether the status is one of those that mean success."""
        return self.status.casefold() in _SUCCEEDED

    @property
    def failed(self) -> bool:
        """Whether the status is one of those that mean failure."""
        return self.status.casefold() in _FAILED

    @classmethod
    def from_json(
        cls,
        value: Any,
        *,
        dataset_id: int | None = None,
        follow: Callable[[Process, float], Process] | None = None,
    ) -> Process:
        """Return the record of one JSON object about a dataset."""
        item = _object(value, "a process")
        stats = item.get("stats")
        description = _text(item, "statusDescription")
        return cls(
            id=_id(item, "a process"),
            dataset_id=_integer(item.get("datasetId")) or dataset_id,
            follow=follow,
            status=_text(item, "status") or "",
            # Real descriptions end in the two characters "/n".
            description=description.removesuffix("/n").strip() if description else None,
            created_at=_text(item, "createdAt"),
            processed_at=_text(item, "processedAt"),
            delete_missing=_flag(item, "deleteMissingFromDB"),
            update_on_conflict=_flag(item, "onConflictUpdateDB"),
            stats=stats if isinstance(stats, dict) else {},
            raw=item,
        )

    def count(self, key: str) -> int | None:
        """Return one whole number of the statistics, None if the service does not say."""
        return _integer(self.stats.get(key))


def columns_from_json(value: Any) -> tuple[Column, ...]:
    """Return the columns of a list, or of an object that holds one as ``columnDefinitions``."""
    if isinstance(value, dict):
        value = value.get("columnDefinitions") or value.get("columns") or []
    if not isinstance(value, list):
        msg = f"Expected column definitions, got {_shown(value)}."
        raise DecodeError(msg)
    return tuple(Column.from_json(item) for item in value)


def truth(value: Any) -> bool:
    """Return a boolean from the service's spellings: true, "True", "TRUE", 1, "1"."""
    if isinstance(value, str):
        return value.strip().casefold() in {"true", "1", "yes"}
    return bool(value)


def _flag(item: Mapping[str, Any], key: str) -> bool | None:
    return truth(item[key]) if item.get(key) is not None else None


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        msg = f"Expected {what} as a JSON object, got {_shown(value)}."
        raise DecodeError(msg)
    return cast("dict[str, Any]", value)


def _id(item: Mapping[str, Any], what: str) -> int:
    number = _integer(item.get("id"))
    if number is None:
        msg = f"Expected {what} with an id, got {_shown(item)}."
        raise DecodeError(msg)
    return number


def _integer(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
        return int(value) if isinstance(value, int | str) else int(number)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(item: Mapping[str, Any], key: str) -> str | None:
    value = item.get(key)
    return None if value is None or value == "" else str(value)


def _date(value: Any) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
