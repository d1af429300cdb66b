"""Chunked reads: frames of so many rows each, while the answer still arrives."""

from __future__ import annotations

import copy
import itertools
import os
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from alphacast_pandas.api.cache_setting import OFF
from alphacast_pandas.api.discovery import NO_TABLE, definitions_sources
from alphacast_pandas.api.identifiers import data_path
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.errors import APIError, ConnectionFailed, DecodeError, QueryError
from alphacast_pandas.filters.tree import is_rowwise
from alphacast_pandas.reading.cached import new_origin, recall_for_chunks, recall_stale
from alphacast_pandas.reading.csv_table import (
    Columns,
    check_whole,
    parse_blocks,
    parse_table,
    typed_table,
    wire_types,
)
from alphacast_pandas.reading.expected import warn_of_other_words
from alphacast_pandas.reading.fetch import (
    confirm_end,
    empty_answer,
    fetch,
    new_answer,
    open_answer,
    plan_read,
    trials,
)
from alphacast_pandas.reading.frame import attributes, result_frame
from alphacast_pandas.reading.rows import finish, matching_rows, selected_columns
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from types import TracebackType

    import pandas as pd

    from alphacast_pandas.api.cache_setting import CacheSetting
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.progress import Meter
    from alphacast_pandas.reading.answer import OpenAnswer, SentQuery, WholeAnswer
    from alphacast_pandas.reading.options import ReadOptions


@short_tracebacks
class DatasetReader:
    """
    Iterates over a dataset as frames, as `pandas.read_csv` does with ``chunksize``.

    `read_alphacast` returns it. The last frame has come only if the answer was whole;
    otherwise an error comes in its place. Leaving early closes the connection.

    Parameters
    ----------
    frames : iterator of DataFrame
        The pieces.
    close : callable
        Ends the answer that they are made of.
    dataset_id : int, optional
        The dataset that is read.
    chunksize : int, optional
        Rows of a frame.

    Raises
    ------
    DecodeError
        While iterating, if the answer is cut short or is not what was promised.

    See Also
    --------
    read_alphacast : Gives these, with ``chunksize``.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> with ap.read_alphacast(dataset_id, chunksize=1000) as reader:
    ...     sum(len(frame) for frame in reader)
    1704
    """

    def __init__(
        self,
        frames: Iterator[pd.DataFrame],
        close: Callable[[], None],
        *,
        dataset_id: int | None = None,
        chunksize: int | None = None,
    ) -> None:
        self._frames = frames
        self._close = close
        self._dataset_id = dataset_id
        self._chunksize = chunksize
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"DatasetReader(dataset_id={self._dataset_id}, chunksize={self._chunksize})"

    def close(self) -> None:
        """
        End the read; the rest of the answer is not received.

        Examples
        --------
        >>> import alphacast_pandas as ap
        >>> reader = ap.read_alphacast(dataset_id, chunksize=10)
        >>> len(next(reader))
        10
        >>> reader.close()
        """
        self._close()

    def __iter__(self) -> DatasetReader:
        return self

    def __next__(self) -> pd.DataFrame:
        if os.getpid() != self._process:
            msg = (
                "This reader was made before the process was forked, and both processes would "
                "take rows from one answer. Call read_alphacast in the process that iterates."
            )
            raise QueryError(msg)
        return next(self._frames)

    def __enter__(self) -> DatasetReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read_chunks(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    rows: int,
    meter: Meter,
    *,
    given: object = None,
    any_order: bool = False,
    cache: CacheSetting = OFF,
) -> DatasetReader:
    """
    Return a reader of frames with `rows` rows each, whose answer has begun to arrive.

    `given` is what the caller named the dataset by. With `any_order` the rows come as the service
    sends them, and not by date. What arrives is not kept.
    """
    with ExitStack() as stack:
        sent, tables = open_tables(
            client,
            dataset_id,
            options,
            meter,
            stack,
            given=given,
            any_order=any_order,
            cache=cache,
        )
        still_open = stack.pop_all()
    frames = _frames(client, dataset_id, options, sent, still_open, tables=in_chunks(tables, rows))

    def close() -> None:
        frames.close()
        still_open.close()  # which a generator that has not begun does not

    return DatasetReader(frames, close, dataset_id=dataset_id, chunksize=rows)


def open_tables(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    meter: Meter,
    stack: ExitStack,
    *,
    given: object,
    any_order: bool = False,
    cache: CacheSetting = OFF,
) -> tuple[SentQuery, Iterator[pa.Table]]:
    """Return what was sent, and tables of the rows in their order, for as long as `stack` lives."""
    stack.enter_context(meter)
    with watched_by(meter):
        try:
            kept = recall_for_chunks(client, dataset_id, options, cache, meter)
            sent, tables = (
                _open_tables(client, dataset_id, options, meter, stack, any_order=any_order)
                if kept is None
                else _at_once(kept)
            )
        except (ConnectionFailed, APIError) as error:
            kept = recall_stale(client, dataset_id, options, cache, meter, error=error)
            if kept is None:
                raise
            sent, tables = _at_once(kept)
    if kept is None and cache.is_on:
        sent = replace(sent, origin=new_origin(client))
    warn_of_other_words(given, sent.definitions)
    return sent, _or_forget(client, dataset_id, tables)


def _or_forget(
    client: Client, dataset_id: int, tables: Iterator[pa.Table]
) -> Generator[pa.Table, None, None]:
    """Yield the tables; forget the definitions if they do not fit, which may be out of date."""
    try:
        yield from tables
    except DecodeError:
        client._connection.remember(dataset_id, None)
        raise


def _open_tables(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    meter: Meter,
    stack: ExitStack,
    *,
    any_order: bool,
) -> tuple[SentQuery, Iterator[pa.Table]]:
    """Return what was sent, and tables of the rows of the answer, which `stack` keeps open."""
    if options.last is not None or options.top is not None:
        return _at_once(fetch(client, dataset_id, options, meter))
    try:
        return _open_rows(client, dataset_id, options, meter, stack, any_order=any_order)
    except NO_TABLE:
        answer = new_answer(client, dataset_id, options)
        if answer is None:
            raise
        return _at_once(answer)


def _open_rows(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    meter: Meter,
    stack: ExitStack,
    *,
    any_order: bool,
) -> tuple[SentQuery, Iterator[pa.Table]]:
    """Return what was sent, and the tables of a dataset that holds rows."""
    transport = client._connection.transport
    path = data_path(dataset_id)
    for source in definitions_sources(client, dataset_id, are_needed_first=options.names_columns):
        with source:
            planned, query = plan_read(source, options)
            if query.is_empty:
                return _at_once(empty_answer(planned, query))
            for trial in trials(client, query):
                with trial:
                    for attempt in transport.attempts(path):
                        with attempt, ExitStack() as opening:
                            response = opening.enter_context(transport.open(path, trial.params))
                            answer = open_answer(planned, trial, response, meter)
                            stack.enter_context(opening.pop_all())
                            tables = _tables(answer, meter, any_order=any_order)
                            return answer, _confirmed(client, dataset_id, answer, tables)
    raise AssertionError  # pragma: no cover - the last source returns or raises


def _at_once(answer: WholeAnswer) -> tuple[SentQuery, Iterator[pa.Table]]:
    return answer, iter([finish(answer)])


def _confirmed(
    client: Client, dataset_id: int, answer: OpenAnswer, tables: Iterator[pa.Table]
) -> Iterator[pa.Table]:
    """Yield the rows of an answer; raise at the end unless it is as long as a second one."""
    yield from tables
    confirm_end(client, dataset_id, answer)


def _tables(answer: OpenAnswer, meter: Meter, *, any_order: bool) -> Iterator[pa.Table]:
    """
    Yield the rows as they arrive, by date unless they may come in any order.

    They come all at once if a row cannot be judged by itself, or if the first ones show that they
    do not arrive by date.
    """
    condition = answer.query.condition
    if not answer.definitions.stated or not (condition is None or is_rowwise(condition)):
        yield finish(answer.whole(parse_table(answer, on_rows=meter.add_rows)))
        return
    tables = _parsed_blocks(answer, meter)
    if any_order:
        yield from (selected_columns(answer, matching_rows(answer, each)) for each in tables)
        return
    first = next(tables)
    if not _come_by_date(answer, first):
        table = pa.concat_tables([first, *tables])
        yield finish(answer.whole(table))
        return
    before = None
    for table in itertools.chain([first], tables):
        if not _come_by_date(answer, table, before):
            msg = (
                "The rows do not come in order of their dates, so they cannot be returned or "
                "checked in chunks while they arrive. Call read_alphacast without chunksize, or "
                "read spans of dates with start and end."
            )
            raise DecodeError(msg)
        before = table if table.num_rows else before
        yield selected_columns(answer, matching_rows(answer, table))


def _parsed_blocks(answer: OpenAnswer, meter: Meter) -> Iterator[pa.Table]:
    """Yield the rows of the answer block by block, at least one table even without rows."""
    types = wire_types(answer.keep, answer.definitions)
    for block in parse_blocks(answer.stream, answer.header, types):
        columns = Columns(types)
        columns.add(block, None)
        meter.add_rows(block.rows)
        yield typed_table(columns.table(), answer.definitions)
    check_whole(answer.stream)


def _come_by_date(answer: OpenAnswer, table: pa.Table, before: pa.Table | None = None) -> bool:
    """Tell whether no date is earlier than one before it."""
    date = answer.definitions.date
    if date is None or not table.num_rows:
        return True
    dates = table.column(date.name).to_numpy()
    latest = dates[0] if before is None else before.column(date.name).to_numpy()[-1]
    return bool(latest <= dates[0] and (dates[:-1] <= dates[1:]).all())


def in_chunks(tables: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows as tables of so many rows; the last may have fewer, a single one none."""
    rest: pa.Table | None = None
    is_begun = False
    for table in tables:
        rest = table if rest is None else pa.concat_tables([rest, table])
        while rest.num_rows >= rows:
            yield rest.slice(0, rows)
            rest, is_begun = rest.slice(rows), True
    if rest is not None and (rest.num_rows or not is_begun):
        yield rest


def _frames(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    sent: SentQuery,
    still_open: ExitStack,
    *,
    tables: Iterator[pa.Table],
) -> Generator[pd.DataFrame, None, None]:
    """Yield the frames; their RangeIndex goes on from one to the next."""
    facts = attributes(client, dataset_id, sent)
    with still_open:
        yield from to_frames(tables, sent, options, facts)


def to_frames(
    tables: Iterator[pa.Table], sent: SentQuery, options: ReadOptions, facts: Mapping[str, Any]
) -> Iterator[pd.DataFrame]:
    """Yield a frame of each table, with `facts` in its attributes."""
    first_row = 0
    for table in tables:
        frame = result_frame(table, sent, options, is_last_use=False, first_row=first_row)
        own = {"rows": len(frame), "every_row": False}
        frame.attrs["alphacast"] = {**copy.deepcopy(dict(facts)), **own}
        yield frame
        first_row += table.num_rows


def chunks_of(
    table: pa.Table,
    sent: SentQuery,
    options: ReadOptions,
    rows: int,
    facts: Mapping[str, Any],
) -> DatasetReader:
    """Return a reader of frames with `rows` rows each of a table that is whole."""
    frames = to_frames(in_chunks(iter([table]), rows), sent, options, facts)
    return DatasetReader(frames, lambda: None, dataset_id=facts["dataset_id"], chunksize=rows)
