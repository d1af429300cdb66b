"""Answers to queries from a table that holds the whole dataset, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alphacast_pandas.errors import QueryError
from alphacast_pandas.reading.answer import WholeAnswer
from alphacast_pandas.reading.expected import check_expected
from alphacast_pandas.reading.query import plan_query
from alphacast_pandas.text import value_text

if TYPE_CHECKING:
    import pyarrow as pa

    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.reading.options import ReadOptions
    from alphacast_pandas.reading.query import Query


def is_answerable(options: ReadOptions) -> bool:
    """Tell whether the filter is understood here; the service's own text need not be."""
    return options.text is None or options.tree is not None


def check_answerable(options: ReadOptions) -> None:
    """Raise unless the filter is understood here."""
    if not is_answerable(options):
        msg = (
            f"The filter {value_text(options.text)} is not understood here, and this answer comes "
            "without the service. Write it as a dict, as tuples or as an expression."
        )
        raise QueryError(msg)


def answer_from_whole(
    dataset_id: int, options: ReadOptions, definitions: Definitions, table: pa.Table
) -> WholeAnswer:
    """
    Return the answer to `options` from the table of the whole dataset, with complete definitions.

    As from the service, its rows may be more than asked for; `rows.finish` makes them exact.
    """
    check_answerable(options)
    check_expected(options.expect, dataset_id, definitions)
    return answer_from_rows(plan_query(options, definitions), definitions, table)


def answer_from_rows(query: Query, definitions: Definitions, table: pa.Table) -> WholeAnswer:
    """Return the answer to a query from a table that holds the rows and columns it needs."""
    columns = query.keep or table.column_names
    rows = table.slice(0, 0) if query.is_empty else table
    return WholeAnswer(definitions, query, {}, rows.select([*columns]))
