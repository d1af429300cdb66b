"""A warning for entities that a filter names and the dataset does not have."""

from __future__ import annotations

import datetime
import difflib
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from alphacast_pandas.errors import AlphacastError
from alphacast_pandas.filters.tree import Comparison, Membership, conjuncts
from alphacast_pandas.names import close_matches, fold
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.fetch import fetch
from alphacast_pandas.reading.options import ReadOptions
from alphacast_pandas.reading.rows import finish
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.answer import WholeAnswer


# What is looked at for the values there are: as much of the end of a dataset as costs little.
_RECENT = datetime.timedelta(days=366)
_FIRST_ROWS = 1000
_NAMED = 3


def warn_of_unmatched(client: Client, dataset_id: int, answer: WholeAnswer) -> None:
    """Warn, as nothing matched, of entities that the dataset has not, and name the nearest."""
    wanted = _entities(answer)
    existing = _existing(client, dataset_id, answer.definitions) if wanted else None
    # Only a read of nothing but these entities has seen that they are nowhere in the dataset.
    are_nowhere = isinstance(answer.query.condition, Comparison | Membership)
    if existing is None and not are_nowhere:
        return
    where = "" if are_nowhere else _looked_at(answer.definitions)
    for column, values in wanted.items():
        there = [] if existing is None else _values(existing, column)
        unknown = [value for value in values if value not in there]
        if unknown:
            _warn(f"Dataset {dataset_id} has no row{where} whose {column} is", unknown, there)


def _entities(answer: WholeAnswer) -> dict[str, tuple[str, ...]]:
    """Return the values that the filter wants of each entity column."""
    names = {column.name for column in answer.definitions.entities}
    wanted: dict[str, tuple[str, ...]] = {}
    for part in conjuncts(answer.query.condition) if answer.query.condition else ():
        if isinstance(part, Comparison) and part.operator == "==" and part.column in names:
            wanted[part.column] = (part.value,)
        if isinstance(part, Membership) and part.column in names:
            wanted[part.column] = part.values
    return wanted


def _values(table: pa.Table, column: str) -> list[str]:
    return [value for value in pc.unique(table.column(column)).to_pylist() if value is not None]


def _since(definitions: Definitions) -> datetime.date | None:
    last = definitions.dataset.max_date if definitions.dataset else None
    return last - _RECENT if last else None


def _looked_at(definitions: Definitions) -> str:
    since = _since(definitions)
    return f" since {since.isoformat()}" if since else f" among its first {_FIRST_ROWS:,}"


def _existing(client: Client, dataset_id: int, definitions: Definitions) -> pa.Table | None:
    """Return recent rows of the dataset, None if they cannot be had: that is no reason to fail."""
    since = _since(definitions)
    values = [name for name in definitions.names if name not in definitions.keys]
    options = ReadOptions(
        select=(*values[:1],) or None,
        start=since,
        top=None if since else _FIRST_ROWS,
    )
    try:
        with Meter("Looking for entities", progress=False, clock=client._connection.clock) as meter:
            return finish(fetch(client, dataset_id, options, meter))
    except AlphacastError:
        return None


def _warn(what: str, unknown: Sequence[str], there: Sequence[str]) -> None:
    named = ", ".join(f"{value!r}{_near(value, there)}" for value in unknown[:_NAMED])
    more = f", and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
    warn(f"{what} {named}{more}.")


def _near(value: str, there: Sequence[str]) -> str:
    near = close_matches(value, there) or difflib.get_close_matches(
        fold(value), there, n=_NAMED, cutoff=0.0
    )
    return f" (nearest there: {', '.join(map(repr, near))})" if near else ""
