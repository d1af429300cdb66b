"""Tables for people: as text that fits a terminal, and as HTML that fits a notebook."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alphacast_pandas.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

WIDTH = 80  # columns of a terminal
_GAP = 2
_NARROWEST = 16  # characters that a shortened column of text keeps
_NARROWEST_WIDE = 36  # and one that tells rows apart, of which half the table is the most
_MOST_CHARACTERS = 400  # of a text in HTML
# Longer words break anywhere, so that a table fits its page; short texts are kept on one line,
# since a browser would give them too little room beside a long one.
_LONGEST_WORD = 16
_LONGEST_ON_ONE_LINE = 12
_NUMBER = re.compile(r"[-+]?[\d.,]{1,24}(?:e[-+]?\d{1,3})?%?", re.ASCII)  # not broken either
# Notebooks are light or dark, and tell nobody which: text and links keep the colour around them,
# lines are a grey that shows on both.
_LINE = "1px solid rgba(128,128,128,0.4)"
_TABLE = "border-collapse:collapse;border:none;color:inherit;margin:0 0 0.8em 0"
_CELL = "border:none;padding:0.2em 0.6em 0.2em 0;vertical-align:top"
_LINE_OF_TEXT = (
    "color:inherit;margin:0 0 0.4em 0;overflow-wrap:anywhere;text-align:left;white-space:pre-wrap"
)
_LIST = "color:inherit;margin:0 0 0.8em 0;padding:0 0 0 1.5em"
_LINK = "color:inherit;text-decoration:underline"


@dataclass(frozen=True)
class Link:
    """An address in a cell; in HTML it can be followed if it is one of the web."""

    address: str


def plural(count: int, one: str, many: str | None = None) -> str:
    """
    Return a count with its word.

    >>> plural(1, "row"), plural(2000, "process", "processes")
    ('1 row', '2,000 processes')
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def text_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Collection[str] = (),
    whole: Collection[str] = (),
    wide: Collection[str] = (),
    width: int = WIDTH,
) -> list[str]:
    """
    Return the lines of a table that is at most `width` wide.

    Columns of text are shortened where they must be; if that is not enough, the last columns are
    left out and named below. `numbers` are the columns that are aligned to the right, and neither
    they nor those in `whole` are shortened. Those in `wide` are shortened less than others.
    """
    cells = [[*head], *([printable(cell) for cell in row] for row in rows)]
    widths = [min(width, max(map(len, column))) for column in zip(*cells, strict=True)]
    kept = {*numbers, *whole}
    narrowest = dict.fromkeys(wide, min(_NARROWEST_WIDE, width // 2))
    least = [
        w if name in kept else min(w, narrowest.get(name, _NARROWEST))
        for name, w in zip(head, widths, strict=True)
    ]
    shown = next(n for n in range(len(head), 0, -1) if _total(least[:n]) <= width or n == 1)
    widths = _narrowed(widths[:shown], least, width)
    aligned = ["rjust" if name in numbers else "ljust" for name in head]
    lines = [
        (" " * _GAP)
        .join(
            getattr(shorten(cell, size), side)(size)
            for cell, size, side in zip(row, widths, aligned, strict=False)
        )
        .rstrip()
        for row in cells
    ]
    left_out = ", ".join(head[shown:])
    return [*lines, shorten(f"... and {left_out}", width)] if left_out else lines


def html_table(
    head: Sequence[str],
    rows: Iterable[Sequence[str | Link]],
    *,
    title: str = "",
    numbers: Collection[str] = (),
) -> str:
    """Return a table with a line of names on top, below its title; every text is escaped."""
    sides = ["right" if name in numbers else "left" for name in head]
    names = "".join(
        f'<th scope="col" style="{_style(name, side)};border-bottom:{_LINE}">{_content(name)}</th>'
        for name, side in zip(head, sides, strict=True)
    )
    body = "".join(
        "<tr>{}</tr>".format(
            "".join(
                f'<td style="{_style(cell, side)}">{_content(cell)}</td>'
                for cell, side in zip(row, sides, strict=True)
            )
        )
        for row in rows
    )
    return _table(title, f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody>")


def html_facts(facts: Iterable[tuple[str, str | Link]], *, title: str = "") -> str:
    """Return a table of one fact a line, its name before it, below its title; all is escaped."""
    body = "".join(
        f'<tr><th scope="row" style="{_CELL};text-align:left;white-space:pre">{_content(name)}</th>'
        f'<td style="{_style(fact, "left")}">{_content(fact)}</td></tr>'
        for name, fact in facts
    )
    return _table(title, f"<tbody>{body}</tbody>")


def html_text(text: str) -> str:
    """Return a text of any origin for a page, shortened and escaped."""
    return html.escape(shorten(text, _MOST_CHARACTERS))


def html_line(text: str) -> str:
    """Return a line of text, escaped; it wraps anywhere."""
    return f'<div style="{_LINE_OF_TEXT}">{html_text(text)}</div>'


def html_title(text: str) -> str:
    """Return a title above tables, escaped; it wraps anywhere."""
    return f'<div style="{_LINE_OF_TEXT};font-weight:bold">{html_text(text)}</div>'


def html_list(items: Iterable[str]) -> str:
    """Return a list of texts, escaped; nothing if there are none."""
    lines = "".join(f'<li style="{_LINE_OF_TEXT}">{html_text(item)}</li>' for item in items)
    return f'<ul style="{_LIST}">{lines}</ul>' if lines else ""


def _narrowed(widths: list[int], least: Sequence[int], width: int) -> list[int]:
    """Return the widths of columns of which the widest lose so much that all of them fit."""
    widths = [*widths]
    while _total(widths) > width:
        flexible = [n for n, w in enumerate(widths) if w > least[n]] or [0]
        widths[max(flexible, key=lambda n: widths[n])] -= 1
    return widths


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _table(title: str, body: str) -> str:
    # Not a caption, which is as narrow as the table, and small where tables are.
    return f'{html_title(title) if title else ""}<table style="{_TABLE}">{body}</table>'


def _style(cell: str | Link, side: str) -> str:
    text = cell.address if isinstance(cell, Link) else cell
    return f"{_CELL};text-align:{side};{_wrapping(text)}"


def _wrapping(text: str) -> str:
    """Return how a text wraps: if it is short or a number not at all, at blanks, or anywhere."""
    text = shorten(text, _MOST_CHARACTERS)
    if len(text) <= _LONGEST_ON_ONE_LINE or _NUMBER.fullmatch(text):
        return "white-space:pre"
    is_breakable = max(map(len, text.split() or [""])) <= _LONGEST_WORD
    return f"overflow-wrap:{'normal' if is_breakable else 'anywhere'};white-space:pre-wrap"


def _content(cell: str | Link) -> str:
    if not isinstance(cell, Link):
        return html_text(cell)
    shown, address = html_text(cell.address), html.escape(printable(cell.address))
    return f'<a href="{address}" style="{_LINK}">{shown}</a>' if _is_web(cell) else shown


def _is_web(link: Link) -> bool:
    try:
        return urlsplit(link.address).scheme in {"http", "https"}
    except ValueError:
        return False
