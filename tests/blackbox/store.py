"""What the service remembers: repositories, datasets, their rows and their processes."""

import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from blackbox.language import Cell, RefusedError, fold, parse_filter
from blackbox.switches import Switches

Key = tuple[Cell, ...]
Json = dict[str, Any]
column_ids = itertools.count(3290015)
process_ids = itertools.count(45141)
MIDNIGHT = time(0)


@dataclass
class Column:
    """One column of a dataset."""

    name: str
    kind: str = "Decimal"
    entity: bool = False
    id: int = field(default_factory=lambda: next(column_ids))


@dataclass
class Dataset:
    """One dataset with its rows, in the order in which they came."""

    id: int
    name: str
    repository_id: int
    facts: Json = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    manifest: list[Json] | None = None
    rows: dict[Key, dict[str, Cell]] = field(default_factory=dict)
    processes: list[Json] = field(default_factory=list)
    canned: bytes | None = None  # served whatever is asked, if set
    export: bytes | None = None  # the file of before the last upload

    def kinds(self) -> dict[str, str]:
        """Name to data type."""
        return {column.name: column.kind for column in self.columns}

    def key_columns(self) -> list[Column]:
        """Date and entities, the date first."""
        keys = [column for column in self.columns if column.entity]
        return sorted(keys, key=lambda column: column.kind != "Date")

    def value_columns(self) -> list[Column]:
        """Every other column."""
        return [column for column in self.columns if not column.entity]

    def key_of(self, row: dict[str, Cell]) -> Key:
        """Return what makes a row unique."""
        return tuple(row[column.name] for column in self.key_columns())

    def date_name(self) -> str | None:
        """Name of the date column."""
        return next((c.name for c in self.columns if c.kind == "Date"), None)

    def dates(self) -> list[datetime]:
        """Return the stored dates in order."""
        name = self.date_name()
        dates = {row[name] for row in self.rows.values()} if name else set()
        return sorted(date for date in dates if isinstance(date, datetime))


def ordered(dataset: Dataset, switches: Switches) -> list[dict[str, Cell]]:
    """Return the rows in the order in which this service keeps them."""
    rows, name = list(dataset.rows.values()), dataset.date_name()
    if name is not None:
        rows.sort(key=lambda row: row[name], reverse=switches.order == "newest")
    if switches.order == "entity":
        names = [c.name for c in dataset.key_columns() if c.kind != "Date"]
        rows.sort(key=lambda row: [str(row[name]) for name in names])
    if switches.order == "shuffled":
        random.Random(7).shuffle(rows)
    return rows


def cut_last(rows: list[dict[str, Cell]], name: str, count: int, how: str) -> list[dict[str, Cell]]:
    """Apply `$last`, in one of its two readings."""
    if how == "rows":
        newest = sorted(range(len(rows)), key=lambda i: rows[i][name])[-count:]
        return [row for i, row in enumerate(rows) if i in set(newest)]
    wanted = set(sorted({row[name] for row in rows})[-count:])
    return [row for row in rows if row[name] in wanted]


def select_columns(dataset: Dataset, text: str | None, switches: Switches) -> list[Column]:
    """Read `$select`; date and entities always stand in front."""
    if text is None:
        values = dataset.value_columns()
    else:
        chosen = [find_column(dataset, item, switches) for item in split_select(text, switches)]
        values = [column for column in chosen if not column.entity]
    columns = dataset.key_columns() + values
    return columns[::-1] if switches.header == "reversed" else columns


def split_select(text: str, switches: Switches) -> list[str]:
    """Split the list at commas, but not inside double quotes unless the service is naive."""
    if switches.select != "quoted":
        return text.split(",")
    items, item, inside = [], "", False
    for character in text:
        if character == '"':
            inside = not inside
        elif character == "," and not inside:
            items.append(item)
            item = ""
        else:
            item += character
    return [*items, item]


def find_column(dataset: Dataset, item: str, switches: Switches) -> Column:
    """Find a column by name or id."""
    by_name = {c.name: c for c in dataset.columns} if switches.select != "ids" else {}
    by_id = {str(c.id): c for c in dataset.columns}
    first, second = (by_name, by_id) if switches.numeric_select == "name" else (by_id, by_name)
    if switches.numeric_select == "id" and item.isdigit():
        second = {}
    found = first.get(item) or second.get(item)
    if found is None:
        raise RefusedError(f"Select contains invalid column(s): {item}")
    return found


@dataclass
class Answer:
    """What a query gives: columns, rows, and how many rows matched before truncation."""

    columns: list[Column]
    rows: list[dict[str, Cell]]
    matched: int


def evaluate(dataset: Dataset, params: dict[str, str], switches: Switches) -> Answer:
    """Evaluate `$filter`, `$last`, `$top` and `$select`, in this order unless told otherwise."""
    rows, name = ordered(dataset, switches), dataset.date_name()
    if "$last" in params and name is not None and switches.last_is == "first":
        rows = cut_last(rows, name, positive(params["$last"]), switches.last)
    if "$filter" in params and switches.filter == "honoured":
        keep = parse_filter(params["$filter"], dataset.kinds(), switches.dialect, switches.text)
        rows = [row for row in rows if keep(row)]
    matched = len(rows)
    if "$last" in params and name is not None and switches.last_is == "after":
        rows = cut_last(rows, name, positive(params["$last"]), switches.last)
    if "$top" in params:
        rows = rows[: positive(params["$top"])]
    return Answer(select_columns(dataset, params.get("$select"), switches), rows, matched)


def positive(text: str) -> int:
    """Read a positive number."""
    if not text.isdigit() or int(text) < 1:
        raise RefusedError(f"not a positive number: {text}")
    return int(text)


def write_date(cell: datetime, how: str) -> str:
    """Write a date as this service does."""
    stamp = cell.isoformat(sep=" " if how == "blank" else "T")
    return cell.date().isoformat() if how == "auto" else stamp


def write_cell(cell: Cell, dates: str) -> str:
    """Write one value as text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return write_date(cell, dates)
    return repr(cell) if isinstance(cell, float) else str(cell)


def quote(text: str, separator: str) -> str:
    """Quote a field where it needs it."""
    if any(mark in text for mark in (separator, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_table(answer: Answer, switches: Switches, separator: str = ",") -> bytes:
    """Write an answer as CSV or TSV."""
    dates, end = date_style(answer, switches), "\r\n" if switches.crlf else "\n"
    lines = [[column.name for column in answer.columns]]
    lines += [[write_cell(row[c.name], dates) for c in answer.columns] for row in answer.rows]
    text = "".join(separator.join(quote(f, separator) for f in line) + end for line in lines)
    return text.encode("utf-8-sig" if switches.bom else "utf-8")


def date_style(answer: Answer, switches: Switches) -> str:
    """Dates alone when all times are midnight, unless a switch says otherwise."""
    names = [column.name for column in answer.columns if column.kind == "Date"]
    cells = [row[name] for row in answer.rows for name in names]
    intraday = any(isinstance(c, datetime) and c.time() != MIDNIGHT for c in cells)
    return "T" if intraday and switches.dates == "auto" else switches.dates


def folded(name: str) -> str:
    """Return a header name as the manifest compares it."""
    return fold(" ".join(name.split("\n")).strip(), "accents")
