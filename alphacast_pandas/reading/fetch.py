"""A query to the service: an Arrow table, whole and at proved types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.api.learning import complete
from alphacast_pandas.reading.asking import Asked, Asking, Begun, ask, in_order
from alphacast_pandas.reading.proofs import (
    are_first_rows,
    dates_of,
    grown,
    has_all_dates,
    proves_itself,
)
from alphacast_pandas.reading.query import Query, plan_query
from alphacast_pandas.reading.table import empty_table, parse_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.progress import Meter
    from alphacast_pandas.reading.options import ReadOptions


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
