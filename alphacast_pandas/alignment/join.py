"""The rows of the result: the keys of all frames, and the place of each frame's values in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from alphacast_pandas.alignment.codes import places_of
from alphacast_pandas.errors import QueryError
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.alignment.periods import Lowered

_LARGEST = 2**62


@dataclass(frozen=True, eq=False)
class _Numbering:
    """
    Keys as numbers, in their order: the period, counted from `first`, then the entity values.

    `sizes` has the number of values of each entity; that number itself stands for none.
    """

    first: int
    sizes: Mapping[str, int]
    dtype: Any

    def to_keys(
        self, periods: np.ndarray, codes: Mapping[str, np.ndarray], names: Sequence[str]
    ) -> np.ndarray:
        """Return the numbers of keys of some of the entities."""
        keys = (periods - self.first).astype(self.dtype)
        for name in names:
            keys *= self.sizes[name] + 1
            keys += codes[name]
        return keys

    def to_parts(self, keys: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return the periods and the entity values of keys of all entities."""
        codes: dict[str, np.ndarray] = {}
        for name in reversed([*self.sizes]):
            size = self.sizes[name] + 1
            codes[name] = (keys % size).astype(np.int32)
            keys = keys // size
        return keys.astype(np.int64) + self.first, {name: codes[name] for name in self.sizes}


class Rows:
    """
    The keys of the result, in their order.

    A key of a frame with fewer entities has, in the others, the number after the last value.
    """

    def __init__(self, keys: np.ndarray, numbering: _Numbering) -> None:
        self._keys = keys
        self._numbering = numbering
        self.periods, self.codes = numbering.to_parts(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def places_in(self, frame: Lowered) -> np.ndarray:
        """Return for each row the row of a frame that has its key, or -1."""
        names = [*frame.codes]
        own = self._numbering.to_keys(frame.periods, frame.codes, names)
        return places_of(self.keys_of(names), own)

    def keys_of(self, names: Sequence[str]) -> np.ndarray:
        """Return the rows' keys of some of the entities."""
        if [*names] == [*self.codes]:
            return self._keys
        return self._numbering.to_keys(self.periods, self.codes, names)

    def having(self, frame: Lowered) -> Rows:
        """Return the rows that a frame has."""
        return Rows(self._keys[self.places_in(frame) >= 0], self._numbering)


def join_rows(frames: Sequence[Lowered], sizes: Mapping[str, int], how: str) -> Rows:
    """
    Return the keys of the result.

    `sizes` has the number of values of each entity of the result. As in `DataFrame.merge`, a frame
    with fewer entities than others stands on every row that has its own.
    """
    _check_broadest(frames, [*sizes])
    numbering = _numbering(frames, sizes)
    rows = Rows(np.array([], numbering.dtype), numbering)
    for group in sorted({tuple(each.codes) for each in frames}, key=len, reverse=True):
        own = [each for each in frames if tuple(each.codes) == group]
        rows = _with_keys(rows, own, group, numbering)
    for needed in {"outer": [], "left": frames[:1], "inner": frames}[how]:
        rows = rows.having(needed)
    return rows


def _numbering(frames: Sequence[Lowered], sizes: Mapping[str, int]) -> _Numbering:
    ends = [(each.periods.min(), each.periods.max()) for each in frames if len(each.periods)]
    first, last = (int(min(a for a, _ in ends)), int(max(b for _, b in ends))) if ends else (0, 0)
    largest = (last - first + 1) * math.prod(size + 1 for size in sizes.values())
    # Python's integers are slow, and have no end.
    return _Numbering(first, sizes, np.int64 if largest < _LARGEST else object)


def _with_keys(
    rows: Rows, frames: Sequence[Lowered], names: Sequence[str], numbering: _Numbering
) -> Rows:
    """Return rows with the keys of frames of these entities that are not among them."""
    known = np.unique(rows.keys_of(names))
    new = known[:0]
    for each in frames:
        keys = numbering.to_keys(each.periods, each.codes, names)
        keys = keys[places_of(keys, known) < 0]
        added = np.sort(keys[places_of(keys, new) < 0])
        if len(added):
            new = np.sort(np.concatenate([new, added]), kind="stable")  # which merges
    if not len(new):
        return rows
    partial = _Numbering(numbering.first, {n: numbering.sizes[n] for n in names}, numbering.dtype)
    periods, codes = partial.to_parts(new)
    missing = {
        name: np.full(len(new), size, np.int32)
        for name, size in numbering.sizes.items()
        if name not in names
    }
    keys = numbering.to_keys(periods, codes | missing, [*numbering.sizes])
    whole = np.sort(np.concatenate([rows.keys_of([*numbering.sizes]), keys]), kind="stable")
    return Rows(whole, numbering)


def _check_broadest(frames: Sequence[Lowered], names: Sequence[str]) -> None:
    """Raise unless one frame has all entities: others would be multiplied by each other."""
    if any(len(each.codes) == len(names) for each in frames):
        return
    told = "; ".join(
        f"{value_text(each.source.label)} has {' and '.join(map(repr, each.codes)) or 'none'}"
        for each in frames
    )
    sets = [[*each.codes] for each in frames]
    own, others = next((a, b) for a in sets for b in sets if {*a} - {*b} and {*b} - {*a})
    one = next(name for name in own if name not in others)
    other = next(name for name in others if name not in own)
    msg = (
        f"The frames have different entities ({told}), and none has all of them, so each row of "
        "one would be repeated for rows of another. If two names mean the same, map them: "
        f"entities={{{one!r}: {[one, other]!r}}}. If a frame holds for all rows, drop its entity."
    )
    raise QueryError(msg)
