"""Answers from the cache: which are kept, which are right, and what is kept of new ones."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.discovery import DefinitionsSource
from alphacast_pandas.api.identifiers import data_path, is_name, resolve_dataset
from alphacast_pandas.api.parameters import FORMAT, PARAMETERS
from alphacast_pandas.api.settings import resolve_cache_limit
from alphacast_pandas.cache_files.entries import (
    Entry,
    confirm,
    entries,
    entry_path,
    sweep,
    table_path,
    touch,
    write_entry,
)
from alphacast_pandas.cache_files.folders import DatasetFolder, warn_of_writing
from alphacast_pandas.cache_files.limit import make_room
from alphacast_pandas.cache_files.tables import UNREADABLE, read_table, write_table
from alphacast_pandas.display import plural
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    ConnectionFailed,
    QueryError,
)
from alphacast_pandas.names import canonical_name
from alphacast_pandas.parallel import in_background
from alphacast_pandas.reading.answer import Origin
from alphacast_pandas.reading.evidence import Evidence, fetch_evidence
from alphacast_pandas.reading.expected import check_expected
from alphacast_pandas.reading.fetch import fetch, fetch_unless_known
from alphacast_pandas.reading.local import answer_from_rows, check_answerable, is_answerable
from alphacast_pandas.reading.query import plan_query
from alphacast_pandas.reading.question import (
    WHOLE,
    Question,
    describe_options,
    holds_rows,
    is_read_alike,
    question_of,
)
from alphacast_pandas.reading.rows import exact_rows
from alphacast_pandas.text import quoted, value_text
from alphacast_pandas.user_warnings import warn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from typing import Literal

    import pyarrow as pa

    from alphacast_pandas.api.cache_setting import CacheSetting
    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.progress import ReadMeter
    from alphacast_pandas.reading.answer import WholeAnswer
    from alphacast_pandas.reading.options import ReadOptions
    from alphacast_pandas.reading.query import Query

# With any of these an answer is computed; without them it is the file of the whole dataset.
_COMPUTED = {parameter.name for parameter in PARAMETERS if parameter is not FORMAT}
# The service, or what stands before it, cannot be reached.
_UNREACHABLE = frozenset({502, 503, 504})
_MOST_NAMED = 5
# A larger table is loaded only once it is proved right: it would be held beside the new one.
_MOST_BYTES_AHEAD = 1 << 27
_RECORD_DOUBT = (
    "Nothing has been uploaded since (process {process} is still the newest) and the record of "
    "the dataset is the same, but the service does not document that every change of the data "
    "shows in them."
)
_FILE_DOUBT = (
    "The answer is from a file of the whole dataset, which the service may write some time after "
    "an upload, so it may be older than the dataset."
)
_TYPE_DOUBT = (
    "The service states no types of columns, so they are those of all the rows that are kept."
)
_TEXT_DOUBT = "The filter is text, which was evaluated here, and the service may compare otherwise."


@dataclass(frozen=True)
class _Kept:
    """An answer in the cache that holds the one asked for, and the query that finds it there."""

    folder: DatasetFolder
    entry: Entry
    question: Question
    definitions: Definitions
    query: Query
    names: tuple[str, ...]
    is_own: bool

    @property
    def is_file(self) -> bool:
        """Whether it was read from the file of the whole dataset."""
        return not _COMPUTED & self.entry.params.keys()

    @property
    def has_etag(self) -> bool:
        """Whether its ETag proves what a read would find: the same file."""
        return self.question.is_whole and self.entry.etag is not None and _is_plain(self.query)

    def load(self) -> pa.Table | None:
        """Return the rows, None if the file is gone or damaged."""
        path = table_path(self.folder, self.entry)
        try:
            return None if path is None else read_table(path, self.names)
        except UNREADABLE:
            return None

    def touch(self) -> None:
        """Note that it was used just now."""
        touch(entry_path(self.folder, self.entry), table_path(self.folder, self.entry))

    def is_defined_as(self, now: Evidence) -> bool:
        """Tell whether the definitions are those of before the read."""
        before: object = self.entry.evidence["definitions"]
        return bool(now.to_json()["definitions"] == before)

    def is_proved_by(self, now: Evidence) -> bool:
        """Tell whether the service's records show that nothing has changed since the read."""
        before: object = self.entry.evidence
        return now.is_settled and now.to_json() == before


def resolve_cache(client: Client, options: ReadOptions) -> CacheSetting:
    """Return how a read uses the cache: as its keyword says, or its client."""
    return client._connection.settings.cache if options.cache is None else options.cache


def resolve_number(client: Client, dataset_id: Id, cache: CacheSetting) -> int:
    """
    Return the number of a dataset, of which the service is asked for a name.

    If nothing may be asked, an answer of this age is not asked about, or the last answer that is
    kept will do where the service cannot be reached, the name is looked up in the cache.
    """
    if cache.kind == "age" and is_name(dataset_id):
        found = _numbers_named(client, dataset_id, seconds=cache.seconds)
        if len(found) == 1:
            return found.pop()
    if cache.kind == "only" and is_name(dataset_id):
        found = _numbers_named(client, dataset_id)
        if len(found) == 1:
            return found.pop()
        told = f"{len(found)} datasets have" if found else "no dataset has"
        msg = (
            f"cache='only' sends no request, so a name is looked up among what is kept, and {told} "
            f"the name {quoted(dataset_id)} there. Pass the number of the dataset, or make this "
            "read once with cache=True."
        )
        raise QueryError(msg)
    try:
        return resolve_dataset(client, dataset_id)
    except (ConnectionFailed, APIError) as error:
        found = _numbers_named(client, dataset_id) if _is_stale_ok(client, cache, error) else set()
        if len(found) != 1:
            raise
        return found.pop()


def _numbers_named(client: Client, name: object, *, seconds: float = float("inf")) -> set[int]:
    """Return the numbers of the datasets that had a name when they were kept, not long ago."""
    now = client._connection.clock.now()
    return {
        folder.dataset_id
        for folder in _folder(client, 0, is_made=False).siblings
        for _, entry in entries(folder)
        if (entry.definitions["dataset"] or {}).get("name") == name
        and (seconds == float("inf") or 0 <= _seconds_since(entry, now) <= seconds)
    }


def fetch_or_recall(
    client: Client, dataset_id: int, options: ReadOptions, cache: CacheSetting, meter: ReadMeter
) -> WholeAnswer:
    """Return the answer to `options`, from the cache where `cache` allows it and it is right."""
    if not cache.is_on:
        return fetch(client, dataset_id, options, meter)
    read = _CachedRead(client, dataset_id, options, cache, meter)
    recalled = read.without_asking()
    if recalled is not None:
        return recalled
    try:
        return read.asking()
    except (ConnectionFailed, APIError) as error:
        stale = recall_stale(client, dataset_id, options, cache, meter, error=error)
        if stale is None:
            raise
        return stale


def recall_stale(
    client: Client,
    dataset_id: int,
    options: ReadOptions,
    cache: CacheSetting,
    meter: ReadMeter,
    *,
    error: ConnectionFailed | APIError,
) -> WholeAnswer | None:
    """Return the newest answer that is kept if that will do after `error`, with a warning."""
    if not _is_stale_ok(client, cache, error):
        return None
    return _CachedRead(client, dataset_id, options, cache, meter).stale(error)


def _is_stale_ok(client: Client, cache: CacheSetting, error: ConnectionFailed | APIError) -> bool:
    """Tell whether an error means that the last answer that is kept will do."""
    is_away = isinstance(error, ConnectionFailed) or error.status_code in _UNREACHABLE
    return is_away and cache.is_on and client._connection.settings.stale_ok


def recall_for_chunks(
    client: Client, dataset_id: int, options: ReadOptions, cache: CacheSetting, meter: ReadMeter
) -> WholeAnswer | None:
    """Return an answer that is kept and right, None if the rows are to be read as they arrive."""
    if not cache.is_on:
        return None
    read = _CachedRead(client, dataset_id, options, cache, meter)
    return read.without_asking() or read.confirmed()


def new_origin(client: Client) -> Origin:
    """Return the origin of an answer that was read from the service just now."""
    now = client._connection.clock.now().isoformat()
    return Origin(is_cached=False, retrieved_at=now, checked_at=now)


class _CachedRead:
    """One read with the cache on: what is kept for it, asked about, and kept of it."""

    def __init__(
        self,
        client: Client,
        dataset_id: int,
        options: ReadOptions,
        cache: CacheSetting,
        meter: ReadMeter,
    ) -> None:
        self._cache = cache
        self._client, self._dataset_id = client, dataset_id
        self._options, self._meter = options, meter
        self._question = question_of(options)
        self._limit = resolve_cache_limit()
        self._folder = _folder(client, dataset_id, is_made=cache.kind != "only")
        self._begun_at = client._connection.clock.now()
        # The rows of the answer that is tried first, loaded while the service is asked.
        self._loading: tuple[_Kept, Future[pa.Table | None]] | None = None
        # Why the definitions of the whole dataset, if it is kept, do not allow the question.
        self._refusal: QueryError | None = None

    def without_asking(self) -> WholeAnswer | None:
        """Return an answer that needs no request, None if the service is to be asked."""
        cache = self._cache
        if cache.kind == "only":
            return self._only()
        for kept in self._candidates() if cache.kind == "age" else ():
            age = _seconds_since(kept.entry, self._begun_at)
            if 0 <= age <= cache.seconds and not kept.entry.evidence["is_running"]:
                answer = self._answer(kept, "age")
                if answer is not None:
                    return answer
        return None

    def asking(self) -> WholeAnswer:
        """Return an answer that is kept if the service confirms it; else read, and keep that."""
        token = self._folder.begin()  # before anything is asked
        candidates = self._begin_loading()
        now = fetch_evidence(self._client, self._dataset_id)
        for kept in candidates:
            if not kept.is_defined_as(now):
                continue
            if kept.has_etag:
                is_same, fetched = self._fetch_unless_known(kept, now)
                if fetched is not None:
                    return self._keep(fetched, now, token)
                answer = self._answer(kept, "etag", now) if is_same else None
            else:
                answer = self._answer_by_record(kept, now)
            if answer is not None:
                return answer
        self._loading = None  # which need not be held while the data are read
        self._use_definitions(now.definitions)
        fetched = fetch(self._client, self._dataset_id, self._options, self._meter)
        return self._keep(fetched, now, token)

    def confirmed(self) -> WholeAnswer | None:
        """Return an answer that is kept if the service confirms it; no data are received."""
        candidates = self._begin_loading()
        if not candidates:
            return None
        now = fetch_evidence(self._client, self._dataset_id)
        for kept in candidates:
            if not kept.is_defined_as(now):
                continue
            if kept.has_etag:
                answer = self._answer(kept, "etag", now) if self._is_same(kept) else None
            else:
                answer = self._answer_by_record(kept, now)
            if answer is not None:
                return answer
        return None

    def stale(self, error: AlphacastError) -> WholeAnswer | None:
        """Return the newest answer that is kept, with a warning; None if there is none."""
        for kept in self._newest_first():
            answer = self._answer(kept, "none")
            if answer is not None:
                warn(
                    f"The service could not be reached, so dataset {self._dataset_id} is returned "
                    f"as it was {_duration(_seconds_since(kept.entry, self._begun_at))} ago, at "
                    f"{_minute(kept.entry.checked_at)} UTC (stale_ok=True). {error}"
                )
                return answer
        return None

    def _only(self) -> WholeAnswer:
        """Return the newest answer that is kept, or raise."""
        for kept in self._newest_first():
            answer = self._answer(kept, "none")
            if answer is not None:
                return answer
        known = [entry for _, entry in entries(self._folder)]
        if any(Question.from_json(entry.question).is_whole for entry in known):
            check_answerable(self._options)
        if self._refusal is not None:
            raise self._refusal
        held = [value_text(entry.description) for entry in known]
        more = f"; and {len(held) - _MOST_NAMED} more" if len(held) > _MOST_NAMED else ""
        kept_of_it = f"only this is kept: {'; '.join(held[:_MOST_NAMED])}{more}"
        msg = (
            f"cache='only' sends no request, and the answer is not in the cache. Of dataset "
            f"{self._dataset_id} {kept_of_it if held else 'nothing is kept'}. Make this read once "
            "with cache=True; a read of the whole dataset answers every later question."
        )
        raise QueryError(msg)

    def _candidates(self, *, is_lenient: bool = False) -> list[_Kept]:
        """Return the answers that hold the one asked for, those with the best proof first."""
        found = self._holding(is_lenient=is_lenient)
        return sorted(
            found,
            key=lambda kept: (not kept.has_etag, not kept.is_own, kept.entry.bytes),
        )

    def _newest_first(self) -> list[_Kept]:
        found = self._candidates(is_lenient=True)
        return sorted(found, key=lambda kept: kept.entry.checked_at, reverse=True)

    def _holding(self, *, is_lenient: bool) -> Iterator[_Kept]:
        """
        Yield the answers that hold the one asked for.

        With `is_lenient` also those of which a filter that is text may select other rows here than
        the service would, or whose types were found in more rows than those that are asked for.
        """
        options = self._options
        is_alike = is_read_alike(options) or (is_lenient and is_answerable(options))
        groups = {WHOLE.group, *([] if self._question is None else [self._question.group])}
        for _, entry in entries(self._folder, groups):
            question = Question.from_json(entry.question)
            definitions = Definitions.from_json(entry.definitions)
            is_own = question == self._question
            # Where no types are stated, they are found in the very rows that are asked for.
            if not is_own and not (is_alike and (definitions.stated or is_lenient)):
                continue
            if not holds_rows(question, self._question, options):
                continue
            try:
                query = plan_query(options, definitions)
            except QueryError as error:  # the read says it again, with the definitions of today
                self._refusal = error if question.is_whole else self._refusal
                continue
            names = query.keep or tuple(entry.columns)
            has_columns = {*names} <= {*entry.columns}
            if has_columns and (query.keep is not None or question.select is None):
                yield _Kept(self._folder, entry, question, definitions, query, names, is_own)

    def _begin_loading(self) -> list[_Kept]:
        candidates = self._candidates()
        if candidates and candidates[0].entry.bytes <= _MOST_BYTES_AHEAD:
            self._loading = candidates[0], in_background(candidates[0].load)
        return candidates

    def _answer_by_record(self, kept: _Kept, now: Evidence) -> WholeAnswer | None:
        """Return an answer if the service's records confirm it."""
        if not kept.is_proved_by(now):
            return None
        doubts = [_RECORD_DOUBT.format(process=now.process)]
        doubts += [_FILE_DOUBT] if kept.is_file else []
        return self._answer(kept, "record", now, doubts)

    def _answer(
        self,
        kept: _Kept,
        validator: Literal["etag", "record", "age", "none"],
        now: Evidence | None = None,
        doubts: Sequence[str] = (),
    ) -> WholeAnswer | None:
        """Return the answer made of one that is kept, None if its file is gone or damaged."""
        is_loading = self._loading is not None and self._loading[0] is kept
        table = self._loading[1].result() if self._loading and is_loading else kept.load()
        if table is None:
            return None
        definitions = kept.definitions
        checked_at = kept.entry.checked_at
        if now is not None:  # the dataset may have been renamed
            definitions = replace(definitions, dataset=now.definitions.dataset)
            checked_at = self._begun_at.isoformat()
            confirm(kept.folder, kept.entry, self._begun_at)
        kept.touch()
        if not (kept.is_own or is_read_alike(self._options)):
            doubts = [*doubts, _TEXT_DOUBT]
        if not (kept.is_own or definitions.stated):
            doubts = [*doubts, _TYPE_DOUBT]
        check_expected(self._options.expect, self._dataset_id, definitions)
        answer = answer_from_rows(kept.query, definitions, table)
        origin = Origin(
            is_cached=True,
            retrieved_at=kept.entry.read_at,
            checked_at=checked_at,
            validator=validator,
            doubt=" ".join(doubts) or None,
        )
        return replace(answer, params=dict(kept.entry.params), origin=origin)

    def _fetch_unless_known(self, kept: _Kept, now: Evidence) -> tuple[bool, WholeAnswer | None]:
        """Return whether the file in storage is the one that is kept, and its answer if not."""
        known = replace(kept.definitions, dataset=now.definitions.dataset)
        check_expected(self._options.expect, self._dataset_id, known)
        # As with what is remembered: should the file have other columns, it is read anew.
        source = DefinitionsSource(self._client, self._dataset_id, known, is_remembered=True)
        with source:
            fetched = fetch_unless_known(
                source, kept.query, self._meter, known_etag=kept.entry.etag
            )
            return fetched is None, fetched
        return False, None

    def _is_same(self, kept: _Kept) -> bool:
        """Ask storage whether its file is the one that is kept."""
        transport, path = self._client._connection.transport, data_path(self._dataset_id)
        for attempt in transport.attempts(path):
            with (
                attempt,
                transport.open(path, kept.entry.params, if_none_match=kept.entry.etag) as response,
            ):
                return response.status == 304
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _use_definitions(self, stated: Definitions) -> None:
        """Let the read use the definitions that were asked for just now."""
        connection = self._client._connection
        known = connection.recall(self._dataset_id)
        if known is not None and _agree(known, stated):
            stated = replace(known, dataset=stated.dataset)
        connection.remember(self._dataset_id, stated)

    def _keep(self, answer: WholeAnswer, evidence: Evidence, token: str | None) -> WholeAnswer:
        """Keep an answer that was read, and return it."""
        origin = replace(new_origin(self._client), checked_at=self._begun_at.isoformat())
        is_file = not _COMPUTED & answer.params.keys()
        is_whole = is_file and answer.query.keep is None
        question = WHOLE if is_whole else self._question
        has_data = bool(answer.params) and answer.definitions.has_rows is not False
        # The definitions may have changed since the evidence was taken, and could change back.
        is_sound = has_data and _is_read_by(answer.definitions, evidence.definitions)
        path = self._folder.path
        if token is not None and path is not None and question is not None and is_sound:
            table = answer.table if is_whole else exact_rows(answer)
            if is_file and not _reaches_last_date(answer):
                evidence = replace(evidence, process=None)  # the file is older than the record
            entry = Entry(
                question=question.to_json(),
                group=question.group,
                description="everything" if is_whole else describe_options(self._options),
                base_url=self._client.base_url,
                params=answer.params,
                definitions=answer.definitions.to_json(),
                evidence=evidence.to_json(),
                etag=answer.etag if is_file else None,
                columns=table.column_names,
                table="",
                rows=table.num_rows,
                bytes=0,
                read_at=origin.retrieved_at,
                checked_at=origin.checked_at,
                token=token,
            )
            _write(self._folder, entry, table, self._limit)
        return replace(answer, origin=origin)


def _folder(client: Client, dataset_id: int, *, is_made: bool) -> DatasetFolder:
    settings = client._connection.settings
    return DatasetFolder.of(
        dataset_id, api_key=settings.api_key, base_url=settings.base_url, is_made=is_made
    )


def _write(folder: DatasetFolder, entry: Entry, table: pa.Table, limit: int) -> None:
    """Keep an answer; where that is not possible, warn once."""
    if folder.path is None or not table.num_columns:
        return
    try:
        name, size = write_table(folder.path, table)
        if size > limit:
            (folder.path / name).unlink()
            return
        is_replaced = write_entry(folder, replace(entry, table=name, bytes=size))
    except UNREADABLE as error:
        warn_of_writing(error)
        return
    if is_replaced:
        sweep(folder)
    make_room(limit)


def _seconds_since(entry: Entry, now: datetime.datetime) -> float:
    """Return the seconds since an entry was confirmed, below zero if the clock went back."""
    return (now - datetime.datetime.fromisoformat(entry.checked_at)).total_seconds()


def _is_plain(query: Query) -> bool:
    """Tell whether a query asks for the file of the whole dataset."""
    is_sent = any(spelling.filter or spelling.select for spelling in query.spellings)
    return not is_sent and query.send_last is None and query.send_top is None


def _reaches_last_date(answer: WholeAnswer) -> bool:
    """Tell whether a file ends where the record of its dataset says, if that says something."""
    dataset, date = answer.definitions.dataset, answer.definitions.date
    if dataset is None or dataset.max_date is None or date is None:
        return True
    last = pc.max(answer.table.column(date.name)).as_py()
    return last is not None and last.date() == dataset.max_date


def _is_read_by(definitions: Definitions, stated: Definitions) -> bool:
    """Tell whether an answer was read by the definitions that the service stated before."""
    if not stated.stated:
        return True  # then the values have told them
    read = {canonical_name(str(each.name)): each for each in definitions.columns}
    pairs = ((each, read.get(canonical_name(str(each.name)), each)) for each in stated.columns)
    return all(a.type == b.type and a.is_entity == b.is_entity for a, b in pairs)


def _agree(known: Definitions, stated: Definitions) -> bool:
    """Tell whether definitions that are remembered say the same as those of today."""
    is_same = known.stated == stated.stated and known.ignored == stated.ignored
    return is_same and all(known.get(str(each.name)) == each for each in stated.columns)


def _minute(instant: str) -> str:
    return f"{instant[:10]} {instant[11:16]}"


def _duration(seconds: float) -> str:
    """
    Return a duration as a person says it.

    >>> _duration(90000), _duration(59)
    ('1 day', 'less than a minute')
    """
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return plural(int(seconds // length), name)
    return "less than a minute"
