"""A column of a dataset: its name, its role, how it is stored."""

import unicodedata
from dataclasses import dataclass

DATE, TEXT, DECIMAL, SHORT = "Date", "String", "Decimal", "Short Integer"
DATA_TYPES = (DATE, TEXT, DECIMAL, SHORT)
SQL_TYPES = {DATE: "TIMESTAMP", TEXT: "VARCHAR", DECIMAL: "DOUBLE", SHORT: "SMALLINT"}


@dataclass(frozen=True)
class Column:
    """One column; its id is unique among all datasets of an emulator."""

    id: int
    name: str
    data_type: str
    is_entity: bool

    @property
    def field(self) -> str:
        """The column's name in the store, which cannot clash with anything."""
        return f"c{self.id}"

    @property
    def is_date(self) -> bool:
        """Whether this is the date column."""
        return self.data_type == DATE

    @property
    def is_value(self) -> bool:
        """Whether the column is outside the row key."""
        return not self.is_entity

    @property
    def sql_type(self) -> str:
        """The type it is stored at: entities are text whatever they declare."""
        if self.is_entity and not self.is_date:
            return "VARCHAR"
        return SQL_TYPES[self.data_type]


def fold(name: str) -> str:
    """Return `name` as the service compares it: without case or accents."""
    decomposed = unicodedata.normalize("NFKD", name)
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return unicodedata.normalize("NFKC", bare.casefold())


def tidy(name: str) -> str:
    """Return `name` trimmed, with embedded newlines as blanks."""
    return " ".join(name.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()


def in_order(columns: list[Column]) -> list[Column]:
    """Return `columns` as they are served: the date, the entities, the values."""
    return sorted(columns, key=lambda column: (not column.is_date, not column.is_entity))


def named(columns: list[Column], name: str) -> Column | None:
    """Return the column that folds to the same name, if there is one."""
    wanted = fold(name)
    return next((column for column in columns if fold(column.name) == wanted), None)
