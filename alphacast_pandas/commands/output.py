"""What commands print: frames as tables, CSV or lines of JSON, and notes beside them."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any, TextIO

import pandas as pd

from alphacast_pandas.commands.lines import csv_lines, json_line, json_lines, texts_of
from alphacast_pandas.display import plural, text_table
from alphacast_pandas.text import printable, printable_lines

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

_SHOWN_ROWS = 40  # of a longer frame on a terminal: its first and last rows, half of them each
_NARROWEST_FACT = 20  # columns of a terminal that facts take, even if their names leave fewer


def add_json_argument(parser: argparse._ActionsContainer) -> None:
    """Add ``--json``, which `print_frame` takes as `as_json`."""
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each row")


def print_frame(
    frame: pd.DataFrame,
    *,
    as_json: bool = False,
    columns: Sequence[str] | None = None,
    wide: Collection[str] = (),
    to_the_minute: Collection[str] = (),
) -> None:
    """
    Print a frame: as JSON on request, else as a table on a terminal, else as CSV.

    Only the table is limited: to `columns`, to the width of the terminal, and to the first and
    last rows of a long frame; texts of the columns in `wide` are shortened less than others. Dates
    and instants are whole, since other commands take them, but for those in `to_the_minute`.
    """
    if as_json:
        print_lines(json_lines(frame))
    elif is_terminal():
        shown = frame if columns is None else frame[[*columns]]
        print_lines(_table(shown, wide=wide, to_the_minute=to_the_minute))
    else:
        print_csv(frame)


def print_csv(frame: pd.DataFrame) -> None:
    """Print a frame as CSV."""
    print_lines(csv_lines(frame))


def print_json(record: Mapping[str, object]) -> None:
    """Print a record as one line of JSON."""
    print_lines([json_line(record)])


def print_facts(facts: Mapping[str, object]) -> None:
    """Print facts for a person, one below the other; those that are None are left out."""
    texts = {name: " ".join(str(fact).split()) for name, fact in facts.items() if fact is not None}
    known = {name: printable(text) for name, text in texts.items() if text}
    indent = max(map(len, known), default=0) + 2
    width = max(terminal_width(), indent + _NARROWEST_FACT)
    print_lines(
        line
        for name, fact in known.items()
        for line in textwrap.wrap(
            fact,
            width,
            initial_indent=f"{name:{indent}}",
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        )
    )


def print_lines(lines: Iterable[str]) -> None:
    """
    Print lines at once.

    A reader that has gone, such as ``head``, has read enough: nothing more is printed, and the
    command ends as it would have ended.
    """
    with _printing() as stdout:
        stdout.writelines(f"{line}\n" for line in lines)
        stdout.flush()


def print_note(text: str) -> None:
    """Print text for a person, on stderr, where it is not part of the answer."""
    if sys.stderr is None:  # which print would take for stdout
        return
    try:
        print(printable_lines(text), file=sys.stderr, flush=True)
    except OSError:  # nobody can be told
        _send_nowhere(sys.stderr)


def flush_output() -> None:
    """Print what is not yet, such as a help, so that a failure is told as any other."""
    if sys.stdout is not None:
        with _printing() as stdout:
            stdout.flush()


def is_terminal() -> bool:
    """Tell whether a person reads what is printed."""
    return sys.stdout is not None and sys.stdout.isatty()


def terminal_width() -> int:
    """Return the columns of the terminal, or 80."""
    return shutil.get_terminal_size().columns


@contextlib.contextmanager
def _printing() -> Iterator[TextIO]:
    """Give stdout; a reader that has gone ends the block, and other failures name stdout."""
    name = "standard output"
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF), name)
    try:
        yield sys.stdout
    except BrokenPipeError:
        _send_nowhere(sys.stdout)
    except OSError as error:
        _send_nowhere(sys.stdout)
        raise OSError(error.errno, error.strerror, name) from error


def _send_nowhere(stream: TextIO) -> None:
    """Send what is still to be printed, by Python at its end as well, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _table(
    frame: pd.DataFrame, *, wide: Collection[str], to_the_minute: Collection[str]
) -> list[str]:
    """Return the lines of a table that fits the terminal."""
    if frame.columns.empty:
        return ["no columns"]
    is_long = len(frame) > _SHOWN_ROWS
    half = _SHOWN_ROWS // 2
    shown = pd.concat([frame.head(half), frame.tail(half)]) if is_long else frame
    head = [printable(str(name)) for name in frame.columns]
    columns = [shown.iloc[:, place] for place in range(shown.shape[1])]
    numbers = [name for name, column in zip(head, columns, strict=True) if _is_number(column)]
    dates = [name for name, each in zip(head, columns, strict=True) if each.dtype.kind == "M"]
    cells = [_cells(each, to_the_minute=each.name in to_the_minute) for each in columns]
    rows, width = zip(*cells, strict=True), terminal_width()
    lines = text_table(head, rows, numbers=numbers, whole=dates, wide=wide, width=width)
    if is_long:
        lines.insert(1 + half, "...")
        lines.append(plural(len(frame), "row"))
    elif frame.empty:
        lines.append("no rows")
    return lines


def _cells(column: pd.Series[Any], *, to_the_minute: bool) -> list[str]:
    """Return the values of a column as text; UTC is Z, which takes less room."""
    texts = [text or "" for text in texts_of(column)]
    if column.dtype.kind != "M":
        return texts
    if to_the_minute:
        texts = [re.sub(r"T(\d\d:\d\d)[\d:.]*", r" \1", text) for text in texts]
    return [re.sub(r"\+00:00$", "Z", text) for text in texts]


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
