"""Numbers for values and for combinations of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = 2**62


def order_of(values: Sequence[Any]) -> list[int]:
    """Return the places of values in their order; values of several types come type by type."""
    places = range(len(values))
    try:
        return sorted(places, key=lambda place: values[place])
    except TypeError:
        return sorted(places, key=lambda place: _type_and_text(values[place]))


def _type_and_text(value: Any) -> tuple[str, str]:
    return type(value).__name__, str(value)


def combine(parts: Sequence[np.ndarray], rows: int) -> np.ndarray:
    """
    Return one number for each row's combination of numbers, in the order of the combinations.

    The parts are numbers from 0 on.
    """
    combined = np.zeros(rows, np.int64)
    for part in parts if rows else ():
        size = int(part.max()) + 1
        if (int(combined.max()) + 1) * size > _LARGEST:
            combined = np.unique(combined, return_inverse=True)[1].reshape(-1).astype(np.int64)
        combined *= size
        combined += part
    return combined


def places_of(wanted: np.ndarray, existing: np.ndarray) -> np.ndarray:
    """Return for each number its place among the existing ones, which are unique; else -1."""
    if not len(existing):
        return np.full(len(wanted), -1, np.intp)
    is_sorted = bool((existing[1:] > existing[:-1]).all())
    order = None if is_sorted else np.argsort(existing, kind="stable")
    ascending = existing if order is None else existing[order]
    places = np.searchsorted(ascending, wanted)
    places[places == len(existing)] = 0
    is_absent = ascending[places] != wanted
    if order is not None:
        places = order[places]
    places[is_absent] = -1
    return places
