"""The manifest of an upload: what the service must be told of the columns, if anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.column_types import DECIMAL
from alphacast_pandas.writing.dates import DATE_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.records import (
        Column,
    )
    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.writing.roles import Roles

Manifest = list[dict[str, Any]]


def full_manifest(roles: Roles, types: Mapping[str, ColumnType], date_format: str) -> Manifest:
    """Return the manifest of a frame: date, entities, values, each with its type."""
    order = [*roles.keys, *(name for name in types if name not in roles.keys)]
    return [_entry(name, roles, types[name], date_format) for name in order]


def needed_manifest(
    roles: Roles,
    types: Mapping[str, ColumnType],
    date_format: str,
    definitions: Definitions | None,
) -> Manifest | None:
    """Return what must be sent for the service to understand the file, None if it does already."""
    if definitions is not None and definitions.has_rows and not definitions.stated:
        # The dataset has a manifest that the service does not show, and ours would replace it.
        return None
    if definitions is None or not definitions.stated or definitions.date is None:
        return full_manifest(roles, types, date_format)
    columns = {str(column.name): column for column in definitions.columns}
    if _is_known(roles, types, date_format, definitions, columns):
        return None
    # A new manifest replaces the old one, so value columns that the file lacks are repeated. Those
    # of the old key are not: what the file lacks of it leaves the key, and the service drops it.
    absent = [
        column
        for name, column in columns.items()
        if name not in types and column.role == "value" and (column.raw or column.type)
    ]
    return [*full_manifest(roles, types, date_format), *map(_repeated_entry, absent)]


def describe_changed_roles(roles: Roles, definitions: Definitions | None) -> str | None:
    """Return how the key differs from that of a dataset with rows, None if it does not."""
    if definitions is None or definitions.is_fresh or definitions.date is None:
        return None
    if set(definitions.keys) == set(roles.keys) and definitions.date.name == roles.date:
        return None
    return (
        f"The dataset's rows are identified by {_join(definitions.keys)}, and this frame's by "
        f"{_join(roles.keys)}. The upload changes the key of the whole dataset: rows it holds "
        "may be refused, lost or doubled."
    )


def header_names(names: list[str], definitions: Definitions | None, *, replaced: bool) -> list[str]:
    """Return the names in the file: for a renamed column, the one its manifest knows."""
    if definitions is None or replaced:
        return names
    columns = [definitions.get(name) for name in names]
    return [
        column.source_name if column is not None and column.source_name else name
        for name, column in zip(names, columns, strict=True)
    ]


def _is_known(
    roles: Roles,
    types: Mapping[str, ColumnType],
    date_format: str,
    definitions: Definitions,
    columns: Mapping[str, Column],
) -> bool:
    """Tell whether the dataset has this key, this format of dates and these types."""
    date = columns.get(roles.date)
    formats = {date_format, None} if date_format == DATE_FORMAT else {date_format}
    return (
        set(definitions.keys) == set(roles.keys)
        and date is not None
        and date.date_format in formats
        and all(
            type_ is DECIMAL or (name in columns and columns[name].column_type is type_)
            for name, type_ in types.items()
        )
    )


def _entry(name: str, roles: Roles, type_: ColumnType, date_format: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "sourceName": name,
        "dataType": type_.name,
        "isEntity": name in roles.keys,
    }
    return {**entry, "dateFormat": date_format} if name == roles.date else entry


def _repeated_entry(column: Column) -> dict[str, Any]:
    """Return the entry of a column that the dataset has and the file lacks."""
    return {
        "sourceName": column.name,
        "dataType": (column.column_type or DECIMAL).name,
        "isEntity": False,
    }


def _join(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names))
