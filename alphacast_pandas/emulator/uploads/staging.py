"""Reads an uploaded file into a typed table, by the documented rules in their order."""

import json
import re
from pathlib import Path

import duckdb

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import DECIMAL, SHORT, Column
from alphacast_pandas.emulator.store.database import Cursor, fetch_value
from alphacast_pandas.emulator.text import fold
from alphacast_pandas.emulator.uploads.csv_files import longest_record
from alphacast_pandas.emulator.uploads.layout import Layout, Source
from alphacast_pandas.emulator.uploads.manifest import Manifest

# What Python's strip() removes; by itself, trim() of DuckDB would leave tabs and newlines.
BLANKS = "".join(map(chr, [*range(9, 14), *range(28, 33), 133, 160, 5760, *range(8192, 8203)]))
BLANKS += "\u2028\u2029\u202f\u205f\u3000"
FIRST_MOMENT, LAST_MOMENT = "0001-01-01", "9999-12-31 23:59:59.999999"  # as in Python
EXAMPLES = 10
CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")


def stage(
    cursor: Cursor, file: Path, layout: Layout, manifest: Manifest, readings: Readings
) -> None:
    """Fill the table `stage` with the rows of the file; rules 1 to 4 of the documentation."""
    # Whatever several rules forbid is reported by the first of them, so their order is fixed.
    if layout.date is None and (manifest.date or readings.date_column == "required"):
        message = "Data has not Date column"
        raise InvalidUpload(message)
    if layout.date is None:
        fill_stage(cursor, file, layout, "NULL", [])
    else:
        fill_with_dates(cursor, file, layout, layout.date, readings.date_parse)
    check_entities(layout, manifest)
    if not fetch_value(cursor, "SELECT count(*) FROM stage"):
        message = "Data is empty"
        raise InvalidUpload(message)


def check_new_columns(layout: Layout, existing: list[Column], *, accept_new: bool) -> None:
    """Rule 5: columns that the dataset does not have need `acceptNewColumns`."""
    existing_ids = {column.id for column in existing}
    unknown = [column.name for _, column in layout.sources if column.id not in existing_ids]
    missing = [column.name for column in existing if column.id not in layout.source_ids]
    if unknown and not accept_new:
        message = (
            f"Unknown column(s): {', '.join(unknown)}. Missing column(s): {', '.join(missing)}"
            " - consider renaming to original names or add 'AcceptNewColumn' parameter"
            " to confirm adding new column(s)"
        )
        raise InvalidUpload(message)


def check_duplicates(cursor: Cursor, layout: Layout) -> None:
    """Rule 6: no two rows with the same key."""
    fields = ", ".join(column.field for column in layout.key) or "true"
    groups = f"SELECT {fields}, count(*) AS n FROM stage GROUP BY {fields} HAVING n > 1"
    number = fetch_value(cursor, f"SELECT sum(n - 1) FROM ({groups})")
    if number:
        found = cursor.execute(f"SELECT * EXCLUDE n FROM ({groups} ORDER BY ALL LIMIT {EXAMPLES})")
        names = [column.name for column in layout.key]
        rows = [dict(zip(names, map(key_text, row), strict=False)) for row in found.fetchall()]
        example = json.dumps(rows, ensure_ascii=False)
        message = f"{number} rows are duplicated. First {EXAMPLES} rows as example: {example}"
        raise InvalidUpload(message)


def check_numbers(cursor: Cursor, layout: Layout) -> None:
    """Refuse the first column with a value that its type cannot hold."""
    place = fetch_value(cursor, "SELECT min(misfit) FROM stage WHERE misfit >= 0")
    if place is not None:
        column = layout.values[place][1]
        kind = "Short Integer (Int16)" if column.data_type == SHORT else "Decimal"
        message = f"Column '{column.name}' cannot be cast to {kind}"
        raise InvalidUpload(message)


def check_entities(layout: Layout, manifest: Manifest) -> None:
    """Rule 2: every entity column of the manifest is in the header."""
    names = {fold(column.name) for _, column in layout.entities}
    for entry in manifest.entities:
        if fold(entry.name) not in names:
            message = (
                f"Data has not required '{entry.source}' column. If you need to change"
                " entities, please specify new entitiesColumnNames during upload"
            )
            raise InvalidUpload(message)


def date_attempts(place: int, form: str, steps: str) -> list[tuple[str, str]]:
    """Return the SQL texts and formats to try for a date, in the documented order."""
    text = f"trim(r{place}, '{BLANKS}')"
    attempts = [(text, form)]
    if steps == "three steps":
        attempts += [(text, form.lower()), (f"split_part({text}, ' ', 1)", form)]
    return attempts


def fill_with_dates(cursor: Cursor, file: Path, layout: Layout, date: Source, steps: str) -> None:
    """Fill `stage` by the first attempt at dates that fits every row; rule 1."""
    place, column = date
    for text, form in date_attempts(place, layout.date_format, steps):
        # Each step is tried on the whole column, not row by row.
        if is_readable_format(cursor, form):
            fill_stage(cursor, file, layout, date_sql(text, form), [form])
            if not fetch_value(cursor, f"SELECT count(*) FROM stage WHERE {column.field} IS NULL"):
                return
    message = f"Date should be formatted as {layout.date_format}"
    raise InvalidUpload(message)


def is_readable_format(cursor: Cursor, form: str) -> bool:
    """Return whether DuckDB can read dates by a format; a format with a zone is refused."""
    if "%z" in form.lower():
        return False
    try:
        # On a cursor of its own: an error would end the transaction.
        cursor.cursor().execute("SELECT try_strptime('', ?)", [form])
    except duckdb.Error:
        return False
    return True


def date_sql(text: str, form: str) -> str:
    """
    Return the SQL of a date.

    %Y wants four digits, where DuckDB accepts fewer; it knows a year 0, and reads `infinity` and
    `epoch` by every format.
    """
    digits = r"\d{4}" if "%Y" in form else r"\d"
    return (
        f"(SELECT CASE WHEN d BETWEEN '{FIRST_MOMENT}' AND '{LAST_MOMENT}'"
        f" AND regexp_matches({text}, '{digits}') THEN d END"
        f" FROM (SELECT CAST(try_strptime({text}, ?) AS TIMESTAMP) AS d))"
    )


def fill_stage(
    cursor: Cursor, file: Path, layout: Layout, date: str, parameters: list[str]
) -> None:
    """Make the table `stage`; `misfit` is the first value column that does not fit, or -1."""
    cells = [f"{date} AS {layout.date[1].field}"] if layout.date else []
    cells += [f"{entity_sql(place)} AS {column.field}" for place, column in layout.entities]
    cells += [f"{value_sql(place, column)} AS {column.field}" for place, column in layout.values]
    # Numbers are parsed in the innermost query, once for a cell and its misfit.
    numeric = [place for place, column in layout.values if column.is_numeric]
    numbers = "".join(f", try_cast(r{place} AS DOUBLE) AS n{place}" for place in numeric)
    raw = "".join(f", r{place}" for place in numeric)
    names = ", ".join(column.field for _, column in layout.sources)
    scan = scan_sql(file, layout.width, longest_record(file))
    try:
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE stage AS
                SELECT {names}, {misfit_sql(layout)} AS misfit
                FROM (SELECT {", ".join(cells)}{raw} FROM (SELECT *{numbers} FROM {scan}))""",
            parameters,
        )
    except duckdb.InvalidInputException as error:
        place = CSV_LINE.search(str(error))
        message = f"File is not a valid CSV{f': line {place[1]}' if place else ''}"
        raise InvalidUpload(message) from None


def misfit_sql(layout: Layout) -> str:
    """Return the SQL of the first value that is there and does not fit its column."""
    tests = [
        f"WHEN r{place} IS NOT NULL AND {column.field} IS NULL THEN {order}"
        for order, (place, column) in enumerate(layout.values)
        if column.is_numeric
    ]
    return f"CASE {' '.join(tests)} ELSE -1 END" if tests else "-1"


def scan_sql(file: Path, width: int, record_bytes: int) -> str:
    """Return the SQL that reads a CSV file as texts `r0`, `r1` and so on."""
    # Everything is read as text: DuckDB would guess types, and formats of dates, from a sample.
    columns = ", ".join(f"'r{place}': 'VARCHAR'" for place in range(width))
    path = str(file).replace("'", "''")
    return (
        f"read_csv('{path}', auto_detect=false, header=true, delim=',', quote='\"',"
        f" escape='\"', columns={{{columns}}}, max_line_size={record_bytes})"
    )


def entity_sql(place: int) -> str:
    """Return the SQL of an entity cell: stripped, and `none` if nothing is left; rule 4."""
    return f"coalesce(nullif(trim(r{place}, '{BLANKS}'), ''), 'none')"


def value_sql(place: int, column: Column) -> str:
    """Return the SQL of a value cell, missing if it does not fit its column."""
    cell, number = f"r{place}", f"n{place}"
    # DuckDB reads 1_0 as ten, and takes inf and nan for numbers.
    if column.data_type == DECIMAL:
        return f"CASE WHEN isfinite({number}) AND NOT contains({cell}, '_') THEN {number} END"
    if column.data_type == SHORT:
        fits = f"{number} BETWEEN -32768 AND 32767 AND {number} = floor({number})"
        return f"CASE WHEN {fits} THEN CAST({number} AS SMALLINT) END"
    return cell


def key_text(cell: object) -> str:
    """Return a key's value as an example shows it."""
    return str(cell).removesuffix(" 00:00:00")
