"""The commands ``push`` and ``diff``: what a file would change in a dataset, and to send it."""

from __future__ import annotations

import argparse
import contextlib
import math
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

import alphacast_pandas as ap
from alphacast_pandas.commands.command import Command
from alphacast_pandas.commands.differences import difference_lines, difference_rows
from alphacast_pandas.commands.output import (
    add_json_argument,
    is_terminal,
    print_frame,
    print_lines,
    print_note,
)
from alphacast_pandas.commands.questions import can_ask, is_agreed
from alphacast_pandas.commands.wording import in_commands
from alphacast_pandas.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.column_types import ColumnType
    from alphacast_pandas.commands.files import FileForm

_FAILED, _DIFFERENT = 1, 3  # exit statuses
_MOST_UNKNOWN = 10
_RECORD = (
    *("dataset_id", "name", "repository", "created", "process_id", "status", "description"),
    *("rows", "inserted", "updated", "deleted", "bytes_sent", "seconds", "url"),
)
# Options that say how a file is written, and the files that can be written so.
_FORMS = {
    "sep": (".csv",),
    "encoding": (".csv",),
    "sheet": (".xlsx",),
    **dict.fromkeys(("text", "decimal", "date_format"), (".csv", ".xlsx")),
}
_NOTHING = "The dataset holds these rows already; nothing was uploaded."


def _run_diff(options: argparse.Namespace) -> int:
    """Show what pushing the file would change; return the exit status."""
    _check_target(options)
    with _told(options):
        diff = _compare(options)
    if is_terminal() and not options.json:
        print_lines(difference_lines(diff))
    else:
        print_frame(difference_rows(diff), as_json=options.json)
        for note in diff.notes:
            print_note(in_commands(f"note: {note}"))
    return 0 if diff.empty else _DIFFERENT


def _run_push(options: argparse.Namespace) -> int:
    """Show the difference, ask, and send it; return the exit status."""
    _check_target(options)
    _check_push(options)
    with _told(options):
        with _nothing_sent():
            diff = _compare(options)
            print_note("\n".join(difference_lines(diff)))
            if diff.empty:
                _print_record(_record_of_nothing(diff), options, _NOTHING)
                return 0
            if not (options.yes or is_agreed("Send it?")):
                print_note("Nothing was sent.")
                return _FAILED
        result = diff.push(
            wait=not options.no_wait,
            timeout=options.timeout,
            only_changes=options.only_changes,
            max_delete=options.max_delete,
            verify=options.verify,
        )
    _print_record(_record(result), options, str(result))
    return 0


@contextlib.contextmanager
def _nothing_sent() -> Iterator[None]:
    """Let a Ctrl-C say so."""
    try:
        yield
    except KeyboardInterrupt:
        msg = "Nothing was sent."
        raise KeyboardInterrupt(msg) from None


def _compare(options: argparse.Namespace) -> ap.Diff:
    """Return what pushing the file would change; nothing is guessed of it."""
    from alphacast_pandas.api.discovery import fetch_target
    from alphacast_pandas.commands.files import check_suffix, read_file, read_names
    from alphacast_pandas.reading.expected import check_expected, warn_of_other_words
    from alphacast_pandas.writing.plan import resolve_target

    suffix = check_suffix(options.file)
    _check_form(options, suffix)
    form = _file_form(options)
    names = read_names(options.file, form)
    client = ap.get_client()
    target = resolve_target(
        client, options.dataset, options.name, options.repository, create=options.create or None
    )
    number = target.dataset_id
    definitions = None if number is None else fetch_target(client, number, names)
    if definitions is not None and number is not None:
        check_expected(options.expect, number, definitions)
        warn_of_other_words(options.dataset, definitions)
    is_typed = suffix == ".parquet"
    types = Types({}) if is_typed else column_types(names, definitions, options)
    frame = read_file(options.file, types.of, form, assumed=types.assumed)
    has_roles = definitions is not None and definitions.date is not None
    return ap.diff(
        frame,
        number,
        name=options.name if number is None else None,
        repository=options.repository if number is None else None,
        create=options.create or None if number is None else None,
        mode=options.mode,
        date=options.date,
        # A column of text that nobody called an entity is none, unless the file has types.
        entities=options.entities or (None if has_roles or is_typed else []),
        accept_new_columns=options.accept_new_columns,
        missing=options.missing,
        client=client,
    )


@dataclass(frozen=True)
class Types:
    """The types of the columns of a file; those of the columns in `assumed` nobody has stated."""

    of: Mapping[str, ColumnType]
    assumed: frozenset[str] = frozenset()


def column_types(
    names: Sequence[str], definitions: Definitions | None, options: argparse.Namespace
) -> Types:
    """Return the types of columns: of the dataset, else of the options, else numbers."""
    from alphacast_pandas.column_types import DATE, DECIMAL, STRING
    from alphacast_pandas.names import check_names

    is_open = definitions is None or definitions.is_fresh or options.accept_new_columns
    for option, given in (
        ("date", [options.date]),
        ("entities", options.entities),
        ("text", options.text),
    ):
        check_names([name for name in given if name is not None], names, f"--{option}")
    if definitions is not None:
        _check_known(names, definitions, is_open=is_open)
    said = dict.fromkeys((*options.entities, *options.text), STRING) | {options.date: DATE}
    types, assumed = {}, set()
    for name in names:
        column = None if definitions is None else definitions.get(name)
        known = None if column is None or definitions is None else definitions.type_of(name)
        if known is not None and name in options.text and known is not STRING:
            msg = f"--text {shlex.quote(name)}: the dataset has it as {known.name}. Leave it out."
            raise ap.QueryError(msg)
        if known is None and name not in said:
            assumed.add(name)
        types[name] = known or said.get(name, DECIMAL)
    if DATE not in types.values():
        msg = (
            f"Nothing says which column of {options.file} holds the dates: --date COLUMN names it, "
            f"and --entities COLUMN those that identify a row together with it. The columns are "
            f"{', '.join(map(repr, names))}."
        )
        if definitions is not None and definitions.date is not None:
            msg = (
                f"{options.file} lacks the dataset's date column {definitions.date.name!r}; its "
                f"columns are {', '.join(map(repr, names))}. Rename the column of dates in it."
            )
        raise ap.QueryError(msg)
    return Types(types, frozenset(assumed))


def _check_known(names: Sequence[str], definitions: Definitions, *, is_open: bool) -> None:
    """Raise for columns that the dataset does not have, unless they may be new ones."""
    from alphacast_pandas.names import canonical_name, unknown_name

    known = {*definitions.names, *definitions.ignored}
    folded = {canonical_name(name): name for name in definitions.names}
    unknown = [name for name in names if name not in known]
    for name in unknown:
        same = folded.get(canonical_name(name))
        if same is not None:
            msg = (
                f"The file's column {name!r} differs from the dataset's {same!r} in case, accents "
                f"or blanks only, so the service takes it for that: rename it to {same!r} in the "
                "file."
            )
            raise ap.QueryError(msg)
    if unknown and not is_open:
        told = " ".join(unknown_name(name, definitions.names) for name in unknown[:_MOST_UNKNOWN])
        more = len(unknown) - _MOST_UNKNOWN
        msg = (
            f"The file has columns that the dataset does not have: {told}"
            f"{f' The same goes for {more:,} more columns.' if more > 0 else ''} Rename or remove "
            "them in the file; --accept-new-columns adds them to the dataset, as numbers, or with "
            "--text COLUMN as text."
        )
        raise ap.QueryError(msg)


def _file_form(options: argparse.Namespace) -> FileForm:
    from alphacast_pandas.commands.cells import TextForm
    from alphacast_pandas.commands.files import FileForm

    tabs = {"tab": "\t", "\\t": "\t"}
    separator = tabs.get(options.sep, options.sep)
    texts = TextForm(options.decimal or ".", options.date_format)
    return FileForm(options.encoding or "utf-8", separator, texts, options.sheet)


@contextlib.contextmanager
def _told(options: argparse.Namespace) -> Iterator[None]:
    """Add to an error what this command knows of it."""
    try:
        yield
    except ap.AlphacastError as error:
        for note in notes_on(error, options.file, options.mode):
            error.add_note(note)
        raise


def notes_on(error: ap.AlphacastError, file: Path, mode: str) -> Iterator[str]:
    """Yield what a person who pushes a file has to know besides an error."""
    if isinstance(error, ap.PushInterrupted):
        again = {"replace": " with --mode upsert", "mirror": " with --mode append"}
        yield (
            f"To go on, run the command again{again.get(mode, '')}: the difference then shows what "
            "is missing, and --only-changes sends nothing else."
        )
    if isinstance(error, ap.ValidationError):
        if error.failures["row"].notna().any() and file.suffix != ".parquet":
            yield f"Rows are numbered as in {printable(str(file))}."
        if re.search(r"\bdf\b", in_commands(str(error))):
            yield "Where a remedy names df, which is the content of the file, correct it there."


def _check_target(options: argparse.Namespace) -> None:
    """End with a usage error unless one dataset is named in one way."""
    if (options.dataset is None) == (options.name is None):
        options.fail("name the dataset: DATASET, or --name NAME with --repository REPOSITORY")
    if options.name is None and (options.repository is not None or options.create):
        options.fail("--repository and --create go with --name")
    if options.name is not None and options.expect is not None:
        options.fail("--expect goes with DATASET: --name is the whole name already")


def _check_form(options: argparse.Namespace, suffix: str) -> None:
    """End with a usage error for an option that would do nothing with a file of this kind."""
    for name, suffixes in _FORMS.items():
        if getattr(options, name) and suffix not in suffixes:
            option = f"--{name.replace('_', '-')}"
            options.fail(f"{option} is for {' and '.join(suffixes)} files, not for {suffix}")


def _check_push(options: argparse.Namespace) -> None:
    """End with a usage error if nobody can be asked, or options contradict each other."""
    if not (options.yes or can_ask()):
        options.fail(
            "nobody can be asked whether to send it, since the input is no terminal: --yes sends "
            "it without asking, and the command diff shows what would change"
        )
    if options.verify and options.no_wait:
        options.fail("--verify reads back what the service has done: leave --no-wait out")
    if options.only_changes and options.mode in {"replace", "mirror"}:
        options.fail(
            f"--only-changes does not go with --mode {options.mode}, which deletes every row that "
            "is not sent"
        )


def _add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(fail=parser.error)
    parser.add_argument("file", type=Path, metavar="FILE", help=".csv, .parquet or .xlsx")
    parser.add_argument(
        "dataset",
        nargs="?",
        metavar="DATASET",
        help="number, address or exact name of the dataset",
    )
    parser.add_argument("--name", help="in place of DATASET: its name, made if it is missing")
    parser.add_argument("--repository", help="with --name: number, address or exact name of it")
    parser.add_argument(
        "--create", action="store_true", help="with --name: make it beside one of a similar name"
    )
    parser.add_argument(
        "--mode",
        choices=("append", "upsert", "replace", "mirror"),
        default="upsert",
        help="replace and mirror DELETE rows that the file lacks; append and mirror keep the "
        "values of rows that are there (default: upsert)",
    )
    parser.add_argument(
        "--missing",
        choices=("send", "keep"),
        default="send",
        help="keep: stored values stay where the file has none (default: send)",
    )
    parser.add_argument(
        "--expect",
        metavar="NAME",
        help="refuse if the dataset is called otherwise; * and ? are any",
    )
    parser.add_argument(
        "--accept-new-columns", action="store_true", help="add columns that the dataset lacks"
    )
    add_json_argument(parser)
    columns = parser.add_argument_group("columns that the dataset does not know yet")
    columns.add_argument("--date", metavar="COLUMN", help="the column of dates")
    for option, explanation in (
        ("--entities", "columns that identify a row together with the date"),
        ("--text", "columns of text; all others are numbers"),
    ):
        columns.add_argument(
            option, nargs="+", action="extend", default=[], metavar="COLUMN", help=explanation
        )
    form = parser.add_argument_group("how the file is written")
    form.add_argument(
        "--date-format", metavar="FORMAT", help="such as %%d/%%m/%%Y; default: ISO 8601"
    )
    form.add_argument(
        "--decimal", metavar="MARK", help="mark before the fraction: '.' or ','; default: ."
    )
    form.add_argument("--sep", metavar="MARK", help="between fields of CSV: ';' or tab; default: ,")
    form.add_argument("--encoding", help="of CSV; default: utf-8")
    form.add_argument("--sheet", metavar="NAME", help="of a workbook; default: the first one")


def _add_push_arguments(parser: argparse.ArgumentParser) -> None:
    _add_diff_arguments(parser)
    sending = parser.add_argument_group("sending")
    sending.add_argument("--yes", action="store_true", help="send it without asking")
    sending.add_argument(
        "--only-changes", action="store_true", help="send only rows that are new or differ"
    )
    sending.add_argument(
        "--max-delete",
        type=_limit,
        metavar="N",
        help="refuse if more rows would go: 10 rows, or with a point a share: 0.05",
    )
    sending.add_argument(
        "--verify", action="store_true", help="read the rows back afterwards and compare"
    )
    sending.add_argument(
        "--no-wait", action="store_true", help="end when it is sent, not when it is processed"
    )
    sending.add_argument(
        "--timeout",
        type=_seconds,
        default=600.0,
        metavar="SECONDS",
        help="until the service must have processed it (default: 600)",
    )


def _limit(text: str) -> int | float:
    """Return a number of rows, or a share of them."""
    try:
        limit = int(text) if text.isdecimal() else float(text)
    except ValueError:
        limit = math.nan
    if isinstance(limit, int) or 0 <= limit <= 1:
        return limit
    msg = f"{text!r} is neither a number of rows, such as 10, nor a share from 0.0 to 1.0"
    raise argparse.ArgumentTypeError(msg)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if 0 < seconds < math.inf:
        return seconds
    msg = f"{text!r} is not a number of seconds"
    raise argparse.ArgumentTypeError(msg)


def _record(result: ap.PushResult) -> dict[str, object]:
    """Return what is known of a push, as one row."""
    created = " ".join(result.created) or None
    return {name: getattr(result, name) for name in _RECORD} | {"created": created}


def _record_of_nothing(diff: ap.Diff) -> dict[str, object]:
    """Return the same of a push that has nothing to send."""
    zeros = dict.fromkeys(("rows", "inserted", "updated", "deleted", "bytes_sent"), 0)
    said = {"dataset_id": diff.dataset_id, "status": "Nothing to send", "description": _NOTHING}
    return {**dict.fromkeys(_RECORD), **zeros, **said}


def _print_record(record: Mapping[str, object], options: argparse.Namespace, text: str) -> None:
    """Print how a push has ended: text on a terminal, else one row."""
    if is_terminal() and not options.json:
        print_lines(text.splitlines())
    else:
        print_frame(pd.DataFrame([record], dtype=object), as_json=options.json)


DIFF = Command(
    description="""\
Show what pushing a file would change in a dataset; nothing is sent. Types are
those of the dataset, never guessed. On a terminal: a line for each row that
would be added (+) or deleted (-) and each value that would change (~), then a
summary. Piped: CSV with a row for each value. The exit status is 3 if anything
would change, 0 if nothing would.""",
    examples="""\
  alphacast-pandas diff prices.csv 7938
  alphacast-pandas diff precios.csv 7938 --sep ';' --decimal , --date-format %d/%m/%Y
  alphacast-pandas diff prices.xlsx 7938 --sheet Data --mode replace --json""",
    add_arguments=_add_diff_arguments,
    run=_run_diff,
)
PUSH = Command(
    description="""\
Show what a file would change in a dataset, ask, and send it. Types are those of
the dataset, never guessed. The difference and the question go to the standard
error, the result to the standard output. What was shown is what is sent: if the
dataset changes meanwhile, nothing is. The exit status is 1 if it was not sent.""",
    examples="""\
  alphacast-pandas push prices.csv 7938
  alphacast-pandas push prices.parquet 7938 --yes --only-changes --expect 'Consumer prices*'
  alphacast-pandas push rain.csv --name Rain --repository Weather --date Date --entities station""",
    add_arguments=_add_push_arguments,
    run=_run_push,
)
