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
from alphacast_pandas.filters.tree import And, Comparison, Membership, Node, Or

if TYPE_CHECKING:
    from collections.abc import Callable

# Longer filters are applied here: servers and proxies refuse addresses of about 8,000 bytes.
LONGEST_FILTER = 4000
_ONE_DAY = datetime.timedelta(days=1)
_ORDER = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


def to_odata(node: Node, form: Form, length: Callable[[str], int] = len) -> str | None:
    """
    Return what the service can evaluate of `node`, None if that is nothing.

    Conditions that are too long together stay here, the longest first.
    """
    texts = _conditions(node, form)
    while texts and length(" and ".join(texts)) > LONGEST_FILTER:
        texts.remove(max(texts, key=length))
    return " and ".join(texts) or None


def _conditions(node: Node, form: Form) -> list[str]:
    """Return conditions that hold wherever `node` does; none if nothing can be said."""
    if isinstance(node, And):
        return [text for part in node.parts for text in _conditions(part, form)]
    if isinstance(node, Or):
        return _alternatives([_conditions(part, form) for part in node.parts])
    if isinstance(node, Membership):
        equal = (Comparison(node.column, "==", value) for value in node.values)
        return _alternatives([_comparison(each, form) for each in equal])
    return _comparison(node, form) if isinstance(node, Comparison) else []


def _alternatives(alternatives: list[list[str]]) -> list[str]:
    if not all(alternatives):
        return []
    if len(alternatives) < 2:
        return [text for texts in alternatives for text in texts]
    joined = [texts[0] if len(texts) == 1 else f"({' and '.join(texts)})" for texts in alternatives]
    return ["(" + " or ".join(joined) + ")"]


def _comparison(node: Comparison, form: Form) -> list[str]:
    name = form.name(node.column)
    if name is None:
        return []
    if isinstance(node.value, datetime.datetime):
        return _date(name, node.operator, node.value, form)
    if isinstance(node.value, str):
        # Order and inequality of text depend on a collation and on missing values.
        return [f"{name} eq {quoted(node.value)}"] if node.operator == "==" else []
    return _number(name, node.operator, node.value)


def _date(name: str, operator: str, value: datetime.datetime, form: Form) -> list[str]:
    """Compare by whole days, the last one as "before the next": there may be times of day."""
    day, midnight = value.date(), value.time() == datetime.time.min
    texts = []
    if operator in {">=", ">", "=="}:
        texts.append(f"{name} ge {form.date(day)}")
    if operator in {"<=", "==", "<"} and day < datetime.date.max:
        end = day if operator == "<" and midnight else day + _ONE_DAY
        texts.append(f"{name} lt {form.date(end)}")
    return texts


def _number(name: str, operator: str, value: float) -> list[str]:
    """Widen equality by one step: the service may hold more digits than a double."""
    low, high = _neighbours(value)
    if operator == "==":
        bounds = [("ge", low), ("le", high)]
    elif operator in _ORDER:
        bounds = [(_ORDER[operator], {">=": low, "<=": high}.get(operator, value))]
    else:
        return []
    return [f"{name} {word} {text}" for word, bound in bounds if (text := number(bound))]


def _neighbours(value: float) -> tuple[float, float]:
    if value == 0:
        return value, value
    return math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
