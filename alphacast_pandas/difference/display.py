"""A difference as text that fits a terminal."""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from alphacast_pandas.difference.revisions import column_counts, revisions, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphacast_pandas.difference.difference import Difference
    from alphacast_pandas.difference.revisions import Revision


_WIDTH = 80
MOST_COLUMNS = 8
MOST_REVISIONS = 3


def to_text(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return lines of at most 80 characters."""
    parts = [_head(difference, title), _columns(difference), _revised(difference), _notes(notes)]
    return "\n".join(line.rstrip() for part in parts for line in part)


def summary(difference: Difference) -> str:
    """Return the counts of a difference in words."""
    return (
        f"{len(difference.added):,} rows are new, {len(difference.changed):,} have other values, "
        f"{len(difference.deleted):,} are gone"
    )


def number(value: float) -> str:
    """Return a number as a person reads it, with the digits that a revision may be in."""
    text = f"{value:,.10g}"
    return text if len(text) <= 13 else f"{value:.6g}"


def percent(share: float) -> str:
    """Return a share as a signed percentage, a dash where it has no sense."""
    if not abs(share) < 1e4:
        return "-"
    return f"{100 * share:+,.0f}%" if abs(share) >= 1 else f"{100 * share:+.3g}%"


def plural(count: int, word: str) -> str:
    """Return a count with its word."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _head(difference: Difference, title: str) -> list[str]:
    values = sum(map(len, difference.changes.values()))
    touched = span(difference)
    dates = "none" if touched is None else " to ".join(dict.fromkeys(touched))
    rows = {
        "added": len(difference.added),
        "changed": len(difference.changed),
        "deleted": len(difference.deleted),
        "unchanged": difference.unchanged,
    }
    lines = [
        f"  {word:10}{count:>12,} row{'' if count == 1 else 's'}" for word, count in rows.items()
    ]
    lines[1] += f", {plural(values, 'value')}"
    return [*textwrap.wrap(title, _WIDTH), *lines, f"  dates touched: {dates}"]


def _columns(difference: Difference) -> list[str]:
    counts = [column for column in column_counts(difference) if column.total]
    if not counts:
        return []
    lines = [
        f"  {_cropped(c.name, 38):38}{c.added:>13,}{c.changed:>13,}{c.deleted:>13,}"
        for c in counts[:MOST_COLUMNS]
    ]
    more = len(counts) - MOST_COLUMNS
    rest = [f"  ... and {plural(more, 'column')} more, see .by_column"] if more > 0 else []
    return [f"  {'values':38}{'added':>13}{'changed':>13}{'deleted':>13}", *lines, *rest]


def _revised(difference: Difference) -> list[str]:
    return [line for title, found in most_revised(difference) for line in _table(title, found)]


def most_revised(difference: Difference) -> list[tuple[str, list[Revision]]]:
    """Return the largest revisions under their titles; those in proportion if they are others."""
    absolute, relative = (
        revisions(difference, is_relative=which, most=MOST_REVISIONS) for which in (False, True)
    )
    tables = [("largest revisions", absolute)] if absolute else []
    if relative and {r.place for r in relative} != {r.place for r in absolute}:
        tables.append(("largest in proportion", relative))
    return tables


def _table(title: str, found: list[Revision]) -> list[str]:
    lines = [
        f"  {_cropped(r.place, 38):38}{number(r.old):>13} -> "
        f"{number(r.new):<13}{percent(r.relative):>9}"
        for r in found
    ]
    return [f"  {title:38}{'old':>13}    {'new':<13}", *lines]


def _notes(notes: Sequence[str]) -> list[str]:
    return [
        line
        for note in notes
        for line in textwrap.wrap(
            note, _WIDTH, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False
        )
    ]


def _cropped(text: str, width: int) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) < width else f"{plain[: width - 4]}..."


_COLOURS = {"added": "#1a7f37", "changed": "#9a6700", "deleted": "#cf222e", "unchanged": "#6e7781"}


def to_html(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return what a person reads in five seconds; every name and value is escaped."""
    listed = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    return "".join(
        (
            f"<div><strong>{html.escape(title)}</strong>",
            _counts(difference),
            _html_columns(difference),
            *(_html_revisions(*table) for table in most_revised(difference)),
            f"<ul>{listed}</ul>" if listed else "",
            "</div>",
        )
    )


def _counts(difference: Difference) -> str:
    counts = {
        "added": len(difference.added),
        "changed": len(difference.changed),
        "deleted": len(difference.deleted),
        "unchanged": difference.unchanged,
    }
    shown = " &nbsp; ".join(
        f'<span style="color:{_COLOURS[word]}"><b>{count:,}</b> {word}</span>'
        for word, count in counts.items()
    )
    values = plural(sum(map(len, difference.changes.values())), "value")
    touched = span(difference)
    dates = "" if touched is None else f"; dates {' to '.join(dict.fromkeys(touched))}"
    return f"<p>Rows: {shown} &nbsp; ({values} changed{dates})</p>"


def _html_columns(difference: Difference) -> str:
    counts = [column for column in column_counts(difference) if column.total]
    rows = [
        (c.name, f"{c.added:,}", f"{c.changed:,}", f"{c.deleted:,}") for c in counts[:MOST_COLUMNS]
    ]
    if len(counts) > MOST_COLUMNS:
        rows.append((f"... and {len(counts) - MOST_COLUMNS} more, see .by_column", "", "", ""))
    return _html_table(("Values", "added", "changed", "deleted"), rows)


def _html_revisions(title: str, found: list[Revision]) -> str:
    rows = [(r.place, number(r.old), number(r.new), percent(r.relative)) for r in found]
    return _html_table((title.capitalize(), "old", "new", "change"), rows)


def _html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    names = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{_html_lines(rows)}</tbody></table>"


def _html_lines(rows: Iterable[Sequence[str]]) -> str:
    return "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
