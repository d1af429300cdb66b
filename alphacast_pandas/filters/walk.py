"""Bottom-up evaluation of trees of any depth, without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


N = TypeVar("N")
T = TypeVar("T")


def reduce_tree(
    root: N,
    parts: Callable[[N], Sequence[N]],
    reduce_node: Callable[[N, list[T]], T],
    key: Callable[[N], Any] = id,
) -> T:
    """
    Return what `reduce_node` makes of `root` and of the results of its `parts`.

    Each node is reduced once, however often it occurs: `x & x`, repeated a hundred times, has
    2**100 paths. Python's own recursion would end at a depth of a thousand, which a filter
    joined in a loop reaches.

    >>> reduce_tree((1, (2, (3,))), lambda n: n[1:], lambda n, results: n[0] + sum(results))
    6
    """
    results: dict[Any, T] = {}
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if key(node) in results:
            waiting.pop()
            continue
        # The node stays in the list until its parts are done; then it is met again.
        below = parts(node)
        unready = [part for part in below if key(part) not in results]
        if unready:
            waiting.extend(unready)
        else:
            results[key(node)] = reduce_node(node, [results[key(part)] for part in below])
            waiting.pop()
    return results[key(root)]
