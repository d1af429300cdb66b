"""Definitions of a dataset's columns, merged from its record and its stored manifest."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.records import Column, Dataset
from alphacast_pandas.column_types import DECIMAL, ColumnType
from alphacast_pandas.names import canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Definitions:
    """
    The columns of one dataset, as far as the service describes them.

    `stated` is False where the definitions were refused. `header` is the header of a whole
    answer, once one was seen. `complete` says whether every column is known: value columns need
    not be among the stored definitions.
    """

    columns: tuple[Column, ...] = ()
    dataset: Dataset | None = None
    stated: bool = True
    header: tuple[str, ...] | None = None
    ignored: frozenset[str] = frozenset()
    complete: bool = False
    has_rows: bool | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was ever uploaded, so that the first upload may bring any column."""
        return self.has_rows is False or (self.has_rows is None and not self.columns)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names in the dataset's order."""
        return tuple(column.name for column in self.columns if column.name is not None)

    @cached_property
    def date(self) -> Column | None:
        """The date column."""
        return next((column for column in self.columns if column.role == "date"), None)

    @cached_property
    def entities(self) -> tuple[Column, ...]:
        """The entity columns, without the date."""
        return tuple(column for column in self.columns if column.role == "entity")

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of date and entities, in the order of a frame."""
        date = [self.date] if self.date else []
        return tuple(column.name for column in (*date, *self.entities) if column.name is not None)

    def type_of(self, name: str) -> ColumnType | None:
        """
        Return the type of a column; a value column of which nothing is stated holds numbers.

        None means that the service states no types at all, so that the values must tell.
        """
        column = self._by_name.get(name)
        known = None if column is None else column.column_type
        return known or (DECIMAL if self.stated else None)

    def get(self, name: str) -> Column | None:
        """Return the column of exactly this name."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str | None, Column]:
        return {column.name: column for column in reversed(self.columns)}

    def with_header(self, header: Iterable[str]) -> Definitions:
        """Return these definitions proved and completed by the header of a whole answer."""
        names = tuple(header)
        known = {column.name: column for column in self.columns}
        folded = {canonical_name(column.name): column for column in self.columns if column.name}
        columns = [
            replace(known.get(name) or folded.get(canonical_name(name)) or Column(name), name=name)
            for name in names
        ]
        return replace(self, columns=tuple(columns), header=names, complete=True)

    def to_json(self) -> dict[str, Any]:
        """Return these definitions as values of JSON, from which `from_json` makes them again."""
        return {
            "columns": [
                {name: getattr(column, name) for name in _COLUMN_FIELDS} for column in self.columns
            ],
            "dataset": dict(self.dataset.raw) if self.dataset else None,
            "stated": self.stated,
            "header": None if self.header is None else [*self.header],
            "ignored": sorted(self.ignored),
            "complete": self.complete,
            "has_rows": self.has_rows,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Definitions:
        """Return the definitions that `to_json` has described."""
        return cls(
            columns=tuple(Column(**column) for column in value["columns"]),
            dataset=Dataset.from_json(value["dataset"]) if value["dataset"] else None,
            stated=value["stated"],
            header=None if value["header"] is None else tuple(value["header"]),
            ignored=frozenset(value["ignored"]),
            complete=value["complete"],
            has_rows=value["has_rows"],
        )


# What the service has said of a column, less the words in which it did.
_COLUMN_FIELDS = tuple(each.name for each in fields(Column) if each.name != "raw")


def define(dataset: Dataset | None, stored: Iterable[Column] | None) -> Definitions:
    """Return the definitions of a dataset from its record and its stored definitions."""
    described = [column for column in (dataset.columns if dataset else ()) if column.name]
    listed = [column for column in stored or () if column.name]
    ids = {column.name: column for column in described}
    merged = [_merged(column, ids.get(column.name)) for column in listed if not column.ignored]
    names = {column.name for column in listed}
    merged += [column for column in described if column.name not in names and not column.ignored]
    return Definitions(
        columns=tuple(merged),
        dataset=dataset,
        stated=any(column.type for column in merged),
        complete=bool(described) and names <= ids.keys(),
        ignored=frozenset(column.name for column in listed if column.ignored and column.name),
    )


def _merged(stored: Column, described: Column | None) -> Column:
    if described is None:
        return stored
    return replace(
        stored,
        id=described.id,
        type=stored.type or described.type,
        is_entity=stored.is_entity or described.is_entity,
    )
