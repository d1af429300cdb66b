"""Two tables by their keys: which rows are one and the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.comparing.values import of_one_type

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class Alignment:
    """
    Positions of rows: of those on both sides, place by place, and of those on one side only.

    `repeated` are rows whose key another row of the same table has, on either side; where there
    are any, nothing is aligned.
    """

    sent_shared: np.ndarray
    before_shared: np.ndarray
    sent_only: np.ndarray
    before_only: np.ndarray
    repeated_before: np.ndarray
    repeated_sent: np.ndarray


def align(before: pa.Table, sent: pa.Table, keys: Sequence[str]) -> Alignment:
    """Return which rows of the two tables have the same key; missing equals missing."""
    codes = _codes(before, sent, keys)
    there, here = codes[: before.num_rows], codes[before.num_rows :]
    repeated = [np.flatnonzero(pd.Index(part).duplicated(keep=False)) for part in (there, here)]
    if any(len(rows) for rows in repeated):
        nothing = np.empty(0, dtype=np.intp)
        return Alignment(nothing, nothing, nothing, nothing, *repeated)
    place = pd.Index(there).get_indexer(pd.Index(here))
    sent_shared = np.flatnonzero(place >= 0)
    before_shared = place[sent_shared]
    is_shared = np.zeros(len(there), dtype=bool)
    is_shared[before_shared] = True
    return Alignment(
        sent_shared,
        before_shared,
        np.flatnonzero(place < 0),
        np.flatnonzero(~is_shared),
        *repeated,
    )


def unaligned(before: pa.Table, sent: pa.Table) -> Alignment:
    """Return that no row of one table is a row of the other."""
    nothing = np.empty(0, dtype=np.intp)
    here, there = np.arange(sent.num_rows), np.arange(before.num_rows)
    return Alignment(nothing, nothing, here, there, nothing, nothing)


def _codes(before: pa.Table, sent: pa.Table, keys: Sequence[str]) -> np.ndarray:
    """Return one number for each key, the rows of `before` first."""
    numbers, _ = reduce(_joined, (_numbers(before, sent, name) for name in keys))
    return numbers


def _numbers(before: pa.Table, sent: pa.Table, name: str) -> tuple[np.ndarray, int]:
    """Return the values of one column as whole numbers, and how many there are."""
    there, here = of_one_type(before.column(name), sent.column(name))
    values = pa.chunked_array([*there.chunks, *here.chunks], there.type)
    distinct = pc.unique(values)
    return pc.index_in(values, value_set=distinct).to_numpy().astype(np.int64), len(distinct)


def _joined(left: tuple[np.ndarray, int], right: tuple[np.ndarray, int]) -> tuple[np.ndarray, int]:
    """Return numbers of pairs; they are made dense where they would grow too large."""
    (numbers, count), (more, factor) = left, right
    if count * factor > _LARGEST:
        numbers, distinct = pd.factorize(numbers)
        count = len(distinct)
    return numbers * factor + more, count * factor
