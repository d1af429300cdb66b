"""
The normal form of a filter: shorter, and more of it can be sent to the service.

`Not` stands before single conditions only, chains of one operator are one level, a repeated
condition stands once, alternatives of one column are one membership, and of several bounds in
one direction the tightest is left. What is always or never true becomes `EVERYTHING` or
`NOTHING`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alphacast_pandas.filters.operators import COMPARISONS
from alphacast_pandas.filters.tree import (
    EVERYTHING,
    NOTHING,
    And,
    Comparison,
    Membership,
    Missing,
    Node,
    Not,
    Or,
)
from alphacast_pandas.filters.walk import reduce_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

# A node, and whether an odd number of `Not` stands before it.
_State = tuple[Node, bool]


def simplify(root: Node, never_missing: str | None = None) -> Node:
    """Return a tree that matches the same rows; `never_missing` names a column without gaps."""

    def parts(state: _State) -> list[_State]:
        node, negated = state
        if isinstance(node, Not):
            return [(node.part, not negated)]
        return _chain(node, root_negated=negated) if isinstance(node, And | Or) else []

    def rebuild(state: _State, made: list[Node]) -> Node:
        node, negated = state
        if isinstance(node, Not):
            return made[0]
        if isinstance(node, And | Or):
            return _all_of(made) if _is_conjunction(node, negated=negated) else _any_of(made)
        return _simplify_leaf(node, never_missing, negated=negated)

    return reduce_tree((root, False), parts, rebuild, key=_key)


def _key(state: _State) -> tuple[int, bool]:
    return id(state[0]), state[1]


def _is_conjunction(node: And | Or, *, negated: bool) -> bool:
    """Tell what must all hold; of `not (a or b)` that is both `not a` and `not b`."""
    return isinstance(node, And) != negated


def _chain(root: And | Or, *, root_negated: bool) -> list[_State]:
    """
    Return what `root` joins, through all that is joined alike below it.

    Joining level by level instead would copy the lowest conditions once for each level above
    them, in a time that grows with the square of the length of the chain.
    """
    joins_all = _is_conjunction(root, negated=root_negated)
    found: list[_State] = []
    waiting: list[_State] = [(root, root_negated)]
    seen: set[tuple[int, bool]] = set()
    while waiting:
        node, negated = waiting.pop()
        while isinstance(node, Not):
            node, negated = node.part, not negated
        if _key((node, negated)) in seen:
            continue
        seen.add(_key((node, negated)))
        if isinstance(node, And | Or) and (
            len(node.parts) == 1 or _is_conjunction(node, negated=negated) == joins_all
        ):
            waiting.extend((part, negated) for part in reversed(node.parts))
        else:
            found.append((node, negated))
    return found


def _simplify_leaf(node: Node, never_missing: str | None, *, negated: bool) -> Node:
    match node:
        case Missing(column) if column == never_missing:
            return EVERYTHING if negated else NOTHING
        case Membership(_, ()):
            return EVERYTHING if negated else NOTHING
        case Membership(column, (value,)):
            return Comparison(column, "!=" if negated else "==", value)
        case Comparison() if negated:
            return _opposite(node, never_missing)
    return Not(node) if negated else node


def _opposite(node: Comparison, never_missing: str | None) -> Node:
    """
    Return the opposite of a comparison, as a comparison where that matches the same rows.

    A row without a value fulfils the opposite of all that it does not fulfil. So `not (x == 1)`
    is `x != 1`, which matches missing values, but `not (x < 1)` is not `x >= 1`, unless no value
    is missing.
    """
    operator = COMPARISONS[node.operator]
    opposite = COMPARISONS[operator.opposite]
    if node.column == never_missing or opposite.matches_missing != operator.matches_missing:
        return Comparison(node.column, opposite.symbol, node.value)
    return Not(node)


def _all_of(parts: Iterable[Node]) -> Node:
    distinct = _distinct(parts, And)
    tight = distinct if NOTHING in distinct else _tighten(distinct)
    return NOTHING if NOTHING in tight else _one_or(And, tight)


def _any_of(parts: Iterable[Node]) -> Node:
    distinct = _distinct(parts, Or)
    if EVERYTHING in distinct:
        return EVERYTHING
    return _one_or(Or, _gather(distinct))


def _one_or(kind: type[And | Or], parts: list[Node]) -> Node:
    """Return the only part, or several as one node."""
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(parts)) if parts else (EVERYTHING if kind is And else NOTHING)


def _distinct(parts: Iterable[Node], kind: type[And | Or]) -> list[Node]:
    """Return the parts without chains of the same kind, each once."""
    chains = (part.parts if isinstance(part, kind) else (part,) for part in parts)
    found: dict[Any, Node] = {}
    for part in (part for chain in chains for part in chain):
        found.setdefault(_identity(part), part)
    return [*found.values()]


def _identity(node: Node) -> Any:
    """Return what makes two conditions the same: their content if they are leaves."""
    # Expressions cannot be compared, and chains are compared by no one: that would take a time
    # that grows with their depth.
    if isinstance(node, Not):
        return Not, _identity(node.part)
    return node if isinstance(node, Comparison | Membership | Missing) else id(node)


def _gather(parts: list[Node]) -> list[Node]:
    """Return alternatives with the equalities of a column in one membership."""
    wanted: dict[str, dict[Any, None]] = {}
    for part in parts:
        if (values := _equal_values(part)) is not None:
            wanted.setdefault(_column_of(part), {}).update(dict.fromkeys(values))
    return _replace_equalities(parts, {column: (*values,) for column, values in wanted.items()})


def _tighten(parts: list[Node]) -> list[Node]:
    """Return conditions with the equalities of a column in one, and one bound a direction."""
    wanted: dict[str, tuple[Any, ...]] = {}
    for part in parts:
        if (values := _equal_values(part)) is not None:
            before, now = wanted.get(_column_of(part), values), set(values)
            wanted[_column_of(part)] = tuple(value for value in before if value in now)
    return _tighten_bounds(_replace_equalities(parts, wanted))


def _tighten_bounds(parts: list[Node]) -> list[Node]:
    tightest: dict[tuple[str, type, bool], Comparison] = {}
    for part in parts:
        if (place := _place(part)) is not None and isinstance(part, Comparison):
            tightest[place] = _tighter(tightest.get(place, part), part)
    lows = ((place, low) for place, low in tightest.items() if place[-1])
    # An empty range means that nothing is read at all, so both ends must be of one kind.
    if any(_is_empty(low, tightest.get((*place[:2], False))) for place, low in lows):
        return [NOTHING]
    kept = {id(part) for part in tightest.values()}
    return [part for part in parts if _place(part) is None or id(part) in kept]


def _place(node: Node) -> tuple[str, type, bool] | None:
    """Return which bound a condition is: of which column and kind of values, whether the lower."""
    if not isinstance(node, Comparison) or not COMPARISONS[node.operator].is_order:
        return None
    # Of a column whose type is not stated, texts and numbers have no order between them.
    kind = float if isinstance(node.value, int | float) else type(node.value)
    return node.column, kind, "lower" in COMPARISONS[node.operator].bounds


def _tighter(one: Comparison, other: Comparison) -> Comparison:
    operator = COMPARISONS[one.operator]
    if one.value == other.value:
        return other if operator.includes_bound else one
    return one if (one.value > other.value) == ("lower" in operator.bounds) else other


def _is_empty(low: Comparison, high: Comparison | None) -> bool:
    """Tell bounds of one column that no value can keep."""
    if high is None or low.value < high.value:
        return False
    ends = (COMPARISONS[low.operator], COMPARISONS[high.operator])
    return bool(low.value > high.value) or not all(end.includes_bound for end in ends)


def _equal_values(node: Node) -> tuple[Any, ...] | None:
    if isinstance(node, Membership):
        return node.values
    return (node.value,) if isinstance(node, Comparison) and node.operator == "==" else None


def _column_of(node: Node) -> str:
    return node.column if isinstance(node, Comparison | Membership) else ""


def _replace_equalities(parts: list[Node], wanted: dict[str, tuple[Any, ...]]) -> list[Node]:
    """Return parts with the first equality of a column holding all that is wanted of it."""
    found: list[Node] = []
    for part in parts:
        if _equal_values(part) is None:
            found.append(part)
        elif (values := wanted.pop(_column_of(part), None)) is not None:
            found.append(_to_membership(_column_of(part), values))
    return found


def _to_membership(column: str, values: tuple[Any, ...]) -> Node:
    if len(values) == 1:
        return Comparison(column, "==", values[0])
    return Membership(column, values) if values else NOTHING
