"""Queries: the parameters sent for a read, and what is left to do with the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.parameters import FILTER, FORMAT, LAST, SELECT, TOP
from alphacast_pandas.api.records import Column
from alphacast_pandas.errors import QueryError
from alphacast_pandas.filters.check import check_filter
from alphacast_pandas.filters.dates import parse_end, parse_instant
from alphacast_pandas.filters.odata import (
    DOCUMENTED_FORM,
    SDK_FORM,
    Translation,
    translate,
    wire_length,
)
from alphacast_pandas.filters.simplify import simplify
from alphacast_pandas.filters.tree import NOTHING, And, Comparison, Node, columns_of
from alphacast_pandas.names import check_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.options import ReadOptions

# The forms of a filter in the order in which they are tried: see filters/odata.py.
FORMS = (SDK_FORM, DOCUMENTED_FORM)
# Common servers refuse a request line of more than 4,094 bytes; longer conditions are not sent.
_LONGEST_QUERY = 3800
_LONGEST_SELECT = _LONGEST_QUERY // 2
LAST_RESORT = (-1, -1)
_UNSAFE_IN_SELECT = set(",\"'\\;\t\r\n")


@dataclass(frozen=True)
class Spelling:
    """
    One way to write the filter and the columns of a query on the wire.

    `way` numbers how the columns are written and the form of the filter, from 0 on.
    """

    filter: str | None = None
    select: str | None = None
    way: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Query:
    """
    What is sent, and what is done with the answer.

    `spellings` ask for the same or for more, the preferred first; that was made of `text`, the
    caller's own, and of `translation`. `keep` are the columns to take from the answer, None for
    all; `values` those that the frame shows beside the key. With `is_trial`, `$last` travels with
    a filter, and the answer must prove that the service applied them in this order.
    `may_read_all` says whether everything that is sent can also be applied to the answer.
    """

    spellings: tuple[Spelling, ...] = (Spelling(),)
    send_last: int | None = None
    send_top: int | None = None
    text: str | None = None
    is_trial: bool = False
    may_read_all: bool = False
    translation: Translation = field(default_factory=Translation)
    condition: Node | None = None
    last: int | None = None
    top: int | None = None
    keep: tuple[str, ...] | None = None
    values: tuple[str, ...] | None = None
    keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no row can match, so that no data are needed."""
        return self.condition is NOTHING

    @property
    def without_last(self) -> Query:
        """The same query without `$last`, for whatever else travels."""
        return replace(self, send_last=None)

    @property
    def asks_for_every_row(self) -> bool:
        """Whether no row of the dataset is left out, by the service or afterwards."""
        filters = (self.condition, *(spelling.filter for spelling in self.spellings))
        return all(limit is None for limit in (*filters, self.last, self.top))

    def params(self, spelling: Spelling) -> dict[str, Any]:
        """Return the parameters on the wire."""
        params = {
            FORMAT.name: "csv",
            SELECT.name: spelling.select,
            FILTER.name: spelling.filter,
            LAST.name: self.send_last,
            TOP.name: self.send_top,
        }
        return {name: value for name, value in params.items() if value is not None}


def plan_query(options: ReadOptions, definitions: Definitions | None) -> Query:
    """Return the query for `options`; definitions may be unknown if nothing names a column."""
    if definitions is None:
        top = None if options.text else options.top
        return Query((Spelling(options.text),), send_top=top, top=options.top)
    _check(options, definitions)
    dates, condition = _conditions(options, definitions)
    values, keep = _columns(options, definitions, condition)
    text = _sendable_text(options)
    selects = _selects(keep, definitions)
    sent = dates if text else condition
    translations = _translations(sent, _LONGEST_QUERY - wire_length(text or "") - _longest(selects))
    send_last, is_trial = _last(options, definitions, translations[0])
    unfiltered = condition is None and text is None and options.last is None
    return Query(
        spellings=_spellings(sent, text, translations, selects),
        send_last=send_last,
        send_top=options.top if unfiltered else None,
        text=text,
        is_trial=is_trial,
        may_read_all=options.text is None or options.tree is not None,
        translation=translations[0],
        condition=condition,
        last=options.last,
        top=options.top,
        keep=keep,
        values=values,
        keys=definitions.keys,
    )


def _last(
    options: ReadOptions, definitions: Definitions, translation: Translation
) -> tuple[int | None, bool]:
    """
    Return the number of dates to ask for, and whether the answer must prove itself.

    One more than wanted shows where the dates end, should the service count rows; rows and dates
    are one count if the date alone is the key. A filter may let more through there than here, or
    be applied after `$last`: only a lower bound of the date leaves the last dates the same.
    """
    if options.last is None:
        return None, False
    if options.tree is None and options.text is None and options.end is None:
        return options.last + (bool(definitions.entities) or not definitions.stated), False
    known = options.text is None or options.tree is not None
    return (options.last + 1, True) if known and translation.is_complete else (None, False)


def _sendable_text(options: ReadOptions) -> str | None:
    """Return the caller's text, None if it is too long to send and can be applied afterwards."""
    text = options.text
    if text is None or options.tree is None or wire_length(text) <= _LONGEST_SELECT:
        return text
    return None


def _check(options: ReadOptions, definitions: Definitions) -> None:
    names = definitions.names
    check_names(options.select or (), names, "select")
    if isinstance(options.index, tuple):
        selected = {*definitions.keys, *(options.select or names)}
        check_names(options.index, names, "index")
        check_names(
            options.index, [name for name in names if name in selected], "index, after select"
        )
    dated = options.start is not None or options.end is not None or options.last is not None
    # A dataset that holds nothing need not have its date column yet.
    if dated and definitions.date is None and definitions.has_rows is not False:
        msg = "The dataset has no date column, so start, end and last mean nothing."
        raise QueryError(msg)


def _conditions(options: ReadOptions, definitions: Definitions) -> tuple[Node | None, Node | None]:
    """Return the condition on dates, and the whole condition that `filter` is part of."""
    dates: list[Node] = []
    name = definitions.date.name if definitions.date else None
    if name is not None and options.start is not None:
        dates.append(Comparison(name, ">=", parse_instant(options.start, "start")))
    if name is not None and options.end is not None:
        stop, included = parse_end(options.end, "end")
        dates.append(Comparison(name, "<=" if included else "<", stop))
    tree = [] if options.tree is None else [check_filter(options.tree, definitions)]
    return _all_of(dates), _all_of([*dates, *tree])


def _all_of(parts: list[Node]) -> Node | None:
    return simplify(And(tuple(parts))) if parts else None


def _translations(condition: Node | None, room: int) -> tuple[Translation, ...]:
    return tuple(translate(condition, form, room) for form in FORMS)


def _spellings(
    condition: Node | None,
    text: str | None,
    translations: Sequence[Translation],
    selects: Sequence[str | None],
) -> tuple[Spelling, ...]:
    """
    Return how to ask, should the service refuse the first way.

    The last one asks for everything. It is there if a column has no way to be written.
    """
    ways = [
        Spelling(_conjunction(text, translation.text), select, (columns, form))
        for columns, select in enumerate(selects)
        for form, translation in enumerate(translations)
    ]
    filtered = () if condition is None else columns_of(condition)
    unwritable = any(form.name(name) is None for form in FORMS for name in filtered)
    if unwritable or any(selects):
        ways.append(Spelling(text, None, LAST_RESORT))
    return tuple(dict.fromkeys(ways))


def _conjunction(text: str | None, ours: str | None) -> str | None:
    return f"({text}) and {ours}" if text and ours else text or ours


def _columns(
    options: ReadOptions, definitions: Definitions, condition: Node | None
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """Return the values to show, and all columns to ask for; None for every column."""
    if options.select is None:
        return None, None
    keys = definitions.keys
    values = tuple(name for name in options.select if name not in keys)
    needed = () if condition is None else columns_of(condition)
    return values, tuple(dict.fromkeys((*keys, *values, *needed)))


def _selects(keep: Sequence[str] | None, definitions: Definitions) -> list[str | None]:
    """Return `$select` by names and by ids, None where there is no way to write it."""
    if keep is None:
        return [None]
    names = [name for name in keep if name not in definitions.keys] or [*keep[:1]]
    columns = [definitions.get(name) or Column(name) for name in names]
    ids = [None if column.id is None else str(column.id) for column in columns]
    mixed = [name if _is_plain(name) else id_ for name, id_ in zip(names, ids, strict=True)]
    return [_listed(mixed), _listed(ids)]


def _listed(items: list[str | None]) -> str | None:
    known = [item for item in items if item is not None]
    text = ",".join(known)
    return text if len(known) == len(items) and wire_length(text) <= _LONGEST_SELECT else None


def _longest(selects: Sequence[str | None]) -> int:
    return max(wire_length(select or "") for select in selects)


def _is_plain(name: str) -> bool:
    """Tell names that stay names: a number is an id, commas separate, blanks may be trimmed."""
    return name == name.strip() and not _UNSAFE_IN_SELECT & set(name) and not name.isdigit()
