"""An answer to a query: what was sent for it, while it arrives, and once it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.query import Query


@dataclass(frozen=True)
class SentQuery:
    """A query with the parameters it was sent as, and the definitions its answer is read by."""

    definitions: Definitions
    query: Query
    params: dict[str, Any]


@dataclass(frozen=True)
class OpenAnswer(SentQuery):
    """An answer whose header agrees with the definitions; its rows are still to be read."""

    stream: BodyStream
    header: Sequence[str]
    keep: tuple[str, ...]

    def whole(self, table: pa.Table) -> WholeAnswer:
        """Return this answer with the rows that its body held."""
        return WholeAnswer(self.definitions, self.query, self.params, table)


@dataclass(frozen=True)
class WholeAnswer(SentQuery):
    """An answer that has arrived; its rows may be more than asked for, never fewer."""

    table: pa.Table
