"""A process that keeps one answer after the other until it is killed; run by the tests."""

import sys

import pyarrow as pa

from alphacast_pandas.cache_files.entries import Entry, sweep, write_entry
from alphacast_pandas.cache_files.folders import DatasetFolder
from alphacast_pandas.cache_files.tables import write_table

NOW = "2026-03-01T00:00:00+00:00"


def table_of(number: int) -> pa.Table:
    return pa.table({"a": pa.array([float(number)] * 20_000), "b": pa.array(["x"] * 20_000)})


def keep(folder: DatasetFolder, number: int) -> None:
    """Keep a table of the number, which the entry says too."""
    assert folder.path is not None
    token = folder.begin()
    name, size = write_table(folder.path, table_of(number))
    facts = {"definitions": {}, "evidence": {}, "etag": None, "columns": ["a", "b"]}
    times = {"read_at": NOW, "checked_at": NOW, "token": token or ""}
    question = {"top": number % 3}
    entry = Entry(
        question=question, group="all", description="", base_url="",
        params={"number": number}, **facts,
        table=name, rows=20_000, bytes=size, **times,
    )  # fmt: skip
    write_entry(folder, entry)
    sweep(folder)


def main() -> None:
    folder = DatasetFolder.of(1, api_key="ak_1", base_url="https://x", is_made=True)
    number = int(sys.argv[1])
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    while True:
        keep(folder, number)
        number += 1
        if number % 5 == 0:
            folder.forget()


if __name__ == "__main__":
    main()
