"""`triangle`: one series, with a row a date and a column a vintage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from alphacast_pandas.difference.rows import is_number
from alphacast_pandas.display import plural
from alphacast_pandas.errors import QueryError
from alphacast_pandas.finding.columns import in_own_unit
from alphacast_pandas.history.archive import open_archive
from alphacast_pandas.history.columns import instant_column, values_at
from alphacast_pandas.names import check_names
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.history.archive import Archive
    from alphacast_pandas.reading.options import Filter

_MOST_NAMED = 5


@short_traceback
def triangle(
    dataset_id: Id,
    column: str,
    *,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    store: str | PathLike[str] | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Return one series as each vintage had it; no request is made.

    Parameters
    ----------
    dataset_id : int, str, Dataset, DatasetInfo or SearchResult
        Number of the dataset, the address of its page, a record of it, or the name under which
        its newest look found it.
    column : str
        The value column, which may be one that only earlier vintages have.
    filter : str, dict, list of tuples or expression, optional
        Rows, as in `read_alphacast`; it must leave one series, such as
        ``filter={"country": "Chile"}``.
    store : str or path, optional
        The folder of the vintages; by default the user's own.
    client : Client, optional
        The connection whose address is meant; by default that of `get_client`, or Alphacast's own
        if there is no key.

    Returns
    -------
    DataFrame
        A row a date (a DatetimeIndex that is named as the date column) and a column a vintage (a
        DatetimeIndex in UTC, named ``vintage``): the value that the vintage had for the date, as
        float64 if the column holds numbers in every vintage, otherwise as objects. Missing is what
        was not there, or was there without a value.

    Raises
    ------
    QueryError
        If the dataset was never looked at, a name is a column of none of its vintages, the rows
        are several series, which are named, or there is no date column.
    ConfigurationError
        If `store` is no store or cannot be read.
    DecodeError
        If a file of the store is damaged.

    See Also
    --------
    revisions : Every value that changed between vintages.
    releases : The first value of each row, or the second, or the last.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> _ = ap.snapshot(7, frame=df.head(2), at="2024-03-01")
    >>> _ = ap.snapshot(7, frame=df, at="2024-04-01")
    >>> table = ap.triangle(7, "price", filter={"country": "Argentina"})
    >>> table.set_axis(["March", "April"], axis="columns").reset_index()
            Date  March  April
    0 2024-01-01    1.5    1.5
    1 2024-02-01    NaN    2.5
    """
    _check_text(column)
    archive = open_archive(dataset_id, filter=filter, store=store, client=client)
    _check_is_value(archive, column)
    name = _date_name(archive)
    # The newest first, so that an error names what is there now.
    pieces: dict[object, _Piece] = {}
    found = [_series(archive, n, column, pieces) for n in reversed(range(len(archive.vintages)))]
    series = found[::-1]
    _check_one_series(archive, column, series, is_filtered=filter is not None)
    dates = np.unique(np.concatenate([each.dates for each in series]))
    dtype = np.float64 if _is_numeric(archive, column) else object
    values = np.full((len(dates), len(series)), np.nan, dtype)
    for place, each in enumerate(series):
        values[np.searchsorted(dates, each.dates), place] = each.values
    times = pd.DatetimeIndex(instant_column(each.time for each in archive.vintages), name="vintage")
    index = pd.DatetimeIndex(in_own_unit(dates), name=name)
    return pd.DataFrame(values, index=index, columns=times)


@dataclass(frozen=True, eq=False)
class _Piece:
    """Dates and values of some rows, and the entities that they have."""

    dates: np.ndarray
    values: np.ndarray
    entities: dict[tuple[object, ...], tuple[str, ...]]


def _check_text(column: object) -> None:
    if not isinstance(column, str):
        msg = f"column is the name of a value column, not {value_text(column)}."
        raise QueryError(msg)


def _check_is_value(archive: Archive, column: str) -> None:
    names = [*archive.value_types]
    if column in archive.key_names and column not in names:
        some = f", such as {names[0]!r}" if names else ""
        msg = f"Column {column!r} identifies the rows. Pass a column of values{some}."
        raise QueryError(msg)
    check_names([column], names, "column")


def _date_name(archive: Archive) -> str:
    for content in reversed(archive.contents):
        if content.definitions.date is not None:
            return str(content.definitions.date.name)
    msg = f"Dataset {archive.folder.number} has no date column, so it holds no series."
    raise QueryError(msg)


def _is_numeric(archive: Archive, column: str) -> bool:
    type_ = archive.value_types[column]
    return type_ is not None and is_number(type_)


def _series(archive: Archive, number: int, column: str, pieces: dict[object, _Piece]) -> _Piece:
    """Return the rows of a vintage; what a block holds is looked up once."""
    content = archive.contents[number]
    keys = content.definitions.keys
    if not archive.is_rowwise:
        joined = _piece(archive, number, column, archive.table(number))
    else:
        for block in content.blocks:
            if (block.hash, keys) not in pieces:
                table = archive.table(number, [block])
                pieces[block.hash, keys] = _piece(archive, number, column, table)
        joined = _join([pieces[block.hash, keys] for block in content.blocks])
    if len(joined.entities) < 2 and len(np.unique(joined.dates)) < len(joined.dates):
        msg = (
            f"Dataset {archive.folder.number} has several rows with one date and the same "
            f"entities in a vintage, so column {column!r} is no series. Pass a filter= that leaves "
            "one row a date."
        )
        raise QueryError(msg)
    return joined


def _piece(archive: Archive, number: int, column: str, table: pa.Table) -> _Piece:
    definitions = archive.contents[number].definitions
    if definitions.date is None:
        table = table.slice(0, 0)
        dates = np.empty(0, "datetime64[us]")
    else:
        dates = table.column(definitions.date.name).to_numpy().astype("datetime64[us]")
    names = tuple(str(each.name) for each in definitions.entities)
    distinct = table.group_by([*names], use_threads=False).aggregate([]) if names else None
    rows = [()] if distinct is None else [tuple(row.values()) for row in distinct.to_pylist()]
    type_ = archive.value_types[column] if _is_numeric(archive, column) else None
    values = values_at(table, column, np.arange(table.num_rows), type_)
    return _Piece(dates, values, dict.fromkeys(rows, names) if table.num_rows else {})


def _join(pieces: Sequence[_Piece]) -> _Piece:
    if not pieces:
        return _Piece(np.empty(0, "datetime64[us]"), np.empty(0), {})
    return _Piece(
        np.concatenate([piece.dates for piece in pieces]),
        np.concatenate([piece.values for piece in pieces]),
        {row: names for piece in pieces for row, names in piece.entities.items()},
    )


def _check_one_series(
    archive: Archive, column: str, series: Sequence[_Piece], *, is_filtered: bool
) -> None:
    """Raise if there are several series, in one vintage or in different ones."""
    entities = {row: names for piece in reversed(series) for row, names in piece.entities.items()}
    if len(entities) < 2:
        return
    labels = [
        " and ".join(f"{name} {value_text(value)}" for name, value in zip(names, row, strict=True))
        or "one without entities"
        for row, names in entities.items()
    ]
    more = ", ..." if len(labels) > _MOST_NAMED else ""
    # A filter compares with values only, so one of a series that lacks an entity is no example.
    examples = (
        dict(zip(names, row, strict=True))
        for row, names in entities.items()
        if names and None not in row
    )
    example = next(examples, None)
    such = "" if example is None else f", such as filter={example!r}"
    msg = (
        f"A triangle shows one series, and column {column!r} of dataset {archive.folder.number} "
        f"has {plural(len(entities), 'series', 'series')}{' with this filter' * is_filtered}: "
        f"{', '.join(labels[:_MOST_NAMED])}{more}. Pass a filter that leaves one{such}."
    )
    raise QueryError(msg)
