"""One upload: its file is checked and merged, and its dataset gets the new rows."""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.catalog import Dataset, load_dataset, replace_manifest
from alphacast_pandas.emulator.store.columns import Column, load_columns, replace_columns
from alphacast_pandas.emulator.store.database import Cursor, Store, next_id, now, row_table, update
from alphacast_pandas.emulator.store.processes import (
    PROCESSED,
    Flags,
    Process,
    end_process,
    upload_path,
)
from alphacast_pandas.emulator.uploads.csv_files import decompress, read_header
from alphacast_pandas.emulator.uploads.layout import Layout, key_identity, resolve_layout
from alphacast_pandas.emulator.uploads.manifest import Manifest, parse_manifest
from alphacast_pandas.emulator.uploads.merging import Counts, Dates, count_cells, find_dates, merge
from alphacast_pandas.emulator.uploads.staging import (
    check_duplicates,
    check_new_columns,
    check_numbers,
    stage,
)


@dataclass(frozen=True)
class Outcome:
    """The result of an upload before it is committed: a table that no dataset names yet."""

    version: int
    layout: Layout
    counts: Counts
    dates: Dates


def run_upload(store: Store, process: Process, readings: Readings) -> None:
    """Validate the file of a process, merge it, end the process; or raise `InvalidUpload`."""
    path = upload_path(store, process.id)
    plain = path.with_suffix(".csv")
    try:
        # Not in store.write(): the new table belongs to this process alone, and other requests
        # can write while it is built.
        with store.transaction() as cursor:
            outcome = build_table(cursor, process, decompress(path, plain), readings)
        commit(store, process, outcome, readings)
    finally:
        for file in (path, plain):
            file.unlink(missing_ok=True)


def build_table(cursor: Cursor, process: Process, file: Path, readings: Readings) -> Outcome:
    """Make the new table of the dataset; no record refers to it yet."""
    dataset = load_dataset(cursor, process.dataset_id)
    if dataset is None:
        message = "Dataset was deleted"
        raise InvalidUpload(message)
    manifest = resolve_manifest(dataset, process)
    existing = load_columns(cursor, dataset.id)
    layout = resolve_layout(
        read_header(file),
        manifest,
        existing,
        lambda: next_id(cursor, "column"),
        is_exact=readings.header_match == "exact",
    )
    stage(cursor, file, layout, manifest, readings)
    flags = resolve_flags(dataset, process)
    if dataset.version:
        check_new_columns(layout, existing, accept_new=flags.accept_new)
    check_duplicates(cursor, layout)
    check_numbers(cursor, layout)
    return merge_into_new_table(
        cursor, dataset, layout, existing=existing, flags=flags, readings=readings
    )


def resolve_manifest(dataset: Dataset, process: Process) -> Manifest:
    """Return the manifest of an upload: its own or that of the dataset; rule 0."""
    text = process.manifest or dataset.manifest
    if text is None:
        message = "Dataset has no manifest"
        raise InvalidUpload(message)
    return parse_manifest(text)


def resolve_flags(dataset: Dataset, process: Process) -> Flags:
    """Return the flags of an upload; a locked manifest forces two of them to false."""
    if dataset.locked:
        return replace(process.flags, delete_missing=False, accept_new=False)
    return process.flags


def merge_into_new_table(
    cursor: Cursor,
    dataset: Dataset,
    layout: Layout,
    *,
    existing: list[Column],
    flags: Flags,
    readings: Readings,
) -> Outcome:
    """Merge the staged rows into a new version of the dataset's table."""
    old = dataset.table() if dataset.version else None
    lost = 0  # values of rows that go because the row key changes
    if old and key_identity(layout.columns) != key_identity(existing):
        lost = count_lost_values(cursor, old, existing, flags)
        old = None
    version = next_id(cursor, "version")
    table = dataset.table(version)
    try:
        counts = merge(
            cursor, old, table, layout, existing=existing, flags=flags, readings=readings
        )
    except duckdb.ConversionException:
        message = "Stored values cannot be cast to the types of the manifest"
        raise InvalidUpload(message) from None
    counts = replace(counts, deleted=counts.deleted + lost)
    return Outcome(version, layout, counts, find_dates(cursor, table, layout))


def count_lost_values(cursor: Cursor, table: str, existing: list[Column], flags: Flags) -> int:
    """Count the values that a change of the row key deletes."""
    if not flags.delete_missing:
        message = (
            "The date and entity columns of a dataset with data change only with"
            " deleteMissingFromDB=true"
        )
        raise InvalidUpload(message)
    return count_cells(cursor, table, [column for column in existing if column.is_value])


def commit(store: Store, process: Process, outcome: Outcome, readings: Readings) -> None:
    """Give the new table to the dataset and end the process, in one transaction."""
    with store.write() as cursor:
        dataset = load_dataset(cursor, process.dataset_id)
        if dataset is None:  # deleted while the table was built
            cursor.execute(f"DROP TABLE {row_table(process.dataset_id, outcome.version)}")
            return
        replace_columns(cursor, dataset.id, list(outcome.layout.columns))
        if process.manifest:
            replace_manifest(cursor, dataset.id, process.manifest)
        switch_version(cursor, dataset, outcome, is_stale=readings.export == "stale")
        sentence, stats = describe(outcome)
        end_process(cursor, process.id, PROCESSED, sentence, stats)


def switch_version(cursor: Cursor, dataset: Dataset, outcome: Outcome, *, is_stale: bool) -> None:
    """Point the dataset to its new table, and drop the tables that it no longer uses."""
    exported = dataset.export_version if is_stale and dataset.export_version else outcome.version
    for version in {dataset.version, dataset.export_version} - {0, exported}:
        cursor.execute(f"DROP TABLE {dataset.table(version)}")
    update(
        cursor,
        "datasets",
        dataset.id,
        version=outcome.version,
        export_version=exported,
        updated_at=now(),
        frequency=outcome.dates.frequency,
        min_date=outcome.dates.first,
        max_date=outcome.dates.last,
        has_time=outcome.dates.has_time,
    )


def describe(outcome: Outcome) -> tuple[str, dict[str, int | str | None]]:
    """Return the description and the statistics of a process that ended well."""
    dates = outcome.dates
    stats: dict[str, int | str | None] = {**outcome.counts.to_stats()}
    stats["minDate"] = dates.first.date().isoformat() if dates.first else None
    stats["maxDate"] = dates.last.date().isoformat() if dates.last else None
    return outcome.counts.to_sentence(), stats
