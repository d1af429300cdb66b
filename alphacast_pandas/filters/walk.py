"""Bottom-up passes over trees of any depth, without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


N = TypeVar("N")
T = TypeVar("T")


def fold(
    root: N,
    parts: Callable[[N], Sequence[N]],
    make: Callable[[N, list[T]], T],
    key: Callable[[N], Any] = id,
) -> T:
    """
    Return what `make` makes of `root`, given what it made of its `parts` before.

    Each node is made once, however often it occurs. Python's own recursion would end at a depth
    of a thousand, which a filter joined in a loop reaches.

    >>> fold((1, (2, (3,))), lambda n: n[1:], lambda n, made: n[0] + sum(made))
    6
    """
    made: dict[Any, T] = {}
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if key(node) in made:
            waiting.pop()
            continue
        below = parts(node)
        unmade = [part for part in below if key(part) not in made]
        if unmade:
            waiting.extend(unmade)
        else:
            made[key(node)] = make(node, [made[key(part)] for part in below])
            waiting.pop()
    return made[key(root)]
