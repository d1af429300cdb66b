"""The search for datasets: its pages, and the records of its results."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.lenient import (
    day_field,
    list_field,
    number_field,
    object_field,
    text_field,
)
from alphacast_pandas.api.records import Record, instant, object_of
from alphacast_pandas.api.responses import brief_repr
from alphacast_pandas.errors import APIError, DecodeError, NotFoundError, QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from alphacast_pandas.api.transport import Transport

_PATH = "/api/search"
_PAGE_LENGTH = 100
_DEFAULT_LENGTH = 10  # that of the service, for requests that name none


@dataclass(frozen=True, repr=False)
class SearchResult(Record):
    """
    A dataset that a search has found; what the service does not tell is None.

    Dates are days, instants are as the service sends them.
    """

    words: ClassVar[tuple[str, str]] = ("dataset", "datasets")
    only_alone = frozenset({"updated_at", "permission", "source_name", "source_url", "description"})

    id: int
    name: str
    repository_id: int | None = None
    repository: str | None = None
    description: str | None = None
    source_name: str | None = None
    source_url: str | None = None
    permission: str | None = None
    updated_at: str | None = None
    frequency: str | None = None
    min_date: datetime.date | None = None
    max_date: datetime.date | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        return {
            "id": self.id,
            "name": self.name,
            "repository_id": self.repository_id,
            "repository": self.repository,
            "frequency": self.frequency,
            "min_date": self.min_date,
            "max_date": self.max_date,
            "updated_at": instant(self.updated_at),
            "permission": self.permission,
            "source_name": self.source_name,
            "source_url": self.source_url,
            "description": self.description,
        }

    @classmethod
    def from_json(cls, value: Any) -> SearchResult:
        """Return the record of one JSON object, of which only id and name are certain."""
        item = object_of(value, "a search result")
        number, name = number_field(item, "id"), item.get("name")
        if number is None or not isinstance(name, str):
            msg = f"Expected a search result with an id and a name, got {brief_repr(item)}."
            raise DecodeError(msg)
        repository = object_field(item, "repository")
        return cls(
            id=number,
            name=name,
            repository_id=number_field(item, "repositoryId")
            if "repositoryId" in item
            else number_field(repository, "id"),
            repository=repository_name(item),
            description=text_field(item, "description"),
            source_name=text_field(item, "sourceName"),
            source_url=text_field(item, "sourceUrl"),
            permission=text_field(item, "permission"),
            updated_at=text_field(item, "updatedAt"),
            frequency=text_field(item, "frequency"),
            min_date=day_field(item, "minDate"),
            max_date=day_field(item, "maxDate"),
            raw=item,
        )


@dataclass(frozen=True)
class Page:
    """One page of results, and how many there are in all, if the service says it."""

    results: tuple[SearchResult, ...]
    total: int | None = None

    @property
    def ids(self) -> list[int]:
        """The numbers of the datasets, in order."""
        return [result.id for result in self.results]

    @classmethod
    def from_json(cls, value: Any) -> Page:
        """Return the page of one answer."""
        results = list_field(value, "data") if isinstance(value, dict) else None
        if results is None:
            msg = f"Expected search results under 'data', got {brief_repr(value)}."
            raise DecodeError(msg)
        total = number_field(value, "totalItems")
        return cls(tuple(map(SearchResult.from_json, results)), total)


def repository_name(item: Mapping[str, Any]) -> str | None:
    """Return the name of the repository of a dataset, if its JSON has it."""
    named = text_field(item, "repositoryName", "repository")
    return named or text_field(object_field(item, "repository"), "name")


def fetch_results(
    transport: Transport,
    query: str,
    *,
    repository_id: int | str | None = None,
    mine: bool = False,
    deprecated: bool = False,
    limit: int | None = 25,
) -> Page:
    """
    Return the results of a search, each dataset once.

    The offset counts results or pages. A step of one finds every result either way, but takes one
    request a result if it counts results; so the second answer must show that it does, before the
    steps are as long as the pages. If the service returns fewer results than asked for, that is
    the length of the pages from then on, so that both sides mean the same page.
    """
    params = _params(query, repository_id, mine=mine, deprecated=deprecated)
    most = None if limit is None else _check_limit(limit)
    length = _PAGE_LENGTH if most is None else min(most, _PAGE_LENGTH)
    first = _fetch_first_page(transport, params, length)
    found: dict[int, SearchResult] = {}
    _add_new(found, first)
    total = first.total
    is_end, counts_results, offset = not found, False, 1
    length = len(first.results) or length
    while not is_end and (most is None or len(found) < most):
        page = _fetch_page(transport, params, offset, length)
        is_second = offset == 1
        if is_second:
            counts_results = _counts_results(first, page)
        # The second page may be full of what the first one has, although it is not the end.
        may_go_on = is_second and counts_results and len(page.results) >= length
        is_end = not _add_new(found, page) and not may_go_on
        offset += len(page.results) if counts_results else 1
        total = page.total if total is None else total
    results = tuple(found.values())[:most]
    return Page(results, _total(total, len(results), is_all=is_end and len(found) == len(results)))


def _add_new(found: dict[int, SearchResult], page: Page) -> bool:
    """Add the results of a page that are not there yet; return whether there were any."""
    before = len(found)
    for result in page.results:
        found.setdefault(result.id, result)
    return len(found) > before


def _counts_results(first: Page, second: Page) -> bool:
    """
    Tell whether a page at offset 1 is the first one moved on by one result.

    If it is another one, some results of the first may be repeated in it all the same.
    """
    common = len({*first.ids} & {*second.ids})
    return common >= max(2, len(first.results) / 2)


def _total(stated: int | None, shown: int, *, is_all: bool) -> int | None:
    """Return how many results there are: proven by their end, or stated and not disproved."""
    if is_all:
        return shown
    return stated if stated is not None and stated >= shown else None


def _params(
    query: Any, repository_id: int | str | None, *, mine: bool, deprecated: bool
) -> dict[str, Any]:
    if not isinstance(query, str) or not query.strip():
        msg = f"query must be a text of one or more words, got {value_text(query)}."
        raise QueryError(msg)
    params: dict[str, Any] = {"q": query.strip(), "asset": "datasets"}
    if repository_id is not None:
        params["repositoryId"] = resolve_id(repository_id, "repository")
    if not mine:
        params["searchAllAlphacast"] = "true"
    if not deprecated:
        params["excludeDeprecated"] = "true"
    return params


def _fetch_first_page(transport: Transport, params: Mapping[str, Any], length: int) -> Page:
    """Return the first page; a length that the service refuses is replaced by its own default."""
    try:
        return _fetch_page(transport, params, 0, length)
    except APIError as error:
        if error.status_code != 400 or length <= _DEFAULT_LENGTH:
            raise
    return _fetch_page(transport, params, 0, _DEFAULT_LENGTH)


def _fetch_page(transport: Transport, params: Mapping[str, Any], offset: int, length: int) -> Page:
    try:
        answer = transport.get(_PATH, {**params, "offset": offset, "length": length})
    except NotFoundError as error:
        msg = (
            f"{error} The search was looked for at {transport.settings.base_url}; if it is "
            "somewhere else, pass its address as Client(search_url=...)."
        )
        raise NotFoundError(msg, status_code=error.status_code) from error
    return Page.from_json(answer)


def _check_limit(limit: Any) -> int:
    try:
        number = 0 if isinstance(limit, bool) else operator.index(limit)
    except TypeError:
        number = 0
    if number < 1:
        msg = f"limit must be an integer >= 1, or None for all results, got {value_text(limit)}."
        raise QueryError(msg)
    return number
