"""`to_parquet`: a dataset as a Parquet file, written while the answer arrives."""

from __future__ import annotations

import itertools
import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.atomic_files import new_file, replace_file
from alphacast_pandas.column_types import date_dtype
from alphacast_pandas.errors import DecodeError, QueryError, ValidationError
from alphacast_pandas.reading.as_known import answer_as_known
from alphacast_pandas.reading.cached import resolve_cache, resolve_number
from alphacast_pandas.reading.chunks import in_chunks, open_tables
from alphacast_pandas.reading.csv_table import table_with_nulls
from alphacast_pandas.reading.frame import attributes, result_frame
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.reading.parquet_file import (
    ParquetFileWriter,
    is_by_date,
    pandas_metadata,
    rows_per_group,
    sorted_tables,
)
from alphacast_pandas.reading.read import read_meter
from alphacast_pandas.reading.unmatched import warn_of_unmatched
from alphacast_pandas.text import printable, value_text
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike
    from typing import IO

    import pandera.pandas  # noqa: ICN001 - pa is pyarrow here

    from alphacast_pandas.api.cache_setting import Cache
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.answer import SentQuery
    from alphacast_pandas.reading.options import Date, Filter, ReadOptions
    from alphacast_pandas.vintage_store.instants import Moment


@short_traceback
def to_parquet(
    dataset_id: Id,
    path: str | PathLike[str],
    *,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    dtype_backend: Any = pd.api.extensions.no_default,
    schema: pandera.pandas.DataFrameSchema
    | type[pandera.pandas.DataFrameModel]
    | bool
    | None = None,
    expect: str | None = None,
    cache: Cache | None = None,
    as_of: Moment | None = None,
    store: str | PathLike[str] | None = None,
    progress: bool | None = None,
    client: Client | None = None,
) -> Path:
    """
    Write a dataset to a Parquet file, in the same little memory however many rows it has.

    ``pandas.read_parquet(path)`` is the frame that `read_alphacast` gives for the same keywords:
    its rows and their order, its types, its attributes. The rows are written while they arrive,
    to a file of another name beside `path`, which takes its place when it is whole: whatever
    interrupts the read, `path` is what it was before or the whole answer. Only a process that is
    killed leaves the other file behind, whose name ends with ``.partial``.

    Parameters
    ----------
    dataset_id : int, str or Dataset
        Number of the dataset, the address of its page, a record of it, or its exact name, as for
        `read_alphacast`.
    path : str or path
        The file, in a folder that exists; a file that is there is replaced. ``~`` is the user's
        home.
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
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        The types that `pandas.read_parquet` gives, as for `read_alphacast`. What is stored is the
        same: a reader may ask for others.
    schema : DataFrameSchema, DataFrameModel or True, optional
        A pandera contract for the rows, which are checked some hundred thousand at a time: what
        compares rows, as a unique key does, compares those. What it makes of them is written,
        in rows that are numbered anew if it drops some. Rows that the service does not send by
        date are refused then if they cannot be put in order as they come.
    expect : str, optional
        What the name of the dataset must be, as for `read_alphacast`.
    cache : bool, str or timedelta, optional
        Whether an answer that is kept on this computer is used, as for `read_alphacast`; what
        arrives is not kept.
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
    Path
        `path`, in which ``~`` is replaced.

    Raises
    ------
    QueryError
        If `path` is a folder or a device, or in no folder, before anything is sent; if an argument
        makes no sense, as for `read_alphacast`.
    DecodeError
        If the answer is not the table that was promised, or is cut short.
    ValidationError
        If rows break `schema`.
    NotFoundError
        If the dataset does not exist or the key may not see it.
    ConfigurationError
        If there is no API key, or `store` is no store.
    OSError
        If the file cannot be written, as where the disk is full.

    Warns
    -----
    UserWarning
        If `dataset_id` is an address whose words are not those of the dataset's name; if there
        are no rows, as the dataset does not have the entities of `filter`; if `schema` drops
        rows, with their number.

    See Also
    --------
    read_alphacast : The same as a frame.
    read_arrow : The same as an Arrow table.
    push : Takes such a file too.

    Notes
    -----
    There is no ``index=`` and no ``categories=``: a file has columns, compresses repeated text by
    itself, and says in its attributes which columns are the date and the entities.
    ``pandas.read_parquet(path).set_index(["Date", "country"])`` makes an index of them,
    ``.astype({"country": "category"})`` categories.

    The file is compressed with zstd. Numbers that are missing are null in it, so that DuckDB,
    polars and others find them. The attributes are in its metadata under ``PANDAS_ATTRS``, where
    pandas looks for them, and for other readers under ``alphacast``, as JSON.

    Rows that the service does not send by date are sorted on disk, for which a second temporary
    file is written. What needs to see every row first is held in memory as a table: the rows of
    `last`, `top` and `as_of`, filters that look at other rows, answers from the cache, and
    datasets whose definitions the service refuses.

    Before pandas 3, where text is in columns of objects, `pandas.read_parquet` has None for text
    that is missing, and `read_alphacast` NaN.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> path = ap.to_parquet(dataset_id, "world.parquet", select="life_expectancy", start="2000")
    >>> df = pd.read_parquet(path)
    >>> df.shape, df.attrs["alphacast"]["entities"]
    ((284, 4), ['country', 'continent'])
    """
    given, target = _check_path(path)
    options = check_options(
        filter=filter,
        select=select,
        start=start,
        end=end,
        last=last,
        top=top,
        dtype_backend=dtype_backend,
        schema=schema,
        expect=expect,
        as_of=as_of,
        store=store,
        cache=cache,
    )
    with new_file(target.parent, target.name, is_private=False, is_synced=True) as new:
        if as_of is not None:
            sent, table, facts = answer_as_known(dataset_id, options, client)
            rows = _Rows(sent, options, facts)
            rows.write(iter([table]), new.file)
        else:
            rows = _write_answer(dataset_id, options, new.file, client=client, progress=progress)
        if rows.are_by_date:
            rows.writer.finish(rows.metadata)
            new.name = target.name
        else:
            rows.writer.finish({})
            new.file.flush()
            with replace_file(target, is_private=False) as file:
                rows.write_sorted(new.path, file)
    return given


def _write_answer(
    dataset_id: Id,
    options: ReadOptions,
    file: IO[bytes],
    *,
    client: Client | None,
    progress: bool | None,
) -> _Rows:
    """Write the rows of the service's answer, in the order in which they come."""
    client = resolve_client(client)
    setting = resolve_cache(client, options)
    number = resolve_number(client, dataset_id, setting)
    meter = read_meter(client, dataset_id, progress=progress)
    with ExitStack() as stack:
        sent, tables = open_tables(
            client,
            number,
            options,
            meter,
            stack,
            given=dataset_id,
            any_order=not options.schema,  # which may leave nothing to sort by
            cache=setting,
        )
        rows = _Rows(sent, options, attributes(client, number, sent))
        rows.write(tables, file)
        if not rows.read:
            warn_of_unmatched(client, number, sent)
    return rows


class _Rows:
    """The rows of an answer on their way into a file; `facts` are where they come from."""

    writer: ParquetFileWriter

    def __init__(self, sent: SentQuery, options: ReadOptions, facts: dict[str, Any]) -> None:
        self._sent, self._options, self._facts = sent, options, facts
        self._date = None if sent.definitions.date is None else str(sent.definitions.date.name)
        self._schema: pa.Schema = None  # known with the first rows
        self.read = self._written = 0
        self._last_date: Any = None
        self.are_by_date = True

    def write(self, tables: Iterator[pa.Table], file: IO[bytes]) -> None:
        """Write tables, of which there is at least one."""
        first = next(tables)
        chunks = in_chunks(itertools.chain([first], tables), rows_per_group(first.schema))
        made = map(self._to_columns, chunks)
        begin = next(made)  # which tells the types of all
        with ParquetFileWriter(file, self._schema) as self.writer:
            for table in itertools.chain([begin], made):
                self._write_table(table)

    def write_sorted(self, path: Path, file: IO[bytes]) -> None:
        """Write the rows of the file `path` by date."""
        with ParquetFileWriter(file, self._schema) as writer:
            for table in sorted_tables(path, str(self._date)):
                writer.write(table)
            writer.finish(self.metadata)

    @property
    def metadata(self) -> dict[str, str]:
        """The metadata of the file, once all rows are written."""
        facts = {**self._facts, "rows": self._written}
        if self._written < self.read:  # the schema drops rows
            facts["every_row"] = False
        return {
            "pandas": pandas_metadata(self._schema, facts, self._written),
            "PANDAS_ATTRS": json.dumps({"alphacast": facts}),
            "alphacast": json.dumps(facts),
        }

    def _write_table(self, table: pa.Table) -> None:
        self._written += table.num_rows
        if self._date is not None and not self._options.schema and table.num_rows:
            dates = table.column(self._date)
            self.are_by_date = self.are_by_date and is_by_date(dates, self._last_date)
            self._last_date = dates.to_numpy()[-1]
        self.writer.write(table)

    def _schema_of(self, table: pa.Table) -> pa.Schema:
        """Return the types of the file, with pandas' own description of the frame."""
        frame = result_frame(table.slice(0, 0), self._sent, self._options, is_last_use=False)
        described = pa.Schema.from_pandas(frame, preserve_index=False)
        unit = np.datetime_data(date_dtype())[0]
        is_arrow = self._options.dtype_backend == "pyarrow"
        dates = pa.timestamp("us" if is_arrow else unit)
        fields = [
            field.with_type(dates) if pa.types.is_timestamp(field.type) else field
            for field in table.schema
        ]
        return pa.schema(fields, metadata=described.metadata)

    def _to_columns(self, table: pa.Table) -> pa.Table:
        """Return rows at the types of the file."""
        first_row, self.read = self.read, self.read + table.num_rows
        if self._options.schema:
            return self._checked(table, first_row)
        if self._schema is None:
            self._schema = self._schema_of(table)
        try:
            return table_with_nulls(table).cast(self._schema)
        except pa.ArrowInvalid as error:
            msg = (
                "Dates of this dataset are beyond what pandas holds by default in this version "
                '(nanoseconds from 1677 to 2262). Pass dtype_backend="pyarrow", or read with '
                f"pandas 3. {error}"
            )
            raise DecodeError(msg) from error

    def _checked(self, table: pa.Table, first_row: int) -> pa.Table:
        """Return rows as the caller's schema leaves them; those of the first set the types."""
        frame = result_frame(
            table, self._sent, self._options, is_last_use=False, first_row=first_row
        )
        try:
            if self._schema is None:
                self._schema = _with_texts(pa.Schema.from_pandas(frame, preserve_index=False))
            return pa.Table.from_pandas(frame, preserve_index=False).cast(self._schema)
        except (pa.ArrowException, ValueError) as error:
            msg = (
                f"What the schema makes of the rows from {first_row:,} on does not have the "
                f"columns and types of what it makes of the first: {error} Make it give every "
                "column one type, or leave schema= out and check the frame that is read."
            )
            raise ValidationError(msg) from error


def _with_texts(schema: pa.Schema) -> pa.Schema:
    """Return a schema in which columns of objects without any value are text."""
    return pa.schema(
        [f.with_type(pa.string()) if pa.types.is_null(f.type) else f for f in schema],
        metadata=schema.metadata,
    )


def _check_path(path: Any) -> tuple[Path, Path]:
    """Return the file to be written, and where that is a link, what it leads to; or raise."""
    try:
        given = Path(path).expanduser()
        target = given.resolve()
        is_folder, is_there = target.is_dir(), target.exists()
    except (TypeError, ValueError, RuntimeError, OSError) as error:
        msg = (
            f"path is the name of a Parquet file, such as 'prices.parquet', not {value_text(path)}."
        )
        raise QueryError(msg) from error
    shown = printable(str(given))
    if is_folder:
        msg = f"{shown} is a folder. Pass the name of a file in it, such as 'prices.parquet'."
        raise QueryError(msg)
    if is_there and not target.is_file():
        msg = f"{shown} is a device or the like, which no file can replace. Pass another name."
        raise QueryError(msg)
    if not target.parent.is_dir():
        msg = f"There is no folder {printable(str(target.parent))} to write {shown} in. Make it."
        raise QueryError(msg)
    return given, target
