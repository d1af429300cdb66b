"""Experiments on the language of ``$filter``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphacast_pandas.errors import QueryError
from alphacast_pandas.probe.answers import check_success, parse_rows
from alphacast_pandas.probe.observations import decide_if_known, leave_open
from alphacast_pandas.probe.workspace import CITY, DATE, PANEL_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alphacast_pandas.probe.answers import Rows
    from alphacast_pandas.probe.observations import Observation
    from alphacast_pandas.probe.workspace import Workspace

_IGNORED = "Filters are ignored."
_DATES = {"bare": "2024-01-02", "quoted": "'2024-01-02'"}
TIMES = """Date,city,amount
2024-01-01T00:00:00,aaa,1
2024-01-01T12:00:00,bbb,2
2024-01-02T00:00:00,ccc,3
"""
TIMES_MANIFEST = [{**DATE, "dateFormat": "%Y-%m-%dT%H:%M:%S"}, CITY]


def observe_filter(workspace: Workspace) -> Iterator[Observation]:
    """Ask for one of six rows, in every spelling of the name."""
    seen = {
        form: _fetch_filtered(workspace, name, "eq 'bbb'") for form, name in _names("city").items()
    }
    text = _describe(seen)
    if all(rows is None or len(rows.rows) == PANEL_ROWS for rows in seen.values()):
        every = all(rows is not None for rows in seen.values())
        reading = "ignored" if every else None
    else:
        reading = "honoured"
    yield decide_if_known("filter", text, reading)


def observe_names(workspace: Workspace) -> Iterator[Observation]:
    """Ask with the name of a column bare and in quotes."""
    if _is_ignored(workspace):
        yield leave_open("filter_names", _IGNORED)
        return
    seen = {
        form: _fetch_filtered(workspace, name, "eq 'bbb'") for form, name in _names("city").items()
    }
    yield decide_if_known("filter_names", _describe(seen), _form(seen, ["bbb"]))


def observe_dates(workspace: Workspace) -> Iterator[Observation]:
    """Ask for one date, bare and in quotes."""
    if _is_ignored(workspace):
        yield leave_open("filter_dates", _IGNORED)
        return
    name = _names("Date")[_find_name_form(workspace)]
    seen = {form: _fetch_filtered(workspace, name, f"eq {date}") for form, date in _DATES.items()}
    yield decide_if_known("filter_dates", _describe(seen), _form(seen, ["AAA"]))


def observe_text(workspace: Workspace) -> Iterator[Observation]:
    """Ask an entity and a value column for a text that differs from others in case and accents."""
    if _is_ignored(workspace):
        yield leave_open("text", _IGNORED)
        return
    form = _find_name_form(workspace)
    seen = {
        column: sorted(_city_rows(workspace, _names(column)[form], "eq 'aaa'"))
        for column in ("city", "label")
    }
    readings = {
        ("aaa",): "exact",
        ("AAA", "aaa"): "case",
        ("AAA", "aaa", "ááá"): "folded",
    }
    reading = readings.get(tuple(seen["city"])) if seen["city"] == seen["label"] else None
    text = "; ".join(f"{column} eq 'aaa' kept {cities}" for column, cities in seen.items())
    yield decide_if_known("text", text, reading)


def observe_missing(workspace: Workspace) -> Iterator[Observation]:
    """Ask for all rows but those of one number, where one row has no number."""
    if _is_ignored(workspace):
        yield leave_open("missing", _IGNORED)
        return
    name = _names("amount")[_find_name_form(workspace)]
    cities = sorted(_city_rows(workspace, name, "ne 4"))
    readings = {
        ("AAA", "aaa", "ccc", "ddd"): "dropped",
        ("AAA", "aaa", "ccc", "ddd", "ááá"): "kept",
    }
    seen = f"amount ne 4 kept {cities}; ááá has no amount"
    yield decide_if_known("missing", seen, readings.get(tuple(cities)))


def observe_times(workspace: Workspace) -> Iterator[Observation]:
    """Store times of day, look at how they are written, and ask for a day."""
    dataset = workspace.new_dataset("times")
    workspace.store(dataset, TIMES, TIMES_MANIFEST)
    written = [row["Date"] for row in workspace.rows(dataset, top=100).rows]
    whole = [row["Date"] for row in workspace.rows(workspace.panel(), top=100).rows]
    seen = f"a dataset of days has {whole[0]!r}, one with times of day {written}"
    yield decide_if_known("date_time", seen, _date_form(whole, written))
    if not any("12:00" in date for date in written):
        yield leave_open("dates", "Times of day are not stored.", seen)
        return
    if _is_ignored(workspace):
        yield leave_open("dates", _IGNORED)
        return
    cities, question = _day_rows(workspace, dataset)
    readings = {("aaa",): "instant", ("aaa", "bbb"): "day"}
    yield decide_if_known(
        "dates", f"{question} kept {cities}; bbb is at noon", readings.get(tuple(cities))
    )


def observe_last_and_filter(workspace: Workspace) -> Iterator[Observation]:
    """Ask for the last date of rows that do not have the last date of all."""
    if _is_ignored(workspace):
        yield leave_open("last_and_filter", _IGNORED)
        return
    name = _names("amount")[_find_name_form(workspace)]
    answer = workspace.data(workspace.panel(), filter=f"{name} eq 2", last=1)
    cities = parse_rows(check_success(answer)).column("city")
    reading = {("AAA",): "after", (): "before"}.get(tuple(cities))
    if not cities and _city_rows(workspace, name, "eq 2") != ["AAA"]:
        reading = None
    yield decide_if_known("last_and_filter", f"amount eq 2 and $last=1 kept {cities}", reading)


def observe_quote(workspace: Workspace) -> Iterator[Observation]:
    """Ask for a text with a quote, written twice."""
    if _is_ignored(workspace):
        yield leave_open("quote_in_text", _IGNORED)
        return
    name = _names("label")[_find_name_form(workspace)]
    rows = _fetch_filtered(workspace, name, "eq 'it''s'")
    reading = "refused" if rows is None else None
    if rows is not None and rows.column("city") == ["ccc"]:
        reading = "doubled"
    yield decide_if_known("quote_in_text", _describe({"eq 'it''s'": rows}), reading)


def _names(column: str) -> dict[str, str]:
    return {"bare": column, "quoted": f"'{column}'"}


def _fetch_filtered(
    workspace: Workspace, name: str, rest: str, dataset: int | None = None
) -> Rows | None:
    """Return the rows that a filter keeps, None if it is refused."""
    number = workspace.panel() if dataset is None else dataset
    answer = workspace.data(number, filter=f"{name} {rest}")
    return None if answer.status == 400 else parse_rows(check_success(answer))


def _is_ignored(workspace: Workspace) -> bool:
    return next(observe_filter(workspace)).reading == "ignored"


def _find_name_form(workspace: Workspace) -> str:
    """Return a form of column names that is understood."""
    for form, name in _names("city").items():
        rows = _fetch_filtered(workspace, name, "eq 'bbb'")
        if rows is not None and rows.column("city") == ["bbb"]:
            return form
    msg = "No known form of column names in $filter is understood."
    raise QueryError(msg)


def _city_rows(workspace: Workspace, name: str, rest: str) -> list[str]:
    rows = _fetch_filtered(workspace, name, rest)
    if rows is None:
        msg = f"The filter {name} {rest} was refused."
        raise QueryError(msg)
    return rows.column("city")


def _day_rows(workspace: Workspace, dataset: int) -> tuple[list[str], str]:
    """Return what a filter on one day keeps, in the form of dates that is understood."""
    name = _names("Date")[_find_name_form(workspace)]
    for date in ("2024-01-01", "'2024-01-01'"):
        rows = _fetch_filtered(workspace, name, f"eq {date}", dataset)
        if rows is not None:
            return sorted(rows.column("city")), f"{name} eq {date}"
    msg = "No known form of dates in $filter is understood."
    raise QueryError(msg)


def _form(seen: dict[str, Rows | None], wanted: list[str]) -> str | None:
    """Return which of the forms, bare and quoted, keep the wanted rows."""
    kept = {form: rows.column("city") for form, rows in seen.items() if rows is not None}
    if any(cities != wanted for cities in kept.values()):
        return None
    return "both" if len(kept) == 2 else next(iter(kept), None)


def _describe(seen: dict[str, Rows | None]) -> str:
    """Return in words what became of each spelling."""
    return "; ".join(
        f"{form}: refused" if rows is None else f"{form}: kept {rows.column('city')}"
        for form, rows in seen.items()
    )


def _date_form(days: list[str], times: list[str]) -> str | None:
    """Return how dates are written in a dataset of days and in one with times of day."""
    if all(date[10:].startswith("T00:00") for date in days):
        return "always" if all(date[10:11] == "T" for date in times) else None
    if any(len(date) != 10 for date in days):
        return None
    marks = {date[10:11] for date in times if "12:00" in date}
    return {"T": "T", " ": "blank"}.get(marks.pop()) if len(marks) == 1 else None
