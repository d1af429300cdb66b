"""`info` and `clear`: what the cache holds, and how it is emptied."""

from __future__ import annotations

import contextlib
import datetime
import time
from typing import TYPE_CHECKING

import pandas as pd

from alphacast_pandas.api.cache_setting import check_duration
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.cache_files.entries import entries, read_entry
from alphacast_pandas.cache_files.folders import (
    ENTRY,
    TABLE,
    cache_root,
    dataset_folders,
)
from alphacast_pandas.errors import ConfigurationError
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from pathlib import Path

    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.cache_files.folders import DatasetFolder

_TYPES = {
    "dataset_id": "int64",
    "query": "str" if pd.__version__ >= "3" else "object",
    "rows": "int64",
    "bytes": "int64",
    "read_at": "datetime64[us, UTC]",
    "checked_at": "datetime64[us, UTC]",
    "used_at": "datetime64[us, UTC]",
    "base_url": "str" if pd.__version__ >= "3" else "object",
}


@short_traceback
def info() -> pd.DataFrame:
    """
    Return what the cache holds: one row an answer, of all accounts of this user.

    Returns
    -------
    DataFrame
        ``dataset_id`` (int64), ``query`` (text: what was asked), ``rows`` and ``bytes`` (int64;
        two answers with the same content share a file, whose bytes both rows show), ``read_at``,
        ``checked_at`` and ``used_at`` (datetime64, UTC: when it was read, when the service has
        last confirmed it, to the minute, and when it was last used), ``base_url`` (text). The last
        used comes first. An empty cache has the same columns and types. No key is in it.

    See Also
    --------
    clear : Empty the cache.
    read_alphacast : Fills it, with ``cache``.

    Notes
    -----
    The cache is in the folder for caches of this user, under ``alphacast-pandas``. It holds at
    most ``ALPHACAST_CACHE_LIMIT`` (``5GB`` by default); what was used least recently goes first.
    Answers that were forgotten, because a client on this computer has changed their dataset, are
    not shown.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> df = ap.read_alphacast(dataset_id, last=1, cache=True)
    >>> ap.cache.info()[["query", "rows"]]
        query  rows
    0  last=1   142
    """
    rows = [
        {
            "dataset_id": folder.dataset_id,
            "query": entry.description,
            "rows": entry.rows,
            "bytes": entry.bytes,
            "read_at": datetime.datetime.fromisoformat(entry.read_at),
            "checked_at": datetime.datetime.fromisoformat(entry.checked_at),
            "used_at": _used_at(path),
            "base_url": entry.base_url,
        }
        for folder in dataset_folders(cache_root())
        for path, entry in entries(folder)
    ]
    frame = pd.DataFrame(rows, columns=[*_TYPES]).astype(_TYPES)
    return frame.sort_values("used_at", ascending=False, ignore_index=True, kind="stable")


@short_traceback
def clear(
    dataset_id: Id | None = None, *, older_than: str | datetime.timedelta | None = None
) -> int:
    """
    Remove what the cache holds, of all accounts of this user.

    Parameters
    ----------
    dataset_id : int, str or Dataset, optional
        Only what is kept of this dataset: its number, the address of its page, or a record of it.
    older_than : str or timedelta, optional
        Only what was not used for so long, such as ``"30d"``.

    Returns
    -------
    int
        How many answers were removed.

    Raises
    ------
    QueryError
        If `dataset_id` is no dataset, or `older_than` no duration.
    ConfigurationError
        If a file cannot be removed.

    See Also
    --------
    info : Show what the cache holds.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> df = ap.read_alphacast(dataset_id, cache=True)
    >>> ap.cache.clear(dataset_id, older_than="30d")
    0
    >>> ap.cache.clear(dataset_id)
    1
    """
    number = None if dataset_id is None else resolve_id(dataset_id)
    seconds = None if older_than is None else check_duration(older_than, "older_than")
    # Compared with the times of files, which are the machine's, so not a client's clock.
    latest = None if seconds is None else time.time() - seconds
    return sum(
        _clear(folder, latest)
        for folder in dataset_folders(cache_root())
        if number is None or folder.dataset_id == number
    )


def _clear(folder: DatasetFolder, latest: float | None) -> int:
    """Remove the answers of a folder that were not used after `latest`; return their number."""
    answers = folder.files(ENTRY)
    old = [path for path in answers if latest is None or _used_at(path).timestamp() < latest]
    stay = {path: entry for path in answers if path not in old and (entry := read_entry(path))}
    named = {entry.table for entry in stay.values()}
    has_others = latest is not None and len(stay) + len(old) < len(answers)
    tables = [] if has_others else [p for p in folder.files(TABLE) if p.name not in named]
    _remove([*old, *tables])
    return len(old)


def _remove(paths: list[Path]) -> None:
    for path in paths:
        try:
            with contextlib.suppress(FileNotFoundError):  # another process has removed it
                path.unlink()
        except OSError as error:
            msg = f"The cache cannot be emptied: {path} cannot be removed ({error})."
            raise ConfigurationError(msg) from error


def _used_at(path: Path) -> datetime.datetime:
    """Return when an answer was used last; the beginning of time if it has just been removed."""
    try:
        return datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    except OSError:
        return datetime.datetime.fromtimestamp(0, datetime.UTC)
