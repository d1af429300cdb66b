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

>>> quote("Côte d'Ivoire")
"'Côte d''Ivoire'"
>>> quote("' or 'a' eq 'a")
"''' or ''a'' eq ''a'"
"""

from __future__ import annotations

import datetime
import heapq
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from alphacast_pandas.filters.operators import COMPARISONS
from alphacast_pandas.filters.tree import (
    And,
    Comparison,
    Membership,
    Node,
    Or,
    PandasCondition,
    conjuncts,
    is_rowwise,
    parts_of,
)
from alphacast_pandas.filters.walk import reduce_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphacast_pandas.filters.operators import Operator

BY_PANDAS = "only pandas can evaluate it"
WHOLE = "it looks at other rows, so the whole dataset is read"
NEEDS_ALL = "another condition needs the whole dataset"
MISSING = "the service's reference says nothing about missing values"
ORDER_OF_TEXT = "the service's order of texts is not known"
UNWRITABLE = "the name cannot be written in this form"
EXPONENT = "the number cannot be written without an exponent"
TOO_LONG = "it is too long for an address"

_WORD = re.compile(r"[^\W\d]\w*", re.ASCII)
_KEYWORDS = {"and", "or", "not", "in", "null", "true", "false"} | {
    row.odata for row in COMPARISONS.values()
}
_GE, _GT, _LE, _LT = (COMPARISONS[symbol].odata for symbol in (">=", ">", "<=", "<"))
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Form:
    """One way to write names and dates."""

    bare_names: bool
    bare_dates: bool

    def name(self, name: str) -> str | None:
        """Return a column name, None if the form has no way to write it."""
        if not self.bare_names:
            return quote(name)
        return name if _WORD.fullmatch(name) and name.casefold() not in _KEYWORDS else None

    def date(self, day: datetime.date) -> str:
        """Return a day."""
        return day.isoformat() if self.bare_dates else quote(day.isoformat())


SDK_FORM = Form(bare_names=False, bare_dates=True)
DOCUMENTED_FORM = Form(bare_names=True, bare_dates=False)


def quote(text: str) -> str:
    """Return text in quotes."""
    return "'" + text.replace("'", "''") + "'"


def write_number(value: float) -> str | None:
    """
    Return a number without exponent, None if it needs one: no source shows one in a filter.

    >>> write_number(100.0), write_number(5), write_number(0.1), write_number(1e300)
    ('100.0', '5', '0.1', None)
    """
    text = repr(value)
    return text if text.lstrip("-").replace(".", "", 1).isdigit() else None


@dataclass(frozen=True, eq=False)
class Conjunct:
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

    conjuncts: tuple[Conjunct, ...] = ()

    @property
    def text(self) -> str | None:
        """What is sent, None if that is nothing."""
        return " and ".join(each.text for each in self.conjuncts if each.texts) or None

    @property
    def is_complete(self) -> bool:
        """Whether everything is sent, so that the service may find just the rows asked for."""
        return not any(each.reasons for each in self.conjuncts)


def translate(node: Node | None, form: Form, max_length: int) -> Translation:
    """
    Return what the service can evaluate of a filter in normal form, in `max_length` characters.

    The service must never be asked for less than the rows that match, however it understands
    what it is sent: rows too many are dropped here, rows too few are lost. So a conjunction is
    split, and of each part something is sent that holds wherever the part does, or nothing.
    """
    if node is None:
        return Translation()
    parts = conjuncts(node)
    if not is_rowwise(node):
        # Even a part that the service could evaluate would take rows away from the mean of others.
        return Translation(tuple(Conjunct(part, (), (_reason(part),)) for part in parts))
    return Translation(
        _fit([_translate(part, form, max_length) for part in parts], form, max_length)
    )


def _reason(node: Node) -> str:
    return NEEDS_ALL if is_rowwise(node) else WHOLE


def _fit(conjuncts: list[Conjunct], form: Form, max_length: int) -> tuple[Conjunct, ...]:
    """
    Return the conjuncts with the longest shortened or dropped until all of them have room.

    Each is looked at a few times only: a filter may name thousands of columns.
    """
    fitted = [*conjuncts]
    separator = wire_length(" and ")
    longest = [(-len(each.text), place) for place, each in enumerate(fitted) if each.texts]
    heapq.heapify(longest)
    length = sum(wire_length(each.text) + separator for each in fitted if each.texts) - separator
    # A text that leaves no room at all is the caller's own, which is sent as it is.
    while longest and length > max_length:
        _, place = heapq.heappop(longest)
        length -= wire_length(fitted[place].text) + separator
        fitted[place] = _shorten(fitted[place], form)
        if fitted[place].texts:
            length += wire_length(fitted[place].text) + separator
            heapq.heappush(longest, (-len(fitted[place].text), place))
    return tuple(fitted)


def _shorten(conjunct: Conjunct, form: Form) -> Conjunct:
    hull = _hull(conjunct.node, form)
    if hull and len(hull.text) < len(conjunct.text):
        return hull
    return Conjunct(conjunct.node, (), (TOO_LONG,))


def wire_length(text: str) -> int:
    """Return how many characters a text has in an address."""
    return len(quote_plus(text))


def _translate(node: Node, form: Form, max_length: int) -> Conjunct:
    """Return conditions that hold wherever `node` does; none if nothing can be said."""

    def translate_node(each: Node, parts: list[Conjunct]) -> Conjunct:
        if isinstance(each, And | Or):
            made = _join(each, parts)
        elif isinstance(each, Membership):
            made = _translate_membership(each, form, max_length)
        else:
            made = _translate_leaf(each, form)
        if len(made.text) <= max_length:
            return made
        return _hull(each, form) or Conjunct(each, (), (TOO_LONG,))

    # `Not` is a leaf here, of which nothing is sent: the opposite of a condition that was widened
    # would be one that is too narrow.
    return reduce_tree(
        node, lambda each: parts_of(each) if isinstance(each, And | Or) else (), translate_node
    )


def _join(node: And | Or, parts: Sequence[Conjunct]) -> Conjunct:
    if isinstance(node, Or):
        return _join_alternatives(node, parts)
    return Conjunct(node, tuple(text for part in parts for text in part.texts), _reasons(parts))


def _join_alternatives(node: Node, parts: Sequence[Conjunct]) -> Conjunct:
    """Return alternatives if all can be sent: without one of them, its rows would not come."""
    texts = _alternatives([part.texts for part in parts]) if _are_sendable(parts) else ()
    return Conjunct(node, texts, _reasons(parts))


def _are_sendable(parts: Sequence[Conjunct]) -> bool:
    return bool(parts) and all(part.texts for part in parts)


def _reasons(parts: Sequence[Conjunct]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reason for part in parts for reason in part.reasons))


def _alternatives(alternatives: list[tuple[str, ...]]) -> tuple[str, ...]:
    joined = [texts[0] if len(texts) == 1 else f"({' and '.join(texts)})" for texts in alternatives]
    return ("(" + " or ".join(joined) + ")",) if len(alternatives) > 1 else alternatives[0]


def _translate_membership(node: Membership, form: Form, max_length: int) -> Conjunct:
    """Return a membership as alternatives; of a long one, as many as show that it is too long."""
    parts: list[Conjunct] = []
    length = 0
    for value in node.values:
        part = _translate_leaf(Comparison(node.column, "==", value), form)
        parts.append(part)
        length += len(part.text)
        if length > max_length or not part.texts:
            break
    return _join_alternatives(node, parts)


def _translate_leaf(node: Node, form: Form) -> Conjunct:
    match node:
        case Comparison():
            return _translate_comparison(node, form)
        case PandasCondition():
            return Conjunct(node, (), (BY_PANDAS if node.is_rowwise else WHOLE,))
    return Conjunct(node, (), (MISSING,))  # isna, and the opposite of order and of membership


def _translate_comparison(node: Comparison, form: Form) -> Conjunct:
    name, operator = form.name(node.column), COMPARISONS[node.operator]
    if operator.matches_missing:
        return Conjunct(node, (), (MISSING,))
    if name is None:
        return Conjunct(node, (), (UNWRITABLE,))
    if isinstance(node.value, datetime.datetime):
        return Conjunct(node, (*_date_bounds(name, operator, node.value, form),))
    if isinstance(node.value, str):
        if operator.is_order:
            return Conjunct(node, (), (ORDER_OF_TEXT,))
        return Conjunct(node, (f"{name} {operator.odata} {quote(node.value)}",))
    return _translate_number(node, name, operator, node.value)


def _date_bounds(
    name: str, operator: Operator, value: datetime.datetime, form: Form
) -> Iterable[str]:
    """Compare by whole days, the last one as "before the next": there may be times of day."""
    # Some services compare the time of day as well, others cut it off on either side.
    day, midnight = value.date(), value.time() == datetime.time.min
    if "lower" in operator.bounds:
        yield f"{name} {_GE} {form.date(day)}"
    if "upper" in operator.bounds and day < datetime.date.max:
        end = day if midnight and not operator.includes_bound else day + _ONE_DAY
        yield f"{name} {_LT} {form.date(end)}"


def _translate_number(node: Node, name: str, operator: Operator, value: float) -> Conjunct:
    """Widen what includes its bound by one step: the service may hold more digits than a double."""
    # A stored 0.1000000000000000001 is read as the double 0.1, so it equals 0.1 here, and it must
    # not be left out there. Without the bound the order of doubles is enough: what is greater
    # than `value` as a double is greater with all its digits too.
    low, high = _neighbours(value) if operator.includes_bound else (value, value)
    lower, upper = (_GE, _LE) if operator.includes_bound else (_GT, _LT)
    ends = [("lower", lower, low), ("upper", upper, high)]
    numbers = [(word, write_number(bound)) for end, word, bound in ends if end in operator.bounds]
    texts = tuple(f"{name} {word} {number}" for word, number in numbers if number)
    return Conjunct(node, texts, () if len(texts) == len(numbers) else (EXPONENT,))


def _neighbours(value: float) -> tuple[float, float]:
    if value == 0:
        return value, value
    return math.nextafter(value, -math.inf), math.nextafter(value, math.inf)


def _hull(node: Node, form: Form) -> Conjunct | None:
    """
    Return the range that a long list of dates or numbers spans, None for other conditions.

    It holds rows between the values of the list too, which are dropped here. Texts have no such
    range: which of them lie between two others is up to the collation of the service.
    """
    if not isinstance(node, Membership) or any(isinstance(value, str) for value in node.values):
        return None
    ends = (
        Comparison(node.column, ">=", min(node.values)),
        Comparison(node.column, "<=", max(node.values)),
    )
    texts = [text for end in ends for text in _translate_comparison(end, form).texts]
    return Conjunct(node, tuple(texts), (TOO_LONG,))
