"""Datasets as they were known, read from a vintage store without a request."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.clock import SystemClock
from alphacast_pandas.api.connection import page_of
from alphacast_pandas.api.identifiers import is_name, number_at
from alphacast_pandas.api.named import list_records, nearest_names
from alphacast_pandas.api.settings import process_login, resolve_base_url
from alphacast_pandas.errors import QueryError
from alphacast_pandas.reading.chunks import chunks_of
from alphacast_pandas.reading.expected import warn_of_other_words
from alphacast_pandas.reading.frame import origin, result_frame
from alphacast_pandas.reading.local import answer_from_whole
from alphacast_pandas.reading.rows import finish
from alphacast_pandas.reading.unmatched import warn_of_unmatched_in
from alphacast_pandas.text import printable, quoted
from alphacast_pandas.vintage_store.store import open_store
from alphacast_pandas.vintage_store.vintages import newest_name, read_vintage, vintage_as_of

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pandas as pd
    import pyarrow as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.clock import Clock
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.answer import SentQuery, WholeAnswer
    from alphacast_pandas.reading.chunks import DatasetReader
    from alphacast_pandas.reading.options import ReadOptions
    from alphacast_pandas.vintage_store.store import DatasetFolder, VintageStore
    from alphacast_pandas.vintage_store.vintages import Vintage


def read_as_known(
    dataset_id: Id,
    options: ReadOptions,
    client: Client | None,
    *,
    while_checking: AbstractContextManager[object] = nullcontext(),  # noqa: B008 - it has no state
) -> pd.DataFrame:
    """
    Return the frame of a dataset as it was known at ``as_of``, with its warnings.

    The frame is made, and checked against its schema, inside the context `while_checking`.
    """
    answer, rows, facts = answer_as_known(dataset_id, options, client)
    with while_checking:
        frame = result_frame(rows, answer, options, is_last_use=False)
    if len(frame) < rows.num_rows:  # the schema drops rows
        facts["every_row"] = False
    frame.attrs["alphacast"] = {**facts, "rows": len(frame)}
    return frame


def read_chunks_as_known(
    dataset_id: Id, options: ReadOptions, rows: int, client: Client | None
) -> DatasetReader:
    """Return the same as a reader of frames with `rows` rows each."""
    answer, table, facts = answer_as_known(dataset_id, options, client)
    return chunks_of(table, answer, options, rows, facts)


def answer_as_known(
    dataset_id: Id, options: ReadOptions, client: Client | None
) -> tuple[WholeAnswer, pa.Table, dict[str, Any]]:
    """Return the answer of the vintage, its rows in order, and where they come from."""
    folder = resolve_folder(open_store(options.store), dataset_id, client)
    vintage = vintage_as_of(folder, options.as_of, clock_of(client).now())
    definitions, table = read_vintage(folder, vintage)
    warn_of_other_words(dataset_id, definitions)
    answer = answer_from_whole(folder.number, options, definitions, table)
    rows = finish(answer)
    if not rows.num_rows:
        warn_of_unmatched_in(table, folder.number, answer)
    return answer, rows, _facts(folder, vintage, answer, base_url_of(client))


def resolve_folder(store: VintageStore, dataset_id: Id, client: Client | None) -> DatasetFolder:
    """Return where a store keeps a dataset; a name is one that a look has found."""
    base_url = base_url_of(client)
    if not is_name(dataset_id):
        return store.dataset(base_url, number_at(dataset_id, base_url))
    folders = store.datasets(base_url)
    names = {folder: newest_name(folder) for folder in folders}
    found = [folder for folder, name in names.items() if name == dataset_id]
    if len(found) == 1:
        return store.dataset(base_url, found[0].number)
    place = f"the vintage store {printable(str(store.folder))}"
    if found:
        numbers = " or ".join(str(folder.number) for folder in found)
        msg = (
            f"Several datasets in {place} are called {quoted(dataset_id)}. "
            f"Pass the number of the one that is meant: {numbers}."
        )
        raise QueryError(msg)
    known = [_Named(folder.number, name) for folder, name in names.items() if name is not None]
    near = nearest_names(dataset_id, known)
    hint = f" Nearest names: {list_records(near)}." if near else ""
    msg = (
        f"No dataset in {place} is called {quoted(dataset_id)}.{hint} Datasets are in it once "
        "ap.snapshot(...) has looked at them; their numbers are understood too."
    )
    raise QueryError(msg)


def base_url_of(client: Client | None) -> str:
    """Return the address whose datasets are meant; no key is needed for it."""
    return resolve_base_url(process_login()) if client is None else resolve_client(client).base_url


def clock_of(client: Client | None) -> Clock:
    """Return the clock that tells what is in the future."""
    return SystemClock() if client is None else resolve_client(client)._connection.clock


@dataclass(frozen=True)
class _Named:
    """A dataset in a store, with its name."""

    id: int
    name: str


def _facts(
    folder: DatasetFolder, vintage: Vintage, sent: SentQuery, base_url: str
) -> dict[str, Any]:
    """Return where a frame came from, for its attrs."""
    return {
        **origin(folder.number, sent, page_of(base_url, folder.number), vintage.time),
        "note": "as last seen by this store",
        "vintage": vintage.time.isoformat(timespec="microseconds"),
        "checked_until": vintage.checked_until.isoformat(timespec="microseconds"),
    }
