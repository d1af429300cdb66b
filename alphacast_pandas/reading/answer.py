"""An answer to a query: what was sent for it, while it arrives, and once it is whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    import pyarrow as pa

    from alphacast_pandas.api.body import BodyStream
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.query import Query


@dataclass(frozen=True)
class Origin:
    """
    How the answer of a read with the cache on is known to be right.

    `validator` is what has proved an answer that was kept, and `doubt` says what it leaves open.
    """

    is_cached: bool
    retrieved_at: str
    checked_at: str
    validator: Literal["etag", "record", "age", "none"] = "none"
    doubt: str | None = None


@dataclass(frozen=True)
class SentQuery:
    """A query with the parameters it was sent as, and the definitions its answer is read by."""

    definitions: Definitions
    query: Query
    params: dict[str, Any]
    origin: Origin | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class OpenAnswer(SentQuery):
    """An answer whose header agrees with the definitions; its rows are still to be read."""

    stream: BodyStream
    header: Sequence[str]
    keep: tuple[str, ...]
    etag: str | None = None
    sent_at: datetime.datetime | None = None

    def whole(self, table: pa.Table) -> WholeAnswer:
        """Return this answer with the rows that its body held."""
        return WholeAnswer(
            self.definitions, self.query, self.params, table, self.etag, self.sent_at
        )


@dataclass(frozen=True)
class WholeAnswer(SentQuery):
    """
    An answer that has arrived; its rows may be more than asked for, never fewer.

    `etag` is that of the file it was read from, if it was one and storage has sent it; `sent_at` is
    when the request was sent that was answered.
    """

    table: pa.Table
    etag: str | None = None
    sent_at: datetime.datetime | None = None
