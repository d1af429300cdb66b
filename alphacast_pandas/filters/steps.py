"""The steps that an expression of columns consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphacast_pandas.filters.expressions import Expression


@dataclass(frozen=True, eq=False)
class Named:
    """A column."""

    name: Any


@dataclass(frozen=True, eq=False)
class Operation:
    """A Python operator between its operands."""

    symbol: str
    operands: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Attribute:
    """An attribute of what another expression gives."""

    owner: Expression
    name: str


@dataclass(frozen=True, eq=False)
class Item:
    """An item of what another expression gives."""

    owner: Expression
    item: Any


@dataclass(frozen=True, eq=False)
class Call:
    """A call of what another expression gives, or of a NumPy function."""

    function: Any
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


Step: TypeAlias = Named | Operation | Attribute | Item | Call
