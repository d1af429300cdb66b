"""Reads an uploaded file into a typed table, by the documented rules in their order."""

import json
from pathlib import Path

import duckdb

from alphacast_pandas.emulator.errors import InvalidUpload
from alphacast_pandas.emulator.readings import Readings
from alphacast_pandas.emulator.store.columns import DECIMAL, SHORT, Column, fold
from alphacast_pandas.emulator.store.database import Cursor, scalar
from alphacast_pandas.emulator.uploads.layout import Layout, Source
from alphacast_pandas.emulator.uploads.manifest import Manifest

BLANKS = "".join(map(chr, [*range(9, 14), *range(28, 33), 133, 160, 5760, *range(8192, 8203)]))
BLANKS += "\u2028\u2029\u202f\u205f\u3000"
EXAMPLES = 10


def stage(
    cursor: Cursor, file: Path, layout: Layout, manifest: Manifest, readings: Readings
) -> None:
    """Fill the table `stage` with the rows of the file; rules 1 to 4."""
    if layout.date is None and (manifest.date or readings.date_column == "required"):
        message = "Data has not Date column"
        raise InvalidUpload(message)
    if layout.date is None:
        fill(cursor, file, layout, "NULL", [])
    else:
        fill_dated(cursor, file, layout, layout.date, readings.date_parse)
    check_entities(layout, manifest)
    if not scalar(cursor, "SELECT count(*) FROM stage"):
        message = "Data is empty"
        raise InvalidUpload(message)


def check_known(layout: Layout, known: list[Column], *, accept_new: bool) -> None:
    """Rule 5: columns unknown to the dataset need a word of consent."""
    sent = {column.id for _, column in layout.sources}
    stored = {column.id for column in known}
    unknown = [column.name for _, column in layout.sources if column.id not in stored]
    missing = [column.name for column in known if column.id not in sent]
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
    number = scalar(cursor, f"SELECT sum(n - 1) FROM ({groups})")
    if number:
        found = cursor.execute(f"SELECT * EXCLUDE n FROM ({groups} ORDER BY ALL LIMIT {EXAMPLES})")
        names = [column.name for column in layout.key]
        rows = [dict(zip(names, map(as_text, row), strict=False)) for row in found.fetchall()]
        example = json.dumps(rows, ensure_ascii=False)
        message = f"{number} rows are duplicated. First {EXAMPLES} rows as example: {example}"
        raise InvalidUpload(message)


def check_numbers(cursor: Cursor, layout: Layout) -> None:
    """Refuse the first column with a value that its type cannot hold."""
    place = scalar(cursor, "SELECT min(misfit) FROM stage WHERE misfit >= 0")
    if place is not None:
        column = layout.values[place][1]
        kind = "Short Integer (Int16)" if column.data_type == SHORT else "Decimal"
        message = f"Column '{column.name}' cannot be cast to {kind}"
        raise InvalidUpload(message)


def check_entities(layout: Layout, manifest: Manifest) -> None:
    """Rule 2: every entity column of the manifest is in the header."""
    sent = {fold(column.name) for _, column in layout.entities}
    for declared in manifest.entities:
        if fold(declared.name) not in sent:
            message = (
                f"Data has not required '{declared.source}' column. If you need to change"
                " entities, please specify new entitiesColumnNames during upload"
            )
            raise InvalidUpload(message)


def date_ways(place: int, form: str, steps: str) -> list[tuple[str, str]]:
    """Return the ways to read a date, in order: the text to look at, its format."""
    text = f"trim(r{place}, '{BLANKS}')"
    ways = [(text, form)]
    if steps == "three steps":
        ways += [(text, form.lower()), (f"split_part({text}, ' ', 1)", form)]
    return ways


def fill_dated(cursor: Cursor, file: Path, layout: Layout, date: Source, steps: str) -> None:
    """Fill `stage` by the first way of reading dates that fits every row; rule 1."""
    place, column = date
    for text, form in date_ways(place, layout.date_format, steps):
        if is_format(cursor, form):
            fill(cursor, file, layout, parsed_date(text, form), [form])
            if not scalar(cursor, f"SELECT count(*) FROM stage WHERE {column.field} IS NULL"):
                return
    message = f"Date should be formatted as {layout.date_format}"
    raise InvalidUpload(message)


def is_format(cursor: Cursor, form: str) -> bool:
    """Return whether DuckDB can read dates by this format; zones it cannot."""
    if "%z" in form.lower():
        return False
    try:
        cursor.cursor().execute("SELECT try_strptime('', ?)", [form])
    except duckdb.Error:
        return False
    return True


def parsed_date(text: str, form: str) -> str:
    """Return the SQL of a date; where a year of four digits is expected, two are not enough."""
    date = f"try_strptime({text}, ?)"
    if "%Y" not in form:
        return date
    return (
        f"(SELECT CASE WHEN d >= TIMESTAMP '1000-01-01' OR regexp_matches({text}, '\\d{{4}}')"
        f" THEN d END FROM (SELECT {date} AS d))"
    )


def fill(cursor: Cursor, file: Path, layout: Layout, date: str, parameters: list[str]) -> None:
    """Make the table `stage`; its `misfit` is the first value that does not fit, or -1."""
    cells = [f"{date} AS {layout.date[1].field}"] if layout.date else []
    cells += [f"{entity(place)} AS {column.field}" for place, column in layout.entities]
    cells += [f"{value(place, column)} AS {column.field}" for place, column in layout.values]
    numeric = [place for place, column in layout.values if is_numeric(column)]
    numbers = "".join(f", try_cast(r{place} AS DOUBLE) AS n{place}" for place in numeric)
    raw = "".join(f", r{place}" for place in numeric)
    names = ", ".join(column.field for _, column in layout.sources)
    try:
        cursor.execute(
            f"""CREATE OR REPLACE TEMP TABLE stage AS
                SELECT {names}, {misfit(layout)} AS misfit
                FROM (SELECT {", ".join(cells)}{raw}
                      FROM (SELECT *{numbers} FROM {scan(file, layout.width)}))""",
            parameters,
        )
    except duckdb.InvalidInputException as error:
        first = str(error).strip().split("\n")[0]
        message = f"File is not a valid CSV: {first}"
        raise InvalidUpload(message) from None


def misfit(layout: Layout) -> str:
    """Return the SQL of the first value that is there and does not fit its column."""
    tests = [
        f"WHEN r{place} IS NOT NULL AND {column.field} IS NULL THEN {order}"
        for order, (place, column) in enumerate(layout.values)
        if is_numeric(column)
    ]
    return f"CASE {' '.join(tests)} ELSE -1 END" if tests else "-1"


def scan(file: Path, width: int) -> str:
    """Return the SQL that reads a CSV file as texts `r0`, `r1` and so on, exactly."""
    columns = ", ".join(f"'r{place}': 'VARCHAR'" for place in range(width))
    path = str(file).replace("'", "''")
    return (
        f"read_csv('{path}', auto_detect=false, header=true, delim=',', quote='\"',"
        f" escape='\"', columns={{{columns}}})"
    )


def is_numeric(column: Column) -> bool:
    """Return whether a value column holds numbers."""
    return column.data_type in {DECIMAL, SHORT}


def entity(place: int) -> str:
    """Return the SQL of an entity cell: stripped, and `none` if nothing is left; rule 4."""
    return f"coalesce(nullif(trim(r{place}, '{BLANKS}'), ''), 'none')"


def value(place: int, column: Column) -> str:
    """Return the SQL of a value cell, missing if it does not fit its column."""
    cell, number = f"r{place}", f"n{place}"
    if column.data_type == DECIMAL:
        return f"CASE WHEN isfinite({number}) AND NOT contains({cell}, '_') THEN {number} END"
    if column.data_type == SHORT:
        fits = f"{number} BETWEEN -32768 AND 32767 AND {number} = floor({number})"
        return f"CASE WHEN {fits} THEN CAST({number} AS SMALLINT) END"
    return cell


def as_text(cell: object) -> str:
    """Return a key's value as an example shows it."""
    return str(cell).removesuffix(" 00:00:00")
