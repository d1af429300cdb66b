"""A tree is reduced from its leaves up, whatever its depth and however it is shared."""

from alphacast_pandas.filters.walk import reduce_tree

Pair = tuple["Pair", "Pair"] | tuple[()]


def test_a_node_is_reduced_after_its_parts() -> None:
    order: list[str] = []
    tree = {"a": ["b", "c"], "b": ["c"], "c": []}

    def visit(node: str, results: list[str]) -> str:
        order.append(node)
        return node + "".join(results)

    assert reduce_tree("a", lambda node: tree[node], visit, key=str) == "abcc"
    assert order == ["c", "b", "a"]


def test_a_shared_node_is_reduced_once() -> None:
    node: Pair = ()
    for _ in range(100):
        node = (node, node)
    calls: list[Pair] = []
    paths = reduce_tree(
        node, lambda each: each, lambda each, sums: calls.append(each) or sum(sums) or 1
    )
    assert paths == 2**100
    assert len(calls) == 101


def test_depth_is_not_limited_by_recursion() -> None:
    node: tuple = ()
    for _ in range(100_000):
        node = (node,)
    assert reduce_tree(node, lambda each: each, lambda _, below: 1 + sum(below)) == 100_001
