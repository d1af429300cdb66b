"""The demonstration data that ship with the emulator."""

import json
import shutil
from pathlib import Path
from typing import Any

from alphacast_pandas.emulator.store.accounts import Account
from alphacast_pandas.emulator.store.catalog import create_dataset, replace_manifest
from alphacast_pandas.emulator.store.database import Cursor, Store, fetch_value, insert, next_id
from alphacast_pandas.emulator.store.processes import Flags, create_process, upload_path

SEEDS = Path(__file__).parents[1] / "seeds"
REPOSITORY = "Demonstration"


def read_index() -> list[dict[str, Any]]:
    """Return the descriptions of the datasets."""
    entries: list[dict[str, Any]] = json.loads((SEEDS / "index.json").read_text("utf-8"))
    return entries


def check_seed(seed: str | None) -> str | None:
    """Return the name of a seed, or refuse one that does not exist."""
    if seed not in {None, "demo"}:
        message = f"there is no seed {seed!r}; there is 'demo'"
        raise ValueError(message)
    return seed


def load_seed(cursor: Cursor, store: Store, owner: Account) -> None:
    """Add the demonstration datasets as processes for the worker, unless they are there."""
    sql = "SELECT count(*) FROM repositories WHERE owner_id = ? AND name = ?"
    if fetch_value(cursor, sql, [owner.id, REPOSITORY]):
        return
    repository = next_id(cursor, "repository")
    insert(
        cursor,
        "repositories",
        id=repository,
        owner_id=owner.id,
        name=REPOSITORY,
        description="Real data to try things on",
        privacy="Public",
    )
    for entry in read_index():
        add_seed_dataset(cursor, store, repository, entry)


def add_seed_dataset(cursor: Cursor, store: Store, repository: int, entry: dict[str, Any]) -> None:
    """Add one dataset of the index with its upload."""
    number = create_dataset(
        cursor,
        repository,
        entry["name"],
        description=f"{entry['description']} Licence: {entry['licence']}.",
        source_name=entry["source_name"],
        source_url=entry["source_url"],
    )
    # An upload like any other: the rules that hold for clients hold for the seed.
    replace_manifest(cursor, number, seed_manifest(entry))
    process = create_process(cursor, number, Flags(), None)
    shutil.copyfile(SEEDS / entry["file"], upload_path(store, process.id))


def seed_manifest(entry: dict[str, Any]) -> str:
    """Return the manifest of a seed."""
    columns = [
        {
            "sourceName": entry["date"],
            "dataType": "Date",
            "dateFormat": "%Y-%m-%d",
            "isEntity": True,
        }
    ]
    for names, is_entity in ((entry["entities"], True), (entry["text"], False)):
        columns += [
            {"sourceName": name, "dataType": "String", "isEntity": is_entity} for name in names
        ]
    return json.dumps(columns)
