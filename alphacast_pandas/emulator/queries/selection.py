"""The selection of a download: from its query parameters to columns and rows."""

import csv
from dataclasses import dataclass
from typing import Any

from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.queries.filters import EVERYTHING, Condition, compile_filter
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, fetch_value
from alphacast_pandas.emulator.text import parse_count

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
FORMATS = tuple(MEDIA_TYPES)
# DuckDB keeps the order of a table by itself only while a query joins nothing, and a long filter
# or `$last` becomes a join.
IN_ORDER = "ORDER BY rowid"


@dataclass(frozen=True)
class Selection:
    """
    What a download asks for.

    `is_plain` says that no parameter but `$format` was given: such a csv comes from storage.
    """

    format: str
    columns: tuple[Column, ...]
    condition: Condition
    last: int | None
    top: int | None
    is_plain: bool


@dataclass(frozen=True)
class Rows:
    """The SQL of the rows of a download, and how many match its filter."""

    sql: str
    parameters: tuple[Any, ...]
    matching: int


def parse_selection(query: dict[str, str], columns: list[Column], readings: Readings) -> Selection:
    """Read the parameters of a download, or refuse them."""
    words = {name: value for name, value in query.items() if value.strip()}
    form = words.get("$format", "csv").strip().lower()
    if form not in FORMATS:
        raise Refusal(400, f"$format must be one of: {', '.join(FORMATS)}")
    return Selection(
        format=form,
        columns=parse_select(words.get("$select"), columns, readings),
        condition=parse_filter(words.get("$filter"), columns, readings),
        last=parse_count(words, "$last"),
        top=parse_count(words, "$top"),
        is_plain=not {"$select", "$filter", "$last", "$top"} & words.keys(),
    )


def parse_filter(text: str | None, columns: list[Column], readings: Readings) -> Condition:
    """Return the condition of `$filter`; where a reading ignores it, it is not even parsed."""
    if text is None or readings.filter == "ignored":
        return EVERYTHING
    return compile_filter(text, columns, readings)


def parse_select(text: str | None, columns: list[Column], readings: Readings) -> tuple[Column, ...]:
    """Return the entity columns, then the values that `$select` names or numbers."""
    if text is None:
        return tuple(columns)
    names, ids = {column.name: column for column in columns}, columns_by_id(columns, readings)
    # A column may be named 2020, or with blanks around it: names come before ids.
    wanted = [
        (item, names.get(item) or names.get(item.strip()) or ids.get(item.strip()))
        for item in split_select(text, readings.select_quotes)
    ]
    unknown = [item for item, column in wanted if column is None]
    if unknown:
        raise Refusal(400, f"Select contains invalid column(s): {', '.join(unknown)}")
    values = {column.id: column for _, column in wanted if column and column.is_value}
    return (*(column for column in columns if column.is_entity), *values.values())


def split_select(text: str, quotes: str) -> list[str]:
    """Return the items of a `$select`; a name in double quotes may hold commas."""
    if quotes == "refused" or '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error:  # a line break outside of quotes, or a very long name
        raise Refusal(400, "Select is not valid") from None


def columns_by_id(columns: list[Column], readings: Readings) -> dict[str, Column]:
    """Return the columns by the text of their id."""
    if readings.column_ids == "small":
        return {str(place): column for place, column in enumerate(columns, 1)}
    return {str(column.id): column for column in columns}


def resolve_rows(cursor: Cursor, table: str, selection: Selection, readings: Readings) -> Rows:
    """Return the SQL of the rows that a selection keeps, in the order of the table."""
    condition, values = selection.condition.sql, list(selection.condition.parameters)
    order = "" if selection.condition == EVERYTHING and selection.last is None else IN_ORDER
    matching = fetch_value(cursor, f"SELECT count(*) FROM {table} WHERE {condition}", values)
    limit = ""
    if selection.last is not None:
        date = next((column.field for column in selection.columns if column.is_date), None)
        if readings.last == "rows" or date is None:
            limit = f"OFFSET {max(0, matching - selection.last)}"
        else:
            condition, values = last_dates(table, date, selection)
    if selection.top is not None:
        limit = f"LIMIT {selection.top} {limit}"
    return Rows(f"FROM {table} WHERE {condition} {order} {limit}", tuple(values), matching)


def last_dates(table: str, date: str, selection: Selection) -> tuple[str, list[Any]]:
    """Return the condition of the rows that match and have one of the last matching dates."""
    condition, values = selection.condition.sql, list(selection.condition.parameters)
    dates = (
        f"SELECT DISTINCT {date} FROM {table} WHERE {condition}"
        f" ORDER BY {date} DESC LIMIT {selection.last}"
    )
    return f"({condition}) AND {date} IN ({dates})", values * 2
