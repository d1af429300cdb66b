"""Merges the staged rows of an upload into its dataset, counted in values."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import Column
from alphacast_pandas.emulator.store.database import Cursor, fetch_row
from alphacast_pandas.emulator.store.processes import Flags
from alphacast_pandas.emulator.uploads.layout import Layout


@dataclass(frozen=True)
class Counts:
    """How many values an upload added, changed and removed, and how many there are now."""

    inserted: int
    updated: int
    deleted: int
    total: int

    def to_stats(self) -> dict[str, int]:
        """Return the counts as a process shows them."""
        counts = asdict(self) | {"changed": self.inserted + self.updated + self.deleted}
        names = ("inserted", "updated", "deleted", "changed", "total")
        return {f"{name}Values": counts[name] for name in names}

    def to_sentence(self) -> str:
        """Return the counts in words; `/n` at the end is in the documentation's example."""
        sentences = [f"{self.inserted} values added to database."]
        if self.updated:
            sentences.append(f"{self.updated} values updated.")
        if self.deleted:
            sentences.append(f"{self.deleted} values deleted.")
        return " ".join(sentences) + "/n"


@dataclass(frozen=True)
class Dates:
    """The first and the last date of a dataset, and how often it has one."""

    first: datetime | None = None
    last: datetime | None = None
    has_time: bool = False
    frequency: str | None = None


# The median gap between two dates in days, from and to, and the word for it.
GAPS = (
    (1, 4, "daily"),
    (5, 9, "weekly"),
    (26, 33, "monthly"),
    (85, 95, "quarterly"),
    (175, 190, "semiannual"),
    (350, 380, "yearly"),
)


COUNTED_COLUMNS = 50


def merge(
    cursor: Cursor,
    old: str | None,
    new: str,
    layout: Layout,
    *,
    existing: list[Column],
    flags: Flags,
    readings: Readings,
) -> Counts:
    """Make the table `new` from the rows of `old` and those of `stage`; return the counts."""
    create_before_view(cursor, old, layout, existing)
    matches = " AND ".join(f"b.{column.field} = s.{column.field}" for column in layout.key)
    # A key is never missing (rules 1 and 4), so plain equality finds every match.
    joined = f"FROM before b FULL JOIN stage s ON {matches or 'true'}"
    cells = {column: cell_sql(column, layout, flags, readings) for column in layout.columns}
    fields = ", ".join(f"{sql} AS {column.field}" for column, sql in cells.items())
    # `misfit` is never missing in a row of the file: it tells whether the join found one.
    condition = "s.misfit IS NOT NULL" if flags.delete_missing else "true"
    # Rows are served in the order of the table, so it is sorted once, here.
    order = ", ".join(column.field for column in layout.key) or "1"
    cursor.execute(
        f"CREATE TABLE {new} AS SELECT {fields} {joined} WHERE {condition} ORDER BY {order}"
    )
    values = [column for column in layout.columns if column.is_value]
    if old:
        counts = count_changes(cursor, new, layout.key, values)
    else:
        total = count_cells(cursor, new, values)
        counts = Counts(total, 0, 0, total)
    cursor.execute("DROP VIEW before")
    return counts


def create_before_view(
    cursor: Cursor, old: str | None, layout: Layout, existing: list[Column]
) -> None:
    """Create the view `before`: the old rows with the columns of the new table."""
    fields = {column.id: column.field for column in existing} if old else {}
    cells = [
        f"CAST({fields.get(column.id, 'NULL')} AS {column.sql_type}) AS {column.field}"
        for column in layout.columns
    ]
    fields_sql = ", ".join(["true AS is_there", *cells])
    source = f"FROM {old}" if old else "WHERE false"
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW before AS SELECT {fields_sql} {source}")


def cell_sql(column: Column, layout: Layout, flags: Flags, readings: Readings) -> str:
    """Return the SQL of a cell after the merge."""
    before, new = f"b.{column.field}", f"s.{column.field}"
    if column.is_entity:
        return f"coalesce({new}, {before})"
    if column.id not in layout.source_ids:
        return absent_cell_sql(column, flags, readings)
    # The three cases below: the row is new, the file lacks it, both have it.
    if not flags.update_existing:
        after = before
    elif readings.empty_cell == "keeps":
        after = f"coalesce({new}, {before})"
    else:
        after = new
    without_row = "NULL" if flags.delete_missing else before
    return (
        f"CASE WHEN b.is_there IS NULL THEN {new}"
        f" WHEN s.misfit IS NULL THEN {without_row} ELSE {after} END"
    )


def absent_cell_sql(column: Column, flags: Flags, readings: Readings) -> str:
    """Return the SQL of a cell of a column that the file lacks."""
    if not flags.delete_missing:
        return f"b.{column.field}"
    if readings.absent_column == "erases":
        return f"CAST(NULL AS {column.sql_type})"
    return f"CASE WHEN s.misfit IS NOT NULL THEN b.{column.field} END"


def count_changes(cursor: Cursor, new: str, key: list[Column], values: list[Column]) -> Counts:
    """Count the values that the merge added, changed, removed and left in the table `new`."""
    tests = (
        "{b} IS NULL AND {a} IS NOT NULL",
        "{b} IS NOT NULL AND {a} IS NOT NULL AND {a} <> {b}",
        "{b} IS NOT NULL AND {a} IS NULL",
        "{a} IS NOT NULL",
    )
    matches = " AND ".join(f"b.{column.field} = a.{column.field}" for column in key)
    totals = [0, 0, 0, 0]
    # Some columns at a time: DuckDB needs a minute for a thousand in one query, and two seconds so.
    for start in range(0, len(values), COUNTED_COLUMNS):
        fields = [column.field for column in values[start : start + COUNTED_COLUMNS]]
        sums = ", ".join(
            "coalesce(sum({}), 0)".format(
                sum_sql([f"({test.format(a=f'a.{c}', b=f'b.{c}')})::INTEGER" for c in fields])
            )
            for test in tests
        )
        joined = f"FROM {new} a FULL JOIN before b ON {matches or 'true'}"
        found = fetch_row(cursor, f"SELECT {sums} {joined}")
        totals = [total + int(number) for total, number in zip(totals, found, strict=True)]
    return Counts(*totals)


def count_cells(cursor: Cursor, table: str, columns: Iterable[Column]) -> int:
    """Count the cells of some columns of a table that are not missing."""
    sums = sum_sql([f"count({column.field})" for column in columns])
    (total,) = fetch_row(cursor, f"SELECT {sums} FROM {table}")
    return int(total)


def sum_sql(terms: list[str]) -> str:
    """Return the SQL of a sum; nested by halves, since DuckDB takes a + b + c + ... as so deep."""
    if len(terms) < 2:
        return terms[0] if terms else "0"
    middle = len(terms) // 2
    return f"({sum_sql(terms[:middle])} + {sum_sql(terms[middle:])})"


def find_dates(cursor: Cursor, table: str, layout: Layout) -> Dates:
    """Return the span and the frequency of a table's dates."""
    date = next((column.field for column in layout.columns if column.is_date), None)
    if date is None:
        return Dates()
    first, last, has_time, gap = fetch_row(
        cursor,
        f"""SELECT min(d), max(d), coalesce(bool_or(d <> date_trunc('day', d)), false),
                   median(date_diff('day', previous, d))
            FROM (SELECT d, lag(d) OVER (ORDER BY d) AS previous
                  FROM (SELECT DISTINCT {date} AS d FROM {table}))""",
    )
    return Dates(first, last, has_time, find_frequency(gap))


def find_frequency(gap: float | None) -> str | None:
    """Return the word for the usual gap between dates."""
    found = (word for low, high, word in GAPS if gap is not None and low <= gap <= high)
    return next(found, None)
