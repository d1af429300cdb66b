"""`coverage`: what a dataset really holds, counted while it arrives."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.identifiers import label_of, resolve_dataset
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.errors import QueryError
from alphacast_pandas.finding.columns import in_own_unit, text_column
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.chunks import read_chunks
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.reading.read import read_alphacast
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.options import Date, Filter

_CHUNK_ROWS = 100_000
_OWN_COLUMNS = ("column", "first", "last", "count", "missing")


@short_traceback
def coverage(
    dataset_id: Id,
    *,
    select: str | Sequence[str] | None = None,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    start: Date | None = None,
    end: Date | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Return which values a dataset really holds, for each entity and column.

    The rows are counted while they arrive, so that memory is that of some rows, of the entities
    and of the columns, however many rows there are.

    Parameters
    ----------
    dataset_id : int, str, Dataset, DatasetInfo or SearchResult
        Number of the dataset (``5515`` or ``"5515"``), the address of its page, a record of
        it, or its exact name, unique among the datasets that the key may list.
    select : str or sequence of str, optional
        Value columns to count; only these are read.
    filter : str, dict, list of tuples or expression, optional
        Rows to count, as in `read_alphacast`.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame
        One row for each combination of entities and each value column, in the order in which
        they come in the dataset: the entity columns, ``column`` (text), ``first`` and ``last``
        (datetime64, the first and last date with a value), ``count`` (int64, values) and
        ``missing`` (int64, rows of these entities between ``first`` and ``last`` without a
        value). A column without any value has count 0, ``first`` and ``last`` missing, and all
        its rows in ``missing``. A frame without rows has the same columns and types. An entity
        column that is called like one of these five has ``"entity: "`` in front of its name.

    Raises
    ------
    QueryError
        If a name is not a column, a value does not fit its column, the dataset has no date
        column, or `dataset_id` is the name of several datasets.
    NotFoundError
        If the dataset does not exist or the key may not see it; of a name, the nearest that
        exist are in the message.
    DecodeError
        If the answer is not the table that was promised, or is cut short.

    See Also
    --------
    info : What the service says of a dataset.
    read_alphacast : Read it.

    Notes
    -----
    Only rows that come in no order at all, neither by date nor by entity, and datasets whose
    column definitions the service refuses are held in memory as a whole.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.coverage(dataset_id, select="population", filter={"country": ["Chile", "Peru"]})
      country      column      first       last  count  missing
    0   Chile  population 1952-01-01 2007-01-01     12        0
    1    Peru  population 1952-01-01 2007-01-01     12        0
    """
    client = resolve_client(client)
    number = resolve_dataset(client, dataset_id)
    options = check_options(select=select, filter=filter, start=start, end=end)
    shown = resolve_progress(progress=None)
    meter = Meter(
        f"Counting {label_of(dataset_id)}", progress=shown, clock=client._connection.clock
    )
    reader = read_chunks(
        client, number, options, _CHUNK_ROWS, meter, given=dataset_id, any_order=True
    )
    try:
        with reader as chunks:
            facts, result = _counted(chunks)
    except _OutOfOrderError:
        whole = read_alphacast(
            number, select=select, filter=filter, start=start, end=end, client=client
        )
        facts, result = _counted(iter([whole]))
    kept = ("dataset_id", "name", "repository_id", "url", "query", "retrieved_at")
    result.attrs["alphacast"] = {**{name: facts[name] for name in kept}, "rows": len(result)}
    return result


class _OutOfOrderError(Exception):
    """The rows of one combination of entities do not come by date."""


def _counted(frames: Iterator[pd.DataFrame]) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return the attributes of the frames of one read, and their coverage."""
    first = next(frames)
    facts: dict[str, Any] = first.attrs["alphacast"]
    if facts["date"] is None:
        msg = f"Dataset {facts['dataset_id']} has no date column, so it covers no span of dates."
        raise QueryError(msg)
    entities = tuple(facts["entities"])
    return facts, count_chunks(itertools.chain([first], frames), facts["date"], entities)


def count_chunks(
    frames: Iterable[pd.DataFrame], date: str, entities: tuple[str, ...]
) -> pd.DataFrame:
    """Return the coverage of frames, at least one; the rows of each entity come by date."""
    tally: _Tally | None = None
    for frame in frames:
        if tally is None:
            values = tuple(name for name in frame.columns if name not in {date, *entities})
            tally = _Tally(date, entities, values)
        tally.add(frame)
    if tally is None:  # pragma: no cover - a reader gives a frame even if there is no row
        raise AssertionError
    return tally.frame()


@dataclass
class _Tally:
    """
    Counts for each combination of entities and each value column.

    The rows of each combination come by date, which is checked; `latest` has its last one.
    `sequence` numbers the rows of each combination, so that those between two of them are known.
    The arrays have a row a combination and a column a value column, and grow as combinations come.
    """

    date: str
    entities: tuple[str, ...]
    values: tuple[str, ...]
    numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, "int64"))
    latest: np.ndarray = field(default_factory=lambda: np.zeros(0, "datetime64[us]"))
    counts: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), "int64"))
    first_rows: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), "int64"))
    last_rows: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), "int64"))
    first_dates: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), "datetime64[us]"))
    last_dates: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), "datetime64[us]"))

    def add(self, frame: pd.DataFrame) -> None:
        """Count the rows of a chunk."""
        numbers = self._numbers_of(frame)
        sequence = self.rows[numbers] + _occurrences(numbers)
        dates = frame[self.date].to_numpy("datetime64[us]")
        self._check_order(numbers, dates)
        for place, name in enumerate(self.values):
            here = np.flatnonzero(frame[name].notna().to_numpy())
            groups = numbers[here]
            before = self.counts[:, place] == 0
            self.counts[:, place] += np.bincount(groups, minlength=len(self.rows))
            # Of several assignments to one place, NumPy keeps the last.
            self.last_rows[groups, place] = sequence[here]
            self.last_dates[groups, place] = dates[here]
            is_first = before[groups]
            here, groups = here[is_first][::-1], groups[is_first][::-1]
            self.first_rows[groups, place] = sequence[here]
            self.first_dates[groups, place] = dates[here]
        self.rows += np.bincount(numbers, minlength=len(self.rows))

    def _check_order(self, numbers: np.ndarray, dates: np.ndarray) -> None:
        """Raise unless the rows of each combination come by date, also after earlier chunks."""
        order = np.argsort(numbers, kind="stable")
        sorted_numbers, sorted_dates = numbers[order], dates[order]
        is_new = np.r_[True, sorted_numbers[1:] != sorted_numbers[:-1]][: len(order)]
        before = np.r_[sorted_dates[:1], sorted_dates[:-1]]
        before[is_new] = self.latest[sorted_numbers[is_new]]
        if (sorted_dates < before)[~is_new | (self.rows[sorted_numbers] > 0)].any():
            raise _OutOfOrderError
        self.latest[numbers] = dates

    def frame(self) -> pd.DataFrame:
        """Return one row for each combination and column."""
        width, height = len(self.values), len(self.rows)
        has_values = self.counts > 0
        between = self.last_rows - self.first_rows + 1 - self.counts
        missing = np.where(has_values, between, self.rows[:, None])
        repeated = np.repeat(np.arange(height), width)
        combinations = list(self.numbers)
        columns: dict[str, Any] = {}
        for place, name in enumerate(self.entities):
            values = text_column([key[place] for key in combinations])
            label = f"entity: {name}" if name in _OWN_COLUMNS else name
            columns[label] = values.take(repeated).reset_index(drop=True)
        columns["column"] = text_column([*self.values] * height)
        for label, dates in (("first", self.first_dates), ("last", self.last_dates)):
            shown = np.where(has_values, dates, np.datetime64("NaT", "us")).ravel()
            columns[label] = in_own_unit(shown)
        columns["count"] = self.counts.ravel()
        columns["missing"] = missing.ravel().astype("int64")
        return pd.DataFrame(columns)

    def _numbers_of(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the number of the combination of entities of each row; new ones get the next."""
        if not self.entities:
            self._grow(1, [()])
            return np.zeros(len(frame), "int64")
        keys = frame[[*self.entities]]
        groups = keys.groupby([*self.entities], sort=False, dropna=False, observed=True)
        codes = groups.ngroup().to_numpy()
        _, places = np.unique(codes, return_index=True)
        rows = keys.iloc[places].astype(object)
        combinations = [*rows.where(rows.notna(), None).itertuples(index=False, name=None)]
        new = [each for each in combinations if each not in self.numbers]
        self._grow(len(self.numbers) + len(new), new)
        return np.array([self.numbers[each] for each in combinations], "int64")[codes]

    def _grow(self, height: int, new: list[tuple[Any, ...]]) -> None:
        for key in new:
            self.numbers.setdefault(key, len(self.numbers))
        shape = (height, len(self.values))
        if self.counts.shape == shape and len(self.rows) == height:
            return
        self.rows = _larger(self.rows, (height,))
        self.latest = _larger(self.latest, (height,))
        self.counts = _larger(self.counts, shape)
        self.first_rows = _larger(self.first_rows, shape)
        self.last_rows = _larger(self.last_rows, shape)
        self.first_dates = _larger(self.first_dates, shape)
        self.last_dates = _larger(self.last_dates, shape)


def _occurrences(numbers: np.ndarray) -> np.ndarray:
    """Return, for each element, how many equal ones come before it."""
    return pd.Series(numbers).groupby(numbers).cumcount().to_numpy()


def _larger(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return an array of this shape that begins with the elements of `array`."""
    grown = np.zeros(shape, array.dtype)
    grown[tuple(slice(length) for length in array.shape)] = array
    return grown
