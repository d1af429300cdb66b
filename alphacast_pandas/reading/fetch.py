"""Sends a query, trying each filter syntax and refreshing outdated column definitions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from alphacast_pandas.api.csv_head import check_table_answer, read_head
from alphacast_pandas.api.discovery import (
    NO_TABLE,
    definitions_sources,
    fetch_new,
    with_every_column,
    with_header,
)
from alphacast_pandas.api.identifiers import data_path
from alphacast_pandas.api.parameters import SELECT
from alphacast_pandas.errors import APIError, DecodeError, QueryError
from alphacast_pandas.filters.foreign import OTHER_FORMS
from alphacast_pandas.filters.tree import columns_of
from alphacast_pandas.reading.answer import OpenAnswer, WholeAnswer
from alphacast_pandas.reading.csv_table import empty_table, parse_table
from alphacast_pandas.reading.expected import check_expected
from alphacast_pandas.reading.query import LAST_RESORT, Query, Spelling, plan_query
from alphacast_pandas.reading.rows import row_mask
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.csv_head import Head
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.discovery import DefinitionsSource
    from alphacast_pandas.api.responses import Answer
    from alphacast_pandas.progress import ReadMeter
    from alphacast_pandas.reading.options import ReadOptions

_TOO_LONG = frozenset({414, 431})


def fetch(client: Client, dataset_id: int, options: ReadOptions, meter: ReadMeter) -> WholeAnswer:
    """Return the answer to `options`; its rows may be more than asked for, never fewer."""
    try:
        return _fetch_rows(client, dataset_id, options, meter)
    except NO_TABLE:
        answer = new_answer(client, dataset_id, options)
        if answer is None:
            raise
        return answer


def _fetch_rows(
    client: Client, dataset_id: int, options: ReadOptions, meter: ReadMeter
) -> WholeAnswer:
    """Return the answer of a dataset that holds rows."""
    for source in definitions_sources(client, dataset_id, are_needed_first=options.names_columns):
        with source:
            planned, query = plan_read(source, options)
            if query.is_empty:
                return empty_answer(planned, query)
            answer = _fetch_whole(planned, query, meter)
            if query.is_trial:
                is_proved = _holds_last_dates_of_matches(answer)
                return answer if is_proved else _fetch_whole(planned, query.without_last, meter)
            while query.send_last is not None and not _holds_last_dates(query, answer):
                query = replace(query, send_last=_larger_last(query, answer))
                answer = _fetch_whole(planned, query, meter)
            if query.send_top is not None and not _holds_first_rows(answer, query.send_top):
                # As many rows as wanted are no later than the last of these, so the first ones
                # are among the rows up to there.
                last = pc.max(_dates_of(answer)).as_py()
                query = plan_query(replace(options, end=last), answer.definitions)
                answer = _fetch_whole(planned, query, meter)
            return answer
    raise AssertionError  # pragma: no cover - the last source returns or raises


def plan_read(source: DefinitionsSource, options: ReadOptions) -> tuple[DefinitionsSource, Query]:
    """Return the query of a read, with a source of the definitions that it was planned by."""
    if source.definitions is None:
        return source, plan_query(options, None)
    check_expected(options.expect, source.dataset_id, source.definitions)
    definitions, query = plan(source.client, source.dataset_id, options, source.definitions)
    return replace(source, definitions=definitions), query


def plan(
    client: Client, dataset_id: int, options: ReadOptions, definitions: Definitions
) -> tuple[Definitions, Query]:
    """Return the definitions with the columns that `options` name, and the query."""
    completed = with_every_column(client, dataset_id, definitions, _names(options))
    return completed, plan_query(options, completed)


def empty_answer(source: DefinitionsSource, query: Query) -> WholeAnswer:
    """Return the answer to a query that no row can match, without reading one."""
    known = with_every_column(source.client, source.dataset_id, source.result())
    return WholeAnswer(known, query, {}, empty_table(query.keep or in_order(known), known))


def new_answer(client: Client, dataset_id: int, options: ReadOptions) -> WholeAnswer | None:
    """Return the answer of a dataset to which nothing was uploaded yet, None of others."""
    definitions = fetch_new(client, dataset_id)
    if definitions is None:
        return None
    query = plan_query(options, definitions)
    columns = query.keep or in_order(definitions)
    return WholeAnswer(definitions, query, {}, empty_table(columns, definitions))


@dataclass
class Trial:
    """
    A query as it is sent in one spelling, as a context manager.

    A refusal is kept and suppressed, so that the loop over the trials goes on to the next
    spelling. The first spelling that is accepted after refusals is tried first the next time.
    """

    client: Client
    query: Query
    spelling: Spelling
    refusals: list[APIError] = field(default_factory=list)
    is_too_long: bool = False

    @property
    def params(self) -> dict[str, Any]:
        """The parameters on the wire."""
        return self.query.params(self.spelling)

    def __enter__(self) -> Trial:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if error is None and self.refusals:
            self._remember()
        if not isinstance(error, APIError):
            return False
        self.is_too_long = error.status_code in _TOO_LONG and self.query.may_read_all
        if error.status_code != 400 and not self.is_too_long:
            return False
        self.refusals.append(error)
        return True

    def _remember(self) -> None:
        """Begin with this spelling the next time; asking for everything is none."""
        spelling, connection = self.spelling, self.client._connection
        if spelling.way == LAST_RESORT or not (spelling.filter or spelling.select):
            return
        columns, form = spelling.way
        same_select = [each for each in self.query.spellings if each.select == spelling.select]
        if len({each.way[1] for each in same_select}) == 1:
            form = connection.accepted_spelling[1]  # both forms read alike, so none was chosen
        connection.accepted_spelling = columns, form


def trials(client: Client, query: Query) -> Iterator[Trial]:
    """Yield the spellings of a query to try; raise if the service has refused all of them."""
    refusals: list[APIError] = []
    for spelling in in_order_of_trial(client, query):
        trial = Trial(client, query, spelling, refusals)
        yield trial
        if trial.is_too_long:
            # Too long for the address: everything that is sent can be done here as well.
            yield Trial(client, query.without_last, Spelling(), refusals)
            break
    # Without definitions the caller's own text is all that travels.
    text = query.text or (query.spellings[0].filter if query.condition is None else None)
    told = "." if text is None else f" with the filter {value_text(text)}. {OTHER_FORMS}"
    msg = f"The service refused the query{told} {refusals[0]}"
    raise QueryError(msg, status_code=400) from refusals[0]


def in_order_of_trial(client: Client, query: Query) -> tuple[Spelling, ...]:
    """Return the spellings of a query, those of the way that this service accepted before first."""
    columns, form = client._connection.accepted_spelling
    first = min(columns, max(each.way[0] for each in query.spellings)), form
    return tuple(sorted(query.spellings, key=lambda each: each.way != first))


def in_order(definitions: Definitions) -> tuple[str, ...]:
    """Return all columns as a frame has them: date, entities, values."""
    return (*definitions.keys, *(n for n in definitions.names if n not in definitions.keys))


def open_answer(
    source: DefinitionsSource, trial: Trial, answer: Answer, meter: ReadMeter
) -> OpenAnswer:
    """Return an answer whose header is what the definitions promise, or raise."""
    query, params = trial.query, trial.params
    meter.watch(answer.stream, answer.headers)
    head = read_head(answer.stream, check_table_answer(answer))
    definitions = source.result()
    head.check_is_of(definitions.names)
    if SELECT.name not in params:
        definitions = _agreed_definitions(source, definitions, head)
    keep = query.keep or in_order(definitions)
    _check_promised(keep, head.header)
    return OpenAnswer(
        definitions,
        query,
        params,
        answer.stream,
        head.header,
        keep,
        etag=answer.etag,
        sent_at=answer.sent_at,
    )


def confirm_end(client: Client, dataset_id: int, answer: OpenAnswer) -> None:
    """
    Raise unless the answer, which has been read, is as long as a second one.

    Only a body without a length, chunks or compression needs this: it ends where its connection
    does, and if that was cut between two rows, nothing in it tells.
    """
    stream = answer.stream
    if stream.end_is_proven:
        return
    with client._connection.transport.open(data_path(dataset_id), answer.params) as response:
        while response.stream.read_chunk():
            pass
        if response.stream.size != stream.size:
            msg = (
                "Nothing proves that the answer is whole, and a second one has another length "
                f"({stream.size:,} and {response.stream.size:,} bytes): one of them was cut short."
            )
            raise DecodeError(msg, retryable=True)


def _fetch_whole(source: DefinitionsSource, query: Query, meter: ReadMeter) -> WholeAnswer:
    answer = fetch_unless_known(source, query, meter, known_etag=None)
    if answer is None:  # pragma: no cover - there was no condition
        raise AssertionError
    return answer


def fetch_unless_known(
    source: DefinitionsSource, query: Query, meter: ReadMeter, *, known_etag: str | None
) -> WholeAnswer | None:
    """Return the answer to a query, None if it is the file whose ETag is known."""
    transport = source.client._connection.transport
    path = data_path(source.dataset_id)
    for trial in trials(source.client, query):
        with trial:
            for attempt in transport.attempts(path):
                with (
                    attempt,
                    transport.open(path, trial.params, if_none_match=known_etag) as response,
                ):
                    if response.status == 304:
                        return None
                    answer = open_answer(source, trial, response, meter)
                    table = parse_table(answer, on_rows=meter.add_rows)
                    confirm_end(source.client, source.dataset_id, answer)
                    return answer.whole(table)
    raise AssertionError  # pragma: no cover - trials() raises at its end


def _names(options: ReadOptions) -> tuple[str, ...]:
    """Return the columns that the caller has named."""
    index = options.index if isinstance(options.index, tuple) else ()
    filtered = () if options.tree is None else columns_of(options.tree)
    return (*(options.select or ()), *index, *filtered)


def _agreed_definitions(
    source: DefinitionsSource, definitions: Definitions, head: Head
) -> Definitions:
    """Return the definitions, completed by the header unless it has completed them before."""
    if definitions.header == tuple(head.header):
        return definitions
    if definitions.header is not None:
        # Another header completed them, so a column that is new here has no type in them.
        msg = "The columns of the dataset have changed while it was being read."
        raise DecodeError(msg)
    completed = with_header(definitions, head)
    source.client._connection.remember(source.dataset_id, completed)
    return completed


def _check_promised(keep: Sequence[str], header: Sequence[str]) -> None:
    absent = [name for name in keep if name not in header]
    if absent:
        msg = (
            f"The answer lacks the column {absent[0]!r}; it has "
            f"{', '.join(map(repr, header[:10]))}{', ...' if len(header) > 10 else ''}."
        )
        raise DecodeError(msg)


def _dates_of(answer: WholeAnswer) -> pa.ChunkedArray | None:
    """Return the date column of an answer, None if the dataset has none."""
    date = answer.definitions.date
    return None if date is None else answer.table.column(date.name)


def _count_dates(answer: WholeAnswer) -> int:
    return int(pc.count_distinct(_dates_of(answer)).as_py())


def _holds_last_dates_of_matches(answer: WholeAnswer) -> bool:
    """
    Tell whether `$last` with a filter found the last dates of the rows that match here.

    It did if every row matches and one date more than wanted is there: then no later date is
    absent, and only the earliest, which is dropped, may be incomplete.
    """
    every_row = bool(pc.all(row_mask(answer, answer.table), min_count=0).as_py())
    return every_row and _count_dates(answer) > (answer.query.last or 0)


def _holds_last_dates(query: Query, answer: WholeAnswer) -> bool:
    """
    Tell whether an answer to `$last` holds the dates asked for, whether it counts dates or rows.

    If as many rows came as were asked for, rows may have been counted; then the earliest date may
    be incomplete, so one date more than wanted must be there.
    """
    if query.last is None or query.send_last == query.last:
        return True
    if answer.table.num_rows != query.send_last:
        return True
    return _count_dates(answer) > query.last


def _larger_last(query: Query, answer: WholeAnswer) -> int:
    """Return what to send as `$last` next, if the service counts rows."""
    rows_a_date = answer.table.num_rows / _count_dates(answer)
    wanted = int(rows_a_date * ((query.last or 0) + 1)) + 1
    return max(2 * int(answer.table.num_rows), wanted)


def _holds_first_rows(answer: WholeAnswer, top: int) -> bool:
    """
    Tell whether the first rows in the service's order are those of the earliest dates.

    Rows that come by entity begin at the first date too, but then no date occurs twice.
    """
    dates = _dates_of(answer)
    if answer.table.num_rows < top or dates is None:
        return True
    values = dates.to_numpy()
    dataset = answer.definitions.dataset
    first = dataset.min_date if dataset else None
    ascending = bool((values[:-1] <= values[1:]).all())
    may_be_by_entity = bool(answer.definitions.entities) and _count_dates(answer) == len(values)
    begins = first is None or dates[0].as_py().date() == first
    return ascending and begins and (len(values) == 1 or not may_be_by_entity)
