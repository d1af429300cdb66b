"""What is kept of a question: whole, of this version, not forgotten, or not there."""

import datetime
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from alphacast_pandas.cache_files.entries import (
    Entry,
    confirm,
    entries,
    entry_path,
    sweep,
    write_entry,
)
from alphacast_pandas.cache_files.folders import DatasetFolder

START = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)


@pytest.fixture
def folder() -> DatasetFolder:
    return DatasetFolder.of(5515, api_key="ak_1", base_url="https://one.example", is_made=True)


def entry_of(folder: DatasetFolder, number: int = 1) -> Entry:
    return Entry(
        question={"top": number},
        group="all",
        description=f"top={number}",
        base_url="https://one.example",
        params={"$top": number},
        definitions={},
        evidence={"process": 7},
        etag=None,
        columns=["Date"],
        table=f"{number}.arrow",
        rows=number,
        bytes=10,
        read_at=START.isoformat(),
        checked_at=START.isoformat(),
        token=folder.begin() or "",
    )


def held(folder: DatasetFolder) -> list[Entry]:
    return [entry for _, entry in entries(folder)]


def path_of(folder: DatasetFolder, entry: Entry) -> Path:
    path = entry_path(folder, entry)
    assert path is not None
    return path


def test_an_entry_comes_back_until_its_dataset_is_forgotten(folder: DatasetFolder) -> None:
    entry = entry_of(folder)
    write_entry(folder, entry)
    assert held(folder) == [entry]
    kept = path_of(folder, entry).read_bytes()
    folder.forget()
    assert held(folder) == []
    path_of(folder, entry).write_bytes(kept)  # as a read would that has begun before
    assert held(folder) == []
    sweep(folder)
    assert not path_of(folder, entry).exists()


def test_a_changed_or_foreign_file_is_no_entry(folder: DatasetFolder) -> None:
    entry = entry_of(folder)
    write_entry(folder, entry)
    path = path_of(folder, entry)
    whole = path.read_text()
    for damaged in (
        whole[:-1],
        whole.replace('"process": 7', '"process": 8'),
        "",
        "[]",
        '{"format": 1}',
        "[" * 100_000,
        "\x00\xff",
        json.dumps({**json.loads(whole), "entry": {}}),
    ):
        path.write_text(damaged, encoding="latin-1")
        assert held(folder) == []
    path.write_text(whole)
    path.rename(path.with_name("another-question.json"))
    assert held(folder) == []


def test_an_entry_of_a_later_version_is_neither_used_nor_replaced(folder: DatasetFolder) -> None:
    entry = entry_of(folder)
    write_entry(folder, entry)
    path = path_of(folder, entry)
    later = json.dumps({**json.loads(path.read_text()), "format": 2})
    path.write_text(later)
    table = path.with_name(entry.table)
    table.write_bytes(b"table")
    os.utime(table, (0, 0))
    assert held(folder) == []
    write_entry(folder, entry)
    sweep(folder)
    assert path.read_text() == later
    assert table.exists()


def test_tables_that_no_entry_names_go_once_nobody_can_be_writing_their_entry(
    folder: DatasetFolder,
) -> None:
    entry = entry_of(folder)
    write_entry(folder, entry)
    path = path_of(folder, entry)
    tables = {name: path.with_name(f"{name}.arrow") for name in ("1", "new", "old")}
    for table in tables.values():
        table.write_bytes(b"table")
    os.utime(tables["1"], (0, 0))
    os.utime(tables["old"], (0, time.time() - 2 * 3600))
    sweep(folder)
    assert [name for name, table in tables.items() if table.exists()] == ["1", "new"]


def test_a_confirmation_is_written_once_a_minute(folder: DatasetFolder) -> None:
    entry = entry_of(folder)
    write_entry(folder, entry)
    for seconds, noted in ((0, 0), (59, 0), (61, 61), (-1, -1)):
        confirm(folder, entry, START + datetime.timedelta(seconds=seconds))
        (now,) = held(folder)
        assert now == replace(
            entry, checked_at=(START + datetime.timedelta(seconds=noted)).isoformat()
        )
