"""Experiments on the search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.transport import Transport
from alphacast_pandas.probe.answers import check_success, parse_object
from alphacast_pandas.probe.observations import decide, decide_if_known, leave_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

_PATH = "/api/search"
_DATASETS = 12  # more than the smallest known length of a page
_PAUSES = 15  # until the search must show the new datasets
_PAUSE = 2.0  # seconds
_WORDS = ("gdp", "index", "population")  # which many public datasets have
_LONG, _MANY = 100, 150  # the largest known length of a page, and more
_FAR = 1_000  # behind the last result
_HIGH = 10_000  # where a search engine stops counting
_NAMES = ("search_fields", "search_offset", "search_length", "search_repeats", "search_total")
Page = dict[str, Any]


def observe_host(workspace: Workspace) -> Iterator[Observation]:
    """Search at the host of the API."""
    connection = workspace.client._connection
    with_key = Transport(connection.settings, connection.clock, key_in_query=True)
    try:
        answer = with_key.exchange("GET", _PATH, params={"q": workspace.mark, "length": 1})
    finally:
        with_key.close()
    seen = f"the host of the API answers a search with status {answer.status}"
    reading = {200: "both", 404: "web"}.get(answer.status)
    if reading == "both" and "data" not in parse_object(answer):
        reading = None
    yield decide_if_known("search_host", seen, reading)


def observe_search(workspace: Workspace) -> Iterator[Observation]:
    """Search for the datasets of the probe, of which there are enough for several pages."""
    for label in range(len(workspace.datasets), _DATASETS):
        workspace.new_dataset(f"search {label}")
    newest = [*workspace.datasets.values()][-1]
    if not _wait_for(workspace, newest):
        seconds = f"{_PAUSES * _PAUSE:g} s"
        why = f"The search did not show the new datasets within {seconds}."
        yield from (leave_open(name, why) for name in _NAMES)
        return
    yield _fields(workspace)
    singles = [_ids(_page(workspace, offset, 1)) for offset in range(6)]
    first = [ids[0] for ids in singles if len(ids) == 1]
    if len(first) < len(singles):
        why = "A page of one result does not have one."
        yield from (leave_open(name, why, f"{singles}") for name in _NAMES[1:])
        return
    offset = _offset(workspace, first)
    yield offset
    yield from _lengths(workspace, offset.reading)


def _lengths(workspace: Workspace, offset: str | None) -> Iterator[Observation]:
    """Walk through all results, as far as the meaning of the offset is known."""
    if offset is None:
        why = "What the offset counts is not known."
        yield from (leave_open(name, why) for name in _NAMES[2:])
        return
    own = {*workspace.datasets.values()}
    pages = _walk(workspace, offset)
    listed = [number for page in pages for number in page]
    if {*listed} != own:
        why = "The pages of the search do not hold exactly the datasets of the probe."
        seen = f"{len({*listed} & own)} of {len(own)} datasets"
        yield from (leave_open(name, why, seen) for name in _NAMES[2:])
        return
    yield _length(workspace, pages[0], listed)
    repeats = _repeats(workspace, pages, own)
    yield repeats
    yield _total(workspace, listed, repeats.reading)


def _walk(workspace: Workspace, offset: str) -> list[list[int]]:
    """Return the ids of each page, up to the end or to a page that comes again."""
    pages: list[list[int]] = []
    place = 0
    for _ in range(3 * _DATASETS):
        page = _ids(_page(workspace, place, _LONG))
        if not page or page in pages:
            break
        pages.append(page)
        place += len(page) if offset == "results" else 1
    return pages


def _offset(workspace: Workspace, first: Sequence[int]) -> Observation:
    """Compare a page of two at offset 1 with pages of one, at which both readings agree."""
    second = _ids(_page(workspace, 1, 2))
    seen = f"single results {first}; two from offset 1: {second}"
    by_results, by_pages = [*first[1:3]], [*first[2:4]]
    if by_results == by_pages:
        return leave_open("search_offset", "Single results are all the same.", seen)
    reading = {(*by_results,): "results", (*by_pages,): "pages"}.get((*second,))
    return decide_if_known("search_offset", seen, reading)


def _length(workspace: Workspace, page: list[int], listed: list[int]) -> Observation:
    if len(page) < len(listed):
        seen = f"a page of {_LONG} has {len(page)} of {len(listed)} results"
        # A length that is refused may be replaced by another one; one more than the limit is cut.
        is_limit = len(_ids(_page(workspace, 0, len(page) + 1))) == len(page)
        reading = str(len(page)) if is_limit and len(page) in {3, 10} else None
        return decide_if_known("search_length", seen, reading)
    for word in _WORDS:
        first = _ids(_page(workspace, 0, _MANY, word))
        seen = f"a page of {_MANY} has {len(first)} results"
        if len(first) >= _MANY:
            return decide("search_length", seen, "none")
        if first and {*_ids(_page(workspace, 1, len(first), word))} - {*first}:
            reading = "100" if len(first) == _LONG else None
            return decide_if_known("search_length", f"{seen}, and there are more", reading)
        if len(first) > _LONG:
            return decide("search_length", seen, "none")
    why = f"A page had all {len(listed)} results, and no search was seen to have {_LONG} or more."
    return leave_open("search_length", why)


def _repeats(workspace: Workspace, pages: list[list[int]], own: set[int]) -> Observation:
    listed = [number for page in pages for number in page]
    behind = _ids(_page(workspace, _FAR, 5))
    seen = f"{len(listed)} results for {len({*listed})} datasets; {len(behind)} far behind the end"
    is_repeated = len(listed) > len({*listed})
    if is_repeated and not behind:
        # Every other result comes again two places later.
        return decide_if_known("search_repeats", seen, "some" if listed[0] == listed[2] else None)
    if behind and not is_repeated:
        return decide_if_known("search_repeats", seen, "last" if {*behind} <= own else None)
    return decide_if_known("search_repeats", seen, None if is_repeated else "none")


def _total(workspace: Workspace, listed: list[int], repeats: str | None) -> Observation:
    page = _page(workspace, 0, 2)
    if repeats is None:
        return leave_open("search_total", "Which results come twice is not known.")
    shown = len(_ids(page))
    if "totalItems" not in page:
        return decide_if_known("search_total", "no totalItems", "absent" if shown else None)
    total = page["totalItems"]
    seen = f"totalItems is {total!r} of {len(listed)} results, on a page of {shown}"
    readings = {len(listed): "right", shown: "low", _HIGH: "high"}
    return decide_if_known(
        "search_total", seen, readings.get(total) if type(total) is int else None
    )


def _fields(workspace: Workspace) -> Observation:
    own = {*map(str, workspace.datasets.values())}
    results = _results(_page(workspace, 0, _LONG))
    item = next((each for each in results if str(each.get("id")) in own), {})
    seen = f"the fields are {', '.join(sorted(item))}"
    return decide_if_known("search_fields", seen, _fields_reading(item, workspace))


def _fields_reading(item: Page, workspace: Workspace) -> str | None:
    place = item.get("repositoryId")
    if set(item) == {"id", "name"}:
        return "bare"
    if place == str(workspace.repository) and not isinstance(item.get("permission"), str):
        return "typed"
    if isinstance(item.get("repository"), dict):
        return "nested" if place is None else None
    if item.get("repository_id") == workspace.repository:
        return "renamed"
    is_full = place == workspace.repository and isinstance(item.get("permission"), str)
    return "full" if is_full else None


def _wait_for(workspace: Workspace, dataset: int) -> bool:
    """Wait until the search shows a dataset."""
    label = next(name for name, number in workspace.datasets.items() if number == dataset)
    for _ in range(_PAUSES):
        page = _page(workspace, 0, _LONG, f"{workspace.mark} {label}")
        if dataset in _ids(page):
            return True
        workspace.pause(_PAUSE)
    return False


def _page(workspace: Workspace, offset: int, length: int, words: str | None = None) -> Page:
    """Return a page: of the datasets of the probe, or of all that have other words."""
    params: dict[str, Any] = {"q": words or workspace.mark, "asset": "datasets"}
    is_own = words is None or workspace.mark in words
    params |= {"repositoryId": workspace.repository} if is_own else {"searchAllAlphacast": "true"}
    params |= {"offset": offset, "length": length}
    transport = workspace.client._connection.search_transport
    return parse_object(check_success(transport.exchange("GET", _PATH, params=params)))


def _results(page: Page) -> list[dict[str, Any]]:
    results = page.get("data")
    results = results if isinstance(results, list) else []
    return [each for each in results if isinstance(each, dict)]


def _ids(page: Page) -> list[int]:
    return [int(each["id"]) for each in _results(page) if str(each.get("id")).isdigit()]
