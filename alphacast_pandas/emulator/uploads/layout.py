"""Matches the columns of a file with those of its dataset."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.store.columns import DATE, DECIMAL, TEXT, Column, columns_by_fold
from alphacast_pandas.emulator.text import clean_name, fold
from alphacast_pandas.emulator.uploads.manifest import Manifest, ManifestEntry

Source = tuple[int, Column]


@dataclass(frozen=True)
class Layout:
    """
    The columns of a file and of its dataset after the upload.

    `sources` are the columns of the file that are stored, each with its place in the file.
    """

    width: int
    sources: tuple[Source, ...]
    columns: tuple[Column, ...]
    date_format: str

    @cached_property
    def source_ids(self) -> frozenset[int]:
        """The ids of the columns of the file."""
        return frozenset(column.id for _, column in self.sources)

    @property
    def date(self) -> Source | None:
        """The date column of the file."""
        return next((source for source in self.sources if source[1].is_date), None)

    @property
    def entities(self) -> list[Source]:
        """The columns of the key other than the date."""
        return [source for source in self.sources if source[1].is_entity and not source[1].is_date]

    @property
    def values(self) -> list[Source]:
        """The columns that are not in the key."""
        return [source for source in self.sources if source[1].is_value]

    @property
    def key(self) -> list[Column]:
        """The columns of the row key."""
        return [column for column in self.columns if column.is_entity]


def resolve_layout(
    header: list[str],
    manifest: Manifest,
    existing: list[Column],
    new_id: Callable[[], int],
    *,
    is_exact: bool = False,
) -> Layout:
    """Match a file's header with the manifest and the columns the dataset has."""
    sources: list[Source] = []
    entries = {
        entry.source if is_exact else fold(entry.source): entry for entry in manifest.entries
    }
    known = columns_by_fold(existing)
    for place, cell in enumerate(header):
        name = clean_name(cell)
        entry = entries.get(name if is_exact else fold(name))
        if entry is None or not entry.ignore:
            sources.append((place, resolve_column(name, entry, known, new_id)))
    check_header([column for _, column in sources])
    # Another row key means that no stored row survives, so columns that the file lacks go too.
    is_same_key = key_identity([column for _, column in sources]) == key_identity(existing)
    columns = combine_columns(sources, existing if is_same_key else [])
    return Layout(len(header), tuple(sources), columns, manifest.date_format)


def resolve_column(
    name: str, entry: ManifestEntry | None, known: dict[str, Column], new_id: Callable[[], int]
) -> Column:
    """Return the dataset's column that a column of the file goes to; `known` is by folded name."""
    spelling = entry.name if entry else name
    column = known.get(fold(spelling))
    number = column.id if column else new_id()
    is_entity = entry is not None and entry.is_entity
    data_type = entry.data_type if entry else None
    if data_type is None:
        data_type = column.data_type if column else TEXT if is_entity else DECIMAL
    # Only a manifest makes a date column: one that it no longer names is stored as text.
    if data_type == DATE and entry is None:
        data_type = TEXT
    return Column(number, spelling, data_type, is_entity)


def check_header(columns: list[Column]) -> None:
    """Refuse a header with nameless columns, or with two that fold to one name."""
    seen: dict[str, str] = {}
    for place, column in enumerate(columns, 1):
        if not column.name:
            message = f"Column {place} has no name"
            raise InvalidUpload(message)
        other = seen.setdefault(fold(column.name), column.name)
        if len(seen) < place:
            message = f"Columns '{other}' and '{column.name}' have the same name"
            raise InvalidUpload(message)


def key_identity(columns: Iterable[Column]) -> set[tuple[int, bool]]:
    """Return what identifies a row key: its columns, and which of them is the date."""
    return {(column.id, column.is_date) for column in columns if column.is_entity}


def combine_columns(sources: list[Source], existing: list[Column]) -> tuple[Column, ...]:
    """Return the dataset's columns after the upload: the existing ones, then the new."""
    changed = {column.id: column for _, column in sources}
    existing_ids = {column.id for column in existing}
    return tuple(
        [changed.get(column.id, column) for column in existing]
        + [column for _, column in sources if column.id not in existing_ids]
    )
