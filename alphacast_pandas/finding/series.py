"""`read_series`: series, each a value column of a dataset, as one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.csv_head import check_header, record_ends
from alphacast_pandas.api.discovery import PLAIN_NUMBER
from alphacast_pandas.api.series import check_series_id
from alphacast_pandas.column_types import STRING, parse_type
from alphacast_pandas.errors import DecodeError, QueryError
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.finding.columns import date_column, in_own_unit, text_column
from alphacast_pandas.parallel import side_by_side
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.series import Series
    from alphacast_pandas.reading.options import Date

_DATE = "Date"
_OWN_COLUMNS = (_DATE, "series_id", "name", "value")


@short_traceback
def read_series(
    ids: int | str | Iterable[int | str],
    *,
    start: Date | None = None,
    end: Date | None = None,
    wide: bool = True,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Read series, which are value columns of datasets, into one DataFrame.

    Parameters
    ----------
    ids : int, str or iterable of these
        Numbers of the series.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included. The service sends whole series, so this limits the
        frame, not what crosses the network.
    wide : bool, default True
        One column a series; with False one row a value.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame
        Ordered by date, with a RangeIndex. With `wide`: ``Date`` (datetime64), and one column a
        series, named by the series, with its number behind where names repeat; joined on the
        date. Without: ``Date``, ``series_id`` (int64), ``name``, the entity columns if there are
        any (text), ``value``. Numbers are float64; a series of text is text. A frame without rows
        has the same columns and types. An entity column that is called like one of the others has
        ``"entity: "`` in front of its name. ``attrs["alphacast"]["series"]`` says what each series
        is.

    Raises
    ------
    QueryError
        If no number or one that is none is passed, one is passed twice, a date cannot be read, or
        with `wide` a series has several rows on one date.
    NotFoundError
        If a series does not exist or the key may not see it.
    DecodeError
        If an answer is not the table that was promised, or is cut short.

    See Also
    --------
    read_alphacast : Read a whole dataset.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> columns = ap.info(dataset_id).columns.set_index("name")
    >>> population = columns.loc["population", "id"]
    >>> ap.read_series(population, start="2007", wide=False).loc[:1, ["Date", "country", "value"]]
            Date      country       value
    0 2007-01-01  Afghanistan  31889923.0
    1 2007-01-01      Albania   3600523.0
    """
    client = resolve_client(client)
    numbers = _check_ids(ids)
    span = _Span(start, end)
    read = side_by_side(iter(numbers), lambda _, number: _read_one(client, number))
    tables = [each.within(span) for each in read]
    frame = _wide(tables) if wide else _long(tables)
    frame.attrs["alphacast"] = {
        "series": [each.facts for each in tables],
        "retrieved_at": client._connection.clock.now().isoformat(timespec="seconds"),
        "rows": len(frame),
    }
    return frame


class _Span:
    """The first and the last date of what is asked for."""

    def __init__(self, start: Date | None, end: Date | None) -> None:
        self.start = None if start is None else parse_instant(start, "start")
        self.end = None if end is None else parse_end(end, "end")
        if self.start is not None and self.end is not None and self.start > self.end[0]:
            msg = f"start {start!s} is after end {end!s}."
            raise QueryError(msg)

    def holds(self, dates: np.ndarray) -> np.ndarray:
        """Return which dates belong to it."""
        inside = np.ones(len(dates), bool)
        if self.start is not None:
            inside &= dates >= np.datetime64(self.start, "us")
        if self.end is not None:
            stop, is_included = self.end
            last = np.datetime64(stop, "us")
            inside &= dates <= last if is_included else dates < last
        return inside


@dataclass(frozen=True)
class _Table:
    """One series: its rows by date; `values` are an Arrow array of text or of numbers."""

    series: Series
    name: str
    dates: np.ndarray
    entities: dict[str, pa.Array]
    values: pa.Array

    @property
    def facts(self) -> dict[str, Any]:
        """What the series is, as plain JSON."""
        one = self.series
        return {
            "id": one.id,
            "name": self.name,
            "dataset_id": one.dataset_id,
            "dataset": one.dataset,
            "units": one.units,
            "frequency": one.frequency,
        }

    @property
    def is_text(self) -> bool:
        """Whether the values are text."""
        return bool(pa.types.is_string(self.values.type))

    def within(self, span: _Span) -> _Table:
        """Return the rows of a span of dates."""
        rows = np.flatnonzero(span.holds(self.dates))
        return self._take(rows)

    def by_date(self) -> _Table:
        """Return the rows by date; those of one date keep their order."""
        return self._take(np.argsort(self.dates, kind="stable"))

    def column(self) -> pd.Series[Any]:
        """Return the values as a column of a frame."""
        if self.is_text:
            return text_column(self.values.to_pylist())
        return pd.Series(self.values.to_numpy(zero_copy_only=False), dtype="float64")

    def _take(self, rows: np.ndarray) -> _Table:
        places = pa.array(rows)
        entities = {name: column.take(places) for name, column in self.entities.items()}
        values = self.values.take(places)
        return _Table(self.series, self.name, self.dates[rows], entities, values)


def _read_one(client: Client, number: int) -> _Table:
    series = client.series.get(number)
    body = client.series.download(number)
    return _parse(series, body).by_date()


def _parse(series: Series, body: bytes) -> _Table:
    """Return the table of a CSV: the date comes first, then entities; the value is the series."""
    ends, _ = record_ends(body, 1)
    header = check_header(body[: ends[0]] if ends else body, b"")
    if len(header) < 2:
        msg = f"Series {series.id} came as a table of one column, {header[0]!r}."
        raise DecodeError(msg)
    value = series.name if series.name in header[1:] else header[-1]
    table = _texts(series.id, body if ends else body + b"\n", header)
    entities = {name: table[name] for name in header[1:] if name != value}
    dates = _dates(series.id, table[header[0]])
    values = _values(series, table[value])
    return _Table(series, series.name or value, dates, entities, values)


def _texts(number: int, body: bytes, header: Sequence[str]) -> dict[str, pa.Array]:
    if body.count(b'"') % 2:
        msg = f"The table of series {number} ends inside a quoted field: it was cut short."
        raise DecodeError(msg, retryable=True)
    try:
        table = csv.read_csv(
            pa.BufferReader(body),
            read_options=csv.ReadOptions(use_threads=False, block_size=len(body) + 1),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
        return {name: table.column(name).combine_chunks() for name in header}
    except (pa.ArrowInvalid, KeyError) as error:
        msg = f"Series {number} did not come as a table: {error}"
        raise DecodeError(msg) from error


def _dates(number: int, texts: pa.Array) -> np.ndarray:
    try:
        dates = texts.cast(pa.timestamp("us"))
    except pa.ArrowInvalid as error:
        msg = f"The first column of series {number} does not hold dates: {error}"
        raise DecodeError(msg) from error
    if dates.null_count:
        count = dates.null_count
        msg = f"The date of series {number} is empty in {count:,} row{'s' * (count > 1)}."
        raise DecodeError(msg)
    values: np.ndarray = dates.to_numpy(zero_copy_only=False)
    return values


def _values(series: Series, texts: pa.Array) -> pa.Array:
    """Return numbers, unless the series is stated to be text, or holds something else."""
    stated = parse_type(series.type) if series.type else None
    if stated is STRING:
        return texts
    if stated is None:
        matches = pc.match_substring_regex(texts, f"^({PLAIN_NUMBER.pattern})$")
        if not pc.all(matches, min_count=0).as_py():
            return texts
    try:
        numbers = texts.cast(pa.float64())
    except pa.ArrowInvalid as error:
        msg = f"Series {series.id} is a {series.type} by its description: {error}"
        raise DecodeError(msg) from error
    if pc.any(pc.is_inf(numbers), min_count=0).as_py():
        msg = f"Series {series.id} holds a number beyond the range of a double (about 1.8e308)."
        raise DecodeError(msg)
    return numbers


def _wide(tables: Sequence[_Table]) -> pd.DataFrame:
    """Return one column a series, joined on the date."""
    for table in tables:
        repeated = table.dates[1:][table.dates[1:] == table.dates[:-1]]
        if len(repeated):
            entities = (
                f" (entities: {', '.join(map(repr, table.entities))})" if table.entities else ""
            )
            msg = (
                f"Series {table.series.id}, {table.name!r}, has several rows on one date"
                f"{entities}, such as {str(repeated[0])[:10]}. Pass wide=False."
            )
            raise QueryError(msg)
    dates = np.unique(np.concatenate([table.dates for table in tables]))
    columns = [in_own_unit(dates)]
    for table in tables:
        values = table.column()
        values.index = pd.Index(np.searchsorted(dates, table.dates))
        columns.append(values.reindex(range(len(dates))))
    return pd.concat(columns, axis=1, keys=[_DATE, *_labels(tables)])


def _labels(tables: Sequence[_Table]) -> list[str]:
    names = [_DATE, *(table.name for table in tables)]
    return [
        f"{table.name} ({table.series.id})" if names.count(table.name) > 1 else table.name
        for table in tables
    ]


def _long(tables: Sequence[_Table]) -> pd.DataFrame:
    """Return one row a value."""
    if len({table.is_text for table in tables}) > 1:
        texts = ", ".join(str(table.series.id) for table in tables if table.is_text)
        msg = (
            f"Series {texts} hold text and the others numbers; read them apart, or with wide=True."
        )
        raise QueryError(msg)
    entities = list(dict.fromkeys(name for table in tables for name in table.entities))
    frames = []
    for table in tables:
        size = len(table.dates)
        columns: dict[str, Any] = {
            _DATE: date_column(table.dates),
            "series_id": np.full(size, table.series.id, "int64"),
            "name": text_column([table.name] * size),
        }
        for name in entities:
            held = table.entities.get(name)
            label = f"entity: {name}" if name in _OWN_COLUMNS else name
            columns[label] = text_column([None] * size if held is None else held.to_pylist())
        columns["value"] = table.column()
        frames.append(pd.DataFrame(columns))
    joined = pd.concat(frames, ignore_index=True)
    return joined.sort_values(_DATE, kind="stable", ignore_index=True)


def _check_ids(ids: Any) -> list[int]:
    given = [*ids] if pd.api.types.is_list_like(ids) else [ids]
    numbers = [check_series_id(each) for each in given]
    if not numbers:
        msg = "ids is empty; pass the number of a series."
        raise QueryError(msg)
    repeated = [number for place, number in enumerate(numbers) if number in numbers[:place]]
    if repeated:
        msg = f"ids names the series {repeated[0]} twice."
        raise QueryError(msg)
    return numbers
