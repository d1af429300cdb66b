"""`revisions`: every value that changed between the vintages of a dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.difference.rows import is_number
from alphacast_pandas.finding.columns import text_column
from alphacast_pandas.history.archive import open_archive
from alphacast_pandas.history.columns import (
    free_name,
    instant_column,
    key_frame,
    ranks_of,
    values_at,
)
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.vintage_store.instants import parse_span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.history.archive import Archive
    from alphacast_pandas.history.changes import Changes
    from alphacast_pandas.reading.options import Filter
    from alphacast_pandas.vintage_store.instants import Moment

_OWN_COLUMNS = ("column", "vintage", "old", "new", "kind")
_KINDS = ("revised", "added", "deleted")


@short_traceback
def revisions(
    dataset_id: Id,
    *,
    select: str | Sequence[str] | None = None,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    since: Moment | None = None,
    store: str | PathLike[str] | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Return every value that changed between the vintages of a dataset; no request is made.

    Parameters
    ----------
    dataset_id : int, str, Dataset, DatasetInfo or SearchResult
        Number of the dataset, the address of its page, a record of it, or the name under which
        its newest look found it.
    select : str or sequence of str, optional
        Value columns, also ones that only earlier vintages have.
    filter : str, dict, list of tuples or expression, optional
        Rows, as in `read_alphacast`: what is returned is what changed between the answers of two
        vintages to this filter. A column that a vintage lacks is missing there.
    since : str, date, datetime, Timestamp or Period, optional
        Only what changed at this time or later, in UTC unless it has a zone.
    store : str or path, optional
        The folder of the vintages; by default the user's own.
    client : Client, optional
        The connection whose address is meant; by default that of `get_client`, or Alphacast's own
        if there is no key.

    Returns
    -------
    DataFrame
        A row a value: the date and the entities under their own names, ``column`` (text),
        ``vintage`` (datetime64[us, UTC], the one that has the new value), ``old`` and ``new``
        (float64 if every column wanted holds numbers in every vintage, otherwise object), ``kind``
        (text): ``"added"`` if the row is new, ``"revised"`` if it has another value, where missing
        counts as a value, ``"deleted"`` if the row is gone. By vintage, date, entities and column.
        A column of the dataset that is called like one of these five has ``"key: "`` in front.

    Raises
    ------
    QueryError
        If the dataset was never looked at, or a name is a column of none of its vintages.
    ConfigurationError
        If `store` is no store or cannot be read.
    DecodeError
        If a file of the store is damaged.

    See Also
    --------
    vintages : How much changed, a row a vintage.
    releases : The first value of each row, or the second, or the last.
    triangle : One series, with a column for each vintage.

    Notes
    -----
    The first vintage has no revisions: nobody knows what there was before. A column that is new
    revises missing values, and a column that is gone revises values to missing ones. Where other
    columns identify the rows than before, all rows are deleted and added. Texts and numbers are
    compared by their text. All values of a row that is added or deleted are listed, also missing
    ones.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> _ = ap.snapshot(7, frame=df, at="2024-03-01")
    >>> revised = df.assign(price=[1.5, 2.0, 2.75])
    >>> _ = ap.snapshot(7, frame=revised, at="2024-04-01")
    >>> ap.revisions(7).drop(columns="vintage")
            Date    country column  old   new     kind
    0 2024-01-01      Chile  price  NaN  2.00  revised
    1 2024-02-01  Argentina  price  2.5  2.75  revised
    """
    archive = open_archive(dataset_id, select=select, filter=filter, store=store, client=client)
    earliest = None if since is None else parse_span(since, "since").start
    numbers = [
        number
        for number, vintage in enumerate(archive.vintages)
        if number > 0 and (earliest is None or vintage.time >= earliest)
    ]
    return _to_frame(archive, [_part(archive, number) for number in numbers])


@dataclass(frozen=True, eq=False)
class _Part:
    """What changed with one vintage, a row a value."""

    number: int
    keys: pa.Table
    columns: np.ndarray
    old: np.ndarray
    new: np.ndarray
    kinds: np.ndarray


def _part(archive: Archive, number: int) -> _Part:
    changes = archive.changes(number)
    names = [*archive.value_types]
    is_numeric = _is_numeric(archive)
    keys = [
        archive.keys_of(number - 1, changes.old),
        archive.keys_of(number, changes.new),
    ]
    contents = archive.contents
    own = [
        {*content.schema.names} - {*content.definitions.keys}
        for content in (contents[number - 1], contents[number])
    ]
    pieces = [
        _values(changes, name, place, own, is_numeric=is_numeric)
        for place, name in enumerate(names)
    ]
    rows, columns, old, new, kinds = (
        np.concatenate([piece[n] for piece in pieces] or [np.empty(0, kind)])
        for n, kind in enumerate((np.int64, np.int64, np.float64, np.float64, np.int64))
    )
    # A table without columns has no rows.
    stacked = pa.concat_tables(keys)
    ranks = ranks_of(stacked)[rows] if stacked.num_columns else rows
    order = np.lexsort((columns, ranks))
    taken = stacked.take(pa.array(rows[order])) if stacked.num_columns else stacked
    return _Part(number, taken, columns[order], old[order], new[order], kinds[order])


def _values(
    changes: Changes,
    name: str,
    place: int,
    own: Sequence[set[str]],
    *,
    is_numeric: bool,
) -> tuple[np.ndarray, ...]:
    """
    Return rows, column, old and new value, and kind of each value of a column that changed.

    Rows are those of the old table, with those of the new table after them.
    """
    type_ = pa.float64() if is_numeric else None
    none = np.empty(0, np.int64)
    revised_old, revised_new = changes.revised.get(name, (none, none))
    added = changes.added if name in own[1] else none
    deleted = changes.deleted if name in own[0] else none
    missing = values_at(pa.table({}), name, np.concatenate([added, deleted]), type_)
    old = [
        values_at(changes.old, name, revised_old, type_),
        missing[: len(added)],
        values_at(changes.old, name, deleted, type_),
    ]
    new = [
        values_at(changes.new, name, revised_new, type_),
        values_at(changes.new, name, added, type_),
        missing[len(added) :],
    ]
    first_new = changes.old.num_rows
    rows = np.concatenate([revised_new + first_new, added + first_new, deleted])
    kinds = np.repeat(np.arange(3), [len(revised_old), len(added), len(deleted)])
    columns = np.full(len(rows), place)
    return rows.astype(np.int64), columns, np.concatenate(old), np.concatenate(new), kinds


def _is_numeric(archive: Archive) -> bool:
    types = archive.value_types.values()
    return all(type_ is not None and is_number(type_) for type_ in types)


def _to_frame(archive: Archive, parts: Sequence[_Part]) -> pd.DataFrame:
    dtype = np.float64 if _is_numeric(archive) else object
    keys = pa.concat_tables([archive.key_schema.empty_table(), *(part.keys for part in parts)])
    frame = key_frame(keys)
    frame.columns = pd.Index([free_name(name, _OWN_COLUMNS, "key") for name in keys.column_names])
    names = text_column(archive.value_types)
    times = instant_column(vintage.time for vintage in archive.vintages)
    columns, old, new, kinds, numbers = (
        np.concatenate([*arrays, np.empty(0, kind)])
        for arrays, kind in (
            ([part.columns for part in parts], np.int64),
            ([part.old for part in parts], dtype),
            ([part.new for part in parts], dtype),
            ([part.kinds for part in parts], np.int64),
            ([np.full(len(part.columns), part.number) for part in parts], np.int64),
        )
    )
    own: dict[str, Any] = {
        "column": names.take(columns).reset_index(drop=True),
        "vintage": times.take(numbers).reset_index(drop=True),
        "old": pd.Series(old, dtype=dtype),
        "new": pd.Series(new, dtype=dtype),
        "kind": text_column(_KINDS).take(kinds).reset_index(drop=True),
    }
    return pd.concat([frame, pd.DataFrame(own)], axis=1)
