"""A difference as a notebook shows it: a line of counts, then where."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from alphacast_pandas.comparing.facts import column_counts, span
from alphacast_pandas.comparing.text import MOST_COLUMNS, most_revised, number, percent, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphacast_pandas.comparing.difference import Difference
    from alphacast_pandas.comparing.facts import Revision

_COLOURS = {"added": "#1a7f37", "changed": "#9a6700", "deleted": "#cf222e", "unchanged": "#6e7781"}


def to_html(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return what a person reads in five seconds; every name and value is escaped."""
    listed = "".join(f"<li>{html.escape(note)}</li>" for note in notes)
    return "".join(
        (
            f"<div><strong>{html.escape(title)}</strong>",
            _counts(difference),
            _columns(difference),
            *(_revisions(*table) for table in most_revised(difference)),
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


def _columns(difference: Difference) -> str:
    counts = [column for column in column_counts(difference) if column.total]
    rows = [
        (c.name, f"{c.added:,}", f"{c.changed:,}", f"{c.deleted:,}") for c in counts[:MOST_COLUMNS]
    ]
    if len(counts) > MOST_COLUMNS:
        rows.append((f"... and {len(counts) - MOST_COLUMNS} more, see .by_column", "", "", ""))
    return _table(("Values", "added", "changed", "deleted"), rows)


def _revisions(title: str, found: list[Revision]) -> str:
    rows = [(r.place, number(r.old), number(r.new), percent(r.relative)) for r in found]
    return _table((title.capitalize(), "old", "new", "change"), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    names = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{_lines(rows)}</tbody></table>"


def _lines(rows: Iterable[Sequence[str]]) -> str:
    return "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
