"""A read in pieces: frames of so many rows each, while the answer still arrives."""

from __future__ import annotations

import copy
import itertools
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from alphacast_pandas.errors import DecodeError
from alphacast_pandas.filters.tree import is_rowwise
from alphacast_pandas.reading.csv_table import (
    Columns,
    check_whole,
    parse_blocks,
    typed_table,
    wire_types,
)
from alphacast_pandas.reading.fetch import (
    Asked,
    Asking,
    Begun,
    Fetched,
    ask,
    fetch,
    nothing,
    parsed,
)
from alphacast_pandas.reading.rows import finish, matching, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import TracebackType

    import pandas as pd

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.progress import Meter
    from alphacast_pandas.reading.frame import Delivery
    from alphacast_pandas.reading.query import Query


class DatasetReader:
    """
    Iterates over a dataset as frames, as `pandas.read_csv` does with ``chunksize``.

    It is given by `read_alphacast`. The last frame has come only if the answer was whole;
    otherwise an error comes in its place. Leaving early closes the connection.

    Parameters
    ----------
    frames : iterator of DataFrame
        The pieces.
    close : callable
        Ends the answer that they are made of.

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

    def __init__(self, frames: Iterator[pd.DataFrame], close: Callable[[], None]) -> None:
        self._frames = frames
        self._close = close

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


def read_pieces(delivery: Delivery, rows: int, meter: Meter) -> DatasetReader:
    """Return a reader of frames with `rows` rows each, whose answer has begun to arrive."""
    opened = ExitStack()
    opened.enter_context(meter)
    try:
        answer = _begin(delivery, meter)
    except BaseException:
        opened.close()
        raise
    opened.callback(answer.close)
    frames = _frames(delivery, answer, rows, opened)

    def close() -> None:
        frames.close()
        opened.close()  # which a reader that never began has not done

    return DatasetReader(frames, close)


@dataclass(frozen=True)
class _Answer:
    """Tables of the rows that belong to an answer, in order."""

    asked: Asked
    tables: Iterator[pa.Table]
    close: Callable[[], None] = lambda: None


def _begin(delivery: Delivery, meter: Meter) -> _Answer:
    client, dataset_id, options = delivery.client, delivery.dataset_id, delivery.options

    def answer(query: Query, definitions: Callable[[], Definitions]) -> _Answer:
        if query.is_empty:
            return _whole(nothing(client, dataset_id, query, definitions()))
        asking = Asking(client, dataset_id, meter, definitions, client.transport.begin)
        begun, close = asking.in_accepted_form(query, lambda begun: begun)
        return _Answer(begun, _tables(begun), close)

    if options.last is not None or options.top is not None:
        return _whole(fetch(client, dataset_id, options, meter))
    return ask(client, dataset_id, options, answer)


def _whole(fetched: Fetched) -> _Answer:
    return _Answer(fetched, iter([finish(fetched)]))


def _tables(begun: Begun) -> Iterator[pa.Table]:
    """
    Yield the rows as they arrive, by date.

    They come all at once if a row cannot be judged by itself, or if the first ones show that they
    do not arrive by date.
    """
    condition = begun.query.condition
    if not begun.definitions.stated or not (condition is None or is_rowwise(condition)):
        yield finish(parsed(begun))
        return
    tables = _parsed_blocks(begun)
    first = next(tables)
    if not _come_by_date(begun, first):
        table = pa.concat_tables([first, *tables])
        yield finish(Fetched(begun.definitions, begun.query, begun.params, table))
        return
    before = None
    for table in itertools.chain([first], tables):
        if not _come_by_date(begun, table, before):
            msg = (
                "The rows do not come in order of their dates, so they cannot be given in pieces "
                "while they arrive. Leave chunksize out, or read spans of dates with start and end."
            )
            raise DecodeError(msg)
        before = table if table.num_rows else before
        yield shown(begun, matching(begun, table))


def _parsed_blocks(begun: Begun) -> Iterator[pa.Table]:
    """Yield the rows of the answer, block by block; the first one is there without rows too."""
    types = wire_types(begun.keep, begun.definitions)
    for block in parse_blocks(begun.stream, begun.header, types):
        columns = Columns(types)
        columns.add(block, None)
        begun.on_rows(block.rows)
        yield typed_table(columns.table(), begun.definitions)
    check_whole(begun.stream)


def _come_by_date(begun: Begun, table: pa.Table, before: pa.Table | None = None) -> bool:
    """Tell whether no date is earlier than one before it."""
    date = begun.definitions.date
    if date is None or not table.num_rows:
        return True
    dates = table.column(date.name).to_numpy()
    latest = dates[0] if before is None else before.column(date.name).to_numpy()[-1]
    return bool(latest <= dates[0] and (dates[:-1] <= dates[1:]).all())


def _in_pieces(tables: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows as tables of so many rows; the last one may have fewer, an only one none."""
    rest: pa.Table | None = None
    begun = False
    for table in tables:
        rest = table if rest is None else pa.concat_tables([rest, table])
        while rest.num_rows >= rows:
            yield rest.slice(0, rows)
            rest, begun = rest.slice(rows), True
    if rest is not None and (rest.num_rows or not begun):
        yield rest


def _frames(
    delivery: Delivery, answer: _Answer, rows: int, opened: ExitStack
) -> Generator[pd.DataFrame, None, None]:
    """Yield the frames; their RangeIndex goes on from one to the next."""
    facts = delivery.provenance(answer.asked, rows)
    start = 0
    with opened, _doubting(delivery):
        for table in _in_pieces(answer.tables, rows):
            frame = delivery.frame(table, answer.asked, used_up=False, first_row=start)
            own = {"rows": len(frame), "every_row": False}
            frame.attrs["alphacast"] = {**copy.deepcopy(facts), **own}
            yield frame
            start += table.num_rows


@contextmanager
def _doubting(delivery: Delivery) -> Iterator[None]:
    """Forget the definitions if the answer is not what they promise: they may be out of date."""
    try:
        yield
    except DecodeError:
        delivery.client.remember(delivery.dataset_id, None)
        raise
