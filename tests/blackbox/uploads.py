"""The background process of an upload: validation in order, then the merge."""

import csv
import gzip
import io
import json
from collections import Counter
from datetime import datetime
from typing import Any

from blackbox.language import Cell, RefusedError
from blackbox.store import Column, Dataset, folded

Lines = list[dict[str, str]]


def flag(value: Any) -> bool:
    """Read a boolean in any of the spellings seen."""
    return str(value).strip().lower() in {"true", "1"}


def read_csv(body: bytes) -> tuple[list[str], Lines]:
    """Read the file part, plain or gzip."""
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    lines = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
    header, data = lines[0], [line for line in lines[1:] if line]
    if any(len(line) != len(header) for line in data):
        raise RefusedError("Lines of different lengths")
    if len({folded(name) for name in header}) != len(header):
        raise RefusedError("Two columns have one name")
    return header, [dict(zip(header, line, strict=True)) for line in data]


def read_manifest(text: str) -> list[dict[str, Any]]:
    """Read a manifest; its date must be one."""
    manifest: list[dict[str, Any]] = json.loads(text)
    dates = [entry for entry in manifest if entry.get("dataType") == "Date"]
    if len(dates) != 1:
        raise RefusedError("A manifest needs exactly one Date column")
    return manifest


def apply_manifest(dataset: Dataset, header: list[str], lines: Lines) -> tuple[list[Column], Lines]:
    """Rename and drop columns as the manifest says; give every column its type."""
    entries = {folded(e["sourceName"]): e for e in dataset.manifest or []}
    known, columns, names = dataset.kinds(), [], {}
    for name in header:
        entry = entries.get(folded(name), {})
        if flag(entry.get("ignore", False)):
            continue
        new = entry.get("destinationName") or entry.get("sourceName", name).strip()
        entity = flag(entry.get("isEntity"))
        kind = entry.get("dataType") or known.get(new) or ("String" if entity else "Decimal")
        columns.append(Column(new, kind, kind == "Date" or entity))
        names[name] = new
    return columns, [{new: line[name] for name, new in names.items()} for line in lines]


def date_format(dataset: Dataset) -> str:
    """Return the format of dates that the manifest declares."""
    formats = (e.get("dateFormat") for e in dataset.manifest or [] if e.get("dataType") == "Date")
    return next(formats, None) or "%Y-%m-%d"


def parse_date(text: str, form: str) -> datetime:
    """Try the format, then it in lower case, then the first blank-separated part (1b)."""
    for candidate, layout in ((text, form), (text, form.lower()), (text.split(" ")[0], form)):
        try:
            return datetime.strptime(candidate, layout)  # noqa: DTZ007  # the service is naive
        except ValueError:
            continue
    raise RefusedError(f"Date should be formatted as {form}")


def parse_cell(text: str, column: Column, form: str) -> Cell:
    """Read one value at the type of its column."""
    if column.kind == "Date":
        return parse_date(text, form)
    if column.entity:
        return text.strip() or "none"
    if not text:
        return None
    try:
        if column.kind == "Short Integer":
            number = int(float(text))
            if number != float(text) or not -32768 <= number <= 32767:
                raise ValueError(text)
            return number
        return float(text) if column.kind == "Decimal" else text
    except ValueError as error:
        words = {"Short Integer": "Short Integer (Int16)"}.get(column.kind, column.kind)
        raise RefusedError(f"Column '{column.name}' cannot be cast to {words}") from error


def check_columns(dataset: Dataset, columns: list[Column], accept_new: bool) -> None:
    """Rules 1a, 2 and 5."""
    names = {column.name for column in columns}
    if not any(column.kind == "Date" for column in columns):
        raise RefusedError("Data has not Date column")
    for entry in dataset.manifest or []:
        name = entry.get("destinationName") or entry["sourceName"].strip()
        if flag(entry.get("isEntity")) and name not in names:
            raise RefusedError(
                f"Data has not required '{name}' column. If you need to change entities, "
                "please specify new entitiesColumnNames during upload"
            )
    known = {column.name for column in dataset.columns}
    unknown = [column.name for column in columns if column.name not in known]
    if dataset.rows and unknown and not accept_new:
        missing = sorted(known - names)
        raise RefusedError(
            f"Unknown column(s): {', '.join(unknown)}. Missing column(s): {', '.join(missing)} - "
            "consider renaming to original names or add 'AcceptNewColumn' parameter to confirm "
            "adding new column(s)"
        )


def add_columns(dataset: Dataset, columns: list[Column]) -> None:
    """Give the dataset the columns it lacks; take over types and roles of the manifest."""
    present = {column.name: column for column in dataset.columns}
    for column in columns:
        if column.name in present:
            present[column.name].kind = column.kind
            present[column.name].entity = column.entity
            continue
        dataset.columns.append(column)
        for row in dataset.rows.values():
            row[column.name] = None


def check_keys(dataset: Dataset, rows: list[dict[str, Cell]]) -> None:
    """Rule 6."""
    seen = Counter(dataset.key_of(row) for row in rows)
    twice = [key for key, count in seen.items() if count > 1]
    if twice:
        raise RefusedError(
            f"{len(twice)} rows are duplicated. First 10 rows as example: {twice[:10]}"
        )


def merge(
    dataset: Dataset, rows: list[dict[str, Cell]], *, delete: bool, update: bool
) -> dict[str, int]:
    """Apply the two flags (7.4) and count values."""
    counts = Counter(insertedValues=0, updatedValues=0, deletedValues=0)
    values, new = (
        [c.name for c in dataset.value_columns()],
        {dataset.key_of(row): row for row in rows},
    )
    for key in [key for key in dataset.rows if delete and key not in new]:
        gone = dataset.rows.pop(key)
        counts["deletedValues"] += sum(gone[name] is not None for name in values)
    for key, row in new.items():
        stored = dataset.rows.get(key)
        if stored is None:
            dataset.rows[key] = {c.name: row.get(c.name) for c in dataset.columns}
            counts["insertedValues"] += sum(row.get(name) is not None for name in values)
        elif update:
            changed = [n for n in values if n in row and row[n] != stored[n]]
            stored.update({n: row[n] for n in changed})
            counts["updatedValues"] += len(changed)
    return {**counts, "changedValues": sum(counts.values())}


def run(dataset: Dataset, body: bytes, flags: dict[str, bool]) -> dict[str, int]:
    """Validate in the documented order, then merge; raise what the process would end with."""
    if dataset.manifest is None:
        raise RefusedError("Dataset has no manifest")
    header, lines = read_csv(body)
    columns, lines = apply_manifest(dataset, header, lines)
    form = date_format(dataset)
    if not any(column.kind == "Date" for column in columns):
        raise RefusedError("Data has not Date column")
    date = next(column for column in columns if column.kind == "Date")
    for line in lines:
        parse_date(line[date.name], form)
    if not lines:
        raise RefusedError("Data is empty")
    check_columns(dataset, columns, flags["acceptNewColumns"])
    rows = [{c.name: parse_cell(line[c.name], c, form) for c in columns} for line in lines]
    add_columns(dataset, columns)
    check_keys(dataset, rows)
    return merge(
        dataset,
        rows,
        delete=flags["deleteMissingFromDB"],
        update=flags["onConflictUpdateDB"],
    )
