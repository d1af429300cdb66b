"""Parquet files whose rows are pushed: their columns, and their rows as frames, some at a time."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from alphacast_pandas.errors import QueryError, ValidationError
from alphacast_pandas.text import printable, value_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

# Some 4 MB of numbers.
CELLS_PER_BATCH = 500_000
_BUFFER_BYTES = 1 << 20
_UNREADABLE = (OSError, pa.ArrowException)


@dataclass(frozen=True)
class _File:
    """One file, as it was when it was opened first."""

    path: Path
    rows: int
    state: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class ParquetFiles:
    """
    A Parquet file, or those of a folder in the order of their names.

    `schema` has the columns of all of them, without dictionaries; `index` are the columns that
    pandas makes an index of, with the names of its levels, and `labels` are those of the rows if
    there are none. `attrs` are those of the frame that `pandas.read_parquet` gives.
    """

    path: Path
    files: tuple[_File, ...]
    schema: pa.Schema
    index: dict[str, str | None]
    labels: pd.RangeIndex
    attrs: dict[Hashable | None, Any]
    cells_per_batch: int = CELLS_PER_BATCH

    @property
    def rows(self) -> int:
        """How many rows all of them have."""
        return sum(file.rows for file in self.files)

    @property
    def shown(self) -> str:
        """The path as messages show it."""
        return printable(str(self.path))

    @property
    def empty_frame(self) -> pd.DataFrame:
        """A frame with the columns and the index of the others, and no rows."""
        return self.to_frame(self.schema.empty_table(), 0)

    def frames(self, first_row: int = 0) -> Iterator[pd.DataFrame]:
        """Yield the rows from one on as `pandas.read_parquet` gives them with Arrow's types."""
        for start, table in self.tables(first_row):
            yield self.to_frame(table, start)

    def have_columns(self, names: Sequence[str]) -> bool:
        """Tell whether `columns` of these names can be read."""
        return {*names} <= {*self.schema.names, *self.index.values()}

    def columns(self, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Yield the columns of these names, among which may be levels of the index."""
        levels = {name: field for field, name in self.index.items()}
        fields = [levels.get(name, name) for name in names]
        for _, table in self.tables(0, fields):
            yield _to_pandas(table).set_axis([*names], axis=1)

    def tables(
        self, first_row: int, fields: Sequence[str] | None = None
    ) -> Iterator[tuple[int, pa.Table]]:
        """Yield rows from one on, some at a time, each with the number of its first one."""
        start = 0
        for file in self.files:
            skipped = max(0, first_row - start)
            if skipped < file.rows:
                yield from self._tables_of(file, start, skipped, fields)
            start += file.rows

    def to_frame(self, table: pa.Table, first_row: int) -> pd.DataFrame:
        """Return rows as a frame, whose labels are those of the frame of all rows."""
        frame = _to_pandas(table)
        frame.index = self.labels[first_row : first_row + len(frame)]
        if self.index:
            frame = frame.set_index([*self.index])
            frame.index.names = [*self.index.values()]
        frame.attrs = self.attrs
        return frame

    def _tables_of(
        self, file: _File, start: int, skipped: int, fields: Sequence[str] | None
    ) -> Iterator[tuple[int, pa.Table]]:
        schema = self.schema if fields is None else pa.schema(map(self.schema.field, fields))
        rows = max(1, self.cells_per_batch // max(1, len(schema)))
        try:
            with pq.ParquetFile(file.path, buffer_size=_BUFFER_BYTES, pre_buffer=False) as opened:
                groups, before = _groups_from(opened.metadata, skipped)
                start, skipped = start + before, skipped - before
                for batch in opened.iter_batches(rows, row_groups=groups, columns=fields):
                    table = pa.Table.from_batches([batch])
                    if table.column_names != schema.names:
                        table = table.select(schema.names)
                    # The rows may be those of before the change, and those to come others.
                    _check_unchanged(file)
                    if skipped < table.num_rows:
                        yield start + skipped, _cast(table.slice(skipped), schema, file)
                    start, skipped = start + table.num_rows, max(0, skipped - table.num_rows)
        except _UNREADABLE as error:
            _check_unchanged(file)
            msg = f"{printable(str(file.path))} cannot be read, perhaps as it is damaged: {error}"
            raise ValidationError(msg) from error


def open_files(path: str | os.PathLike[str]) -> ParquetFiles:
    """Return the Parquet files that a path leads to, or raise."""
    paths = _files_in(place := _check_path(path))
    opened = [_open(each) for each in paths]
    schemas = {file.path: _without_dictionaries(schema) for file, schema in opened}
    schema = _common_schema(place, schemas)
    metadata = opened[0][1].metadata or {}
    attrs = _attrs(metadata)
    if any(_roles(_attrs(each.metadata or {})) != _roles(attrs) for _, each in opened):
        attrs = {}
    described = _described(metadata)
    _refuse_levels(described, place)
    index = _index(described, schema)
    files = tuple(file for file, _ in opened)
    labels = _labels(described, sum(file.rows for file in files))
    return ParquetFiles(place, files, schema, index, labels, attrs)


def _check_path(path: str | os.PathLike[str]) -> Path:
    """Return the file or folder that a path leads to, or raise."""
    try:
        place = Path(path).expanduser()
        if os.fspath(path) and (place.is_file() or place.is_dir()):
            return place
    except (ValueError, RuntimeError, OSError):
        pass  # a name that no file can have
    msg = (
        f"There is no file or folder {value_text(os.fspath(path))}. Pass a frame, or the path of a "
        "Parquet file."
    )
    raise QueryError(msg)


def _files_in(place: Path) -> list[Path]:
    """Return a file, or those in a folder, or raise for what would be left out unseen."""
    if place.is_file():
        return [place]
    shown = printable(str(place))
    files: list[Path] = []
    try:
        for parent, folders, names in os.walk(place, onerror=_raise):
            folders[:] = [name for name in folders if not name.startswith((".", "_"))]
            _refuse_folders(place, Path(parent), folders)
            files += [Path(parent, name) for name in names if not name.startswith((".", "_"))]
    except OSError as error:
        msg = f"The folder {shown} cannot be read: {error}. Pass one that can."
        raise QueryError(msg) from error
    if not files:
        msg = f"The folder {shown} holds no files. Pass the path of a Parquet file, or of others."
        raise QueryError(msg)
    return sorted(files)


def _raise(error: OSError) -> None:
    raise error


def _refuse_folders(place: Path, parent: Path, folders: Sequence[str]) -> None:
    """Raise for folders in another one whose rows cannot be told."""
    partitions = [name for name in folders if "=" in name]
    if partitions:
        msg = (
            f"{printable(str(place))} is partitioned: values of a column stand in the names of its "
            f"folders, such as {printable(min(partitions))}, and no file says of which type they "
            "are. Write the column into the files, or push the frame: "
            "ap.push(pd.read_parquet(...), ...)."
        )
        raise QueryError(msg)
    links = [Path(parent, name) for name in folders if Path(parent, name).is_symlink()]
    if links:
        msg = (
            f"{printable(str(min(links)))} is a link to a folder, and such links are not followed, "
            "as they may lead in circles. Link the files themselves, or push both folders one by "
            "one."
        )
        raise QueryError(msg)


def _open(path: Path) -> tuple[_File, pa.Schema]:
    try:
        state = _state(path)
        with pq.ParquetFile(path) as opened:
            return _File(path, opened.metadata.num_rows, state), opened.schema_arrow
    except _UNREADABLE as error:
        msg = f"{printable(str(path))} is not a Parquet file that can be read: {error}"
        raise QueryError(msg) from error


def _state(path: Path) -> tuple[int, int, int]:
    """Return what another file, or a change of this one, would change."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _check_unchanged(file: _File) -> None:
    try:
        is_same = _state(file.path) == file.state
    except OSError:
        is_same = False
    if not is_same:
        msg = (
            f"{printable(str(file.path))} has changed since it was checked, so no more of its "
            "rows are sent. Push it again when nothing writes to it."
        )
        raise ValidationError(msg)


def _cast(table: pa.Table, schema: pa.Schema, file: _File) -> pa.Table:
    """Return rows of a file at the types that its columns have in all files, or raise."""
    try:
        return table.replace_schema_metadata(None).cast(schema)
    except pa.ArrowInvalid as error:
        msg = (
            f"Values of {printable(str(file.path))} do not fit the types that hold those of the "
            f"other files: {error}. Push the files one by one, or write them with the same types."
        )
        raise ValidationError(msg) from error


def _groups_from(metadata: Any, first_row: int) -> tuple[list[int], int]:
    """Return the row groups from that of a row on, and how many rows stand before them."""
    before = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if before + rows > first_row:
            return [*range(group, metadata.num_row_groups)], before
        before += rows
    return [], before


def _without_dictionaries(schema: pa.Schema) -> pa.Schema:
    """Return a schema in which categories are the values that they stand for."""
    return pa.schema(
        [
            field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
            for field in schema
        ]
    )


def _common_schema(place: Path, schemas: dict[Path, pa.Schema]) -> pa.Schema:
    """Return the schema of all files; a column that is empty in one may have a type in another."""
    (first, schema), *others = schemas.items()
    for path, other in others:
        different = {*schema.names} ^ {*other.names}
        if different:
            msg = (
                f"Not all files in {printable(str(place))} have the column "
                f"{min(different)!r}: see {printable(first.name)} and "
                f"{printable(path.name)}. Push them one by one."
            )
            raise QueryError(msg)
        try:
            schema = pa.unify_schemas([schema, other], promote_options="permissive")
        except pa.ArrowException as error:
            msg = (
                f"Files in {printable(str(place))} have other types for one column, as "
                f"{printable(path.name)} has: {error}. Push them one by one, or write them with "
                "the same types."
            )
            raise QueryError(msg) from error
    return schema


def _attrs(metadata: dict[bytes, bytes]) -> dict[Hashable | None, Any]:
    """Return the attributes that pandas gives the frame, or else those of `read_arrow`."""
    try:
        if b"PANDAS_ATTRS" in metadata:
            attrs = json.loads(metadata[b"PANDAS_ATTRS"])
        else:
            attrs = {"alphacast": json.loads(metadata[b"alphacast"])}
    except (KeyError, ValueError):
        return {}
    return attrs if isinstance(attrs, dict) else {}


def _roles(attrs: dict[Hashable | None, Any]) -> object:
    origin = attrs.get("alphacast")
    return (origin.get("date"), origin.get("entities")) if isinstance(origin, dict) else None


def _described(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    """Return how pandas describes the frame that it has written, if it has."""
    try:
        described = json.loads(metadata[b"pandas"])
    except (KeyError, ValueError):
        return {}
    return described if isinstance(described, dict) else {}


def _refuse_levels(described: dict[str, Any], place: Path) -> None:
    """Raise if pandas makes several levels of the names of the columns."""
    if len(described.get("column_indexes") or ()) > 1:
        msg = (
            f"The columns of {printable(str(place))} are a MultiIndex, and a dataset has one row "
            "of names. Read it with df = pd.read_parquet(...), join the levels with "
            'df.columns = ["_".join(names) for names in df.columns], and push the frame.'
        )
        raise ValidationError(msg)


def _index(described: dict[str, Any], schema: pa.Schema) -> dict[str, str | None]:
    """Return the columns that pandas makes an index of, with the names of the levels."""
    try:
        fields = [each for each in described["index_columns"] if isinstance(each, str)]
        names = {each["field_name"]: each["name"] for each in described["columns"]}
    except (KeyError, TypeError):
        return {}
    return {field: names.get(field, field) for field in fields if field in schema.names}


def _labels(described: dict[str, Any], rows: int) -> pd.RangeIndex:
    """Return the labels that pandas gives the rows, which has no use for those of some of them."""
    try:
        [stated] = described["index_columns"]
        span = range(stated["start"], stated["stop"], stated["step"])
        labels = pd.RangeIndex(span, name=stated["name"])
    except (KeyError, TypeError, ValueError):
        labels = pd.RangeIndex(0)
    return labels if len(labels) == rows else pd.RangeIndex(rows)


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a frame whose types follow from those of the table alone, and not from the values."""
    frame: pd.DataFrame = table.to_pandas(types_mapper=_dtype_of, ignore_metadata=True)
    return frame


def _dtype_of(kind: pa.DataType) -> Any:
    """Return the type of a column, None for the periods of pandas, which it restores by itself."""
    return None if isinstance(kind, pa.BaseExtensionType) else pd.ArrowDtype(kind)
