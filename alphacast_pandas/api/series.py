"""The endpoints of series, and the record of one."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from alphacast_pandas.api.csv_head import check_table_answer, check_table_body
from alphacast_pandas.api.datasets import check_format
from alphacast_pandas.api.lenient import day_field, number_field, text_field
from alphacast_pandas.api.parameters import FORMAT
from alphacast_pandas.api.records import Record, object_of
from alphacast_pandas.errors import DecodeError, QueryError
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from alphacast_pandas.api.transport import Transport

_TEXT_TABLES = ("csv", "tsv")
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)


@dataclass(frozen=True, repr=False)
class Series(Record):
    """One value column of a dataset; what the service does not tell is None."""

    words: ClassVar[tuple[str, str]] = ("series", "series")
    # With these, a table would be too wide for a window of 700 pixels.
    only_alone = frozenset({"frequency", "type"})

    id: int
    name: str | None = None
    dataset_id: int | None = None
    dataset: str | None = None
    type: str | None = None
    units: str | None = None
    frequency: str | None = None
    min_date: datetime.date | None = None
    max_date: datetime.date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "id": self.id,
            "name": self.name,
            "dataset_id": self.dataset_id,
            "dataset": self.dataset,
            "type": self.type,
            "units": self.units,
            "frequency": self.frequency,
            "min_date": self.min_date,
            "max_date": self.max_date,
        }

    @classmethod
    def from_json(cls, value: Any, series_id: int) -> Series:
        """Return the record of one JSON object, none of whose fields is certain."""
        item = object_of(value, "a series")
        return cls(
            id=series_id,
            name=text_field(item, "name", "label", "title"),
            dataset_id=number_field(item, "datasetId"),
            dataset=text_field(item, "datasetName"),
            type=text_field(item, "dataType"),
            units=text_field(item, "units", "unit"),
            frequency=text_field(item, "frequency"),
            min_date=day_field(item, "minDate"),
            max_date=day_field(item, "maxDate"),
            raw=item,
        )


@short_tracebacks
class SeriesEndpoints:
    """
    Series of the service, which are the value columns of its datasets: one method an endpoint.

    Reached as ``client.series``.

    Parameters
    ----------
    transport : Transport
        The connection of the client.

    See Also
    --------
    read_series : Read series into a DataFrame.

    Examples
    --------
    >>> column = client.datasets.get(dataset_id).columns[-1]
    >>> client.series.get(column.id).name
    'gdp_per_capita'
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"SeriesEndpoints(base_url={self._transport.settings.base_url!r})"

    def get(self, id: int | str) -> Series:  # noqa: A002 - the service's own word
        """
        Return what the service tells of a series.

        Parameters
        ----------
        id : int or str
            Number of the series, which is the id of a column.

        Returns
        -------
        Series
            Fields that the service leaves out, or gives in another form, are None.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> column = client.datasets.get(dataset_id).columns[-1]
        >>> client.series.get(column.id).dataset_id == dataset_id
        True
        """
        number = check_series_id(id)
        return Series.from_json(self._transport.get(f"/series/{number}"), number)

    def download(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        *,
        format: Literal["csv", "json", "tsv", "xlsx"] = "csv",  # noqa: A002 - the service's own word
    ) -> bytes:
        """
        Return the data of a series as the service sends it.

        Parameters
        ----------
        id : int or str
            Number of the series.
        format : {"csv", "json", "tsv", "xlsx"}, default "csv"
            The format asked for.

        Returns
        -------
        bytes
            The whole body, decompressed.

        Raises
        ------
        QueryError
            If the format is unknown.
        QuotaError
            If the plan is used up, in either form the service says it.
        DecodeError
            If the answer is not a whole table.
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> column = client.datasets.get(dataset_id).columns[-1]
        >>> client.series.download(column.id).splitlines()[0]
        b'Date,country,gdp_per_capita'
        """
        check_format(format)
        path = f"/series/{check_series_id(id)}/data"
        for attempt in self._transport.attempts(path):
            with attempt, self._transport.open(path, {FORMAT.name: format}) as answer:
                check_table_answer(answer)
                body = check_table_body(answer.stream.read_all(), format)
                if format in _TEXT_TABLES and not answer.stream.end_is_proven:
                    _check_ends_with_a_line(body)
                return body
        raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _check_ends_with_a_line(body: bytes) -> None:
    """Raise if a body, of which nothing proves that it is whole, ends in the middle of a line."""
    if body and not body.endswith(b"\n"):
        msg = "The body ends in the middle of a line and nothing proves that it is whole."
        raise DecodeError(msg, retryable=True)


def check_series_id(value: Any) -> int:
    """Return the number of a series, or raise."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        number = int(text) if _DIGITS.fullmatch(text) else operator.index(value)
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        msg = f"{value!r} is not a series: pass its number (53804 or '53804')."
        raise QueryError(msg)
    return number
