"""`read_alphacast`: from keywords to a DataFrame."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, overload

import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.identifiers import label_of
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.as_known import read_as_known, read_chunks_as_known
from alphacast_pandas.reading.cached import (
    fetch_or_recall,
    resolve_cache,
    resolve_number,
)
from alphacast_pandas.reading.chunks import DatasetReader, read_chunks
from alphacast_pandas.reading.expected import warn_of_other_words
from alphacast_pandas.reading.frame import attributes, result_frame
from alphacast_pandas.reading.options import check_count, check_options
from alphacast_pandas.reading.rows import finish
from alphacast_pandas.reading.unmatched import warn_of_unmatched
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from os import PathLike

    import pandera.pandas as pa
    import pyarrow  # noqa: ICN001 - pa is pandera here

    from alphacast_pandas.api.cache_setting import Cache, CacheSetting
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.progress import ReadMeter
    from alphacast_pandas.reading.answer import WholeAnswer
    from alphacast_pandas.reading.options import Date, Filter, ReadOptions
    from alphacast_pandas.vintage_store.instants import Moment


@overload
def read_alphacast(
    dataset_id: Id,
    *,
    filter: Filter | None = None,
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    index: bool | str | Sequence[str] | None = None,
    dtype_backend: Any = pd.api.extensions.no_default,
    categories: bool = False,
    schema: pa.DataFrameSchema | type[pa.DataFrameModel] | bool | None = None,
    chunksize: None = None,
    expect: str | None = None,
    cache: Cache | None = None,
    as_of: Moment | None = None,
    store: str | PathLike[str] | None = None,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame: ...


@overload
def read_alphacast(
    dataset_id: Id,
    *,
    filter: Filter | None = None,
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    index: bool | str | Sequence[str] | None = None,
    dtype_backend: Any = pd.api.extensions.no_default,
    categories: bool = False,
    schema: pa.DataFrameSchema | type[pa.DataFrameModel] | bool | None = None,
    chunksize: int,
    expect: str | None = None,
    cache: Cache | None = None,
    as_of: Moment | None = None,
    store: str | PathLike[str] | None = None,
    progress: bool | None = None,
    client: Client | None = None,
) -> DatasetReader: ...


@short_traceback
def read_alphacast(
    dataset_id: Id,
    *,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    index: bool | str | Sequence[str] | None = None,
    dtype_backend: Any = pd.api.extensions.no_default,
    categories: bool = False,
    schema: pa.DataFrameSchema | type[pa.DataFrameModel] | bool | None = None,
    chunksize: int | None = None,
    expect: str | None = None,
    cache: Cache | None = None,
    as_of: Moment | None = None,
    store: str | PathLike[str] | None = None,
    progress: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame | DatasetReader:
    """
    Read a dataset from Alphacast into a DataFrame.

    The answer equals: take the whole dataset; keep the rows that match `start`,
    `end` and `filter`; of these keep the rows of the `last` distinct dates; of these
    the first `top` rows; of these the columns of `select`. What the service can do is
    sent to it, so that only the rows and columns asked for cross the network; the rest
    is done here. A read is whole or raises.

    Parameters
    ----------
    dataset_id : int, str or Dataset
        Number of the dataset (``5515`` or ``"5515"``), the address of its page, a record of
        it, or its exact name, unique among the datasets that the key may list.
    filter : str, dict, list of tuples or expression, optional
        Rows to keep. An expression of `pandas.col` (pandas 3) or `col` is what it would be
        in ``df.loc``. A dict compares each column with a value, a list of values or a
        ``slice`` with both ends included. A list of tuples ``(column, operator, value)``
        is as in `pandas.read_parquet`, with ``= == != < <= > >= in not in``; a list of
        such lists holds alternatives. Text is the service's own filter language and is
        sent as it is. An empty list of values matches nothing.
    select : str or sequence of str, optional
        Value columns to keep, in this order. Date and entities are always kept.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included. Partial dates mean what they mean in
        ``df.loc``: ``end="2020"`` is the end of 2020. Time zones are refused, and so is text
        that can be read in several ways, such as ``"01/02/2020"``.
    last : int, optional
        Keep the rows of the last N distinct dates.
    top : int, optional
        Keep the first N rows, by date.
    index : bool, str or sequence of str, optional
        ``None`` or False give a RangeIndex, True the date and the entities, names these
        columns.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As in `pandas.read_csv`.
    categories : bool, default False
        Whether entity columns come as category.
    schema : DataFrameSchema, DataFrameModel or True, optional
        A pandera contract for what arrives; True stands for the dataset's own. What it makes
        of the frame is what is returned.
    chunksize : int, optional
        Number of rows of a frame: gives an iterator of frames, as `pandas.read_csv` does.
    expect : str, optional
        What the name of the dataset must be, so that a wrong number is noticed before data are
        read. ``*`` and ``?`` stand for any text and any character; case and accents are ignored.
    cache : bool, str or timedelta, optional
        Whether the answer is kept on this computer, and used again. With True the service is
        asked whether what is kept is right, by small requests that are no downloads; a duration
        such as ``"6h"`` does not ask within that time; ``"only"`` sends no request at all; False
        is off. By default as the client was made, and off for one of which nothing was said.
        See the notes.
    as_of : str, date, datetime, Timestamp or Period, optional
        Read the dataset as it was known then, from the vintages that `snapshot` has kept, without
        a request and without a key. The end of a partial date is included:
        ``as_of="2026-05"`` is what was known at the end of May; a Timestamp is an instant. Times
        are UTC unless they have a zone. Today is allowed, the future is refused.
    store : str or path, optional
        The folder of the vintages, with `as_of`; by default the user's own.
    progress : bool, optional
        Whether to show a bar: bytes received, their rate and the rows they hold. By default
        on a terminal or in a notebook, unless the environment variable
        ``ALPHACAST_PROGRESS`` is ``0``, ``false``, ``no`` or ``off``; with True everywhere,
        with False nowhere. It appears when the read takes more than a second, and is gone
        when it ends. Pauses before another attempt are shown too, and in any case logged under
        ``alphacast_pandas`` at level INFO. What is logged or printed meanwhile stands on
        lines of its own.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame or DatasetReader
        One row per date and entities, ordered by date; within a date in the service's
        order. Columns are the date, the entities and the values. Types come from the
        dataset's definitions: Date is ``datetime64`` in pandas' own unit, String pandas'
        own text type, Decimal ``float64``, Short Integer ``Int16``. An empty field is
        missing; ``NA`` and ``007`` in a text column stay text. A frame without rows has
        the same columns and types; that of a dataset to which nothing was uploaded yet has
        those that it has been given, which may be none. ``df.attrs["alphacast"]`` says where
        the frame came from.

        With `chunksize` a reader that iterates over such frames while the answer arrives, in
        memory for one of them; joined they are the frame that would be given without it. The
        last frame comes only if the answer was whole. Leaving early, or closing the reader,
        ends the connection.

    Raises
    ------
    QueryError
        If a name is not a column, a value does not fit its column, keywords contradict
        each other, several datasets have this name, the name does not match `expect`, or the
        service refuses the filter. With `as_of`, if the dataset was never looked at, or not before
        `as_of`; the first vintage is named.
    DecodeError
        If the answer is not the table that was promised, or is cut short; with `chunksize`
        also if rows come that belong to earlier frames; with `as_of` if a file of the store is
        damaged.
    ValidationError
        If the frame breaks `schema`.
    NotFoundError
        If the dataset does not exist or the key may not see it; of a name, the nearest that
        exist are in the message.
    ConfigurationError
        If there is no API key, or `store` is no store.

    Warns
    -----
    UserWarning
        If `dataset_id` is an address whose words are not those of the dataset's name. If nothing
        matches and the filter names entities that the dataset does not have; the
        nearest that it has are named. Not with `chunksize`. If `schema` drops rows, with their
        number.

    See Also
    --------
    col : Columns for expressions, on any pandas.
    explain : Show what would be sent, without reading.
    DataFrame.alphacast.push : The way back.
    snapshot : Keep what a dataset holds now, for `as_of`.

    Notes
    -----
    ``$last`` counts dates according to the service's reference and rows according to its
    quickstart; the answer here holds `last` dates either way.

    A comparison with a missing value is false, but ``!=`` and ``~isin`` keep missing values,
    as in pandas. Text is compared exactly, case and accents included. What an expression
    computes by other methods is evaluated here by pandas, on the types that this function
    gives by default; if it looks at other rows, as a mean or a shift does, the whole dataset
    is read for it. These rules hold for Short Integers too, where pandas itself would leave
    out rows without a value.

    A range whose ends are reversed is a `QueryError`, whether it is written as `start` and `end`,
    as a slice or with ``between``; pandas' own ``between`` is silently false. A range beyond the
    data gives an empty frame, and so do two comparisons that exclude each other.

    With `as_of` the attributes of the frame say ``note`` ("as last seen by this store"),
    ``vintage``, the time of the look that found these rows first, and ``checked_until``, that of
    the last look that still found them: what happened between two looks nobody knows.

    With `chunksize`, `schema` is a contract for each frame, and with `categories` each has the
    categories of its own rows. What needs to see every row first is
    read whole, and given in pieces then: `last`, `top`, filters that look at other rows, datasets
    whose definitions the service refuses or whose first rows do not come by date.

    With `cache`, ``df.attrs["alphacast"]`` has besides ``cached`` (whether the answer was kept),
    ``checked_at`` (when it was last known to be right), ``validator`` and ``doubt``, a sentence or
    None. ``"etag"`` is a proof: storage says that its file of the whole dataset is the one that was
    read. ``"record"`` is what the service tells of the dataset: no process has begun since, and its
    dates and its last update are the same; the service does not document that every change of the
    data shows there. ``"age"`` is the time since it was asked, ``"none"`` that nothing was asked or
    kept. Without a proof the data are read again. A dataset that is kept whole answers every filter
    and selection; a filter that is text only if equality is all it asks for, or with ``"only"``.
    A push, upload or other change by a client on this computer forgets the dataset, but only for
    its own key. A name as `dataset_id` is looked up at the service; with ``"only"``, within a
    duration, and where a client with ``stale_ok`` cannot reach the service, among what is kept.
    With `chunksize` an answer that is kept is used, and what arrives is not kept.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> df = ap.read_alphacast(
    ...     dataset_id,
    ...     filter={"country": ["Argentina", "Brazil"]},
    ...     select="life_expectancy",
    ...     last=1,
    ... )
    >>> df
            Date    country  life_expectancy
    0 2007-01-01  Argentina            75.32
    1 2007-01-01     Brazil            72.39

    >>> [len(df) for df in ap.read_alphacast(dataset_id, chunksize=1000)]
    [1000, 704]
    """
    options = check_options(
        filter=filter,
        select=select,
        start=start,
        end=end,
        last=last,
        top=top,
        index=index,
        dtype_backend=dtype_backend,
        categories=categories,
        schema=schema,
        expect=expect,
        as_of=as_of,
        store=store,
        cache=cache,
    )
    rows = None if chunksize is None else check_count(chunksize, "chunksize")
    if as_of is not None:
        if rows is not None:
            return read_chunks_as_known(dataset_id, options, rows, client)
        return read_as_known(dataset_id, options, client)
    client = resolve_client(client)
    setting = resolve_cache(client, options)
    number = resolve_number(client, dataset_id, setting)
    meter = read_meter(client, dataset_id, progress=progress)
    if rows is not None:
        return read_chunks(client, number, options, rows, meter, given=dataset_id, cache=setting)
    with meter:
        return read_one(client, number, options, meter, given=dataset_id, cache=setting)


def read_meter(client: Client, dataset_id: Id, *, progress: bool | None) -> Meter:
    """Return what shows the progress of the read of one dataset."""
    is_shown = resolve_progress(progress=progress)
    clock = client._connection.clock
    return Meter(f"Reading {label_of(dataset_id)}", progress=is_shown, clock=clock)


def read_one(
    client: Client,
    number: int,
    options: ReadOptions,
    meter: ReadMeter,
    *,
    given: object,
    cache: CacheSetting,
    while_checking: AbstractContextManager[object] = nullcontext(),  # noqa: B008 - it has no state
) -> pd.DataFrame:
    """
    Return the frame of one dataset, with its warnings; `given` is what the caller named it by.

    The frame is made, and checked against its schema, inside the context `while_checking`.
    """
    answer, table = read_table(client, number, options, meter, given=given, cache=cache)
    with while_checking:
        frame = result_frame(table, answer, options, is_last_use=True)
    facts = attributes(client, number, answer)
    if len(frame) < table.num_rows:  # the schema drops rows
        facts["every_row"] = False
    frame.attrs["alphacast"] = {**facts, "rows": len(frame)}
    return frame


def read_table(
    client: Client,
    number: int,
    options: ReadOptions,
    meter: ReadMeter,
    *,
    given: object,
    cache: CacheSetting,
) -> tuple[WholeAnswer, pyarrow.Table]:
    """Return the answer of one dataset and its rows, with the warnings; `given` as above."""
    with watched_by(meter):
        answer = fetch_or_recall(client, number, options, cache, meter)
    warn_of_other_words(given, answer.definitions)
    table = finish(answer)
    if not table.num_rows:
        warn_of_unmatched(client, number, answer)
    return answer, table
