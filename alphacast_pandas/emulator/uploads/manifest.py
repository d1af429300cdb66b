"""The manifest: what a client declares about the columns of a dataset."""

import json
from dataclasses import dataclass
from typing import Any

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.store.columns import DATA_TYPES, DATE, TEXT
from alphacast_pandas.emulator.text import clean_name, fold, parse_boolean, parse_json

DEFAULT_DATE_FORMAT = "%Y-%m-%d"


@dataclass(frozen=True)
class ManifestEntry:
    """One entry of a manifest."""

    source: str
    name: str
    data_type: str | None
    is_entity: bool
    ignore: bool
    date_format: str | None


@dataclass(frozen=True)
class Manifest:
    """The entries of a manifest, in the client's order."""

    entries: tuple[ManifestEntry, ...]

    @property
    def date(self) -> ManifestEntry | None:
        """The entry of the date column."""
        return next((entry for entry in self.active_entries if entry.data_type == DATE), None)

    @property
    def active_entries(self) -> list[ManifestEntry]:
        """The entries that are not ignored."""
        return [entry for entry in self.entries if not entry.ignore]

    @property
    def entities(self) -> list[ManifestEntry]:
        """The entries of the row key other than the date."""
        return [
            entry for entry in self.active_entries if entry.is_entity and entry.data_type != DATE
        ]

    @property
    def date_format(self) -> str:
        """The declared format of the date column, or the default one."""
        return (self.date.date_format if self.date else None) or DEFAULT_DATE_FORMAT


def parse_manifest(text: str) -> Manifest:
    """Read the JSON text of a manifest, or refuse it."""
    entries = parse_json(text, "manifest")
    if not isinstance(entries, list) or not entries:
        raise Refusal(400, "manifest must be an array with one object per column")
    return check_manifest(Manifest(tuple(parse_entry(entry) for entry in entries)))


def parse_entry(entry: object) -> ManifestEntry:
    """Read one object of a manifest."""
    if not isinstance(entry, dict):
        raise Refusal(400, "manifest must be an array with one object per column")
    source = clean_name(parse_text(entry, "sourceName") or "")
    if not source:
        raise Refusal(400, "sourceName is required")
    data_type = parse_text(entry, "dataType")
    if data_type is not None and data_type not in DATA_TYPES:
        raise Refusal(400, f"dataType must be one of: {', '.join(DATA_TYPES)}")
    # The date is part of the row key even where an entry does not say so.
    is_entity = parse_boolean(entry.get("isEntity")) or data_type == DATE
    return ManifestEntry(
        source=source,
        name=clean_name(parse_text(entry, "destinationName") or "") or source,
        data_type=data_type or (TEXT if is_entity else None),
        is_entity=is_entity,
        ignore=parse_boolean(entry.get("ignore")),
        date_format=parse_text(entry, "dateFormat") or None,
    )


def parse_text(entry: dict[str, Any], key: str) -> str | None:
    """Return a text field of an entry, or None; refuse any other type."""
    value = entry.get(key)
    if value is None or isinstance(value, str):
        return value
    raise Refusal(400, f"{key} must be a string")


def check_manifest(manifest: Manifest) -> Manifest:
    """Return `manifest`, or refuse one that contradicts itself."""
    if sum(entry.data_type == DATE for entry in manifest.active_entries) > 1:
        raise Refusal(400, "manifest must have exactly one Date column")
    for names in (
        [entry.source for entry in manifest.entries],
        [e.name for e in manifest.active_entries],
    ):
        if len({fold(name) for name in names}) < len(names):
            raise Refusal(400, "manifest names a column twice")
    return manifest


def initial_manifest(date: str, entities: list[str], date_format: str) -> str:
    """Return the manifest that the columns initializer stores, as `/columns` shows it."""
    columns: list[dict[str, str]] = [
        {"sourceName": date, "dataType": DATE, "dateFormat": date_format, "isEntity": "True"}
    ]
    columns += [{"sourceName": name, "isEntity": "True"} for name in entities if name != date]
    return json.dumps(columns)
