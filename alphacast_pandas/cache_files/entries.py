"""Entries of the cache: what was asked, when and what proves the answer, as one small JSON each."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from alphacast_pandas.atomic_files import remove_old_partials, replace_file
from alphacast_pandas.cache_files.folders import ENTRY, TABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from alphacast_pandas.cache_files.folders import DatasetFolder

_FORMAT = 1
# Entries are written again when the service has confirmed them, but not at every read.
_SECONDS_BETWEEN_CHECKS = 60.0
# Whoever writes a table writes its entry at once; a table without one that is older is of no use.
_SECONDS_OF_A_WRITER = 3600.0


@dataclass(frozen=True)
class Entry:
    """
    One answer that is kept.

    `question` is what was asked, in canonical form, `group` by what it is looked for without
    opening other entries, and `description` says it to people. `definitions`
    are those that the answer was read by, `evidence` is what the service told of the dataset
    before, and `etag` that of the file, if storage sent one. Instants are ISO 8601 in UTC.
    """

    question: dict[str, Any]
    group: str
    description: str
    base_url: str
    params: dict[str, Any]
    definitions: dict[str, Any]
    evidence: dict[str, Any]
    etag: str | None
    columns: list[str]
    table: str
    rows: int
    bytes: int
    read_at: str
    checked_at: str
    token: str


def entry_path(folder: DatasetFolder, entry: Entry) -> Path | None:
    """Return where an entry is."""
    return None if folder.path is None else folder.path / _name(entry)


def write_entry(folder: DatasetFolder, entry: Entry) -> bool:
    """
    Write an entry in place of that of the same question, but not of one of a later version.

    Return whether there was one.
    """
    path = entry_path(folder, entry)
    if path is None or _is_of_a_later_version(path):
        return False
    is_replaced = path.exists()
    value = asdict(entry)
    stored = {"format": _FORMAT, "hash": _hash(value), "entry": value}
    with replace_file(path, is_private=True, is_synced=False) as file:
        file.write(json.dumps(stored).encode())
    return is_replaced


def entries(
    folder: DatasetFolder, groups: Collection[str] | None = None
) -> Iterator[tuple[Path, Entry]]:
    """
    Yield what a folder holds and may be used; whatever else is there is passed over.

    With `groups` only the entries of these.
    """
    token = folder.token()
    for path in folder.files(ENTRY):
        if groups is not None and path.name.partition("-")[0] not in groups:
            continue
        entry = read_entry(path)
        if entry is not None and entry.token == token:
            yield path, entry


def read_entry(path: Path) -> Entry | None:
    """Return an entry; None if it is gone, damaged, foreign or of another version."""
    try:
        stored = json.loads(path.read_bytes())
        if stored["format"] != _FORMAT or stored["hash"] != _hash(stored["entry"]):
            return None
        entry = Entry(**stored["entry"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return entry if path.name == _name(entry) else None


def table_path(folder: DatasetFolder, entry: Entry) -> Path | None:
    """Return where the table of an entry is."""
    return None if folder.path is None else folder.path / entry.table


def touch(*paths: Path | None) -> None:
    """Note that files were used just now, which is the order in which they go."""
    for path in paths:
        if path is not None:
            with contextlib.suppress(OSError):
                os.utime(path)


def confirm(folder: DatasetFolder, entry: Entry, checked_at: datetime.datetime) -> None:
    """Note that an entry was found to be right, unless that was noted just before."""
    before = datetime.datetime.fromisoformat(entry.checked_at)
    if 0 <= (checked_at - before).total_seconds() < _SECONDS_BETWEEN_CHECKS:
        return
    with contextlib.suppress(OSError):
        write_entry(folder, replace(entry, checked_at=checked_at.isoformat()))


def sweep(folder: DatasetFolder) -> None:
    """Remove what no read can use any more: forgotten entries, and tables that no entry names."""
    if folder.path is None:
        return
    # Compared with the times of files, which are the machine's, so not the client's clock.
    now = time.time()
    remove_old_partials(folder.path, now)
    token, named = folder.token(), set[str]()
    for path in folder.files(ENTRY):
        entry = read_entry(path)
        if entry is None:
            named |= _tables_named_in(path)  # by another version, perhaps
        elif entry.token == token:
            named.add(entry.table)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    for path in folder.files(TABLE):
        with contextlib.suppress(OSError):
            if path.name not in named and now - path.stat().st_mtime > _SECONDS_OF_A_WRITER:
                path.unlink()


def _tables_named_in(path: Path) -> set[str]:
    """Return the tables that an entry of another version names, as far as can be seen."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return {word for word in text.split('"') if word.endswith(TABLE)}


def _name(entry: Entry) -> str:
    return f"{entry.group}-{_hash(entry.question)}{ENTRY}"


def _is_of_a_later_version(path: Path) -> bool:
    try:
        version = json.loads(path.read_bytes())["format"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False
    return isinstance(version, int) and version > _FORMAT


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()
