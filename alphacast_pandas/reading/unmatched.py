"""The warning for entities that a filter names and the dataset does not have."""

from __future__ import annotations

import datetime
import difflib
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from alphacast_pandas.errors import AlphacastError
from alphacast_pandas.filters.tree import Comparison, Membership, conjuncts
from alphacast_pandas.names import canonical_name, close_matches
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.answer import WholeAnswer
from alphacast_pandas.reading.fetch import fetch
from alphacast_pandas.reading.options import ReadOptions
from alphacast_pandas.reading.rows import finish
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.answer import SentQuery


# How much of a dataset is looked at for the values that it has: what costs little.
_RECENT = datetime.timedelta(days=366)
_FIRST_ROWS = 1000
_MOST_NAMED = 3


def warn_of_unmatched(client: Client, dataset_id: int, answer: SentQuery) -> None:
    """Warn, as nothing matched, of entities that the dataset does not have; name the nearest."""
    try:
        messages = _messages(client, dataset_id, answer)
    except Exception:  # noqa: BLE001 - the answer is right without a hint, whatever is odd about it
        return
    for message in messages:
        warn(message)


def warn_of_unmatched_in(table: pa.Table, dataset_id: int, answer: WholeAnswer) -> None:
    """Do the same for a vintage, whose table is at hand."""
    for message in _described(dataset_id, _wanted_entities(answer), table, " in this vintage"):
        warn(message)


def _messages(client: Client, dataset_id: int, answer: SentQuery) -> list[str]:
    wanted = _wanted_entities(answer)
    rows = _rows(client, dataset_id, answer) if wanted else None
    # Only a filter of nothing but these entities has shown that no row of the dataset has them.
    is_whole = isinstance(answer.query.condition, Comparison | Membership)
    if rows is None and not is_whole:
        return []
    where = "" if is_whole else _place(answer.definitions)
    return _described(dataset_id, wanted, rows, where)


def _described(
    dataset_id: int, wanted: dict[str, tuple[Any, ...]], rows: pa.Table | None, where: str
) -> list[str]:
    """Return a message for each column of which values are wanted that the rows do not have."""
    messages = []
    for column, values in wanted.items():
        existing = [] if rows is None else pc.unique(rows.column(column)).drop_null().to_pylist()
        known = {*existing}
        unknown = [value for value in values if value not in known]
        if unknown:
            named = ", ".join(f"{v!r}{_nearest(v, existing)}" for v in unknown[:_MOST_NAMED])
            more = len(unknown) - _MOST_NAMED
            rest = f", and {more:,} more" if more > 0 else ""
            messages.append(
                f"Dataset {dataset_id} has no row{where} whose {column} is {named}{rest}."
            )
    return messages


def _wanted_entities(answer: SentQuery) -> dict[str, tuple[Any, ...]]:
    """Return the values that the filter wants of each entity column."""
    names = {column.name for column in answer.definitions.entities}
    wanted: dict[str, tuple[Any, ...]] = {}
    for part in conjuncts(answer.query.condition) if answer.query.condition else ():
        if isinstance(part, Comparison) and part.operator == "==" and part.column in names:
            wanted[part.column] = (part.value,)
        if isinstance(part, Membership) and part.column in names:
            wanted[part.column] = part.values
    return wanted


def _first_date(definitions: Definitions) -> datetime.date | None:
    """Return the date from which on rows are looked at, None if the last date is not known."""
    last = definitions.dataset.max_date if definitions.dataset else None
    return last - _RECENT if last else None


def _place(definitions: Definitions) -> str:
    since = _first_date(definitions)
    return f" since {since.isoformat()}" if since else f" among its first {_FIRST_ROWS:,}"


def _rows(client: Client, dataset_id: int, answer: SentQuery) -> pa.Table | None:
    """Return some rows of the dataset: those of the answer, if it is one that was kept."""
    if isinstance(answer, WholeAnswer) and answer.origin is not None and answer.origin.is_cached:
        return answer.table if answer.table.num_rows else None
    return _fetch_rows(client, dataset_id, answer.definitions)


def _fetch_rows(client: Client, dataset_id: int, definitions: Definitions) -> pa.Table | None:
    """Return some rows of the dataset, None if the service does not give them."""
    since = _first_date(definitions)
    values = [name for name in definitions.names if name not in definitions.keys]
    options = ReadOptions(
        select=(*values[:1],) or None,
        start=since,
        top=None if since else _FIRST_ROWS,
    )
    clock = client._connection.clock
    try:
        with Meter("Looking for entities", progress=False, clock=clock) as meter:
            return finish(fetch(client, dataset_id, options, meter))
    except AlphacastError:
        return None


def _nearest(value: Any, existing: Sequence[Any]) -> str:
    """Return the values that look most like one that is not there, for a message."""
    texts = {str(each): each for each in existing}
    near = close_matches(str(value), [*texts]) or difflib.get_close_matches(
        canonical_name(str(value)), texts, n=_MOST_NAMED, cutoff=0.0
    )
    return f" (nearest there: {', '.join(repr(texts[text]) for text in near)})" if near else ""
