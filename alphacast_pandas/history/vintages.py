"""`vintages`: what a store knows of a dataset, a row a vintage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alphacast_pandas.finding.columns import in_own_unit, integers
from alphacast_pandas.history.changes import compare_tables, differing_blocks
from alphacast_pandas.history.columns import instant_column
from alphacast_pandas.reading.as_known import resolve_folder
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.vintage_store.records import Counts
from alphacast_pandas.vintage_store.store import DamageError, open_store
from alphacast_pandas.vintage_store.vintages import damage_report, known_vintages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from typing import Any

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.vintage_store.records import Look
    from alphacast_pandas.vintage_store.store import DatasetFolder
    from alphacast_pandas.vintage_store.vintages import Vintage


@short_traceback
def vintages(
    dataset_id: Id,
    *,
    store: str | PathLike[str] | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Return the vintages of a dataset that `snapshot` has kept; no request is made.

    A vintage is a look that found other content than the look before it.

    Parameters
    ----------
    dataset_id : int, str, Dataset, DatasetInfo or SearchResult
        Number of the dataset, the address of its page, a record of it, or the name under which
        its newest look found it.
    store : str or path, optional
        The folder of the vintages; by default the user's own.
    client : Client, optional
        The connection whose address is meant; by default that of `get_client`, or Alphacast's own
        if there is no key.

    Returns
    -------
    DataFrame
        A row a vintage, by time: ``vintage`` and ``checked_until`` (datetime64[us, UTC]: the first
        and the last look in a row that found this content), ``rows`` (Int64), ``start`` and ``end``
        (datetime64, the first and the last date), and what differs from the vintage before it:
        ``added`` (rows), ``revised`` (values) and ``deleted`` (rows), all Int64, missing where
        files of the store are damaged; ``imported`` (bool, whether it was brought in with
        ``snapshot(frame=...)``). Of the first vintage all rows are added.

    Raises
    ------
    QueryError
        If the dataset was never looked at.
    ConfigurationError
        If `store` is no store or cannot be read.
    DecodeError
        If the record of a look is damaged.

    See Also
    --------
    snapshot : Look at datasets, which makes vintages.
    revisions : Every value that changed between them.
    read_alphacast : Read a vintage with ``as_of``.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> _ = ap.snapshot(dataset_id)
    >>> ap.vintages(dataset_id)[["rows", "start", "end", "added", "imported"]]
       rows      start        end  added  imported
    0  1704 1952-01-01 2007-01-01   1704     False
    """
    folder = resolve_folder(open_store(store), dataset_id, client)
    found = known_vintages(folder)
    looks = [_read(folder, vintage) for vintage in found]
    counts = [_counts(folder, found, looks, number) for number in range(len(found))]
    return pd.DataFrame(
        {
            "vintage": instant_column(vintage.time for vintage in found),
            "checked_until": instant_column(vintage.checked_until for vintage in found),
            "rows": integers([look.rows for look in looks]),
            "start": _dates([look.start for look in looks]),
            "end": _dates([look.end for look in looks]),
            "added": integers([each.added if each else None for each in counts]),
            "revised": integers([each.revised if each else None for each in counts]),
            "deleted": integers([each.deleted if each else None for each in counts]),
            "imported": np.array([look.is_imported for look in looks], bool),
        }
    )


def _read(folder: DatasetFolder, vintage: Vintage) -> Look:
    try:
        return folder.read_look(vintage.look)
    except DamageError as error:
        raise damage_report(folder, error) from error


def _counts(
    folder: DatasetFolder, found: Sequence[Vintage], looks: Sequence[Look], number: int
) -> Counts | None:
    """Return what differs from the vintage before: as its look has counted it, or counted now."""
    look = looks[number]
    if number == 0:
        return Counts(look.rows, 0, 0)
    previous = found[number - 1].content
    if look.counts is not None and look.previous == previous:
        return look.counts
    try:
        old, new = folder.read_content(previous), folder.read_content(found[number].content)
        only_old, only_new = differing_blocks(old, new)
        tables = folder.join(old, only_old), folder.join(new, only_new)
    except DamageError:
        return None
    return compare_tables(*tables, old.definitions.keys, new.definitions.keys).counts


def _dates(texts: Sequence[str | None]) -> pd.Series[Any]:
    return in_own_unit(np.array(texts, "datetime64[us]"))
