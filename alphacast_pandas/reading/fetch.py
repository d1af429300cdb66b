"""A query to the service: asked in the form it accepts, of definitions it still keeps."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.api.csv_head import read_head
from alphacast_pandas.api.discovery import complete, learn, prove
from alphacast_pandas.api.identifiers import data_path
from alphacast_pandas.errors import AlphacastError, APIError, DecodeError, QueryError
from alphacast_pandas.filters.tree import columns_of
from alphacast_pandas.reading.csv_table import empty_table, parse_table
from alphacast_pandas.reading.query import LAST_RESORT, Query, Spelling, plan_query
from alphacast_pandas.reading.rows import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.responses import Answer
    from alphacast_pandas.progress import Meter
    from alphacast_pandas.reading.options import ReadOptions


T = TypeVar("T")
_TOO_LONG = {414, 431}


@dataclass(frozen=True)
class Asked:
    """What was asked: of columns with which definitions, by which parameters."""

    definitions: Definitions
    query: Query
    params: dict[str, Any]


@dataclass(frozen=True)
class Begun(Asked):
    """
    An answer whose header has proved the definitions; its rows are still to be read.

    `on_rows` is told of rows as they become known.
    """

    stream: BodyStream
    header: Sequence[str]
    keep: tuple[str, ...]
    on_rows: Callable[[int], None]


def ask(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    answer: Callable[[Query, Callable[[], Definitions]], T],
) -> T:
    """Return what `answer` makes of the query for `options`, given the dataset's definitions."""
    remembered = client.recall(dataset_id)
    if remembered is None:
        return _ask_anew(client, dataset_id, options, answer)
    try:
        return _ask_known(client, dataset_id, options, answer, remembered)
    except (DecodeError, QueryError):
        # What is remembered may be out of date: the dataset has changed, or other columns came.
        client.remember(dataset_id, None)
        return _ask_anew(client, dataset_id, options, answer)


def plan(
    client: Client, dataset_id: int, options: ReadOptions, definitions: Definitions | None = None
) -> tuple[Definitions, Query]:
    """Return what a read would ask for, from the definitions given, remembered or learned."""
    known = definitions or client.recall(dataset_id) or learn(client, dataset_id)
    completed = complete(client, dataset_id, known, _names(options))
    return completed, plan_query(options, completed)


def in_order_of_trial(client: Client, query: Query) -> tuple[Spelling, ...]:
    """Return the spellings of a query, those of the way that this service accepted before first."""
    columns, form = client.accepted_spelling
    first = min(columns, max(each.way[0] for each in query.spellings)), form
    return tuple(sorted(query.spellings, key=lambda each: each.way != first))


def in_order(definitions: Definitions) -> tuple[str, ...]:
    """Return all columns as a frame has them: date, entities, values."""
    return (*definitions.keys, *(n for n in definitions.names if n not in definitions.keys))


@dataclass(frozen=True)
class Asking:
    """
    Asks about one dataset.

    `request` sends the parameters, and gives what a function makes of the answer.
    """

    client: Client
    dataset_id: int
    meter: Meter
    definitions: Callable[[], Definitions]
    request: Callable[[str, Mapping[str, Any], Callable[[Answer], Any]], Any]

    def in_accepted_form(self, query: Query, take: Callable[[Begun], Any]) -> Any:
        """Return what `take` makes of the first answer that is no refusal."""
        refusals: list[APIError] = []
        for spelling in in_order_of_trial(self.client, query):
            try:
                taken = self._once(query, spelling, take)
            except APIError as error:
                if error.status_code in _TOO_LONG and query.may_read_all:
                    return self._once(query.without_last, Spelling(), take)
                if error.status_code != 400:
                    raise
                refusals.append(error)
            else:
                if refusals:
                    self._remember(spelling, query.spellings)
                return taken
        msg = f"The service refused the query. {refusals[0]}"
        raise QueryError(msg, status_code=400) from refusals[0]

    def _remember(self, spelling: Spelling, spellings: Sequence[Spelling]) -> None:
        """Begin with the way that was accepted next time; asking for everything is none."""
        if spelling.way != LAST_RESORT and (spelling.filter or spelling.select):
            _, form = self.client.accepted_spelling
            several = len({each.way[1] for each in spellings if each.select == spelling.select}) > 1
            self.client.accepted_spelling = spelling.way[0], spelling.way[1] if several else form

    def _once(self, query: Query, spelling: Spelling, take: Callable[[Begun], Any]) -> Any:
        params = query.params(spelling)

        def consume(answer: Answer) -> Any:
            return take(self._begun(answer, query, params))

        return self.request(data_path(self.dataset_id), params, consume)

    def _begun(self, answer: Answer, query: Query, params: dict[str, Any]) -> Begun:
        self.meter.watch(answer.stream, answer.headers)
        header, first_row = read_head(answer.stream)
        definitions = self.definitions()
        if "$select" not in params:
            definitions = self._proved(definitions, header, first_row)
        keep = query.keep or in_order(definitions)
        _check_promised(keep, header)
        on_rows = self.meter.add_rows
        return Begun(definitions, query, params, answer.stream, header, keep, on_rows)

    def _proved(
        self, definitions: Definitions, header: Sequence[str], first_row: Sequence[str] | None
    ) -> Definitions:
        """Return the definitions if this header has proved them before, or does so now."""
        if definitions.header == tuple(header):
            return definitions
        _check_unchanged(definitions)
        proved = prove(definitions, header, first_row)
        self.client.remember(self.dataset_id, proved)
        return proved


def _ask_anew(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    answer: Callable[[Query, Callable[[], Definitions]], T],
) -> T:
    if options.names_columns:
        return _ask_known(client, dataset_id, options, answer, learn(client, dataset_id))
    # Nothing must be checked beforehand, so definitions and data are asked for at the same time.
    with ThreadPoolExecutor(1) as pool:
        learning = pool.submit(learn, client, dataset_id)
        try:
            return answer(plan_query(options, None), lambda: _result(learning))
        except _LearningFailedError as failure:
            raise failure.error from failure.error.__cause__


def _ask_known(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    answer: Callable[[Query, Callable[[], Definitions]], T],
    definitions: Definitions,
) -> T:
    completed, query = plan(client, dataset_id, options, definitions)
    return answer(query, lambda: completed)


def _names(options: ReadOptions) -> tuple[str, ...]:
    index = options.index if isinstance(options.index, tuple) else ()
    filtered = () if options.tree is None else columns_of(options.tree)
    return (*(options.select or ()), *index, *filtered)


class _LearningFailedError(Exception):
    """Carries an error past the repetition of the data request, which cannot mend it."""

    def __init__(self, error: AlphacastError) -> None:
        super().__init__(str(error))
        self.error = error


def _result(learning: Future[Definitions]) -> Definitions:
    try:
        return learning.result()
    except AlphacastError as error:
        raise _LearningFailedError(error) from error


def _check_unchanged(definitions: Definitions) -> None:
    """Raise if definitions were completed by another header: a new column has no type in them."""
    if definitions.header is not None:
        msg = "The columns of the dataset have changed while it was being read."
        raise DecodeError(msg)


def _check_promised(keep: Sequence[str], header: Sequence[str]) -> None:
    absent = [name for name in keep if name not in header]
    if absent:
        msg = (
            f"The answer lacks the column {absent[0]!r}; it has "
            f"{', '.join(map(repr, header[:10]))}{', ...' if len(header) > 10 else ''}."
        )
        raise DecodeError(msg)


def dates_of(fetched: Fetched) -> pa.ChunkedArray | None:
    """Return the date column of an answer, None if the dataset has none."""
    date = fetched.definitions.date
    return None if date is None else fetched.table.column(date.name)


def proves_itself(fetched: Fetched) -> bool:
    """
    Tell whether `$last` found the last dates of the rows that match here.

    It did if every row matches and one date more than wanted is there: then no later date is
    absent, and only the earliest, which is dropped, may be incomplete.
    """
    every_row = bool(pc.all(matches(fetched, fetched.table), min_count=0).as_py())
    return every_row and _count_dates(fetched) > (fetched.query.last or 0)


def has_all_dates(query: Query, fetched: Fetched) -> bool:
    """
    Tell whether an answer to `$last` holds the dates asked for, whatever `$last` counts.

    As many rows as were asked for may be just rows; then the earliest date may be incomplete.
    """
    if query.last is None or query.send_last == query.last:
        return True
    if fetched.table.num_rows != query.send_last:
        return True
    return _count_dates(fetched) > query.last


def _count_dates(fetched: Fetched) -> int:
    return int(pc.count_distinct(dates_of(fetched)).as_py())


def grown(query: Query, fetched: Fetched) -> int:
    """Return what to send as `$last` next, if the service counts rows."""
    rows_a_date = fetched.table.num_rows / _count_dates(fetched)
    wanted = int(rows_a_date * ((query.last or 0) + 1)) + 1
    return max(2 * int(fetched.table.num_rows), wanted)


def are_first_rows(fetched: Fetched, top: int) -> bool:
    """
    Tell whether the first rows as the service sees them are those of the earliest dates.

    Rows that come by entity begin at the first date too, but then no date occurs twice.
    """
    dates = dates_of(fetched)
    if fetched.table.num_rows < top or dates is None:
        return True
    values = dates.to_numpy()
    dataset = fetched.definitions.dataset
    first = dataset.min_date if dataset else None
    ascending = bool((values[:-1] <= values[1:]).all())
    may_be_by_entity = bool(fetched.definitions.entities) and _count_dates(fetched) == len(values)
    begins = first is None or dates[0].as_py().date() == first
    return ascending and begins and (len(values) == 1 or not may_be_by_entity)


@dataclass(frozen=True)
class Fetched(Asked):
    """A whole answer."""

    table: pa.Table


def fetch(client: Client, dataset_id: int, options: ReadOptions, meter: Meter) -> Fetched:
    """Return the answer to `options`; rows may be more than asked for, never fewer."""

    def answer(query: Query, definitions: Callable[[], Definitions]) -> Fetched:
        if query.is_empty:
            return nothing(client, dataset_id, query, definitions())
        return _Reading(
            Asking(client, dataset_id, meter, definitions, client.transport.fetch)
        ).fetch(query, options)

    return ask(client, dataset_id, options, answer)


def nothing(client: Client, dataset_id: int, query: Query, definitions: Definitions) -> Fetched:
    """Return the answer to a query that no row can match, without reading one."""
    known = complete(client, dataset_id, definitions, every=True)
    return Fetched(known, query, {}, empty_table(query.keep or in_order(known), known))


@dataclass(frozen=True)
class _Reading:
    asking: Asking

    def fetch(self, query: Query, options: ReadOptions) -> Fetched:
        """Ask until the answer is one that `query` can be answered from."""
        fetched = self._whole(query)
        if query.is_trial:
            proved = proves_itself(fetched)
            return fetched if proved else self._whole(query.without_last)
        while query.send_last is not None and not has_all_dates(query, fetched):
            query = replace(query, send_last=grown(query, fetched))
            fetched = self._whole(query)
        if query.send_top is not None and not are_first_rows(fetched, query.send_top):
            # As many rows as wanted are no later than these, so the first ones are among those.
            last = pc.max(dates_of(fetched)).as_py()
            fetched = self._whole(plan_query(replace(options, end=last), fetched.definitions))
        return fetched

    def _whole(self, query: Query) -> Fetched:
        fetched: Fetched = self.asking.in_accepted_form(query, parsed)
        return fetched


def parsed(begun: Begun) -> Fetched:
    """Return an answer that has begun to arrive, once it is whole."""
    table = parse_table(
        begun.stream, begun.header, begun.keep, begun.definitions, on_rows=begun.on_rows
    )
    return Fetched(begun.definitions, begun.query, begun.params, table)
