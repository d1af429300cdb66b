"""What a dataset holds after a push, for the keys that were pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from alphacast_pandas.comparing.values import of_one_type

if TYPE_CHECKING:
    from alphacast_pandas.comparing.difference import Difference


def predicted(difference: Difference) -> pa.Table:
    """Return the rows sent as the dataset will hold them, with all of its columns."""
    held = held_rows(difference)
    names = dict.fromkeys((*difference.sent.column_names, *difference.before.column_names))
    columns = {name: _column(difference, name, held) for name in names}
    return pa.table(columns)


def held_rows(difference: Difference) -> np.ndarray:
    """Return for each row sent its row in the dataset, -1 for a new one."""
    held = np.full(difference.sent.num_rows, -1)
    held[difference.rows.sent_shared] = difference.rows.before_shared
    return held


def _column(difference: Difference, name: str, held: np.ndarray) -> pa.ChunkedArray:
    is_sent = name in difference.sent.column_names
    if name in difference.keys or (is_sent and difference.mode.updates):
        return difference.sent.column(name)
    before = difference.held(name)
    if not is_sent:
        return before.take(pa.array(held, mask=held < 0))
    there, here = of_one_type(before, difference.sent.column(name))
    rows = np.where(held < 0, np.arange(len(held)) + len(before), held)
    return pa.chunked_array([*there.chunks, *here.chunks], there.type).take(pa.array(rows))
