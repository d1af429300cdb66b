"""`explain`: what a read would send, and what it would apply to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.discovery import fetch_definitions
from alphacast_pandas.api.identifiers import resolve_dataset
from alphacast_pandas.display import (
    html_facts,
    html_line,
    html_list,
    html_table,
    html_title,
    plural,
)
from alphacast_pandas.filters.describe import describe
from alphacast_pandas.reading.fetch import in_order_of_trial, plan
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.text import printable
from alphacast_pandas.tracebacks import short_traceback, short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.filters.odata import Conjunct
    from alphacast_pandas.reading.options import Date, Filter, ReadOptions
    from alphacast_pandas.reading.query import Query

_NOT_UNDERSTOOD = "sent, but not understood here and so not checked again"
_MOST_CHARACTERS = 300
_CHECKED = "Conditions, all of them checked here again"
_CHECKED_OTHERS = "Conditions, checked here again unless the line says otherwise"
_THEN = "Then, here"


@dataclass(frozen=True)
@short_tracebacks
class Explanation:
    """
    What a read would do; made by `explain`.

    Parameters
    ----------
    dataset_id : int
        Number of the dataset.
    params : dict or None
        Query parameters of the first request for data; None if none is needed.
    alternatives : tuple of dict
        Those tried after it, in order, should the service refuse it with status 400.
    conditions : tuple of (str, str)
        Every condition that must hold, and where it is evaluated.
    steps : tuple of str
        What is done here with the rows that come back.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.explain(dataset_id, filter={"country": "Chile"}).params["$filter"]
    "'country' eq 'Chile'"
    """

    dataset_id: int
    params: dict[str, Any] | None
    alternatives: tuple[dict[str, Any], ...]
    conditions: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(map(printable, _lines(self)))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return "".join(_html(self))


@short_traceback
def explain(
    dataset_id: Id,
    *,
    filter: Filter | None = None,  # noqa: A002 - pandas' word
    select: str | Sequence[str] | None = None,
    start: Date | None = None,
    end: Date | None = None,
    last: int | None = None,
    top: int | None = None,
    client: Client | None = None,
) -> Explanation:
    """
    Show what `read_alphacast` would send to the service, and what would be left to do here.

    The keywords are checked as `read_alphacast` checks them. The dataset's definitions are
    asked for, its data are not.

    Parameters
    ----------
    dataset_id : int, str or Dataset
        Number, address, record or exact name of the dataset, as for `read_alphacast`.
    filter : str, dict, list of tuples or expression, optional
        Rows to keep, as for `read_alphacast`.
    select : str or sequence of str, optional
        Value columns to keep.
    start, end : str, date, datetime, Timestamp or Period, optional
        First and last date, both included.
    last : int, optional
        Keep the rows of the last N distinct dates.
    top : int, optional
        Keep the first N rows, by date.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    Explanation
        Its text is a table; in a notebook it shows itself. ``params`` are the query
        parameters of the first request, ``conditions`` say of each condition where it is
        evaluated. Every row that comes back is checked here again, whatever was sent, but
        not against a filter text that this package cannot parse: the service alone decides.

    Raises
    ------
    QueryError
        If a name is not a column, a value does not fit its column, or keywords contradict
        each other.
    NotFoundError
        If the dataset does not exist or the key may not see it.

    See Also
    --------
    read_alphacast : Reads the data.

    Notes
    -----
    This is a function of its own so that `read_alphacast` always returns a DataFrame.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.explain(
    ...     dataset_id,
    ...     filter=(ap.col("country") == "Chile") & (ap.col("Date").dt.month == 1),
    ...     start="2000",
    ... )  # doctest: +ELLIPSIS
    Reading dataset ... sends
      $format  csv
      $filter  'Date' ge 2000-01-01 and 'country' eq 'Chile'
      or, should that be refused, 1 other spelling
    Conditions, all of them checked here again
      Date >= 2000-01-01         sent
      country == 'Chile'         sent
      col('Date').dt.month == 1  evaluated here: only pandas can evaluate it
    """
    client = resolve_client(client)
    number = resolve_dataset(client, dataset_id)
    options = check_options(filter=filter, select=select, start=start, end=end, last=last, top=top)
    remembered = client._connection.recall(number)
    definitions = remembered or fetch_definitions(client.datasets, number)
    _, query = plan(client, number, options, definitions)
    ways = [query.params(spelling) for spelling in in_order_of_trial(client, query)]
    return Explanation(
        dataset_id=number,
        params=None if query.is_empty else ways[0],
        alternatives=() if query.is_empty else tuple(ways[1:]),
        conditions=tuple(_conditions(options, query)),
        steps=tuple(_steps(options, query)),
    )


def _conditions(options: ReadOptions, query: Query) -> Iterator[tuple[str, str]]:
    if query.text is not None:
        yield query.text, _NOT_UNDERSTOOD if options.tree is None else "sent"
    for part in () if query.is_empty else query.translation.conjuncts:
        yield describe(part.node), _place(part)


def _place(part: Conjunct) -> str:
    if not part.reasons:
        return "sent"
    where = "sent in part" if part.texts else "evaluated here"
    return f"{where}: {', '.join(part.reasons)}"


def _steps(options: ReadOptions, query: Query) -> Iterator[str]:
    if query.is_empty:
        yield "no row can match, so no data are read"
        return
    returned = {*(query.values or ()), *query.keys}
    extra = [name for name in query.keep or () if name not in returned]
    if extra:
        yield f"drop {', '.join(map(repr, extra))}, which only the conditions need"
    if options.last is not None:
        yield f"keep the rows of the last {plural(options.last, 'date')}"
    if options.top is not None:
        yield f"keep the first {plural(options.top, 'row')}"


def _lines(explanation: Explanation) -> Iterator[str]:
    yield _sends(explanation)
    for name, value in (explanation.params or {"nothing": ""}).items():
        yield f"  {name:<7}  {_shorten(value)}".rstrip()
    if explanation.alternatives:
        yield f"  {_others(explanation)}"
    if explanation.conditions:
        yield _conditions_title(explanation)
        width = min(40, max(len(text) for text, _ in explanation.conditions))
        yield from (
            f"  {_shorten(text):<{width}}  {place}" for text, place in explanation.conditions
        )
    if explanation.steps:
        yield _THEN
        yield from (f"  {_shorten(step)}" for step in explanation.steps)


def _html(explanation: Explanation) -> Iterator[str]:
    """Return the same as the text says, in tables: what is sent, what is done here, and why."""
    sent = [(name, _shorten(value)) for name, value in (explanation.params or {}).items()]
    yield html_facts(sent or [("nothing", "")], title=_sends(explanation))
    if explanation.alternatives:
        yield html_line(_others(explanation))
    if explanation.conditions:
        rows = [_row(text, place) for text, place in explanation.conditions]
        head = ("condition", "where", "why")
        shown = 3 if any(why for _, _, why in rows) else 2
        yield html_table(
            head[:shown], [row[:shown] for row in rows], title=_conditions_title(explanation)
        )
    if explanation.steps:
        yield html_title(_THEN)
        yield html_list(map(_shorten, explanation.steps))


def _row(condition: str, place: str) -> tuple[str, str, str]:
    """Return a condition, where it is evaluated, and why there."""
    where, _, why = place.partition(": ")
    return _shorten(condition), where, why


def _sends(explanation: Explanation) -> str:
    return f"Reading dataset {explanation.dataset_id} sends"


def _conditions_title(explanation: Explanation) -> str:
    understood = all(place != _NOT_UNDERSTOOD for _, place in explanation.conditions)
    return _CHECKED if understood else _CHECKED_OTHERS


def _others(explanation: Explanation) -> str:
    return f"or, should that be refused, {plural(len(explanation.alternatives), 'other spelling')}"


def _shorten(value: Any) -> str:
    text = str(value)
    return (
        text
        if len(text) <= _MOST_CHARACTERS
        else f"{text[:_MOST_CHARACTERS]} ... ({len(text):,} characters)"
    )
