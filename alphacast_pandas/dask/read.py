"""`read_dask`: from keywords to a lazy frame with one partition a span of dates."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dask
import dask.dataframe as dd
import pandas as pd
from dask.base import tokenize

from alphacast_pandas.api.cache_setting import OFF
from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.discovery import with_every_column
from alphacast_pandas.api.identifiers import resolve_dataset
from alphacast_pandas.dask.partitions import ReadPlan, fetch_state, read_partition
from alphacast_pandas.dask.spans import cut_spans, parse_by
from alphacast_pandas.errors import AlphacastError, QueryError
from alphacast_pandas.filters.tree import is_rowwise
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.answer import WholeAnswer
from alphacast_pandas.reading.csv_table import empty_table
from alphacast_pandas.reading.expected import check_expected, warn_of_other_words
from alphacast_pandas.reading.fetch import fetch, in_order, plan
from alphacast_pandas.reading.frame import result_frame
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.reading.rows import finish
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Sequence

    import pandera.pandas as pa

    from alphacast_pandas.api.cache_setting import CacheSetting
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.evidence import Evidence
    from alphacast_pandas.reading.options import Date, Filter, ReadOptions


@short_traceback
def read_dask(
    dataset_id: Id,
    *,
    by: str | Iterable[Date] = "YE",
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    dtype_backend: Any = pd.api.extensions.no_default,
    schema: pa.DataFrameSchema | type[pa.DataFrameModel] | bool | None = None,
    expect: str | None = None,
    cache: bool | None = None,
    client: Client | None = None,
) -> dd.DataFrame:
    """
    Return a dataset as a lazy frame of Dask, with one partition for each span of dates.

    Nothing but what describes the dataset is asked for now. Each partition is read when Dask
    computes it, by the process that computes it, with a request for the dates of its span.
    Joined, the partitions are what `read_alphacast` gives for the same keywords.

    Needs the extra ``dask``: ``pip install 'alphacast-pandas[dask]'``.

    Parameters
    ----------
    dataset_id : int, str or Dataset
        Number, address, record or exact name of the dataset, as for `read_alphacast`.
    by : str or list of dates, default "YE"
        Where partitions begin: a frequency of pandas, ``"YE"``, ``"QE"``, ``"ME"``, ``"W"`` or
        ``"D"`` (``"Y"`` and ``"YS"`` mean the same as ``"YE"``), with a number (``"10YE"``) or with
        the end of its periods (``"YE-JUN"``), counted from `start` to `end`, or where these are
        absent, from the first to the last date of the dataset; or the dates at which the second
        and all later partitions begin, in order. Of these, dates outside of `start` and `end` are
        left out.
    filter : str, dict, list of tuples or expression, optional
        Rows to keep, as for `read_alphacast`. It must judge each row by itself.
    select : str or sequence of str, optional
        Value columns to keep, in this order. Date and entities are always there.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included, as for `read_alphacast`.
    last : int, optional
        Keep the rows of the last N distinct dates. They are looked up now, by a read of the
        keys of their rows.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As in `pandas.read_csv`.
    schema : DataFrameSchema, DataFrameModel or True, optional
        A pandera contract for each partition, as for `read_alphacast`.
    expect : str, optional
        What the name of the dataset must be, as for `read_alphacast`.
    cache : bool, optional
        Whether each computer keeps the partitions that it reads, and asks the service whether what
        it has kept is right. By default as set for `client`. Durations and ``"only"`` are refused,
        since partitions of different ages are no state of the dataset.
    client : Client, optional
        The connection to plan with, by default that of `get_client`. It is not part of the frame.

    Returns
    -------
    dask.dataframe.DataFrame
        The columns and types of `read_alphacast`, known now from the definitions; a partition
        without rows has them too. Each partition has a RangeIndex of its own, so divisions are
        unknown. ``df.attrs`` is not carried by Dask; that of each partition says where it came
        from.

    Raises
    ------
    QueryError
        If a keyword makes no sense for this dataset; if it has no date column, or the service
        states no types for its columns; if the service does not tell its dates, which a frequency
        is counted from.
    NotFoundError
        If the dataset does not exist or the key may not see it.
    ConfigurationError
        If there is no API key. While computing also if the default client of a worker has none,
        or another address.
    ConflictError
        While computing, if the dataset has changed since the frame was planned.
    DecodeError
        While computing, if an answer is not what was promised, or is cut short.
    ImportError
        If Dask is not installed.

    Warns
    -----
    UserWarning
        If a process of the dataset is under way, or the service tells nothing that would show a
        change: then partitions may be of different states.

    See Also
    --------
    read_alphacast : Read into a DataFrame of pandas, also in chunks.
    push_dask : Push a frame of Dask, partition by partition.

    Notes
    -----
    The graph holds the address of the service, the number of the dataset and the question, and
    neither the key nor the client. Each process uses the default client that it finds by itself:
    set ``ALPHACAST_API_KEY`` (and ``ALPHACAST_BASE_URL``) in the environment of every worker, or
    call ``ap.login`` there.

    The first partition begins and the last one ends with the dataset, or with `start` and `end`,
    so that no row is left out if the dates in the dataset's record are out of date.

    After its rows are read, each partition is compared with what the service told of the dataset
    when the frame was planned: its newest process, the time of its update, its dates and its
    definitions. These are three small requests beside the one for the rows. The service does not
    document that every change of the data shows there.

    Dask asks only for the columns that it needs (``ddf["CPI"]``), but not with `schema`, which is a
    contract for all of them. It has no way to pass on a condition on rows, such as
    ``ddf[ddf["Date"] >= "2020"]``: write it as `start`, `end` or `filter`. Every ``compute`` reads
    anew; ``ddf.persist()`` keeps what was read in the memory of the workers.

    These keywords of `read_alphacast` are absent. `top` and `chunksize` mean nothing for spans of
    dates. `index` can be set with ``ddf.set_index("Date", sorted=True)``, and Dask has no index of
    several levels. With `categories`, each partition would have its own;
    ``ddf.categorize(columns=...)`` finds those of all. With `as_of`, each partition would read the
    whole vintage. Text columns keep the type that `read_alphacast` gives, whatever Dask's option
    ``dataframe.convert-string`` says.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ddf = ap.read_dask(dataset_id, by="10YE", select="life_expectancy")
    >>> ddf.npartitions
    6
    >>> float(ddf["life_expectancy"].max().compute())
    82.603
    """
    options = check_options(
        filter=filter,
        select=select,
        start=start,
        end=end,
        last=last,
        dtype_backend=dtype_backend,
        schema=schema,
        expect=expect,
        cache=cache,
    )
    begins = parse_by(by)
    if options.tree is not None and not is_rowwise(options.tree):
        msg = (
            "The filter looks at other rows, as a mean or a shift does, so every partition would "
            "need the whole dataset. Filter the frame of Dask instead, or use read_alphacast."
        )
        raise QueryError(msg)
    client = resolve_client(client)
    setting = _resolve_cache(client, options)
    number = resolve_dataset(client, dataset_id)
    evidence = fetch_state(client, number)
    definitions = with_every_column(client, number, evidence.definitions)
    _check_definitions(number, definitions)
    check_expected(expect, number, definitions)
    warn_of_other_words(dataset_id, definitions)
    _warn_of_no_proof(number, evidence)
    meta = _empty_frame(client, number, options, definitions)
    options = _with_start_of_last(client, number, options, definitions)
    first, last_date = _dates_of(client, number, definitions)
    spans = cut_spans(begins, options, first, last_date)
    partition = ReadPlan(
        base_url=client.base_url,
        dataset_id=number,
        options=replace(options, start=None, end=None, last=None, expect=None, cache=None),
        cache=setting,
        definitions=definitions.to_json(),
        evidence=evidence.to_json(),
        dtypes={str(name): dtype for name, dtype in meta.dtypes.items()},
        keys=definitions.keys,
    )
    partition = replace(partition, token=_token_of(partition))
    # Otherwise Dask converts text to another type than the one that is promised.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_map(read_partition, spans, meta=meta, label="read-dask", plan=partition)


def _token_of(partition: ReadPlan) -> str:
    """Return a hash of what is read, or if Dask can make none, such as of a lambda, a new name."""
    try:
        return str(tokenize([*vars(partition).values()], ensure_deterministic=True))
    except RuntimeError:
        return uuid.uuid4().hex


def _resolve_cache(client: Client, options: ReadOptions) -> CacheSetting:
    setting = client._connection.settings.cache if options.cache is None else options.cache
    if setting.kind in {"age", "only"}:
        whose = "cache" if options.cache is not None else "The cache setting of the client"
        msg = (
            f"{whose} allows answers about which the service is not asked, so partitions of "
            "different ages could be joined. Pass cache=True, which asks, or cache=False."
        )
        raise QueryError(msg)
    return setting if setting.is_on else OFF


def _check_definitions(number: int, definitions: Definitions) -> None:
    """Raise unless the columns and their types are known before the rows."""
    if not definitions.stated:
        msg = (
            f"The service states no types for the columns of dataset {number}, so partitions could "
            "have different ones. Read it with read_alphacast, which finds the types in all rows."
        )
        raise QueryError(msg)
    if definitions.date is None:
        msg = (
            f"Dataset {number} has no date column, so it has no spans of dates to read one by one. "
            "Read it with read_alphacast."
        )
        raise QueryError(msg)


def _warn_of_no_proof(number: int, evidence: Evidence) -> None:
    """Warn if nothing would show that the dataset has changed between two partitions."""
    dataset = evidence.definitions.dataset
    if evidence.is_running:
        warn(
            f"A process of dataset {number} is under way, which may change the data while "
            "partitions are read. Call read_dask when it has ended."
        )
    elif evidence.process is None and (dataset is None or dataset.updated_at is None):
        warn(
            f"The service tells neither processes nor an update of dataset {number}, so a change "
            "between two partitions need not be noticed."
        )


def _empty_frame(
    client: Client, number: int, options: ReadOptions, definitions: Definitions
) -> pd.DataFrame:
    """Return the frame of no rows, which has the columns and types of every partition."""
    _, query = plan(client, number, options, definitions)
    table = empty_table(query.keep or in_order(definitions), definitions)
    answer = WholeAnswer(definitions, query, {}, table)
    return result_frame(finish(answer), answer, options, is_last_use=True)


def _with_start_of_last(
    client: Client, number: int, options: ReadOptions, definitions: Definitions
) -> ReadOptions:
    """Return options that ask for the last dates by the first of them."""
    if options.last is None or definitions.date is None:
        return options
    question = replace(
        options, select=(str(definitions.date.name),), schema=None, dtype_backend=None
    )
    meter = Meter(f"Reading dataset {number}", progress=False, clock=client._connection.clock)
    dates = finish(fetch(client, number, question, meter)).column(str(definitions.date.name))
    return replace(options, start=dates[0].as_py()) if len(dates) else options


def _dates_of(
    client: Client, number: int, definitions: Definitions
) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the first and the last date of a dataset, None where the service does not tell."""
    dataset = definitions.dataset
    if dataset is not None and dataset.min_date is not None and dataset.max_date is not None:
        return dataset.min_date, dataset.max_date
    try:
        stats = client.datasets.date_stats(number)
    except AlphacastError:
        return None, None
    return stats.min_date, stats.max_date
