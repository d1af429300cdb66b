"""`read_arrow`: a dataset as an Arrow table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.reading.as_known import answer_as_known
from alphacast_pandas.reading.cached import resolve_cache, resolve_number
from alphacast_pandas.reading.csv_table import table_with_nulls
from alphacast_pandas.reading.frame import attributes
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.reading.read import read_meter, read_table
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    import pyarrow as pa

    from alphacast_pandas.api.cache_setting import Cache
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.options import Date, Filter, ReadOptions
    from alphacast_pandas.vintage_store.instants import Moment


@short_traceback
def read_arrow(
    dataset_id: Id,
    *,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    expect: str | None = None,
    cache: Cache | None = None,
    as_of: Moment | None = None,
    store: str | PathLike[str] | None = None,
    progress: bool | None = None,
    client: Client | None = None,
) -> pa.Table:
    """
    Read a dataset from Alphacast into an Arrow table, for libraries other than pandas.

    The rows, their order and the columns are those of `read_alphacast` with the same keywords.

    Parameters
    ----------
    dataset_id : int, str or Dataset
        Number of the dataset, the address of its page, a record of it, or its exact name, as for
        `read_alphacast`.
    filter : str, dict, list of tuples or expression, optional
        Rows to keep, as for `read_alphacast`.
    select : str or sequence of str, optional
        Value columns to keep, in this order. Date and entities are always kept.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included.
    last : int, optional
        Keep the rows of the last N distinct dates.
    top : int, optional
        Keep the first N rows, by date.
    expect : str, optional
        What the name of the dataset must be, as for `read_alphacast`.
    cache : bool, str or timedelta, optional
        Whether the answer is kept on this computer, and used again, as for `read_alphacast`.
    as_of : str, date, datetime, Timestamp or Period, optional
        The dataset as it was known then, as for `read_alphacast`.
    store : str or path, optional
        The folder of the vintages, with `as_of`; by default the user's own.
    progress : bool, optional
        Whether to show a bar, as for `read_alphacast`.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    pyarrow.Table
        One row per date and entities, ordered by date. Types come from the dataset's definitions:
        Date is ``timestamp[us]``, String ``string``, Decimal ``double``, Short Integer ``int16``;
        what is missing is null. A table without rows has the same types. The metadata of the
        schema have under ``b"alphacast"``, as JSON, what ``df.attrs["alphacast"]`` has for a frame.

    Raises
    ------
    QueryError
        If an argument makes no sense, as for `read_alphacast`.
    DecodeError
        If the answer is not the table that was promised, or is cut short.
    NotFoundError
        If the dataset does not exist or the key may not see it.
    ConfigurationError
        If there is no API key, or `store` is no store.

    Warns
    -----
    UserWarning
        As `read_alphacast` does, of an address with other words than the dataset's name, and of
        entities that the dataset does not have.

    See Also
    --------
    read_alphacast : The same as a frame.
    to_parquet : The same as a file, in little memory.

    Notes
    -----
    ``polars.from_arrow(table)`` takes over the memory of numbers and dates, and queries of DuckDB
    find the table by the name of its variable. ``dtype_backend=``, ``categories=``, ``index=`` and
    ``schema=`` are about frames, so they are not keywords here.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> table = ap.read_arrow(dataset_id, select="life_expectancy", start="2000")
    >>> table.num_rows, [str(kind) for kind in table.schema.types]
    (284, ['timestamp[us]', 'string', 'string', 'double'])
    """
    options = check_options(
        filter=filter,
        select=select,
        start=start,
        end=end,
        last=last,
        top=top,
        expect=expect,
        as_of=as_of,
        store=store,
        cache=cache,
    )
    if as_of is not None:
        _, table, facts = answer_as_known(dataset_id, options, client)
    else:
        table, facts = _read(dataset_id, options, resolve_client(client), progress=progress)
    text = json.dumps({**facts, "rows": table.num_rows})
    return table_with_nulls(table).replace_schema_metadata({"alphacast": text})


def _read(
    dataset_id: Id, options: ReadOptions, client: Client, *, progress: bool | None
) -> tuple[pa.Table, dict[str, Any]]:
    """Return the rows of the service's answer, and where they come from."""
    setting = resolve_cache(client, options)
    number = resolve_number(client, dataset_id, setting)
    with read_meter(client, dataset_id, progress=progress) as meter:
        answer, table = read_table(client, number, options, meter, given=dataset_id, cache=setting)
        return table, attributes(client, number, answer)
