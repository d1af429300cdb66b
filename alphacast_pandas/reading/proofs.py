"""Whether an answer holds the last dates, or the first rows, that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from alphacast_pandas.reading.finish import matches

if TYPE_CHECKING:
    import pyarrow as pa

    from alphacast_pandas.reading.fetch import Fetched
    from alphacast_pandas.reading.query import Query


def dates_of(fetched: Fetched) -> pa.ChunkedArray | None:
    """Return the date column of an answer, None if the dataset has none."""
    date = fetched.definitions.date
    return None if date is None else fetched.table.column(date.name)


def proves_itself(fetched: Fetched) -> bool:
    """
    Tell whether `$last` found the last dates of the rows that match here.

    It did if every row matches and one date more than wanted is there: then no later date is
    absent, and only the earliest, which is dropped, may be incomplete.
    """
    every_row = bool(pc.all(matches(fetched, fetched.table), min_count=0).as_py())
    return every_row and _count_dates(fetched) > (fetched.query.last or 0)


def has_all_dates(query: Query, fetched: Fetched) -> bool:
    """
    Tell whether an answer to `$last` holds the dates asked for, whatever `$last` counts.

    As many rows as were asked for may be just rows; then the earliest date may be incomplete.
    """
    if query.last is None or query.send_last == query.last:
        return True
    if fetched.table.num_rows != query.send_last:
        return True
    return _count_dates(fetched) > query.last


def _count_dates(fetched: Fetched) -> int:
    return int(pc.count_distinct(dates_of(fetched)).as_py())


def grown(query: Query, fetched: Fetched) -> int:
    """Return what to send as `$last` next, if the service counts rows."""
    rows_a_date = fetched.table.num_rows / _count_dates(fetched)
    wanted = int(rows_a_date * ((query.last or 0) + 1)) + 1
    return max(2 * int(fetched.table.num_rows), wanted)


def are_first_rows(fetched: Fetched, top: int) -> bool:
    """
    Tell whether the first rows as the service sees them are those of the earliest dates.

    Rows that come by entity begin at the first date too, but then no date occurs twice.
    """
    dates = dates_of(fetched)
    if fetched.table.num_rows < top or dates is None:
        return True
    values = dates.to_numpy()
    dataset = fetched.definitions.dataset
    first = dataset.min_date if dataset else None
    ascending = bool((values[:-1] <= values[1:]).all())
    may_be_by_entity = bool(fetched.definitions.entities) and _count_dates(fetched) == len(values)
    begins = first is None or dates[0].as_py().date() == first
    return ascending and begins and (len(values) == 1 or not may_be_by_entity)
