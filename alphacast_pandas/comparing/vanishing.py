"""What a push would leave nothing of: entities without rows, columns without values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from alphacast_pandas.comparing.values import of_one_type, taken

if TYPE_CHECKING:
    from alphacast_pandas.comparing.difference import Difference


def vanishing_entities(difference: Difference) -> dict[str, list[object]]:
    """Return the values of each entity column that no row would have any more."""
    if not len(difference.deleted):
        return {}
    gone = {}
    for name in difference.keys[1:]:
        if name not in difference.before.column_names:
            continue
        held, sent = of_one_type(difference.before.column(name), difference.sent.column(name))
        distinct = pc.unique(taken(held, difference.deleted))
        is_sent = pc.is_in(distinct, value_set=pc.unique(sent))
        lost = distinct.filter(pc.invert(is_sent)).to_pylist()
        if lost:
            gone[name] = lost
    return gone


def vanishing_columns(difference: Difference) -> list[str]:
    """
    Return the value columns of the dataset that would hold nothing any more.

    Where nothing is deleted, only dates of the frame need have been read, which cannot tell.
    """
    if not difference.mode.deletes:
        return []
    values = [name for name in difference.before.column_names if name not in difference.keys]
    return [
        name
        for name in values
        if _holds_any(difference.before.column(name)) and _vanishes(difference, name)
    ]


def _vanishes(difference: Difference, name: str) -> bool:
    held = difference.before.column(name)
    shared = taken(held, difference.rows.before_shared)
    if name in difference.differing:
        sent = difference.sent.column(name)
        if _holds_any(taken(sent, difference.added)):
            return False
        if difference.mode.updates:
            shared = taken(sent, difference.rows.sent_shared)
    return not _holds_any(shared)


def _holds_any(values: pa.ChunkedArray) -> bool:
    return bool(values.null_count < len(values))
