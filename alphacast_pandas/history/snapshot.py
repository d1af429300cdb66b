"""`snapshot`: looks at datasets once and keeps what they hold."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.discovery import fetch_definitions
from alphacast_pandas.api.identifiers import is_name, label_of, resolve_dataset, resolve_id
from alphacast_pandas.api.retrying import watched_by
from alphacast_pandas.api.settings import resolve_progress
from alphacast_pandas.display import plural
from alphacast_pandas.errors import AlphacastError, QueryError
from alphacast_pandas.finding.columns import integers, text_column
from alphacast_pandas.history.columns import instant_column
from alphacast_pandas.history.imports import import_frame
from alphacast_pandas.history.recording import (
    NOTHING,
    free_instant,
    look_before,
    record_content,
    record_same,
)
from alphacast_pandas.progress import Meter
from alphacast_pandas.reading.as_known import clock_of, resolve_folder
from alphacast_pandas.reading.options import check_errors
from alphacast_pandas.reading.whole import fetch_whole
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.vintage_store.instants import parse_at, to_text
from alphacast_pandas.vintage_store.records import Look, hash_definitions
from alphacast_pandas.vintage_store.store import open_store, plan_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.history.recording import Recorded
    from alphacast_pandas.vintage_store.instants import Moment
    from alphacast_pandas.vintage_store.records import Counts
    from alphacast_pandas.vintage_store.store import DatasetFolder, VintageStore

# Clocks of machines that share a store differ by some seconds.
_CLOCK_TOLERANCE = datetime.timedelta(minutes=1)


@dataclass(frozen=True)
class _Outcome:
    """How the look at one dataset ended."""

    given: Id
    number: int | None = None
    recorded: Recorded | None = None
    error: AlphacastError | None = None


@short_traceback
def snapshot(
    datasets: Id | Iterable[Id] | pd.DataFrame,
    *,
    frame: pd.DataFrame | None = None,
    at: Moment | None = None,
    errors: str = "raise",
    store: str | PathLike[str] | None = None,
    client: Client | None = None,
) -> pd.DataFrame:
    """
    Look at datasets once and keep what they hold now, so that it can be read later as it was.

    Economic data are revised, and the service keeps only the newest. Each look at a dataset is
    recorded on this computer. One that finds other content than the look before it is a vintage,
    and only what differs from other vintages takes up room. Call this regularly, for example every
    day: what happens between two looks is not seen.

    Parameters
    ----------
    datasets : int, str, record, list of these, or DataFrame
        Datasets to look at: numbers, addresses, records or exact names, or a frame with a column
        ``id`` such as `search` and `datasets` give.
    frame : DataFrame, optional
        What one dataset held at an earlier time, from an archive of one's own, to be recorded as a
        vintage `at` that time; nothing is requested. It is checked as for a push. Its date and
        entities are those of a named index, else those of its attributes or of the dataset's
        other vintages, else the only column of dates and the only one of text.
    at : str, date, datetime, Timestamp or Period, optional
        With `frame`, the instant from which on the dataset held it, in UTC unless it has a zone.
        A day stands for its beginning; months and years are refused.
    errors : {"raise", "collect"}, default "raise"
        Whether the first failure is raised, once the other datasets are recorded, or all of them
        stand in the column ``error``.
    store : str or path, optional
        The folder to keep vintages in; by default one of the user's own. Several computers may use
        one folder at the same time.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DataFrame
        A row a dataset, in the order given: ``dataset_id`` (Int64), ``name`` (text), ``vintage``
        (datetime64[us, UTC], the time of the first look that found these rows), ``is_new``
        (boolean, whether that was this look), ``rows``, and how they differ from those before:
        ``added`` (rows), ``revised`` (values), ``deleted`` (rows), all Int64; ``error`` (object,
        the exception, or None). Of the first vintage all rows are added. What is not known, since
        the look failed or the vintage before is damaged, is missing.

    Raises
    ------
    QueryError
        If a dataset is none, is named twice, or `frame` and `at` do not fit together; if there is
        another vintage at the very instant `at`.
    ValidationError
        If `frame` could not be the content of a dataset.
    ConfigurationError
        If `store` is no store or cannot be written, or there is no API key.
    NotFoundError
        If a dataset does not exist or the key may not see it.
    DecodeError
        If an answer is not the table that was promised, or is cut short.

    Warns
    -----
    UserWarning
        If the store has a look at the dataset from more than a minute after now: a clock is wrong.

    See Also
    --------
    read_alphacast : Read a vintage with ``as_of``.
    vintages : The vintages of a dataset.
    revisions : What changed between them.

    Notes
    -----
    A dataset is read whole unless its file in the service's storage is proved to be the one that
    was read before (by its ETag) and its columns are described as before; then the look costs four
    small requests and one small record. The service's own time of the last update is not believed,
    since nothing says that it moves with every change.

    What is kept is what the service gives to whoever reads the whole dataset: a file that it has
    exported, perhaps a while ago. Rows within a date, and columns, may come in another order: that
    alone is no vintage. A kill at any moment loses at most the look under way. Nothing is ever
    deleted from a store.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.snapshot(dataset_id)[["is_new", "rows", "added", "revised", "deleted"]]
       is_new  rows  added  revised  deleted
    0    True  1704   1704        0        0
    >>> ap.snapshot(dataset_id)["is_new"].tolist()
    [False]
    """
    given = _check_datasets(datasets)
    check_errors(errors)
    kept = open_store(store)
    if frame is not None or at is not None:
        outcomes = [_import(kept, given, frame, at, client)]
    else:
        client = resolve_client(client)
        kept.prepare()
        outcomes = [_look_at(client, kept, dataset) for dataset in given]
    failures = [outcome for outcome in outcomes if outcome.error is not None]
    if failures and errors == "raise":
        raise _first(failures, len(outcomes))
    return _to_frame(outcomes)


def _look_at(client: Client, store: VintageStore, dataset: Id) -> _Outcome:
    """Look at one dataset; what the service or its answer is to blame for is not raised here."""
    number = None
    try:
        number = resolve_dataset(client, dataset)
        folder = store.dataset(client.base_url, number)
        return _Outcome(dataset, number, _look(client, folder, label_of(dataset)))
    except AlphacastError as error:
        return _Outcome(dataset, number, error=error)


def _look(client: Client, folder: DatasetFolder, label: str) -> Recorded:
    clock = client._connection.clock
    _warn_of_clock(folder, clock.now())
    began = free_instant(folder, clock.now())
    before = look_before(folder, began)
    meter = Meter(f"Looking at {label}", progress=resolve_progress(progress=None), clock=clock)
    with meter, watched_by(meter):
        stated = fetch_definitions(client.datasets, folder.number)
        mark = hash_definitions(stated)
        last = before.record if before is not None else None
        is_proof = last is not None and last.stated == mark and folder.has_files_of(last.content)
        etag = last.etag if last is not None and is_proof else None
        found = fetch_whole(client, folder.number, stated, etag, meter)
    if found is None and last is not None:
        look = replace(last, previous=None, counts=None, is_imported=False)
        return record_same(folder, began, _with_names(look, stated), clock.now())
    if found is None:  # pragma: no cover - only a look that was there has an ETag
        raise AssertionError
    # What was asked before, and pauses that the service demanded, may have taken a while: this is
    # not yet known at their beginning.
    began = began if found.sent_at is None else free_instant(folder, found.sent_at)
    facts = _with_names(Look(etag=found.etag, stated=mark), stated)
    planned = plan_content(found.table, found.definitions)
    return record_content(folder, began, planned, facts, clock.now())


def _warn_of_clock(folder: DatasetFolder, now: datetime.datetime) -> None:
    """Warn if the store has a look of the future: one of the two clocks is wrong."""
    newest = max((name.began for name in folder.looks()), default=now)
    if newest > now + _CLOCK_TOLERANCE:
        warn(
            f"The vintage store has a look at dataset {folder.number} of {to_text(newest)}, and by "
            f"the clock of this computer it is {to_text(now)}: that clock is slow, or another was "
            "fast. The new look is filed before that one."
        )


def _with_names(look: Look, stated: Definitions) -> Look:
    """Return a look with what the dataset is called now."""
    dataset = stated.dataset
    if dataset is None:
        return look
    return replace(look, name=dataset.name, repository_id=dataset.repository_id)


def _import(
    store: VintageStore, given: Sequence[Id], frame: Any, at: Any, client: Client | None
) -> _Outcome:
    """Record what one dataset held at an earlier time."""
    if frame is None:
        msg = "at= is the time of a frame that is brought in. Pass frame= too, or leave at= out."
        raise QueryError(msg)
    if len(given) != 1:
        msg = f"frame= is what one dataset held, and {len(given)} are named. Call it for each."
        raise QueryError(msg)
    now = clock_of(client).now()
    instant = parse_at(at, now)
    folder = resolve_folder(store, given[0], client)
    return _Outcome(given[0], folder.number, import_frame(folder, frame, instant, now))


def _check_datasets(datasets: Any) -> list[Id]:
    """Return what was passed as a list, of which each is a dataset by its form."""
    if isinstance(datasets, pd.DataFrame):
        if "id" not in datasets.columns:
            msg = (
                "A frame of datasets has a column 'id', as those of search() and datasets() do; "
                f"this one has {', '.join(map(repr, datasets.columns[:10])) or 'no columns'}."
            )
            raise QueryError(msg)
        given = datasets["id"].tolist()
    elif isinstance(datasets, str) or not pd.api.types.is_list_like(datasets):
        given = [datasets]
    else:
        given = [*datasets]
    if not given:
        msg = "No dataset is named. Pass a number, an address or a name, or a list of them."
        raise QueryError(msg)
    seen: set[object] = set()
    for each in given:
        key = each if is_name(each) else resolve_id(each)
        if key in seen:
            msg = f"Dataset {value_text(key)} is named twice. Name each dataset once."
            raise QueryError(msg)
        seen.add(key)
    return given


def _first(failures: Sequence[_Outcome], count: int) -> AlphacastError:
    """Return the first failure, with a note on the other datasets."""
    error = failures[0].error
    if error is None:  # pragma: no cover - failures have one
        raise AssertionError
    if count > 1:
        others = [f"{value_text(each.given)}: {each.error}" for each in failures[1:]]
        recorded = plural(count - len(failures), "other dataset was", "other datasets were")
        error.add_note(f"This was dataset {value_text(failures[0].given)}; {recorded} recorded.")
        for other in others:
            error.add_note(f"Another that failed: {other}")
    return error


def _to_frame(outcomes: Sequence[_Outcome]) -> pd.DataFrame:
    """Return a row a dataset."""
    found = [outcome.recorded for outcome in outcomes]
    counts = [_counts(each) for each in found]
    return pd.DataFrame(
        {
            "dataset_id": integers([outcome.number for outcome in outcomes]),
            "name": text_column(map(_name_of, outcomes)),
            "vintage": instant_column([each.vintage.time if each else None for each in found]),
            "is_new": pd.array([each.is_new if each else None for each in found], "boolean"),
            "rows": integers([each.look.rows if each else None for each in found]),
            "added": integers([each.added if each else None for each in counts]),
            "revised": integers([each.revised if each else None for each in counts]),
            "deleted": integers([each.deleted if each else None for each in counts]),
            "error": pd.Series([outcome.error for outcome in outcomes], dtype=object),
        }
    )


def _counts(recorded: Recorded | None) -> Counts | None:
    if recorded is None:
        return None
    return recorded.look.counts if recorded.is_new else NOTHING


def _name_of(outcome: _Outcome) -> str | None:
    """Return the name of a dataset: as the service has it, or else as it was given."""
    if outcome.recorded is not None and outcome.recorded.look.name is not None:
        return outcome.recorded.look.name
    return outcome.given if is_name(outcome.given) else None
