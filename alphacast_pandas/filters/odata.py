"""
What of a filter travels to the service.

What is sent keeps every row that belongs to the answer, whatever the service does about case,
missing values, precision or times of day. Sending less than the filter is fine, since it is
applied again here; sending more than it would lose rows.
"""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING

from alphacast_pandas.filters.quoting import Form, number, quoted
from alphacast_pandas.filters.tree import And, Comparison, Leaf, Membership, Node, Or, conjuncts

if TYPE_CHECKING:
    from collections.abc import Callable

# Longer filters are applied here: servers and proxies refuse addresses of about 8,000 bytes.
LONGEST_FILTER = 4000
_ONE_DAY = datetime.timedelta(days=1)
_ORDER = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def to_odata(node: Node, form: Form, length: Callable[[str], int] = len) -> str | None:
    """
    Return what the service can evaluate of `node`, None if that is nothing.

    Parts of a conjunction that are too long together stay here, the longest first.
    """
    parts = [text for part in conjuncts(node) if (text := _text(part, form)) is not None]
    while parts and length(" and ".join(parts)) > LONGEST_FILTER:
        parts.remove(max(parts, key=length))
    return " and ".join(parts) or None


def _text(node: Node, form: Form) -> str | None:
    if isinstance(node, And):
        parts = [text for part in node.parts if (text := _text(part, form)) is not None]
        return " and ".join(parts) or None
    if isinstance(node, Or):
        return _alternatives([_text(part, form) for part in node.parts])
    if isinstance(node, Comparison):
        return _comparison(node, form)
    if isinstance(node, Membership):
        equalities: list[Leaf] = [Comparison(node.column, "==", value) for value in node.values]
        return _alternatives([_text(part, form) for part in equalities])
    return None


def _alternatives(texts: list[str | None]) -> str | None:
    known = [text for text in texts if text is not None]
    if not known or len(known) < len(texts):
        return None
    if len(known) == 1:
        return known[0]
    return "(" + " or ".join(f"({t})" if " and " in t else t for t in known) + ")"


def _comparison(node: Comparison, form: Form) -> str | None:
    name = form.name(node.column)
    if name is None:
        return None
    if isinstance(node.value, datetime.datetime):
        return _date(name, node.operator, node.value, form)
    if isinstance(node.value, str):
        # Order and inequality of text depend on a collation and on missing values.
        return f"{name} eq {quoted(node.value)}" if node.operator == "==" else None
    return _number(name, node.operator, node.value)


def _date(name: str, operator: str, value: datetime.datetime, form: Form) -> str | None:
    """Compare by whole days, the last one as "before the next": there may be times of day."""
    day, midnight = value.date(), value.time() == datetime.time.min
    parts = []
    if operator in {">=", ">", "=="}:
        parts.append(f"{name} ge {form.date(day)}")
    if operator in {"<=", "==", "<"} and day < datetime.date.max:
        end = day if operator == "<" and midnight else day + _ONE_DAY
        parts.append(f"{name} lt {form.date(end)}")
    return " and ".join(parts) or None


def _number(name: str, operator: str, value: float) -> str | None:
    """Widen equality by one step: the service may hold more digits than a double."""
    low, high = _neighbours(value)
    if operator == "==":
        parts = [(name, "ge", low), (name, "le", high)]
    elif operator in _ORDER:
        bound = {">=": low, "<=": high}.get(operator, value)
        parts = [(name, _ORDER[operator], bound)]
    else:
        return None
    texts = [(f"{name} {word} {text}") for name, word, bound in parts if (text := number(bound))]
    return " and ".join(texts) if len(texts) == len(parts) else None


def _neighbours(value: float) -> tuple[float, float]:
    if value == 0:
        return value, value
    return math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
