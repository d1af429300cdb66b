"""The display of a difference, as text for a terminal and as HTML for a notebook."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from alphacast_pandas.difference.revisions import column_counts, date_span, revision_lines
from alphacast_pandas.display import (
    WIDTH,
    html_line,
    html_list,
    html_table,
    html_title,
    plural,
)
from alphacast_pandas.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.difference.difference import Difference
    from alphacast_pandas.difference.revisions import RevisionLine

_LABEL_WIDTH = 38
_NUMBER_WIDTH = 13
_MOST_COLUMNS = 8
_MOST_REVISIONS = 3
_DIGITS = 10  # of a number; more where old and new differ only in those that come after
_DOUBLE_DIGITS = 15  # that every double keeps
_ALL_DIGITS = 17  # which tell any two doubles apart


def to_text(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return lines of at most 80 characters; names and values cannot act on the terminal."""
    lines = [
        *textwrap.wrap(_one_line(title), WIDTH),
        *_row_lines(difference),
        *_column_lines(difference),
        *_revision_lines(difference),
        *_note_lines(notes),
    ]
    return "\n".join(line.rstrip() for line in lines)


def to_html(difference: Difference, title: str, notes: Sequence[str]) -> str:
    """Return a fragment of HTML in which every name and value is escaped."""
    return "".join(
        (
            html_title(_one_line(title)),
            html_line(_row_sentence(difference)),
            # A line of its own: in a narrow window one of the dates would break at its hyphens.
            html_line(_dates_sentence(difference)),
            _column_html(difference),
            *(_revision_html(*table) for table in _revision_tables(difference)),
            html_list(map(_one_line, notes)),
        )
    )


def summary(difference: Difference) -> str:
    """Return the counts of a difference in words."""
    added, changed, deleted = map(len, (difference.added, difference.changed, difference.deleted))
    return (
        f"{plural(added, 'row is', 'rows are')} new, {plural(changed, 'has', 'have')} other "
        f"values, {plural(deleted, 'is', 'are')} gone"
    )


def _row_lines(difference: Difference) -> list[str]:
    lines = [
        f"  {word:10}{count:>12,} row{'' if count == 1 else 's'}"
        for word, count in _row_counts(difference).items()
    ]
    lines[1] += f", {plural(_changed_values(difference), 'value')}"
    return [*lines, f"  {_dates_sentence(difference)}"]


def _column_lines(difference: Difference) -> list[str]:
    counts = [column for column in column_counts(difference) if column.total]
    if not counts:
        return []
    lines = [
        f"  {_crop(c.name):{_LABEL_WIDTH}}{c.added:>13,}{c.changed:>13,}{c.deleted:>13,}"
        for c in counts[:_MOST_COLUMNS]
    ]
    rest = [f"  {_more(len(counts))}"] if len(counts) > _MOST_COLUMNS else []
    head = f"  {'values':{_LABEL_WIDTH}}{'added':>13}{'changed':>13}{'deleted':>13}"
    return [head, *lines, *rest]


def _more(columns: int) -> str:
    return f"... and {plural(columns - _MOST_COLUMNS, 'column')} more, see .by_column"


def _revision_lines(difference: Difference) -> list[str]:
    """Return the lines of the largest revisions; long numbers take the place of their labels."""
    lines = []
    for title, revisions in _revision_tables(difference):
        numbers = [(*_numbers(r.old, r.new), _percent(r.relative)) for r in revisions]
        old, new, share = (max(map(len, texts)) for texts in zip(*numbers, strict=True))
        old, new, share = max(old, _NUMBER_WIDTH), max(new, _NUMBER_WIDTH), max(share, 8)
        label = min(_LABEL_WIDTH, WIDTH - old - new - share - 7)
        lines.append(f"  {shorten(title, label):{label}}{'old':>{old}}    {'new':<{new}}")
        lines += [
            f"  {_crop(r.label, label):{label}}{a:>{old}} -> {b:<{new}} {c:>{share}}"
            for r, (a, b, c) in zip(revisions, numbers, strict=True)
        ]
    return lines


def _note_lines(notes: Sequence[str]) -> list[str]:
    return [
        line
        for note in notes
        for line in textwrap.wrap(
            _one_line(note),
            WIDTH,
            initial_indent="  * ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
    ]


def _row_sentence(difference: Difference) -> str:
    counts = _row_counts(difference)
    values = plural(_changed_values(difference), "value")
    return (
        f"{plural(counts['added'], 'row')} added, {counts['changed']:,} changed ({values}), "
        f"{counts['deleted']:,} deleted, {counts['unchanged']:,} unchanged"
    )


def _dates_sentence(difference: Difference) -> str:
    return f"dates touched: {_dates_touched(difference) or 'none'}"


def _column_html(difference: Difference) -> str:
    counts = [column for column in column_counts(difference) if column.total]
    if not counts:
        return ""
    head = ("values", "added", "changed", "deleted")
    rows = [
        (c.name, f"{c.added:,}", f"{c.changed:,}", f"{c.deleted:,}") for c in counts[:_MOST_COLUMNS]
    ]
    table = html_table(head, rows, numbers=head[1:])
    return table + (html_line(_more(len(counts))) if len(counts) > _MOST_COLUMNS else "")


def _revision_html(title: str, revisions: list[RevisionLine]) -> str:
    head = (title, "old", "new", "change")
    rows = [(r.label, *_numbers(r.old, r.new), _percent(r.relative)) for r in revisions]
    return html_table(head, rows, numbers=head[1:])


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


def _numbers(old: float, new: float) -> tuple[str, str]:
    """Return two different numbers, each short and yet with digits that tell them apart."""
    texts = _with_digits(old, _DIGITS), _with_digits(new, _DIGITS)
    if texts[0] != texts[1] and max(map(len, texts)) <= _NUMBER_WIDTH:
        return texts
    for digits in range(6, _DOUBLE_DIGITS + 1):
        texts = _with_digits(old, digits), _with_digits(new, digits)
        if texts[0] != texts[1]:
            return texts
    return _exactly(old), _exactly(new)


def _exactly(value: float) -> str:
    """Return the shortest text that reads back to the same double."""
    texts = (_with_digits(value, digits) for digits in range(_DOUBLE_DIGITS, _ALL_DIGITS + 1))
    return next((t for t in texts if float(t.replace(",", "")) == value), str(value))


def _with_digits(value: float, digits: int) -> str:
    return f"{value:,.{digits}g}"


def _percent(share: float) -> str:
    """Return a share as a signed percentage, a dash where it has no sense."""
    if not abs(share) < 1e4:
        return "-"
    return f"{100 * share:+,.0f}%" if abs(share) >= 1 else f"{100 * share:+.3g}%"


def _crop(text: str, width: int = _LABEL_WIDTH) -> str:
    """Return one line that leaves a blank behind it, without its middle if it is too long."""
    return shorten(" ".join(text.split()), width - 1)


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
