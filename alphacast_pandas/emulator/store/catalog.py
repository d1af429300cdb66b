"""Repositories and datasets: what there is, and who may touch it."""

from dataclasses import dataclass
from datetime import datetime

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.store.accounts import Account, allows, level_on
from alphacast_pandas.emulator.store.columns import Column, in_order
from alphacast_pandas.emulator.store.database import (
    Cursor,
    insert,
    next_id,
    now,
    records,
    scalar,
    update,
)


@dataclass(frozen=True)
class Repository:
    """A folder of datasets with one owner."""

    id: int
    owner_id: int
    name: str
    description: str | None
    privacy: str
    team: str | None
    slug: str | None
    is_home: bool | None


@dataclass(frozen=True)
class Dataset:
    """A table's description; `version` names the table that holds its rows, 0 is none yet."""

    id: int
    repository_id: int
    name: str
    description: str | None
    source_name: str | None
    source_url: str | None
    created_at: datetime
    updated_at: datetime
    frequency: str | None
    min_date: datetime | None
    max_date: datetime | None
    has_time: bool
    manifest: str | None
    manifest_at: datetime | None
    locked: bool
    version: int
    export_version: int

    def table(self, version: int | None = None) -> str:
        """Return the name of the table that holds the rows."""
        return f"rows_{self.id}_{self.version if version is None else version}"


def repositories(cursor: Cursor) -> list[Repository]:
    """Return all repositories, the oldest first."""
    return records(cursor, Repository, "SELECT * FROM repositories ORDER BY id")


def repository_for(
    cursor: Cursor, account: Account | None, number: int | None, needed: str = "Read"
) -> tuple[Repository, str]:
    """Return a repository and the account's permission on it, or refuse: 404 unseen, 403 denied."""
    found = records(cursor, Repository, "SELECT * FROM repositories WHERE id = ?", [number])
    level = level_on(cursor, account, found[0].id) if found else None
    if level is None:
        raise Refusal(404, "Repository not found")
    if not allows(level, needed):
        raise Refusal(403, f"{needed} permission is required on this repository")
    return found[0], level


def home_of(cursor: Cursor, account: Account) -> Repository:
    """Return the account's Home repository."""
    sql = "SELECT * FROM repositories WHERE owner_id = ? AND is_home"
    return records(cursor, Repository, sql, [account.id])[0]


def delete_repository(cursor: Cursor, repository: int) -> None:
    """Delete a repository with every dataset in it, for good."""
    for dataset in datasets_in(cursor, repository):
        delete_dataset(cursor, dataset)
    cursor.execute("DELETE FROM grants WHERE repository_id = ?", [repository])
    cursor.execute("DELETE FROM repositories WHERE id = ?", [repository])


def datasets(cursor: Cursor) -> list[Dataset]:
    """Return all datasets, the oldest first."""
    return records(cursor, Dataset, "SELECT * FROM datasets ORDER BY id")


def datasets_in(cursor: Cursor, repository: int) -> list[Dataset]:
    """Return the datasets of one repository."""
    return records(cursor, Dataset, "SELECT * FROM datasets WHERE repository_id = ?", [repository])


def dataset_by_id(cursor: Cursor, number: int | None) -> Dataset | None:
    """Return a dataset, whoever asks."""
    found = records(cursor, Dataset, "SELECT * FROM datasets WHERE id = ?", [number])
    return found[0] if found else None


def dataset_for(
    cursor: Cursor, account: Account | None, number: int | None, needed: str = "Read"
) -> tuple[Dataset, str]:
    """Return a dataset and the account's permission on it, or refuse: 404 unseen, 403 denied."""
    dataset = dataset_by_id(cursor, number)
    level = level_on(cursor, account, dataset.repository_id) if dataset else None
    if dataset is None or level is None:
        raise Refusal(404, "Dataset not found")
    if not allows(level, needed):
        raise Refusal(403, f"{needed} permission is required on this dataset")
    return dataset, level


def check_name_is_free(cursor: Cursor, repository: int, name: str, but: int = 0) -> None:
    """Refuse a dataset name that its repository has already."""
    sql = "SELECT count(*) FROM datasets WHERE repository_id = ? AND name = ? AND id <> ?"
    if scalar(cursor, sql, [repository, name, but]):
        raise Refusal(409, f"A dataset named '{name}' already exists in this repository")


def create_dataset(
    cursor: Cursor,
    repository: int,
    name: str,
    *,
    description: str | None = None,
    source_name: str | None = None,
    source_url: str | None = None,
) -> int:
    """Add an empty dataset; return its id."""
    number = next_id(cursor, "dataset")
    insert(
        cursor,
        "datasets",
        id=number,
        repository_id=repository,
        name=name,
        description=description,
        source_name=source_name,
        source_url=source_url,
        created_at=now(),
        updated_at=now(),
        has_time=False,
        locked=False,
        version=0,
        export_version=0,
    )
    return number


def delete_dataset(cursor: Cursor, dataset: Dataset) -> None:
    """Delete a dataset with its rows, columns and processes, for good."""
    for version in {dataset.version, dataset.export_version} - {0}:
        cursor.execute(f"DROP TABLE IF EXISTS {dataset.table(version)}")
    cursor.execute("DELETE FROM columns WHERE dataset_id = ?", [dataset.id])
    cursor.execute("DELETE FROM processes WHERE dataset_id = ?", [dataset.id])
    cursor.execute("DELETE FROM runs WHERE dataset_id = ?", [dataset.id])
    cursor.execute("DELETE FROM datasets WHERE id = ?", [dataset.id])


def columns_of(cursor: Cursor, dataset: int) -> list[Column]:
    """Return the columns of a dataset in the order they are served."""
    sql = """SELECT id, name, data_type, is_entity FROM columns
             WHERE dataset_id = ? ORDER BY position"""
    return in_order(records(cursor, Column, sql, [dataset]))


def store_columns(cursor: Cursor, dataset: int, columns: list[Column]) -> None:
    """Replace the columns of a dataset."""
    cursor.execute("DELETE FROM columns WHERE dataset_id = ?", [dataset])
    fields = [
        [column.id for column in columns],
        list(range(len(columns))),
        [column.name for column in columns],
        [column.data_type for column in columns],
        [column.is_entity for column in columns],
    ]
    cursor.execute(
        """INSERT INTO columns (dataset_id, id, position, name, data_type, is_entity)
           SELECT ?, unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[]),
                  unnest(?::VARCHAR[]), unnest(?::BOOLEAN[])""",
        [dataset, *fields],
    )


def store_manifest(cursor: Cursor, dataset: int, text: str) -> None:
    """Replace the manifest of a dataset."""
    update(cursor, "datasets", dataset, manifest=text, manifest_at=now())
