"""The DuckDB database behind the emulator."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from alphacast_pandas.emulator.text import to_printable

Cursor = duckdb.DuckDBPyConnection
Record = TypeVar("Record")
Parameters = list[Any] | dict[str, Any]

# Ids begin high, as real ones do: none can be taken for a position, or for one of another kind.
FIRST_IDS = {
    "account": 1,
    "repository": 101,
    "dataset": 7938,
    "column": 95700,
    "process": 45141,
    "version": 1,
    "run": 1,
}
DATABASE_FILE = "alphacast.duckdb"
HEADER_BYTES = 3 * 4096  # of a file of DuckDB, before its blocks
FORMAT = 1  # of a folder: to be raised when TABLES, or what their values mean, change
TABLES = {
    "accounts": "id BIGINT, key VARCHAR, name VARCHAR",
    "repositories": """id BIGINT, owner_id BIGINT, name VARCHAR, description VARCHAR,
        privacy VARCHAR, team VARCHAR, slug VARCHAR, is_home BOOLEAN""",
    "grants": "repository_id BIGINT, account_id BIGINT, level VARCHAR",
    "datasets": """id BIGINT, repository_id BIGINT, name VARCHAR, description VARCHAR,
        source_name VARCHAR, source_url VARCHAR, created_at TIMESTAMP, updated_at TIMESTAMP,
        frequency VARCHAR, min_date TIMESTAMP, max_date TIMESTAMP, has_time BOOLEAN,
        manifest VARCHAR, manifest_at TIMESTAMP, locked BOOLEAN, version BIGINT,
        export_version BIGINT""",
    "columns": """id BIGINT, dataset_id BIGINT, position BIGINT, name VARCHAR,
        data_type VARCHAR, is_entity BOOLEAN""",
    "processes": """id BIGINT, dataset_id BIGINT, status VARCHAR, description VARCHAR,
        delete_missing BOOLEAN, update_existing BOOLEAN, accept_new BOOLEAN, manifest VARCHAR,
        created_at TIMESTAMP, processed_at TIMESTAMP, stats VARCHAR""",
    "runs": "id BIGINT, dataset_id BIGINT, param VARCHAR, created_at TIMESTAMP",
    "user_keys": "account_id BIGINT, slug VARCHAR, key VARCHAR, created_at TIMESTAMP",
}


class Store:
    """A database in a folder or in memory, a spool folder, and one lock for writers."""

    def __init__(self, folder: Path, *, in_memory: bool) -> None:
        # DuckDB lets transactions write at the same time and fails the one that loses a conflict.
        # One writer of records at a time avoids that.
        self._lock = threading.RLock()
        self._open: set[Cursor] = set()
        # A name that nobody else uses: files that an earlier emulator left there are deleted.
        self.spool = folder / "alphacast.spool"
        self.file = ":memory:" if in_memory else str(folder / DATABASE_FILE)
        self._database = duckdb.connect(self.file, config=self._settings())
        try:
            if not in_memory:
                self.check_length()
            self.create_tables()
            self.drop_unreferenced_tables()
        except BaseException:
            self._database.close()
            raise
        self.spool.mkdir(exist_ok=True)
        self.remove_spool_files(but="upload-")  # these wait for their process, which goes on

    def _settings(self) -> dict[str, Any]:
        return {
            "temp_directory": str(self.spool),
            "autoinstall_known_extensions": False,  # which would need the network
            "memory_limit": "2GB",  # by default most of the machine's, and tests run beside it
        }

    def check_length(self) -> None:
        """Refuse a file that was cut: DuckDB would notice it only in a later read."""
        with self.transaction() as cursor:
            sql = "SELECT block_size * total_blocks FROM pragma_database_size()"
            length = HEADER_BYTES + fetch_value(cursor, sql)
            if Path(self.file).stat().st_size < length:
                raise OSError(describe_damage(self.file))

    def create_tables(self) -> None:
        """Create the tables and sequences of an empty database; refuse another format."""
        # In one transaction: a process that is killed leaves all of them, or none.
        with self.write() as cursor:
            found = set(fetch_names(cursor, "SELECT table_name FROM duckdb_tables()"))
            if not found:
                for name, first in FIRST_IDS.items():
                    cursor.execute(f"CREATE SEQUENCE {name}_ids START {first}")
                for name, definition in TABLES.items():
                    cursor.execute(f"CREATE TABLE {name} ({definition})")
                cursor.execute(f"CREATE TABLE format AS SELECT {FORMAT} AS version")
                return
            version = fetch_value(cursor, "SELECT version FROM format") if "format" in found else 0
        if version != FORMAT or not found.issuperset(TABLES):
            message = (
                f"{to_printable(self.file)} was not written by this version of the emulator:"
                f" its format is {version or 'unknown'}, and this version reads {FORMAT}"
            )
            raise OSError(message)

    def clear(self) -> None:
        """Delete every row; the sequences go on, so that no id is given twice."""
        with self.write() as cursor:
            for name in self.row_tables(cursor):
                cursor.execute(f"DROP TABLE {name}")
            for name in TABLES:
                cursor.execute(f"DELETE FROM {name}")
        self.remove_spool_files()

    def remove_spool_files(self, *, but: str = "/") -> None:
        """Remove the files of the spool folder, except those whose names begin with `but`."""
        for file in self.spool.iterdir():
            if file.is_file() and not file.name.startswith(but):
                file.unlink(missing_ok=True)

    def row_tables(self, cursor: Cursor) -> list[str]:
        """Return the names of the tables that hold rows of datasets."""
        return fetch_names(
            cursor,
            "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'rows_')",
        )

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Open a transaction: its cursor sees one consistent state of the store."""
        cursor = self._database.cursor()
        self._open.add(cursor)
        try:
            cursor.execute("BEGIN TRANSACTION")
            yield cursor
            cursor.execute("COMMIT")
        finally:  # closing a cursor that has not committed rolls back
            self._open.discard(cursor)
            cursor.close()

    @contextmanager
    def write(self) -> Iterator[Cursor]:
        """Open the one transaction that may write; it is committed whole or not at all."""
        with self._lock, self.transaction() as cursor:
            yield cursor

    def drop_unreferenced_tables(self) -> None:
        """Drop the tables that an interrupted upload left behind."""
        with self.write() as cursor:
            rows = cursor.execute("SELECT id, version, export_version FROM datasets").fetchall()
            referenced = {
                row_table(dataset, version) for dataset, *both in rows for version in both
            }
            for name in self.row_tables(cursor):
                if name not in referenced:
                    cursor.execute(f"DROP TABLE {name}")

    def interrupt(self) -> None:
        """Stop every query that is running."""
        for cursor in list(self._open):
            cursor.interrupt()

    def close(self) -> None:
        """Stop every query, and close the database."""
        self.interrupt()
        self._database.close()

    def spool_file(self, suffix: str) -> Path:
        """Return the path of a new file in the spool folder."""
        handle, path = tempfile.mkstemp(suffix=suffix, dir=self.spool)
        os.close(handle)
        return Path(path)


@contextmanager
def report_unreadable(folder: Path) -> Iterator[None]:
    """Turn what DuckDB says of the file in a folder into one sentence, an OSError."""
    try:
        yield
    except duckdb.Error as error:
        file = folder / DATABASE_FILE
        message = describe_damage(file)
        if "lock on file" in str(error):
            message = f"{to_printable(file)} is open in another program"
        raise OSError(message) from None  # DuckDB's words stay in the context of this error


def describe_damage(file: Path | str) -> str:
    """Return that a file is not what it should be."""
    return f"{to_printable(file)} is no database of this emulator, or it is damaged"


def row_table(dataset: int, version: int) -> str:
    """Return the name of the table that holds the rows of a dataset in one version."""
    return f"rows_{dataset}_{version}"


def next_id(cursor: Cursor, kind: str) -> int:
    """Return a number that no `kind` has had before."""
    return int(fetch_value(cursor, f"SELECT nextval('{kind}_ids')"))


def fetch_value(cursor: Cursor, sql: str, parameters: Parameters | None = None) -> Any:
    """Return the first value of the first row, or None."""
    row = cursor.execute(sql, parameters or []).fetchone()
    return row[0] if row else None


def fetch_names(cursor: Cursor, sql: str) -> list[str]:
    """Return the first value of each row, a text."""
    return [name for name, *_ in cursor.execute(sql).fetchall()]


def fetch_row(cursor: Cursor, sql: str) -> tuple[Any, ...]:
    """Return the only row of a query that counts something."""
    return cursor.execute(sql).fetchall()[0]


def fetch_records(
    cursor: Cursor, kind: type[Record], sql: str, parameters: Parameters | None = None
) -> list[Record]:
    """Return the rows of a query as records whose fields are named like its columns."""
    found = cursor.execute(sql, parameters or [])
    names = [column[0] for column in found.description or []]
    return [kind(**dict(zip(names, row, strict=True))) for row in found.fetchall()]


def insert(cursor: Cursor, table: str, **values: Any) -> None:
    """Add one row to a table of the store."""
    marks = ", ".join("?" for _ in values)
    sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"
    cursor.execute(sql, list(values.values()))


def update(cursor: Cursor, table: str, row: int, **values: Any) -> None:
    """Change one row of a table of the store."""
    sets = ", ".join(f"{name} = ?" for name in values)
    cursor.execute(f"UPDATE {table} SET {sets} WHERE id = ?", [*values.values(), row])


def now() -> datetime:
    """Return the service's clock: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)
