"""The manifest: what a client declares about the columns of a dataset."""

import json
from dataclasses import dataclass
from typing import Any

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.store.columns import DATA_TYPES, DATE, TEXT, fold, tidy

DEFAULT_DATE_FORMAT = "%Y-%m-%d"


@dataclass(frozen=True)
class Declared:
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

    entries: tuple[Declared, ...]

    @property
    def date(self) -> Declared | None:
        """The entry of the date column."""
        return next((entry for entry in self.kept if entry.data_type == DATE), None)

    @property
    def kept(self) -> list[Declared]:
        """The entries whose columns are stored."""
        return [entry for entry in self.entries if not entry.ignore]

    @property
    def entities(self) -> list[Declared]:
        """The entries of the row key other than the date."""
        return [entry for entry in self.kept if entry.is_entity and entry.data_type != DATE]

    @property
    def date_format(self) -> str:
        """The declared format of the date column."""
        return (self.date.date_format if self.date else None) or DEFAULT_DATE_FORMAT


def boolean(value: object) -> bool:
    """Read a boolean in any of its spellings: `True`, `"True"`, `"TRUE"`, `1`, `"1"`."""
    if isinstance(value, str):
        return value.strip().lower() in {"true", "1", "yes"}
    return bool(value)


def parse_manifest(text: str) -> Manifest:
    """Read the JSON text of a manifest; refuse what is none."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(400, "manifest is not valid JSON") from None
    if not isinstance(entries, list) or not entries:
        raise Refusal(400, "manifest must be an array with one object per column")
    return check_manifest(Manifest(tuple(parse_entry(entry) for entry in entries)))


def parse_entry(entry: object) -> Declared:
    """Read one object of a manifest."""
    if not isinstance(entry, dict):
        raise Refusal(400, "manifest must be an array with one object per column")
    source = tidy(text_of(entry, "sourceName") or "")
    if not source:
        raise Refusal(400, "sourceName is required")
    data_type = text_of(entry, "dataType")
    if data_type is not None and data_type not in DATA_TYPES:
        raise Refusal(400, f"dataType must be one of: {', '.join(DATA_TYPES)}")
    is_entity = boolean(entry.get("isEntity")) or data_type == DATE
    return Declared(
        source=source,
        name=tidy(text_of(entry, "destinationName") or "") or source,
        data_type=data_type or (TEXT if is_entity else None),
        is_entity=is_entity,
        ignore=boolean(entry.get("ignore")),
        date_format=text_of(entry, "dateFormat") or None,
    )


def text_of(entry: dict[str, Any], key: str) -> str | None:
    """Return a text member of `entry`, if it is there."""
    value = entry.get(key)
    if value is None or (isinstance(value, str) and is_unicode(value)):
        return value
    raise Refusal(400, f"{key} must be a string")


def is_unicode(text: str) -> bool:
    """Return whether a text can be stored: JSON can smuggle halves of characters in."""
    return not any("\ud800" <= mark <= "\udfff" for mark in text)


def check_manifest(manifest: Manifest) -> Manifest:
    """Return `manifest`, or refuse one that contradicts itself."""
    if sum(entry.data_type == DATE for entry in manifest.kept) > 1:
        raise Refusal(400, "manifest must have exactly one Date column")
    for names in ([entry.source for entry in manifest.entries], [e.name for e in manifest.kept]):
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
