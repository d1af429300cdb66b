"""`releases`: for each row the value of its first vintage, its second, or its last."""

from __future__ import annotations

import datetime
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.difference.rows import align
from alphacast_pandas.errors import QueryError
from alphacast_pandas.history.archive import open_archive
from alphacast_pandas.history.columns import (
    column_or_nulls,
    free_name,
    instant_column,
    key_frame,
    ranks_of,
    values_at,
)
from alphacast_pandas.reading.options import check_flag
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.history.archive import Archive
    from alphacast_pandas.reading.options import Filter
    from alphacast_pandas.vintage_store.records import Block

_OWN_COLUMNS = ("vintage",)
_MOST_VINTAGES = 2**31  # more than there are, and few enough for numpy


@short_traceback
def releases(
    dataset_id: Id,
    n: int = 0,
    *,
    select: str | Sequence[str] | None = None,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    include_first: bool = False,
    store: str | PathLike[str] | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Return for each key the values in the n-th vintage that holds it; no request is made.

    Parameters
    ----------
    dataset_id : int, str, Dataset, DatasetInfo or SearchResult
        Number of the dataset, the address of its page, a record of it, or the name under which
        its newest look found it.
    n : int, default 0
        Which of the vintages that hold a key: 0 is the first, 1 the second, -1 the newest. Keys
        that fewer vintages hold are left out.
    select : str or sequence of str, optional
        Value columns, also ones that only earlier vintages have.
    filter : str, dict, list of tuples or expression, optional
        Rows, as in `read_alphacast`: a vintage holds a key if its row matches there. A column that
        a vintage lacks is missing there.
    include_first : bool, default False
        Whether keys that stand in the first vintage come with ``n >= 0``. When they appeared
        nobody knows, so that their values there are not known to be first releases.
    store : str or path, optional
        The folder of the vintages; by default the user's own.
    client : Client, optional
        The connection whose address is meant; by default that of `get_client`, or Alphacast's own
        if there is no key.

    Returns
    -------
    DataFrame
        A row a key, by date and entities: the date and the entities, ``vintage``
        (datetime64[us, UTC], the one that the values are from), and the value columns of all
        vintages, at the types of `read_alphacast`; a column whose type has changed holds float64 if
        all were numbers, otherwise objects. ``attrs["alphacast"]`` has ``dataset_id``, ``name``,
        ``date``, ``entities`` and ``rows``. A column of the dataset that is called ``vintage``, or
        a value column that identifies the rows of another vintage, has ``"column: "`` in front.

    Raises
    ------
    QueryError
        If the dataset was never looked at, a name is a column of none of its vintages, `n` is no
        whole number, or rows are not identified by a key (several share one).
    ConfigurationError
        If `store` is no store or cannot be read.
    DecodeError
        If a file of the store is damaged.

    See Also
    --------
    revisions : Every value that changed between vintages.
    triangle : One series, with a column for each vintage.

    Notes
    -----
    A vintage is made by a change anywhere in the dataset, so that the second vintage that holds a
    key need not have another value than the first. A key that was deleted and has returned goes on
    counting: vintages without it do not count.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> _ = ap.snapshot(7, frame=df.head(2), at="2024-03-01")
    >>> _ = ap.snapshot(7, frame=df, at="2024-04-01")
    >>> ap.releases(7).drop(columns="vintage")
            Date    country  price
    0 2024-02-01  Argentina    2.5
    """
    number = _check_number(n)
    with_first = check_flag(include_first, "include_first")
    archive = open_archive(dataset_id, select=select, filter=filter, store=store, client=client)
    if not archive.key_names:
        msg = (
            f"Dataset {archive.folder.number} has neither a date nor entities, so nothing "
            "identifies its rows from one vintage to the next."
        )
        raise QueryError(msg)
    held = _holdings(archive, with_first=with_first or number < 0)
    keys, chosen = _chosen(held, number)
    frame = _to_frame(archive, keys, chosen)
    frame.attrs["alphacast"] = archive.origin(len(frame))
    return frame


@dataclass(frozen=True, eq=False)
class _Holdings:
    """Spans of vintages that hold a key: `stop` is the first that does not hold it any more."""

    keys: pa.Table  # a row a span
    ids: np.ndarray  # the number of the key
    start: np.ndarray
    stop: np.ndarray


def _check_number(n: Any) -> int:
    try:
        number = None if isinstance(n, bool | np.bool_) else operator.index(n)
    except TypeError:
        number = None
    if number is None:
        shown = value_text(n)
        msg = f"n is a whole number: 0 for the first release, -1 for the newest, not {shown}."
        raise QueryError(msg)
    return max(-_MOST_VINTAGES, min(number, _MOST_VINTAGES))


def _holdings(archive: Archive, *, with_first: bool) -> _Holdings:
    """Return which vintages hold which keys, without those of the first unless they are wanted."""
    tables: list[pa.Table] = []
    times: list[np.ndarray] = []
    signs: list[np.ndarray] = []

    def note(keys: pa.Table, number: int, sign: int) -> None:
        tables.append(keys)
        times.append(np.full(keys.num_rows, number))
        signs.append(np.full(keys.num_rows, sign))

    if with_first:
        note(archive.keys_of(0, archive.table(0)), 0, 1)
    for number in range(1, len(archive.vintages)):
        changes = archive.changes(number)
        note(archive.keys_of(number - 1, changes.old.take(changes.deleted)), number, -1)
        note(archive.keys_of(number, changes.new.take(changes.added)), number, 1)
    events = pa.concat_tables([archive.key_schema.empty_table(), *tables])
    none = np.empty(0, np.int64)
    time, sign = np.concatenate([*times, none]), np.concatenate([*signs, none])
    grouped = key_frame(events).groupby([*archive.key_names], dropna=False, sort=False)
    ids = grouped.ngroup().to_numpy()
    order = np.lexsort((sign, time, ids))
    ids, time, sign = ids[order], time[order], sign[order]
    _check_unique(archive, events, order, ids, sign)
    # A key that goes before it came stood in the first vintage.
    is_first = np.r_[True, ids[1:] != ids[:-1]][: len(ids)]
    from_first = ids[is_first & (sign < 0)]
    stop = np.r_[time[1:], len(archive.vintages)][: len(ids)]
    stop[np.r_[is_first[1:], True][: len(ids)]] = len(archive.vintages)
    spans = np.flatnonzero((sign > 0) & ~np.isin(ids, from_first))
    keys = events.take(pa.array(order[spans]))
    return _Holdings(keys, ids[spans], time[spans], stop[spans])


def _check_unique(
    archive: Archive, events: pa.Table, order: np.ndarray, ids: np.ndarray, sign: np.ndarray
) -> None:
    """Raise if a key comes once more before it has gone."""
    held = pd.Series(sign).groupby(ids).cumsum().to_numpy()
    repeated = np.flatnonzero(held > 1)
    if len(repeated):
        raise _repeated(archive, events, int(order[repeated[0]]))


def _repeated(archive: Archive, keys: pa.Table, row: int) -> QueryError:
    """Return the error of a key that several rows of one vintage have."""
    key = keys.slice(row, 1).to_pylist()[0]
    shown = ", ".join(
        f"{name} {value if isinstance(value, datetime.datetime) else value_text(value)}"
        for name, value in key.items()
    )
    msg = (
        f"Several rows of dataset {archive.folder.number} have the key {shown}, so nobody can "
        "tell which of them is which from one vintage to the next. Pass a filter= that leaves "
        "one of them."
    )
    return QueryError(msg)


def _chosen(held: _Holdings, n: int) -> tuple[pa.Table, np.ndarray]:
    """Return the keys that have an n-th vintage, and that vintage of each."""
    lengths = held.stop - held.start
    frame = pd.DataFrame({"id": held.ids, "length": lengths})
    grouped = frame.groupby("id")["length"]
    before = grouped.cumsum().to_numpy() - lengths
    wanted = n - before if n >= 0 else grouped.transform("sum").to_numpy() + n - before
    found = np.flatnonzero((wanted >= 0) & (wanted < lengths))
    return held.keys.take(pa.array(found)), (held.start + wanted)[found]


def _to_frame(archive: Archive, keys: pa.Table, chosen: np.ndarray) -> pd.DataFrame:
    """Return the values of each key in its vintage."""
    types = archive.value_types
    order: list[np.ndarray] = [np.empty(0, np.int64)]
    typed: dict[str, list[pa.ChunkedArray]] = {n: [] for n, each in types.items() if each}
    objects: dict[str, list[np.ndarray]] = {n: [] for n, each in types.items() if not each}
    for number in np.unique(chosen):
        places = np.flatnonzero(chosen == number)
        wanted = keys.take(pa.array(places))
        table, rows, found = _rows(archive, int(number), wanted)
        order.append(places[found])
        for name in typed:
            column = column_or_nulls(table, name, types[name]).take(pa.array(rows))
            typed[name].append(column)
        for name in objects:
            objects[name].append(values_at(table, name, rows, None))
    places = np.concatenate(order)
    by_key = np.argsort(ranks_of(keys)[places])
    places = places[by_key]
    frame = key_frame(keys.take(pa.array(places)))
    times = instant_column(vintage.time for vintage in archive.vintages)
    own = {"vintage": times.take(chosen[places]).reset_index(drop=True)}
    values: dict[str, Any] = {}
    for name, type_ in types.items():
        if type_ is None:
            values[name] = np.concatenate([*objects[name], np.empty(0, object)])[by_key]
            continue
        column = pa.chunked_array([c for each in typed[name] for c in each.chunks], type_)
        values[name] = key_frame(pa.table({"": column.take(pa.array(by_key))}))[""]
    taken = (*_OWN_COLUMNS, *archive.key_names)
    parts = [
        _named(frame, _OWN_COLUMNS),
        pd.DataFrame(own),
        _named(pd.DataFrame(values, index=frame.index), taken),
    ]
    return pd.concat(parts, axis=1)


def _rows(
    archive: Archive, number: int, wanted: pa.Table
) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Return a table of a vintage, its rows of keys that are wanted, and which keys these are."""
    definitions = archive.contents[number].definitions
    blocks: Iterable[Block] = archive.contents[number].blocks
    if definitions.date is not None:
        blocks = _overlapping(blocks, wanted.column(definitions.date.name))
    table = archive.table(number, blocks)
    found = align(table, wanted, definitions.keys)
    if len(found.repeated_stored):
        raise _repeated(archive, archive.keys_of(number, table), int(found.repeated_stored[0]))
    return table, found.shared_stored, found.shared_sent


def _overlapping(blocks: Iterable[Block], dates: pa.ChunkedArray) -> list[Block]:
    """Return the blocks that may hold one of these dates."""
    if not pa.types.is_timestamp(dates.type) or dates.null_count:
        return [*blocks]
    values = dates.to_numpy()
    first, last = values.min(), values.max()
    return [
        block
        for block in blocks
        if block.first is None
        or (np.datetime64(block.first) <= last and np.datetime64(block.last) >= first)
    ]


def _named(frame: pd.DataFrame, taken: Sequence[str]) -> pd.DataFrame:
    names = [free_name(str(name), taken, "column") for name in frame.columns]
    return frame.set_axis(pd.Index(names, dtype=object).infer_objects(), axis="columns")
