"""The records of a store: what a look found, and of which blocks a content is made."""

from __future__ import annotations

import datetime
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Dataset
from alphacast_pandas.column_types import COLUMN_TYPES
from alphacast_pandas.vintage_store.hashing import hash_bytes, to_canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"(\d{8}T\d{6})(\d{6})Z-([0-9a-f]{8})-([0-9a-f]{40})\.json")
_TYPES = {str(each.arrow): each.arrow for each in COLUMN_TYPES}


@dataclass(frozen=True, order=True)
class LookName:
    """
    When a look began, a random suffix, and the content that it found: the name of its file.

    Names sort by time, so that a list of the folder tells the whole history.
    """

    began: datetime.datetime
    suffix: str
    content: str

    @property
    def filename(self) -> str:
        """The name of the file."""
        began = self.began.replace(tzinfo=None).isoformat(timespec="microseconds")
        return f"{re.sub('[-:.]', '', began)}Z-{self.suffix}-{self.content}.json"

    @classmethod
    def parse(cls, filename: str) -> LookName | None:
        """Return what a name tells, None if it is not that of a look."""
        match = _NAME.fullmatch(filename)
        if match is None:
            return None
        try:
            began = datetime.datetime.fromisoformat(f"{match[1]}.{match[2]}+00:00")
        except ValueError:
            return None
        return cls(began, match[3], match[4])


@dataclass(frozen=True)
class Counts:
    """How a content differs from the one before it: rows, values, rows."""

    added: int
    revised: int
    deleted: int


@dataclass(frozen=True)
class Look:
    """
    What one look found.

    `etag` proves the file that was read, `stated` is the hash of the definitions that the service
    stated. `counts` are those against the content `previous`, None if nobody has compared them.
    """

    content: str = ""
    rows: int = 0
    start: str | None = None
    end: str | None = None
    name: str | None = None
    repository_id: int | None = None
    etag: str | None = None
    stated: str | None = None
    is_imported: bool = False
    previous: str | None = None
    counts: Counts | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the record as values of JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Look:
        """Return the look that `to_json` has described."""
        counts = value["counts"]
        return cls(**{**value, "counts": None if counts is None else Counts(**counts)})

    def dataset(self, dataset_id: int) -> Dataset | None:
        """Return what is known of the dataset as a record, None if its name is not."""
        return None if self.name is None else Dataset(dataset_id, self.name, self.repository_id)


@dataclass(frozen=True)
class Block:
    """A block of a content: its hash, how many rows it has, its first and last date."""

    hash: str
    rows: int
    first: str | None
    last: str | None


@dataclass(frozen=True)
class Content:
    """What a dataset held: the definitions and the types of its columns, and its blocks."""

    definitions: Definitions
    types: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(block.rows for block in self.blocks)

    @property
    def span(self) -> tuple[str | None, str | None]:
        """The first and the last date, as text."""
        firsts = [block.first for block in self.blocks if block.first is not None]
        lasts = [block.last for block in self.blocks if block.last is not None]
        return (firsts[0] if firsts else None), (lasts[-1] if lasts else None)

    @property
    def schema(self) -> pa.Schema:
        """The types of the table."""
        return pa.schema([(name, _TYPES[kind]) for name, kind in self.types])

    @property
    def columns(self) -> dict[str, tuple[str, str]]:
        """The type and the role of each column."""
        column_of = self.definitions.get
        roles = {name: getattr(column_of(name), "role", "value") for name, _ in self.types}
        return {name: (kind, roles[name]) for name, kind in self.types}

    def to_json(self) -> dict[str, Any]:
        """Return the record as values of JSON; what is said of the dataset as such is left out."""
        return {
            "definitions": replace(self.definitions, dataset=None).to_json(),
            "types": [[*pair] for pair in self.types],
            "blocks": [[block.hash, block.rows, block.first, block.last] for block in self.blocks],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Content:
        """Return the content that `to_json` has described."""
        return cls(
            Definitions.from_json(value["definitions"]),
            tuple((name, kind) for name, kind in value["types"]),
            tuple(Block(*block) for block in value["blocks"]),
        )


def hash_definitions(definitions: Definitions) -> str:
    """Return the hash of what the service states of the columns of a dataset."""
    return hash_bytes(to_canonical_json(replace(definitions, dataset=None).to_json()))
