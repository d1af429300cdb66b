"""What a download asks for: from the parameters of 6.1 to rows and columns."""

import csv
from dataclasses import dataclass
from typing import Any

from alphacast_pandas.emulator.comparisons import Condition
from alphacast_pandas.emulator.errors import Refusal
from alphacast_pandas.emulator.queries.filters import EVERYTHING, compile_filter
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, scalar

FORMATS = ("csv", "json", "xlsx", "tsv")
LARGEST = 2**63 - 1
IN_ORDER = "ORDER BY rowid"  # which DuckDB keeps by itself only while it joins nothing


@dataclass(frozen=True)
class Selection:
    """A download, understood."""

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


def understand(query: dict[str, str], columns: list[Column], readings: Readings) -> Selection:
    """Read the parameters of a download."""
    words = {name: value for name, value in query.items() if value.strip()}
    form = words.get("$format", "csv").strip().lower()
    if form not in FORMATS:
        raise Refusal(400, f"$format must be one of: {', '.join(FORMATS)}")
    return Selection(
        format=form,
        columns=select(words.get("$select"), columns, readings),
        condition=keep(words.get("$filter"), columns, readings),
        last=whole_number(words, "$last"),
        top=whole_number(words, "$top"),
        is_plain=not {"$select", "$filter", "$last", "$top"} & words.keys(),
    )


def keep(text: str | None, columns: list[Column], readings: Readings) -> Condition:
    """Return which rows `$filter` keeps; a service that ignores it does not complain of it."""
    if text is None or readings.filter == "ignored":
        return EVERYTHING
    return compile_filter(text, columns, readings)


def whole_number(words: dict[str, str], name: str) -> int | None:
    """Return a parameter that counts rows or dates."""
    text = words.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Refusal(400, f"{name} must be a whole number")
    return min(int(text[:20]), LARGEST)


def select(text: str | None, columns: list[Column], readings: Readings) -> tuple[Column, ...]:
    """Return the entity columns, then the values that `$select` names or numbers."""
    if text is None:
        return tuple(columns)
    wanted = [resolve(item, columns, readings) for item in split(text, readings.select_quotes)]
    unknown = [item for item, column in wanted if column is None]
    if unknown:
        raise Refusal(400, f"Select contains invalid column(s): {', '.join(unknown)}")
    values = {column.id: column for _, column in wanted if column and column.is_value}
    return (*(column for column in columns if column.is_entity), *values.values())


def split(text: str, quotes: str) -> list[str]:
    """Return the items of a `$select`; a name in double quotes may hold commas."""
    if quotes == "refused" or '"' not in text:
        return text.split(",")
    return next(csv.reader([text], skipinitialspace=True), [])


def resolve(item: str, columns: list[Column], readings: Readings) -> tuple[str, Column | None]:
    """Return the column of an item: by its very name, by its trimmed name, or by its id."""
    for name in (item, item.strip()):
        for column in columns:
            if column.name == name:
                return item, column
    ids = {str(column.id): column for column in columns}
    if readings.column_ids == "small":
        ids = {str(place): column for place, column in enumerate(columns, 1)}
    return item, ids.get(item.strip())


def rows_of(cursor: Cursor, table: str, selection: Selection, readings: Readings) -> Rows:
    """Return the SQL of the rows that a selection keeps, in the order of the table."""
    condition, values = selection.condition.sql, list(selection.condition.parameters)
    order = "" if selection.condition == EVERYTHING and selection.last is None else IN_ORDER
    matching = scalar(cursor, f"SELECT count(*) FROM {table} WHERE {condition}", values)
    limit = ""
    if selection.last is not None:
        date = next((column.field for column in selection.columns if column.is_date), None)
        if readings.last == "rows" or date is None:
            limit = f"OFFSET {max(0, matching - selection.last)}"
        else:
            condition, values = latest(table, date, selection)
    if selection.top is not None:
        limit = f"LIMIT {selection.top} {limit}"
    return Rows(f"FROM {table} WHERE {condition} {order} {limit}", tuple(values), matching)


def latest(table: str, date: str, selection: Selection) -> tuple[str, list[Any]]:
    """Return the condition that keeps the last dates among the rows that match."""
    condition, values = selection.condition.sql, list(selection.condition.parameters)
    dates = (
        f"SELECT DISTINCT {date} FROM {table} WHERE {condition}"
        f" ORDER BY {date} DESC LIMIT {selection.last}"
    )
    return f"({condition}) AND {date} IN ({dates})", values * 2
