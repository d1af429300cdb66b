"""Column roles and types: to the manifest sent with an upload, if one is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.column_types import DECIMAL
from alphacast_pandas.writing.arrow import DATE_FORMAT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.records import Column
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
        # There is a manifest, which the service will not show; ours might undo it.
        return None
    if definitions is None or not definitions.stated or definitions.date is None:
        return full_manifest(roles, types, date_format)
    stored = {str(column.name): column for column in definitions.columns}
    date = stored.get(roles.date)
    same_keys = set(definitions.keys) == set(roles.keys)
    unlisted = [
        n for n, t in types.items() if t is not DECIMAL and _type_of(stored.get(n)) is not t
    ]
    known_formats = {date_format} if date_format != DATE_FORMAT else {DATE_FORMAT, None}
    if same_keys and date is not None and date.date_format in known_formats and not unlisted:
        return None
    # Part of the key that the file lacks is part of it no more, and the service drops it.
    lacking = [c for n, c in stored.items() if n not in types and c.role == "value"]
    kept = [c for c in lacking if c.raw or c.type]
    return [*full_manifest(roles, types, date_format), *map(_kept, kept)]


def changed_roles(roles: Roles, definitions: Definitions | None) -> str | None:
    """Return how the key differs from that of a dataset with rows, None if it does not."""
    if definitions is None or definitions.is_fresh or definitions.date is None:
        return None
    if set(definitions.keys) == set(roles.keys) and definitions.date.name == roles.date:
        return None
    return (
        f"The dataset's rows are identified by {_listed(definitions.keys)}, and this frame's by "
        f"{_listed(roles.keys)}. The upload changes the key of the whole dataset: rows it holds "
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


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(repr, names))


def _type_of(column: Column | None) -> ColumnType | None:
    return None if column is None else column.column_type


def _entry(name: str, roles: Roles, type_: ColumnType, date_format: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "sourceName": name,
        "dataType": type_.name,
        "isEntity": name in roles.keys,
    }
    return {**entry, "dateFormat": date_format} if name == roles.date else entry


def _kept(column: Column) -> dict[str, Any]:
    """Return a stored column that the file lacks, so that a new manifest does not lose it."""
    return {
        "sourceName": column.name,
        "dataType": (column.column_type or DECIMAL).name,
        "isEntity": False,
    }
