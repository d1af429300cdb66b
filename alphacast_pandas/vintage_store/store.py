"""The folder of a store: where it is, that it is one, and the files of each dataset."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa

from alphacast_pandas.atomic_files import remove_old_partials, replace_file
from alphacast_pandas.errors import ConfigurationError, DecodeError, QueryError
from alphacast_pandas.parallel import side_by_side
from alphacast_pandas.text import printable, value_text
from alphacast_pandas.vintage_store.blocks import LARGEST_BLOCK, cut, from_file, to_file
from alphacast_pandas.vintage_store.hashing import hash_bytes, hash_table, to_canonical_json
from alphacast_pandas.vintage_store.records import Block, Content, Look, LookName

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Iterator, Mapping

    from alphacast_pandas.api.definitions import Definitions

FORMAT = 1
MARKER = "alphacast-vintages.json"
_MOST_NAMED = 3


class DamageError(DecodeError):
    """A file of a store is missing, or does not hold what its name says; `path` is the file."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The file {printable(str(path))} of the vintage store {reason}.")
        self.path = path


@dataclass(frozen=True)
class VintageStore:
    """A folder that is a store, or is empty or not there yet and may become one."""

    folder: Path

    def dataset(self, base_url: str, dataset_id: int) -> DatasetFolder:
        """Return where the vintages of a dataset are."""
        return DatasetFolder(self.folder / _folder_name(base_url) / str(dataset_id), self, base_url)

    def datasets(self, base_url: str | None = None) -> list[DatasetFolder]:
        """Return the datasets that were looked at, of one address or of all."""
        with reported(self.folder, "read"):
            addresses = [each.name for each in _subfolders(self.folder)]
            wanted = addresses if base_url is None else [_folder_name(base_url)]
            return [
                DatasetFolder(folder, self, unquote(name))
                for name in sorted(wanted)
                for folder in sorted(_subfolders(self.folder / name), key=_number)
                if folder.name.isdigit()
            ]

    def prepare(self) -> None:
        """Make a store of the folder if it is none yet, or raise if that cannot be."""
        marker = self.folder / MARKER
        with reported(self.folder, "written"):
            if not marker.exists():
                with replace_file(marker, is_private=False) as file:
                    file.write(to_canonical_json({"format": FORMAT}))
            elif not os.access(self.folder, os.W_OK):
                raise PermissionError(13, "Permission denied")


@dataclass(frozen=True)
class DatasetFolder:
    """The looks, contents and blocks of one dataset."""

    path: Path
    store: VintageStore
    address: str

    @property
    def number(self) -> int:
        """The number of the dataset."""
        return int(self.path.name)

    def looks(self) -> list[LookName]:
        """Return the looks by the time at which they began."""
        with reported(self.store.folder, "read"):
            try:
                names = os.listdir(self.path / "looks")  # noqa: PTH208 - only names are needed
            except (FileNotFoundError, NotADirectoryError):
                return []
        return [look for name in sorted(names) if (look := LookName.parse(name)) is not None]

    def read_look(self, name: LookName) -> Look:
        """Return the record of a look, or raise if it is damaged."""
        path = self._look_path(name)
        value = _parse(path, self._read(path))
        if value.get("hash") != _hash_of_look(name, value.get("look")):
            raise DamageError(path, "does not hold what its hash says: it is damaged")
        return Look.from_json(value["look"])

    def write_look(self, name: LookName, look: Look) -> None:
        """Write the record of a look; nobody else has this name."""
        record = look.to_json()
        value = {"format": FORMAT, "look": record, "hash": _hash_of_look(name, record)}
        self._write(self._look_path(name), to_canonical_json(value))

    def read_content(self, hash_: str) -> Content:
        """Return a content, or raise if its record is damaged."""
        path = self._content_path(hash_)
        body = self._read(path)
        if hash_bytes(body) != hash_:
            raise DamageError(path, "does not hold what its name says: it is damaged")
        return Content.from_json(_parse(path, body))

    def read_block(self, block: Block) -> pa.Table:
        """Return the rows of a block, or raise if it is damaged."""
        path = self._block_path(block.hash)
        body = self._read(path)
        try:
            table = from_file(body)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise DamageError(path, f"is damaged ({type(error).__name__})") from error
        if hash_table(table) != block.hash:
            raise DamageError(path, "does not hold what its name says: it is damaged")
        return table

    def read_table(self, content: Content) -> pa.Table:
        """Return all rows of a content."""
        return self.join(content, content.blocks)

    def join(self, content: Content, blocks: Iterable[Block]) -> pa.Table:
        """Return the rows of some blocks of a content."""
        tables = side_by_side(iter(blocks), lambda _, block: self.read_block(block))
        return pa.concat_tables([content.schema.empty_table(), *tables])

    def write_content(self, planned: PlannedContent) -> None:
        """Write a content: its blocks first, so that whoever finds the record finds them too."""
        blocks = planned.content.blocks
        are_whole = side_by_side(iter(blocks), lambda _, block: self._is_whole(block))
        for block, table, is_whole in zip(blocks, planned.tables, are_whole, strict=True):
            if not is_whole:
                self._write(self._block_path(block.hash), to_file(table))
        self._write(self._content_path(planned.hash), to_canonical_json(planned.content.to_json()))

    def has_files_of(self, hash_: str) -> bool:
        """Tell whether the files of a content are there; what they hold is not looked at."""
        try:
            content = self.read_content(hash_)
        except DamageError:
            return False
        with reported(self.store.folder, "read"):
            there = {*os.listdir(self.path / "blocks")} if content.blocks else set()  # noqa: PTH208 - only names are needed
        return all(self._block_path(block.hash).name in there for block in content.blocks)

    def remove_old_partials(self, now: datetime.datetime) -> None:
        """Remove the unfinished files of looks that were killed."""
        with reported(self.store.folder, "written"):
            for part in ("blocks", "contents", "looks"):
                remove_old_partials(self.path / part, now.timestamp())

    def size(self) -> int:
        """Return the bytes of all files."""
        with reported(self.store.folder, "read"):
            return sum(each.stat().st_size for each in self.path.rglob("*") if each.is_file())

    def _is_whole(self, block: Block) -> bool:
        """Tell whether a block is there already; one that is damaged is written anew."""
        try:
            self.read_block(block)
        except DamageError:
            return False
        return True

    def _look_path(self, name: LookName) -> Path:
        return self.path / "looks" / name.filename

    def _content_path(self, hash_: str) -> Path:
        return self.path / "contents" / f"{hash_}.json"

    def _block_path(self, hash_: str) -> Path:
        return self.path / "blocks" / f"{hash_}.arrow"

    def _read(self, path: Path) -> bytes:
        # Read as a whole: a map of a file on a network drive may vanish under its reader.
        with reported(self.store.folder, "read"):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                raise DamageError(path, "is missing") from None

    def _write(self, path: Path, body: bytes) -> None:
        with reported(self.store.folder, "written"), replace_file(path, is_private=False) as file:
            file.write(body)


@dataclass(frozen=True, eq=False)
class PlannedContent:
    """A content with the rows of its blocks, before anything is written."""

    content: Content
    tables: list[pa.Table]

    @property
    def hash(self) -> str:
        """The hash that names it."""
        return hash_bytes(to_canonical_json(self.content.to_json()))


def plan_content(
    table: pa.Table, definitions: Definitions, *, largest_block: int = LARGEST_BLOCK
) -> PlannedContent:
    """Return the content that a table, whose rows come by date, makes."""
    date = definitions.date.name if definitions.date is not None else None
    tables = cut(table, date, largest=largest_block)
    blocks = tuple(side_by_side(iter(tables), lambda _, each: _block(each, date)))
    types = tuple((field.name, str(field.type)) for field in table.schema)
    return PlannedContent(Content(definitions, types, blocks), tables)


def new_look_name(began: datetime.datetime, content: str) -> LookName:
    """Return a name that no other look has, also not one of another machine."""
    return LookName(began, secrets.token_hex(4), content)


def open_store(store: Any) -> VintageStore:
    """Return the store at a path, by default the user's own; raise for what is none."""
    folder = _store_folder(store)
    with reported(folder, "read"):
        marker = folder / MARKER
        try:
            body = marker.read_bytes()
        except FileNotFoundError:
            names = sorted(each.name for each in folder.iterdir()) if folder.exists() else []
            if marker.exists():  # another process has made the store just now
                return open_store(store)
            _check_empty(folder, [name for name in names if not _is_nothing(name)])
            return VintageStore(folder)
        except NotADirectoryError:
            msg = f"The vintage store {_shown(folder)} is a file. Pass store= a folder."
            raise ConfigurationError(msg) from None
    _check_format(marker, body)
    return VintageStore(folder)


@contextlib.contextmanager
def reported(folder: Path, action: str) -> Iterator[None]:
    """Raise what the system says of files as an error that names the store."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        may = "write to" if action == "written" else "read"
        msg = (
            f"The vintage store {_shown(folder)} cannot be {action}: {reason}. "
            f"Pass store= a folder that you may {may}."
        )
        raise ConfigurationError(msg) from error


def _store_folder(store: Any) -> Path:
    if store is None:
        from platformdirs import user_data_path

        return user_data_path("alphacast-pandas", appauthor=False) / "vintages"
    if not isinstance(store, str | os.PathLike) or not os.fspath(store):
        msg = f"store must be the path of a folder, got {value_text(store)}."
        raise QueryError(msg)
    text = os.fsdecode(store)
    if "\0" in text:
        msg = f"store {value_text(text)} holds a NUL character, which no path does."
        raise QueryError(msg)
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        msg = f"store {value_text(text)} names an unknown user. Pass the folder without ~."
        raise QueryError(msg) from error


def _check_empty(folder: Path, names: list[str]) -> None:
    if not names:
        return
    some = ", ".join(value_text(name, 40) for name in names[:_MOST_NAMED])
    more = ", ..." if len(names) > _MOST_NAMED else ""
    msg = (
        f"{_shown(folder)} is not a vintage store: it holds {some}{more}, and no {MARKER}. "
        "Pass store= the folder of a store, or a new or empty folder for a new one."
    )
    if any(folder.glob("*/*/looks")):
        msg += (
            f" There are looks in it: if its {MARKER} was lost, restore it, or write "
            f'{{"format": {FORMAT}}} into a new one.'
        )
    raise ConfigurationError(msg)


def _check_format(marker: Path, body: bytes) -> None:
    try:
        number = json.loads(body)["format"]
    except (ValueError, KeyError, TypeError):
        number = None
    if not isinstance(number, int) or isinstance(number, bool):
        msg = (
            f"The file {_shown(marker)} does not tell the format of the vintage store: it is "
            f'damaged. Write {{"format": {FORMAT}}} into it, or restore it from a backup.'
        )
        raise ConfigurationError(msg)
    if number > FORMAT:
        msg = (
            f"The vintage store {_shown(marker.parent)} has the format {number}, and this version "
            f"of alphacast_pandas reads formats up to {FORMAT}. Update alphacast_pandas."
        )
        raise ConfigurationError(msg)


def _is_nothing(name: str) -> bool:
    """Tell the names of files that the system or a killed process left in an empty folder."""
    return name.startswith((".", f"{MARKER}."))


def _folder_name(base_url: str) -> str:
    """Return the name of an address: its host, with what follows it if there is anything."""
    if "://" not in base_url:
        base_url = f"//{base_url}"
    parts = urlsplit(base_url)
    return quote(f"{parts.netloc}{parts.path}", safe="")


def _subfolders(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.is_dir()]
    except FileNotFoundError:
        return []


def _number(folder: Path) -> int:
    return int(folder.name) if folder.name.isdigit() else 0


def _block(table: pa.Table, date: str | None) -> Block:
    dates = None if date is None else table.column(date).drop_null()
    ends = (None, None) if dates is None or not len(dates) else (dates[0], dates[-1])
    first, last = (None if each is None else each.as_py().isoformat() for each in ends)
    return Block(hash_table(table), table.num_rows, first, last)


def _parse(path: Path, body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise DamageError(path, "is damaged: it is not what was written")
    return value


def _hash_of_look(name: LookName, record: Any) -> str:
    return hash_bytes(to_canonical_json([name.filename, record]))


def _shown(path: Path) -> str:
    return printable(str(path))
