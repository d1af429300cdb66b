"""
The normal form of a filter: shorter, and with more of it fit to travel.

`Not` stands before single conditions only, chains of one word are one level, whatever is said
twice is said once, alternatives of one column are one membership, and of several bounds in one
direction the tightest is left. What is always or never true becomes `EVERYTHING` or `NOTHING`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.filters.tree import (
    EVERYTHING,
    NOTHING,
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Not,
    Operator,
    Or,
)
from alphacast_pandas.filters.walk import fold

if TYPE_CHECKING:
    from collections.abc import Iterable


_OPPOSITES: dict[Operator, Operator] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_State = tuple[Node, bool]


def normal_form(root: Node, never_missing: str | None = None) -> Node:
    """
    Return a tree that matches the same rows; `never_missing` names a column without gaps.

    The opposite of an order keeps rows without a value, since a comparison with a missing value
    is false: only a column that is never missing can have its operator turned round.
    """

    def parts(state: _State) -> list[_State]:
        node, negated = state
        if isinstance(node, Not):
            return [(node.part, not negated)]
        return [(part, negated) for part in node.parts] if isinstance(node, And | Or) else []

    def make(state: _State, made: list[Node]) -> Node:
        node, negated = state
        if isinstance(node, Not):
            return made[0]
        if isinstance(node, And | Or):
            return _all(made) if isinstance(node, And) != negated else _any(made)
        return _leaf(node, never_missing, negated=negated)

    return fold((root, False), parts, make, key=lambda state: (id(state[0]), state[1]))


def _leaf(node: Node, never_missing: str | None, *, negated: bool) -> Node:
    match node:
        case Missing(column) if column == never_missing:
            return EVERYTHING if negated else NOTHING
        case Membership(_, ()):
            return EVERYTHING if negated else NOTHING
        case Membership(column, (value,)):
            return Comparison(column, "!=" if negated else "==", value)
        case Comparison(column, operator, value) if negated and (
            operator in {"==", "!="} or column == never_missing
        ):
            return Comparison(column, _OPPOSITES[operator], value)
    return Not(node) if negated else node


def _all(parts: Iterable[Node]) -> Node:
    flat = _distinct(parts, And)
    if NOTHING in flat:
        return NOTHING
    return _one_or(And, _tightened(flat))


def _any(parts: Iterable[Node]) -> Node:
    flat = _distinct(parts, Or)
    if EVERYTHING in flat:
        return EVERYTHING
    return _one_or(Or, _gathered(flat))


def _one_or(kind: type[And | Or], parts: list[Node]) -> Node:
    if NOTHING in parts:
        return NOTHING
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(parts)) if parts else (EVERYTHING if kind is And else NOTHING)


def _distinct(parts: Iterable[Node], kind: type[And | Or]) -> list[Node]:
    """Return the parts without chains of the same kind, each once."""
    inner = (p.parts if isinstance(p, kind) else (p,) for p in parts)
    found: dict[Any, Node] = {}
    for part in (part for chain in inner for part in chain):
        found.setdefault(_identity(part), part)
    return [*found.values()]


def _identity(node: Node) -> Any:
    """Return what makes two conditions the same: what they say if they are short."""
    if isinstance(node, Not):
        return Not, _identity(node.part)
    return node if isinstance(node, Comparison | Membership | Missing) else id(node)


def _gathered(parts: list[Node]) -> list[Node]:
    """Return alternatives with the equalities of a column in one membership."""
    wanted: dict[str, dict[Any, None]] = {}
    for part in parts:
        if (values := _equal_to(part)) is not None:
            wanted.setdefault(_column(part), {}).update(dict.fromkeys(values))
    return _replaced(parts, {column: (*values,) for column, values in wanted.items()})


def _tightened(parts: list[Node]) -> list[Node]:
    """Return conditions with the equalities of a column in one, and one bound a direction."""
    wanted: dict[str, tuple[Any, ...]] = {}
    for part in parts:
        if (values := _equal_to(part)) is not None:
            before, now = wanted.get(_column(part), values), set(values)
            wanted[_column(part)] = tuple(value for value in before if value in now)
    return _bounded(_replaced(parts, wanted))


def _bounded(parts: list[Node]) -> list[Node]:
    tightest: dict[tuple[str, type, bool], Comparison] = {}
    for part in parts:
        if (place := _place(part)) is not None and isinstance(part, Comparison):
            tightest[place] = _tighter(tightest.get(place, part), part)
    lows = ((place, low) for place, low in tightest.items() if place[-1])
    if any(_is_empty(low, tightest.get((*place[:2], False))) for place, low in lows):
        return [NOTHING]
    kept = {id(part) for part in tightest.values()}
    return [part for part in parts if _place(part) is None or id(part) in kept]


def _place(node: Node) -> tuple[str, type, bool] | None:
    """Return which bound a condition is: of which column and kind of values, whether the lower."""
    if not isinstance(node, Comparison) or node.operator in {"==", "!="}:
        return None
    kind = float if isinstance(node.value, int | float) else type(node.value)
    return node.column, kind, node.operator in {">", ">="}


def _tighter(one: Comparison, other: Comparison) -> Comparison:
    if one.value == other.value:
        return one if one.operator in {"<", ">"} else other
    return one if (one.value > other.value) == (one.operator in {">", ">="}) else other


def _is_empty(low: Comparison, high: Comparison | None) -> bool:
    """Tell bounds of one column that no value can keep."""
    if high is None or low.value < high.value:
        return False
    return bool(low.value > high.value) or low.operator == ">" or high.operator == "<"


def _equal_to(node: Node) -> tuple[Any, ...] | None:
    if isinstance(node, Membership):
        return node.values
    return (node.value,) if isinstance(node, Comparison) and node.operator == "==" else None


def _column(node: Node) -> str:
    return node.column if isinstance(node, Comparison | Membership) else ""


def _replaced(parts: list[Node], wanted: dict[str, tuple[Any, ...]]) -> list[Node]:
    """Return parts with the first equality of a column holding all that is wanted of it."""
    made: list[Node] = []
    for part in parts:
        if _equal_to(part) is None:
            made.append(part)
        elif (values := wanted.pop(_column(part), None)) is not None:
            made.append(_membership(_column(part), values))
    return made


def _membership(column: str, values: tuple[Any, ...]) -> Node:
    if len(values) == 1:
        return Comparison(column, "==", values[0])
    return Membership(column, values) if values else NOTHING
