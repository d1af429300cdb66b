"""Experiments on answers with data: their forms, headers, redirects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from alphacast_pandas.api.identifiers import data_path, dataset_path
from alphacast_pandas.errors import DecodeError
from alphacast_pandas.probe.answers import check_success, parse_object, parse_rows, show_body
from alphacast_pandas.probe.observations import decide, decide_if_known, leave_open
from alphacast_pandas.probe.workspace import PANEL_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.api.responses import RawAnswer
    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

# Request lines just below and above each known limit, and one that is far above.
_LINES = (4_000, 4_100, 8_180, 8_200, 16_000)
_LIMITS = {4_100: "4094", 8_200: "8190"}
_REFUSALS = frozenset({400, 404, 422})  # of what was asked for, not of who asked or how often


def observe_json(workspace: Workspace) -> Iterator[Observation]:
    """Look at the shape of the json of several rows."""
    body = check_success(workspace.data(workspace.panel(), format="json")).body.decode("utf-8-sig")
    yield decide_if_known("json", f"the body begins with {body.strip()[:40]!r}", _json_shape(body))


def _json_shape(body: str) -> str | None:
    text = body.strip()
    try:
        value = json.loads(text)
    except ValueError:
        return "lines" if _are_objects(text.splitlines()) else None
    if isinstance(value, list):
        return "array" if len(value) == PANEL_ROWS else None
    rows = value.get("data") if isinstance(value, dict) else None
    return "data" if isinstance(rows, list) and len(rows) == PANEL_ROWS else None


def _are_objects(lines: list[str]) -> bool:
    try:
        return len(lines) == PANEL_ROWS and all(isinstance(json.loads(x), dict) for x in lines)
    except ValueError:
        return False


def observe_last(workspace: Workspace) -> Iterator[Observation]:
    """Ask for the last two, where the last date has three rows and the one before has one."""
    days = workspace.rows(workspace.panel(), last=2).column("Date")
    reading = {
        ("2024-01-03", *["2024-01-04"] * 3): "periods",
        ("2024-01-04", "2024-01-04"): "rows",
    }.get(tuple(sorted(days)))
    yield decide_if_known("last", f"$last=2 gave rows of {days}", reading)


def observe_row_count(workspace: Workspace) -> Iterator[Observation]:
    """Look for the header Row-Count after $top and after $last."""
    asked: tuple[dict[str, int], ...] = ({"top": 1}, {"last": 1})
    answers = [check_success(workspace.data(workspace.panel(), **query)) for query in asked]
    for answer in answers:
        parse_rows(answer)
    counts = tuple(answer.headers.get("Row-Count") for answer in answers)
    reading = {(True, True): "top or last", (True, False): "top", (False, False): "never"}.get(
        (counts[0] is not None, counts[1] is not None)
    )
    yield decide_if_known("row_count", f"$top=1: {counts[0]}, $last=1: {counts[1]}", reading)


def observe_media_types(workspace: Workspace) -> Iterator[Observation]:
    """Look at the media types of csv and tsv."""
    kinds = {
        form: _media_type(check_success(workspace.data(workspace.panel(), format=form, top=1)))
        for form in ("csv", "tsv", "json", "xlsx")
    }
    reading = {
        ("text/csv", "text/tab-separated-values"): "exact",
        ("application/json", "application/json"): "json",
    }.get((kinds["csv"], kinds["tsv"]))
    yield decide_if_known(
        "media_type", ", ".join(f"{form}: {kind}" for form, kind in kinds.items()), reading
    )


def _media_type(answer: RawAnswer) -> str:
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def observe_quoted_select(workspace: Workspace) -> Iterator[Observation]:
    """Select a column whose name has a comma, in double quotes."""
    answer = workspace.data(workspace.panel(), select='"one, two"', top=1)
    if answer.status == 400:
        seen = "a name in double quotes got status 400"
        bare = workspace.rows(workspace.panel(), select="amount", top=1).header
        reading = "refused" if sorted(bare) == ["Date", "amount", "city"] else None
        yield decide_if_known("select_quotes", seen, reading)
        return
    header = parse_rows(check_success(answer)).header
    is_right = sorted(header) == ["Date", "city", "one, two"]
    yield decide_if_known(
        "select_quotes", f"the columns were {header}", "accepted" if is_right else None
    )


def observe_unknown_select(workspace: Workspace) -> Iterator[Observation]:
    """Select a column that does not exist."""
    answer = workspace.data(workspace.panel(), select="no such column", top=1)
    if answer.status not in _REFUSALS:
        parse_rows(check_success(answer))
    yield decide(
        "unknown_select", f"status {answer.status}, {show_body(answer)}", str(answer.status)
    )


def observe_url_limit(workspace: Workspace) -> Iterator[Observation]:
    """Send longer and longer request lines, until one is refused."""
    path = dataset_path(workspace.panel())
    length = len(f"GET {path}?$top= HTTP/1.1")
    reading: str | None = "none"
    seen = f"a line of {_LINES[-1]:,} bytes was accepted"
    for size in _LINES:
        answer = workspace.get(path, {"$top": "1" * (size - length)})
        if answer.status != 200:
            reading = _LIMITS.get(size) if answer.status == 414 else None
            seen = f"a line of {size:,} bytes got status {answer.status}"
            break
        parse_object(answer)
    yield decide_if_known("url_limit", seen, reading)


def observe_transfer(workspace: Workspace) -> Iterator[Observation]:
    """Look whether a computed body of some thousand bytes is compressed."""
    answer = check_success(workspace.data(workspace.panel(), top=100))
    parse_rows(answer)
    encoding = answer.headers.get("Content-Encoding", "").lower()
    reading = {"": "plain", "gzip": "gzip"}.get(encoding)
    seen = f"{len(answer.body):,} bytes, Content-Encoding: {encoding or 'none'}"
    yield decide_if_known("transfer", seen, reading)


def observe_storage(workspace: Workspace) -> Iterator[Observation]:
    """Follow the redirect of a csv, ask the storage again under a condition and for a part."""
    redirect = workspace.data(workspace.panel(), format="csv")
    is_redirect = 300 <= redirect.status < 400
    seen = f"status {redirect.status}"
    if not is_redirect:
        parse_rows(check_success(redirect))
    yield decide("plain_csv", seen, "redirect" if is_redirect else "direct")
    if not is_redirect:
        for name in ("storage_etag", "redirect_etag", "storage_range"):
            yield leave_open(name, "A csv without parameters does not come from a storage.", seen)
        return
    has_etag = bool(redirect.headers.get("ETag"))
    yield decide("redirect_etag", f"an ETag: {has_etag}", "yes" if has_etag else "no")
    stored = check_success(workspace.follow(redirect))
    parse_rows(stored)
    yield _storage_etag(workspace, redirect, stored.headers.get("ETag", ""))
    part = workspace.follow(redirect, headers={"Range": "bytes=0-3"})
    readings = {(206, stored.body[:4]): "yes", (200, stored.body): "no"}
    seen = f"status {part.status}"
    yield decide_if_known("storage_range", seen, readings.get((part.status, part.body)))


def _storage_etag(workspace: Workspace, redirect: RawAnswer, etag: str) -> Observation:
    if not etag:
        return decide("storage_etag", "no ETag", "none")
    status = workspace.follow(redirect, headers={"If-None-Match": etag}).status
    strength = "weak" if etag.startswith("W/") else "strong"
    seen = f"a {strength} ETag; If-None-Match got status {status}"
    return decide_if_known("storage_etag", seen, strength if status == 304 else None)


def observe_head(workspace: Workspace) -> Iterator[Observation]:
    """Send HEAD for data."""
    path = data_path(workspace.panel())
    status = workspace.get(path, {"$top": 1}, method="HEAD").status
    reading = {200: "yes", 404: "no", 405: "no"}.get(status)
    yield decide_if_known("head", f"status {status}", reading)


def observe_order(workspace: Workspace) -> Iterator[Observation]:
    """Look at the order of rows that were uploaded in another one."""
    days = workspace.rows(workspace.panel(), top=100).column("Date")
    if len(days) != PANEL_ROWS:
        msg = f"{len(days)} rows came instead of {PANEL_ROWS}."
        raise DecodeError(msg)
    yield decide("sort_order", f"{days}", "by date" if days == sorted(days) else "other")
