"""Whole datasets, read only if the file in storage is another one than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alphacast_pandas.api.discovery import NO_TABLE, DefinitionsSource
from alphacast_pandas.reading.csv_table import table_with_nulls
from alphacast_pandas.reading.fetch import fetch_unless_known, new_answer, plan_read
from alphacast_pandas.reading.options import ReadOptions
from alphacast_pandas.reading.rows import finish

if TYPE_CHECKING:
    import datetime

    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.progress import Meter

_EVERYTHING = ReadOptions()


@dataclass(frozen=True, eq=False)
class Whole:
    """
    A whole dataset: its definitions, its rows by date (missing numbers are null), and its ETag.

    `sent_at` is when the request was sent that was answered with these rows, after all others.
    """

    definitions: Definitions
    table: pa.Table
    etag: str | None = None
    sent_at: datetime.datetime | None = None


def fetch_whole(
    client: Client, dataset_id: int, stated: Definitions, etag: str | None, meter: Meter
) -> Whole | None:
    """
    Return a whole dataset; None if `etag` proves that its file is the same.

    `stated` are the definitions that the service states.
    """
    try:
        return _fetch_file(client, dataset_id, stated, etag, meter)
    except NO_TABLE:
        answer = new_answer(client, dataset_id, _EVERYTHING)
        if answer is None:
            raise
        return Whole(answer.definitions, answer.table)


def _fetch_file(
    client: Client, dataset_id: int, stated: Definitions, etag: str | None, meter: Meter
) -> Whole | None:
    source, query = plan_read(DefinitionsSource(client, dataset_id, stated), _EVERYTHING)
    answer = fetch_unless_known(source, query, meter, known_etag=etag)
    if answer is None:
        return None
    rows = table_with_nulls(finish(answer))
    return Whole(answer.definitions, rows, answer.etag, answer.sent_at)
