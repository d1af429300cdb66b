"""The rows of two tables by their key, and the values in which they differ."""

import numpy as np
import pyarrow as pa
import pytest
from difference.tables import SENT, STORED, difference, table

from alphacast_pandas.difference.difference import compare
from alphacast_pandas.difference.modes import MODES
from alphacast_pandas.difference.rows import align, find_differences

VALUES: dict[str, tuple[pa.Array, pa.Array, bool]] = {
    "zeros of either sign": (pa.array([0.0]), pa.array([-0.0]), False),
    "neighbouring doubles": (pa.array([0.1 + 0.2]), pa.array([0.3]), True),
    "a double and a short integer": (pa.array([1.0]), pa.array([1], pa.int16()), False),
    "missing and zero": (pa.array([None], pa.float64()), pa.array([0.0]), True),
    "missing numbers": (pa.array([None], pa.int16()), pa.array([None], pa.float64()), False),
    "one text": (pa.array(["a"]), pa.array(["a"]), False),
    "an accent": (pa.array(["a"]), pa.array(["á"]), True),
    "missing and text": (pa.array([None], pa.string()), pa.array(["a"]), True),
    "a missing number and text": (pa.array([None], pa.float64()), pa.array(["a"]), True),
    "missing of two types": (pa.nulls(1, pa.float64()), pa.nulls(1, pa.string()), False),
    "missing of no type": (pa.nulls(1), pa.nulls(1, pa.string()), False),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_are_equal_by_what_they_are(case: str) -> None:
    left, right, differ = VALUES[case]
    row = [(1, "AR")]
    found = difference("upsert", table(row, x=left), table(row, x=right))
    assert len(found.changed) == differ
    columns = pa.chunked_array([left]), pa.chunked_array([right])
    assert find_differences(*columns).tolist() == [0] * differ


def test_missing_equals_missing_in_keys() -> None:
    rows = align(STORED, SENT, ["Date", "country"])
    assert SENT.take(pa.array(rows.shared_sent)).num_rows == 3
    assert (rows.shared_sent.tolist(), rows.shared_stored.tolist()) == ([0, 1, 2], [3, 2, 1])
    assert (rows.only_sent.tolist(), rows.only_stored.tolist()) == ([3], [0])


def test_a_table_whose_keys_repeat_is_not_aligned() -> None:
    twice = table([(1, "AR"), (1, "AR"), (2, "AR")], x=[1.0, 2.0, 3.0])
    found = difference(stored_table=twice)
    assert found.rows.repeated_stored.tolist() == [0, 1]
    assert len(found.rows.shared_sent) == 0
    assert align(STORED, twice, ["Date", "country"]).repeated_sent.tolist() == [0, 1]


@pytest.mark.parametrize("largest_code", [4, 2**62])
def test_keys_of_many_columns_stay_apart(largest_code: int) -> None:
    rng = np.random.default_rng(1)
    codes = rng.permutation(1000)
    columns = {f"k{n}": pa.array((codes // 10**n) % 10) for n in range(3)}
    stored = pa.table({**columns, "x": pa.array(codes * 1.0)})
    sent = stored.take(pa.array(rng.permutation(1000)))
    rows = align(stored, sent, [*columns], largest_code=largest_code)
    assert len(rows.shared_sent) == 1000
    taken = [stored.take(pa.array(rows.shared_stored)), sent.take(pa.array(rows.shared_sent))]
    assert taken[0].equals(taken[1])
    assert compare(stored, sent, [*columns], MODES["replace"]).unchanged == 1000
