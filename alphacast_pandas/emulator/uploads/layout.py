"""Which column of a file is which column of its dataset."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.store.columns import DATE, DECIMAL, TEXT, Column, fold, named, tidy
from alphacast_pandas.emulator.uploads.manifest import Declared, Manifest

Source = tuple[int, Column]


@dataclass(frozen=True)
class Layout:
    """How an upload maps to its dataset."""

    width: int
    sources: tuple[Source, ...]
    columns: tuple[Column, ...]
    date_format: str

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
        """The columns that name a row."""
        return [column for column in self.columns if column.is_entity]


def resolve_layout(
    header: list[str],
    manifest: Manifest,
    known: list[Column],
    new_number: Callable[[], int],
    *,
    is_exact: bool = False,
) -> Layout:
    """Match a file's header with the manifest and the columns the dataset has."""
    sources: list[Source] = []
    for place, cell in enumerate(header):
        declared = declaration(tidy(cell), manifest, is_exact=is_exact)
        if declared is None or not declared.ignore:
            sources.append((place, column_for(tidy(cell), declared, known, new_number)))
    check_header([column for _, column in sources])
    kept = known if key_of([column for _, column in sources]) == key_of(known) else []
    return Layout(len(header), tuple(sources), whole(sources, kept), manifest.date_format)


def declaration(name: str, manifest: Manifest, *, is_exact: bool) -> Declared | None:
    """Return what the manifest says about a column of the file."""
    for entry in manifest.entries:
        if entry.source == name or (not is_exact and fold(entry.source) == fold(name)):
            return entry
    return None


def column_for(
    name: str, declared: Declared | None, known: list[Column], new_number: Callable[[], int]
) -> Column:
    """Return the dataset's column that a column of the file goes to."""
    spelling = declared.name if declared else name
    stored = named(known, spelling)
    number = stored.id if stored else new_number()
    is_entity = declared is not None and declared.is_entity
    data_type = declared.data_type if declared else None
    if data_type is None:
        data_type = stored.data_type if stored else TEXT if is_entity else DECIMAL
    if data_type == DATE and declared is None:
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


def key_of(columns: Iterable[Column]) -> set[tuple[int, bool]]:
    """Return what makes a row key: which columns, and which of them is the date."""
    return {(column.id, column.is_date) for column in columns if column.is_entity}


def whole(sources: list[Source], known: list[Column]) -> tuple[Column, ...]:
    """Return the dataset's columns as they will be: the known ones, then the new."""
    changed = {column.id: column for _, column in sources}
    stored = {column.id for column in known}
    return tuple(
        [changed.get(column.id, column) for column in known]
        + [column for _, column in sources if column.id not in stored]
    )
