"""Repositories and datasets: their records, and who may read or change them."""

from dataclasses import dataclass
from datetime import datetime

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.store.accounts import Account, allows, find_level
from alphacast_pandas.emulator.store.database import (
    Cursor,
    fetch_records,
    fetch_value,
    insert,
    next_id,
    now,
    row_table,
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
    """
    A dataset without its rows.

    `version` is part of the name of the table that holds its rows, 0 before the first upload.
    `export_version` is that of the file behind a redirect, which may be older by reading.
    """

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
        return row_table(self.id, self.version if version is None else version)


def load_repositories(cursor: Cursor) -> list[Repository]:
    """Return all repositories, the oldest first."""
    return fetch_records(cursor, Repository, "SELECT * FROM repositories ORDER BY id")


def check_repository_access(
    cursor: Cursor, account: Account | None, number: int | None, needed: str = "Read"
) -> tuple[Repository, str]:
    """Return a repository and the account's permission on it, or refuse: 404 unseen, 403 denied."""
    found = fetch_records(cursor, Repository, "SELECT * FROM repositories WHERE id = ?", [number])
    level = find_level(cursor, account, found[0].id) if found else None
    if level is None:
        raise Refusal(404, "Repository not found")
    if not allows(level, needed):
        raise Refusal(403, f"{needed} permission is required on this repository")
    return found[0], level


def load_home(cursor: Cursor, account: Account) -> Repository:
    """Return the account's Home repository."""
    sql = "SELECT * FROM repositories WHERE owner_id = ? AND is_home"
    return fetch_records(cursor, Repository, sql, [account.id])[0]


def delete_repository(cursor: Cursor, repository: int) -> None:
    """Delete a repository with every dataset in it, for good."""
    for dataset in load_datasets_of(cursor, repository):
        delete_dataset(cursor, dataset)
    cursor.execute("DELETE FROM grants WHERE repository_id = ?", [repository])
    cursor.execute("DELETE FROM repositories WHERE id = ?", [repository])


def load_datasets(cursor: Cursor) -> list[Dataset]:
    """Return all datasets, the oldest first."""
    return fetch_records(cursor, Dataset, "SELECT * FROM datasets ORDER BY id")


def load_datasets_of(cursor: Cursor, repository: int) -> list[Dataset]:
    """Return the datasets of one repository."""
    return fetch_records(
        cursor, Dataset, "SELECT * FROM datasets WHERE repository_id = ?", [repository]
    )


def load_dataset(cursor: Cursor, number: int | None) -> Dataset | None:
    """Return a dataset without a check of permissions."""
    found = fetch_records(cursor, Dataset, "SELECT * FROM datasets WHERE id = ?", [number])
    return found[0] if found else None


def check_dataset_access(
    cursor: Cursor, account: Account | None, number: int | None, needed: str = "Read"
) -> tuple[Dataset, str]:
    """Return a dataset and the account's permission on it, or refuse: 404 unseen, 403 denied."""
    dataset = load_dataset(cursor, number)
    level = find_level(cursor, account, dataset.repository_id) if dataset else None
    if dataset is None or level is None:
        raise Refusal(404, "Dataset not found")
    if not allows(level, needed):
        raise Refusal(403, f"{needed} permission is required on this dataset")
    return dataset, level


def check_name_is_free(cursor: Cursor, repository: int, name: str, but: int = 0) -> None:
    """Refuse a dataset name that its repository has already."""
    sql = "SELECT count(*) FROM datasets WHERE repository_id = ? AND name = ? AND id <> ?"
    if fetch_value(cursor, sql, [repository, name, but]):
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


def replace_manifest(cursor: Cursor, dataset: int, text: str) -> None:
    """Replace the manifest of a dataset."""
    update(cursor, "datasets", dataset, manifest=text, manifest_at=now())
