"""
How names and values are written in the service's filter language.

Two forms are in use: the one that the official SDK sends and the documented one. The first
quotes every name, which is the only way for names with blanks, and leaves dates bare. The
second has bare names and quoted dates.

>>> import datetime
>>> SDK_FORM.name("Country / Region"), SDK_FORM.date(datetime.date(2020, 1, 31))
("'Country / Region'", '2020-01-31')
>>> DOCUMENTED_FORM.name("Date"), DOCUMENTED_FORM.date(datetime.date(2020, 1, 31))
('Date', "'2020-01-31'")
>>> DOCUMENTED_FORM.name("Country / Region") is None
True

A quote is doubled, so that no name and no value can end its own quotation.

>>> quoted("Côte d'Ivoire")
"'Côte d''Ivoire'"
>>> quoted("' or 'a' eq 'a")
"''' or ''a'' eq ''a'"
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from alphacast_pandas.filters.tree import (
    NOTHING,
    And,
    Comparison,
    Computed,
    Membership,
    Node,
    Or,
    Value,
    conjuncts,
    is_rowwise,
    parts_of,
)
from alphacast_pandas.filters.walk import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_WORD = re.compile(r"[^\W\d]\w*", re.ASCII)
_KEYWORDS = {"and", "or", "not", "in", "eq", "ne", "lt", "le", "gt", "ge", "null", "true", "false"}


@dataclass(frozen=True)
class Form:
    """One way to write names and dates."""

    bare_names: bool
    bare_dates: bool

    def name(self, name: str) -> str | None:
        """Return a column name, None if the form has no way to write it."""
        if not self.bare_names:
            return quoted(name)
        return name if _WORD.fullmatch(name) and name.casefold() not in _KEYWORDS else None

    def date(self, day: datetime.date) -> str:
        """Return a day."""
        return day.isoformat() if self.bare_dates else quoted(day.isoformat())


SDK_FORM = Form(bare_names=False, bare_dates=True)
DOCUMENTED_FORM = Form(bare_names=True, bare_dates=False)


def quoted(text: str) -> str:
    """Return text in quotes."""
    return "'" + text.replace("'", "''") + "'"


def number(value: float) -> str | None:
    """
    Return a number without exponent, None if it needs one: no source shows one in a filter.

    >>> number(100.0), number(5), number(0.1), number(1e300)
    ('100.0', '5', '0.1', None)
    """
    text = repr(value)
    return text if text.lstrip("-").replace(".", "", 1).isdigit() else None


_ONE_DAY = datetime.timedelta(days=1)
_ORDER = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}

COMPUTED = "only pandas can evaluate it"
WHOLE = "it looks at other rows, so the whole dataset is read"
NEEDS_ALL = "another condition needs the whole dataset"
MISSING = "the service's reference says nothing about missing values"
ORDER_OF_TEXT = "the service's order of texts is not known"
UNWRITABLE = "the name cannot be written in this form"
EXPONENT = "the number cannot be written without an exponent"
TOO_LONG = "it is too long for an address"


@dataclass(frozen=True, eq=False)
class Part:
    """One of the conditions that must all hold: what of it is sent, and why not all of it."""

    node: Node
    texts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is sent of it."""
        return " and ".join(self.texts)


@dataclass(frozen=True)
class Translation:
    """A filter as the service may evaluate it."""

    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str | None:
        """What is sent, None if that is nothing."""
        return " and ".join(part.text for part in self.parts if part.texts) or None

    @property
    def is_complete(self) -> bool:
        """Whether everything is sent, so that the service may find just the rows asked for."""
        return not any(part.reasons for part in self.parts)


def translate(node: Node | None, form: Form, room: int) -> Translation:
    """Return what the service can evaluate of a filter in normal form, in an address of `room`."""
    if node is None:
        return Translation()
    if not is_rowwise(node):
        return Translation(tuple(Part(part, (), (_reason(part),)) for part in conjuncts(node)))
    parts = [_translated(part, form, room) for part in conjuncts(node)]
    # A text that leaves no room at all is the caller's own, which is sent as it is.
    while (texts := [part.text for part in parts if part.texts]) and (
        wire_length(" and ".join(texts)) > room
    ):
        longest = max(parts, key=lambda part: len(part.text))
        parts[parts.index(longest)] = _shorter(longest, form)
    return Translation(tuple(parts))


def _reason(node: Node) -> str:
    return NEEDS_ALL if is_rowwise(node) else WHOLE


def _shorter(part: Part, form: Form) -> Part:
    hull = _hull(part.node, form)
    return hull if hull and len(hull.text) < len(part.text) else Part(part.node, (), (TOO_LONG,))


def wire_length(text: str) -> int:
    """Return how many characters a text has in an address."""
    return len(quote_plus(text))


def _translated(node: Node, form: Form, room: int) -> Part:
    """Return conditions that hold wherever `node` does; none if nothing can be said."""

    def make(each: Node, parts: list[Part]) -> Part:
        made = _joined(each, parts) if isinstance(each, And | Or) else _leaf(each, form)
        if len(made.text) <= room:
            return made
        return _hull(each, form) or Part(each, (), (TOO_LONG,))

    return fold(node, lambda each: parts_of(each) if isinstance(each, And | Or) else (), make)


def _joined(node: And | Or, parts: Sequence[Part]) -> Part:
    reasons = tuple(dict.fromkeys(reason for part in parts for reason in part.reasons))
    if isinstance(node, And):
        return Part(node, tuple(text for part in parts for text in part.texts), reasons)
    if node is NOTHING or not all(part.texts for part in parts):
        return Part(node, (), reasons)
    return Part(node, _alternatives([part.texts for part in parts]), reasons)


def _alternatives(alternatives: list[tuple[str, ...]]) -> tuple[str, ...]:
    joined = [texts[0] if len(texts) == 1 else f"({' and '.join(texts)})" for texts in alternatives]
    return ("(" + " or ".join(joined) + ")",) if len(alternatives) > 1 else alternatives[0]


def _leaf(node: Node, form: Form) -> Part:
    match node:
        case Comparison(column, operator, value):
            return _comparison(node, column, operator, value, form)
        case Membership(column, values):
            equal = (Comparison(column, "==", value) for value in values)
            return _joined(Or((node,)), [_leaf(each, form) for each in equal])
        case Computed():
            return Part(node, (), (COMPUTED if node.is_rowwise else WHOLE,))
    return Part(node, (), (MISSING,))  # isna, and the opposite of order and of membership


def _comparison(node: Node, column: str, operator: str, value: Value, form: Form) -> Part:
    name = form.name(column)
    if operator == "!=":
        return Part(node, (), (MISSING,))
    if name is None:
        return Part(node, (), (UNWRITABLE,))
    if isinstance(value, datetime.datetime):
        return Part(node, (*_date(name, operator, value, form),))
    if isinstance(value, str):
        if operator != "==":
            return Part(node, (), (ORDER_OF_TEXT,))
        return Part(node, (f"{name} eq {quoted(value)}",))
    return _number(node, name, operator, value)


def _date(name: str, operator: str, value: datetime.datetime, form: Form) -> Iterable[str]:
    """Compare by whole days, the last one as "before the next": there may be times of day."""
    day, midnight = value.date(), value.time() == datetime.time.min
    if operator in {">=", ">", "=="}:
        yield f"{name} ge {form.date(day)}"
    if operator in {"<=", "==", "<"} and day < datetime.date.max:
        end = day if operator == "<" and midnight else day + _ONE_DAY
        yield f"{name} lt {form.date(end)}"


def _number(node: Node, name: str, operator: str, value: float) -> Part:
    """Widen equality by one step: the service may hold more digits than a double."""
    low, high = _neighbours(value)
    bounds = {
        "==": [("ge", low), ("le", high)],
        ">=": [("ge", low)],
        "<=": [("le", high)],
    }.get(operator) or [(_ORDER[operator], value)]
    texts = [f"{name} {word} {text}" for word, bound in bounds if (text := number(bound))]
    return Part(node, tuple(texts), () if len(texts) == len(bounds) else (EXPONENT,))


def _neighbours(value: float) -> tuple[float, float]:
    if value == 0:
        return value, value
    return math.nextafter(value, -math.inf), math.nextafter(value, math.inf)


def _hull(node: Node, form: Form) -> Part | None:
    """Return the range that a long list of dates or numbers spans, None for other conditions."""
    if not isinstance(node, Membership) or any(isinstance(value, str) for value in node.values):
        return None
    ends = (
        Comparison(node.column, ">=", min(node.values)),
        Comparison(node.column, "<=", max(node.values)),
    )
    texts = [text for end in ends for text in _leaf(end, form).texts]
    return Part(node, tuple(texts), (TOO_LONG,))
