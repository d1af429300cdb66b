"""Loads the demonstration data that ships with the emulator."""

import json
import shutil
from pathlib import Path
from typing import Any

from alphacast_pandas.emulator.store.accounts import Account
from alphacast_pandas.emulator.store.catalog import create_dataset, store_manifest
from alphacast_pandas.emulator.store.database import Cursor, Store, insert, next_id
from alphacast_pandas.emulator.store.processes import create_process, upload_path
from alphacast_pandas.emulator.uploads.merging import Flags

FOLDER = Path(__file__).parents[1] / "seeds"
REPOSITORY = "Demonstration"


def load_seed(cursor: Cursor, store: Store, owner: Account, seed: str | None) -> None:
    """Put the data of a seed into a fresh store, as uploads that wait for the worker."""
    if seed is None:
        return
    if seed != "demo":
        message = f"there is no seed {seed!r}; there is 'demo'"
        raise ValueError(message)
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
    for entry in json.loads((FOLDER / "index.json").read_text("utf-8")):
        add_dataset(cursor, store, repository, entry)


def add_dataset(cursor: Cursor, store: Store, repository: int, entry: dict[str, Any]) -> None:
    """Add one dataset of the index."""
    number = create_dataset(
        cursor,
        repository,
        entry["name"],
        description=f"{entry['description']} Licence: {entry['licence']}.",
        source_name=entry["source_name"],
        source_url=entry["source_url"],
    )
    store_manifest(cursor, number, manifest_of(entry))
    process = create_process(cursor, number, Flags(), None)
    shutil.copyfile(FOLDER / entry["file"], upload_path(store, process.id))


def manifest_of(entry: dict[str, Any]) -> str:
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
