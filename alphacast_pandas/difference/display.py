"""The display of a difference, as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from alphacast_pandas.difference.revisions import column_counts, date_span, revision_lines
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphacast_pandas.difference.difference import Difference
    from alphacast_pandas.difference.revisions import RevisionLine

_WIDTH = 80
_LABEL_WIDTH = 38
_MOST_COLUMNS = 8
_MOST_REVISIONS = 3
_COLOURS = {"added": "#1a7f37", "changed": "#9a6700", "deleted": "#cf222e", "unchanged": "#6e7781"}


def to_text(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return lines of at most 80 characters; names and values cannot act on the terminal."""
    lines = [
        *textwrap.wrap(_one_line(title), _WIDTH),
        *_row_lines(difference),
        *_column_lines(difference),
        *_revision_lines(difference),
        *_note_lines(notes),
    ]
    return "\n".join(line.rstrip() for line in lines)


def to_html(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return a fragment of HTML in which every name and value is escaped."""
    items = "".join(f"<li>{_escape(note)}</li>" for note in notes)
    return "".join(
        (
            f"<div><strong>{_escape(title)}</strong>",
            _row_html(difference),
            _column_html(difference),
            *(_revision_html(*table) for table in _revision_tables(difference)),
            f"<ul>{items}</ul>" if items else "",
            "</div>",
        )
    )


def summary(difference: Difference) -> str:
    """Return the counts of a difference in words."""
    return (
        f"{len(difference.added):,} rows are new, {len(difference.changed):,} have other values, "
        f"{len(difference.deleted):,} are gone"
    )


def plural(count: int, word: str) -> str:
    """Return a count with its word."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _row_lines(difference: Difference) -> list[str]:
    lines = [
        f"  {word:10}{count:>12,} row{'' if count == 1 else 's'}"
        for word, count in _row_counts(difference).items()
    ]
    lines[1] += f", {plural(_changed_values(difference), 'value')}"
    return [*lines, f"  dates touched: {_dates_touched(difference) or 'none'}"]


def _column_lines(difference: Difference) -> list[str]:
    counts = [column for column in column_counts(difference) if column.total]
    if not counts:
        return []
    lines = [
        f"  {_crop(c.name):{_LABEL_WIDTH}}{c.added:>13,}{c.changed:>13,}{c.deleted:>13,}"
        for c in counts[:_MOST_COLUMNS]
    ]
    more = len(counts) - _MOST_COLUMNS
    rest = [f"  ... and {plural(more, 'column')} more, see .by_column"] if more > 0 else []
    head = f"  {'values':{_LABEL_WIDTH}}{'added':>13}{'changed':>13}{'deleted':>13}"
    return [head, *lines, *rest]


def _revision_lines(difference: Difference) -> list[str]:
    lines = []
    for title, revisions in _revision_tables(difference):
        lines.append(f"  {title:{_LABEL_WIDTH}}{'old':>13}    {'new':<13}")
        lines += [
            f"  {_crop(r.label):{_LABEL_WIDTH}}{_number(r.old):>13} -> "
            f"{_number(r.new):<13}{_percent(r.relative):>9}"
            for r in revisions
        ]
    return lines


def _note_lines(notes: Sequence[str]) -> list[str]:
    return [
        line
        for note in notes
        for line in textwrap.wrap(
            _one_line(note),
            _WIDTH,
            initial_indent="  * ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
    ]


def _row_html(difference: Difference) -> str:
    counts = " &nbsp; ".join(
        f'<span style="color:{_COLOURS[word]}"><b>{count:,}</b> {word}</span>'
        for word, count in _row_counts(difference).items()
    )
    values = plural(_changed_values(difference), "value")
    touched = _dates_touched(difference)
    dates = "" if touched is None else f"; dates {touched}"
    return f"<p>Rows: {counts} &nbsp; ({values} changed{dates})</p>"


def _column_html(difference: Difference) -> str:
    counts = [column for column in column_counts(difference) if column.total]
    rows = [
        (c.name, f"{c.added:,}", f"{c.changed:,}", f"{c.deleted:,}") for c in counts[:_MOST_COLUMNS]
    ]
    if len(counts) > _MOST_COLUMNS:
        rows.append((f"... and {len(counts) - _MOST_COLUMNS} more, see .by_column", "", "", ""))
    return _table_html(("Values", "added", "changed", "deleted"), rows)


def _revision_html(title: str, revisions: list[RevisionLine]) -> str:
    rows = [(r.label, _number(r.old), _number(r.new), _percent(r.relative)) for r in revisions]
    return _table_html((title.capitalize(), "old", "new", "change"), rows)


def _table_html(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(
        f"<tr>{''.join(f'<td>{_escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    if not body:
        return ""
    names = "".join(f"<th>{_escape(name)}</th>" for name in head)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def _row_counts(difference: Difference) -> dict[str, int]:
    return {
        "added": len(difference.added),
        "changed": len(difference.changed),
        "deleted": len(difference.deleted),
        "unchanged": difference.unchanged,
    }


def _changed_values(difference: Difference) -> int:
    return sum(map(len, difference.changed_values.values()))


def _dates_touched(difference: Difference) -> str | None:
    span = date_span(difference)
    return None if span is None else " to ".join(dict.fromkeys(span))


def _revision_tables(difference: Difference) -> list[tuple[str, list[RevisionLine]]]:
    """Return the largest revisions under their titles; those in proportion if they are others."""
    absolute, relative = (
        revision_lines(difference, is_relative=is_relative, count=_MOST_REVISIONS)
        for is_relative in (False, True)
    )
    tables = [("largest revisions", absolute)] if absolute else []
    if relative and {r.label for r in relative} != {r.label for r in absolute}:
        tables.append(("largest in proportion", relative))
    return tables


def _number(value: float) -> str:
    """Return a number as a person reads it, with the digits that a revision may be in."""
    text = f"{value:,.10g}"
    return text if len(text) <= 13 else f"{value:.6g}"


def _percent(share: float) -> str:
    """Return a share as a signed percentage, a dash where it has no sense."""
    if not abs(share) < 1e4:
        return "-"
    return f"{100 * share:+,.0f}%" if abs(share) >= 1 else f"{100 * share:+.3g}%"


def _crop(text: str) -> str:
    line = _one_line(text)
    return line if len(line) < _LABEL_WIDTH else f"{line[: _LABEL_WIDTH - 4]}..."


def _escape(text: str) -> str:
    return html.escape(printable(text))


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
