"""The tree of a filter: its nodes, how to look through them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from alphacast_pandas.filters.walk import reduce_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from alphacast_pandas.filters.expression import Expression

# A value that was checked against its column; dates have become naive datetimes.
Value: TypeAlias = str | int | float | datetime.datetime


@dataclass(frozen=True)
class Comparison:
    """A column compared with one value, by a comparison of the table of operators."""

    column: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Range:
    """
    A column between two values, both included; None leaves a side open.

    With `operators` the ends are instants, compared like this, as in `Series.between`; without
    them they are spans of time, as in ``df.loc``.
    """

    column: str
    low: Any
    high: Any
    operators: tuple[str, str] | None = None


@dataclass(frozen=True)
class Membership:
    """A column equal to one of several values."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Missing:
    """A column without a value."""

    column: str


@dataclass(frozen=True, eq=False)
class PandasCondition:
    """An expression that only pandas can evaluate, with the columns it needs."""

    expression: Expression
    columns: tuple[str, ...]
    is_rowwise: bool


@dataclass(frozen=True, eq=False)
class Not:
    """The opposite of a condition."""

    part: Node


@dataclass(frozen=True, eq=False)
class And:
    """All of several conditions; everything if there are none."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, eq=False)
class Or:
    """Any of several conditions; nothing if there are none."""

    parts: tuple[Node, ...] = ()


Leaf: TypeAlias = Comparison | Range | Membership | Missing | PandasCondition
Node: TypeAlias = Leaf | Not | And | Or

EVERYTHING, NOTHING = And(), Or()


def parts_of(node: Node) -> tuple[Node, ...]:
    """Return the conditions that a node joins; none for a leaf."""
    if isinstance(node, And | Or):
        return node.parts
    return (node.part,) if isinstance(node, Not) else ()


def leaves(node: Node) -> list[Leaf]:
    """Return every condition on a column, from left to right, shared ones once."""
    found: list[Leaf] = []

    def visit(each: Node, _: list[None]) -> None:
        if not isinstance(each, And | Or | Not):
            found.append(each)

    reduce_tree(node, parts_of, visit)
    return found[::-1]  # of several parts, the walk takes the last first


def columns_of(node: Node) -> tuple[str, ...]:
    """Return the names a filter speaks of, each once."""
    names: dict[str, None] = {}
    for leaf in leaves(node):
        own = leaf.columns if isinstance(leaf, PandasCondition) else (leaf.column,)
        names.update(dict.fromkeys(own))
    return tuple(names)


def is_rowwise(node: Node) -> bool:
    """Tell whether every row can be judged by itself."""
    return all(leaf.is_rowwise for leaf in leaves(node) if isinstance(leaf, PandasCondition))


def map_leaves(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """Return the tree with every leaf replaced by what `change` makes of it."""

    def rebuild(each: Node, parts: list[Node]) -> Node:
        if isinstance(each, And | Or):
            return replace(each, parts=tuple(parts))
        return Not(parts[0]) if isinstance(each, Not) else change(each)

    return reduce_tree(node, parts_of, rebuild)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """Return the parts that must all hold, of a tree in normal form."""
    return node.parts if isinstance(node, And) else (node,)
