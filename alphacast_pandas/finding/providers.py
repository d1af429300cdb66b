"""`read_provider`: a series of an upstream source, read through the service."""

from __future__ import annotations

import datetime
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.points import pair_of
from alphacast_pandas.api.providers import check_slug
from alphacast_pandas.api.responses import brief_repr
from alphacast_pandas.errors import AlphacastError, DecodeError, NotFoundError, QueryError
from alphacast_pandas.filters.dates import parse_instant
from alphacast_pandas.finding.columns import date_column
from alphacast_pandas.text import printable
from alphacast_pandas.tracebacks import short_traceback

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.providers import ProviderSeries

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
# How sources write that there is no value.
_MISSING = frozenset({"", ".", "..", "-", "nan", "na", "n/a", "null"})
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_EPOCH = datetime.datetime(1970, 1, 1)  # noqa: DTZ001 - dates of series have no zone
# Years, and days such as 20240131, are smaller numbers than the first; the second is in 2200.
_LEAST_SECONDS, _MOST_SECONDS = 100_000_000, 7_258_118_400


@short_traceback
def read_provider(
    provider: str, series_id: str, *, client: Client | None = None, **parameters: Any
) -> pd.DataFrame:
    """
    Read a series of an upstream source, such as FRED, through the service.

    Parameters
    ----------
    provider : str
        Short name of the source, in any case; ``client.providers.list()`` has them all.
    series_id : str
        The series, as the source names it; it may hold slashes.
    client : Client, optional
        The connection to use, by default that of `get_client`.
    **parameters
        What this source takes, such as dates; ``client.providers.get(provider).parameters`` lists
        them. Dates are sent as ``YYYY-MM-DD``.

    Returns
    -------
    DataFrame
        ``Date`` (datetime64) and ``value`` (float64), ordered by date, with a RangeIndex; a frame
        without rows has the same types. ``attrs["alphacast"]`` has ``provider``, ``series_id``,
        ``label``, ``frequency``, ``metadata`` (of the source), ``parameters``, ``retrieved_at``
        and ``rows``.

    Raises
    ------
    QueryError
        If a name is empty, or a parameter cannot be sent as JSON.
    NotFoundError
        If there is no such provider, with the list of those there are, or no such series.
    QuotaError
        If the plan does not cover the provider.
    DecodeError
        If the answer is not a series of dates and numbers, or is only a preview.

    See Also
    --------
    read_alphacast : Read a dataset of Alphacast itself.

    Notes
    -----
    Some sources want a key of your own, which is stored once with ``client.user_keys.set``.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.read_provider("gapminder", "chile/life_expectancy", start_date="2000-01-01")
            Date   value
    0 2002-01-01  77.860
    1 2007-01-01  78.553
    """
    client = resolve_client(client)
    slug, sent = check_slug(provider), _to_json(parameters)
    try:
        series = client.providers.data(slug, series_id, **sent)
    except NotFoundError as error:
        slugs = _slugs(client)
        if slug in slugs or not slugs:
            raise
        msg = f"There is no provider {slug!r}; there are {', '.join(map(printable, slugs))}."
        raise NotFoundError(msg, status_code=error.status_code) from error
    dates, values = _points(slug, series_id, series)
    frame = pd.DataFrame({"Date": date_column(dates), "value": np.array(values, "float64")})
    frame = frame.sort_values("Date", kind="stable", ignore_index=True)
    frame.attrs["alphacast"] = {
        "provider": slug,
        "series_id": series_id,
        "label": series.label,
        "frequency": series.frequency,
        "metadata": dict(series.metadata),
        "parameters": sent,
        "retrieved_at": client._connection.clock.now().isoformat(timespec="seconds"),
        "rows": len(frame),
    }
    return frame


def _to_json(parameters: dict[str, Any]) -> dict[str, Any]:
    sent = {
        name: value.isoformat().removesuffix("T00:00:00")
        if isinstance(value, datetime.date)
        else value
        for name, value in parameters.items()
    }
    try:
        json.dumps(sent, allow_nan=False)
    except (TypeError, ValueError) as error:
        msg = f"The parameters {brief_repr(parameters)} cannot be sent as JSON: {error}."
        raise QueryError(msg) from error
    return sent


def _slugs(client: Client) -> list[str]:
    """Return the short names of all providers; none if the service will not tell them."""
    try:
        return [each.slug.lower() for each in client.providers.list() if each.slug is not None]
    except AlphacastError:  # what led here is raised instead
        return []


def _points(
    slug: str, series_id: str, series: ProviderSeries
) -> tuple[list[datetime.datetime], list[float]]:
    """Return dates and numbers of the points of a whole series."""
    where = f"The series {series_id!r} of {slug!r}"
    if series.is_preview:
        msg = f"{where} came as a preview, not whole."
        raise DecodeError(msg)
    if series.data is None:
        msg = f"{where} came without data: {brief_repr(series.raw)}."
        raise DecodeError(msg)
    pairs = [_pair(where, point) for point in series.data]
    return _dates(where, [date for date, _ in pairs]), [_number(where, value) for _, value in pairs]


def _pair(where: str, point: Any) -> tuple[Any, Any]:
    pair = pair_of(point)
    if pair is None:
        msg = f"{where} has a point that is no date with a value: {brief_repr(point)}."
        raise DecodeError(msg)
    return pair


def _dates(where: str, dates: Sequence[Any]) -> list[datetime.datetime]:
    """Return dates; if all of them are numbers, they may be seconds or milliseconds from 1970."""
    seconds = _seconds(dates)
    try:
        if seconds is not None:
            return [_EPOCH + datetime.timedelta(seconds=each) for each in seconds]
        return [_date(where, each) for each in dates]
    except OverflowError as error:
        msg = f"{where} has a point whose date cannot be read: {brief_repr(dates[0])}."
        raise DecodeError(msg) from error


def _seconds(dates: Sequence[Any]) -> list[float] | None:
    """Return seconds from 1970; None unless these are numbers too large for years and days."""
    is_whole = [
        _WHOLE.fullmatch(each)
        if isinstance(each, str)
        else isinstance(each, int) and not isinstance(each, bool)
        for each in dates
    ]
    if not dates or not all(is_whole):
        return None
    numbers = [int(each) for each in dates]
    largest = max(map(abs, numbers))
    if largest < _LEAST_SECONDS:
        return None
    return [each / 1000 if largest > _MOST_SECONDS else each for each in numbers]


def _date(where: str, value: Any) -> datetime.datetime:
    """Return a date as it is written; a zone behind it is left out, so that the day stays."""
    try:
        return datetime.datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        pass  # a month, a quarter, a year, or none
    try:
        return parse_instant(value if isinstance(value, str) else None, "date")
    except QueryError as error:
        msg = f"{where} has a point whose date cannot be read: {brief_repr(value)}."
        raise DecodeError(msg) from error


def _number(where: str, value: Any) -> float:
    if value is None or (isinstance(value, str) and value.strip().casefold() in _MISSING):
        return float("nan")
    is_text_number = isinstance(value, str) and _NUMBER.fullmatch(value.strip())
    if is_text_number or (isinstance(value, int | float) and not isinstance(value, bool)):
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if abs(number) != float("inf"):
            return number
    msg = f"{where} has a point whose value is no number: {brief_repr(value)}."
    raise DecodeError(msg)
