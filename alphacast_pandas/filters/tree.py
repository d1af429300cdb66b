"""The nodes of a filter: what is compared with what, and how conditions are joined."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
# A value that was checked against its column; dates have become naive datetimes.
Value: TypeAlias = str | int | float | datetime.datetime


@dataclass(frozen=True)
class Comparison:
    """A column compared with one value."""

    column: str
    operator: Operator
    value: Any


@dataclass(frozen=True)
class Range:
    """A column between two values, both included; None leaves a side open."""

    column: str
    low: Any
    high: Any


@dataclass(frozen=True)
class Membership:
    """A column equal to one of several values."""

    column: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Not:
    """The opposite of a condition."""

    part: Node


@dataclass(frozen=True)
class And:
    """All of several conditions; everything if there are none."""

    parts: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Or:
    """Any of several conditions; nothing if there are none."""

    parts: tuple[Node, ...] = ()


Leaf: TypeAlias = Comparison | Range | Membership
Node: TypeAlias = Leaf | Not | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield every condition on a column, from left to right."""
    waiting: list[Node] = [node]
    while waiting:
        now = waiting.pop()
        if isinstance(now, And | Or):
            waiting.extend(reversed(now.parts))
        elif isinstance(now, Not):
            waiting.append(now.part)
        else:
            yield now


def columns_of(node: Node) -> tuple[str, ...]:
    """Return the names a filter speaks of, each once."""
    return tuple(dict.fromkeys(leaf.column for leaf in leaves(node)))


def with_leaves(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """Return the tree with every leaf replaced by what `change` makes of it."""
    if isinstance(node, And | Or):
        return replace(node, parts=tuple(with_leaves(part, change) for part in node.parts))
    if isinstance(node, Not):
        return Not(with_leaves(node.part, change))
    return change(node)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """Return the parts that must all hold."""
    if isinstance(node, And):
        return tuple(inner for part in node.parts for inner in conjuncts(part))
    return (node,)
