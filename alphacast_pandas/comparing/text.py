"""A difference as text that fits a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from alphacast_pandas.comparing.facts import column_counts, revisions, span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.comparing.difference import Difference
    from alphacast_pandas.comparing.facts import Revision

_WIDTH = 80
MOST_COLUMNS = 8
MOST_REVISIONS = 3


def to_text(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return lines of at most 80 characters."""
    parts = [_head(difference, title), _columns(difference), _revised(difference), _notes(notes)]
    return "\n".join(line.rstrip() for part in parts for line in part)


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
