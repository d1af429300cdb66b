"""The columns of a dataset: their types, their roles, how they are stored."""

from dataclasses import dataclass

from alphacast_pandas.emulator.store.database import Cursor, fetch_records
from alphacast_pandas.emulator.text import fold

DATE, TEXT, DECIMAL, SHORT = "Date", "String", "Decimal", "Short Integer"
SQL_TYPES = {DATE: "TIMESTAMP", TEXT: "VARCHAR", DECIMAL: "DOUBLE", SHORT: "SMALLINT"}
DATA_TYPES = tuple(SQL_TYPES)


@dataclass(frozen=True)
class Column:
    """One column; its id is unique among all datasets of an emulator."""

    id: int
    name: str
    data_type: str
    is_entity: bool

    @property
    def field(self) -> str:
        """The column's name in the store, which never needs quotes in SQL."""
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
    def is_numeric(self) -> bool:
        """Whether this is a value column that holds numbers."""
        return self.is_value and self.data_type in {DECIMAL, SHORT}

    @property
    def sql_type(self) -> str:
        """The type it is stored at: entities are text whatever they declare."""
        if self.is_entity and not self.is_date:
            return "VARCHAR"
        return SQL_TYPES[self.data_type]


def sort_columns(columns: list[Column]) -> list[Column]:
    """Return `columns` as they are served: the date, the entities, the values."""
    return sorted(columns, key=lambda column: (not column.is_date, not column.is_entity))


def columns_by_fold(columns: list[Column]) -> dict[str, Column]:
    """Return the columns by their folded names, of which no two are the same."""
    return {fold(column.name): column for column in columns}


def load_columns(cursor: Cursor, dataset: int) -> list[Column]:
    """Return the columns of a dataset in the order they are served."""
    sql = """SELECT id, name, data_type, is_entity FROM columns
             WHERE dataset_id = ? ORDER BY position"""
    return sort_columns(fetch_records(cursor, Column, sql, [dataset]))


def replace_columns(cursor: Cursor, dataset: int, columns: list[Column]) -> None:
    """Replace the columns of a dataset."""
    cursor.execute("DELETE FROM columns WHERE dataset_id = ?", [dataset])
    fields = [
        [column.id for column in columns],
        list(range(len(columns))),
        [column.name for column in columns],
        [column.data_type for column in columns],
        [column.is_entity for column in columns],
    ]
    # One statement for all columns: DuckDB is slow at many small INSERTs.
    cursor.execute(
        """INSERT INTO columns (dataset_id, id, position, name, data_type, is_entity)
           SELECT ?, unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[]),
                  unnest(?::VARCHAR[]), unnest(?::BOOLEAN[])""",
        [dataset, *fields],
    )
