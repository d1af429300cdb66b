"""The vintages of a dataset, of which only some columns and rows may be wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from alphacast_pandas.api.definitions import Definitions
from alphacast_pandas.api.records import Column
from alphacast_pandas.column_types import type_of_arrow
from alphacast_pandas.difference.rows import is_number
from alphacast_pandas.filters.tree import columns_of, is_rowwise
from alphacast_pandas.history.changes import Changes, compare_tables, differing_blocks
from alphacast_pandas.history.columns import common_type, key_type
from alphacast_pandas.reading.as_known import resolve_folder
from alphacast_pandas.reading.local import answer_from_whole
from alphacast_pandas.reading.options import check_options
from alphacast_pandas.reading.rows import row_mask
from alphacast_pandas.vintage_store.store import DamageError, open_store
from alphacast_pandas.vintage_store.vintages import damage_report, known_vintages, newest_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.reading.answer import WholeAnswer
    from alphacast_pandas.vintage_store.records import Block, Content
    from alphacast_pandas.vintage_store.store import DatasetFolder
    from alphacast_pandas.vintage_store.vintages import Vintage


@dataclass(frozen=True, eq=False)
class Archive:
    """
    The vintages of a dataset, with their contents in the same order.

    Of each vintage only the rows count that match the filter of `question`; a column that a vintage
    lacks is missing there.
    """

    folder: DatasetFolder
    vintages: Sequence[Vintage]
    contents: Sequence[Content]
    question: WholeAnswer

    @cached_property
    def key_names(self) -> tuple[str, ...]:
        """The columns that identify rows in any vintage, those of the newest first."""
        keys = (name for content in reversed(self.contents) for name in content.definitions.keys)
        return tuple(dict.fromkeys(keys))

    @cached_property
    def key_schema(self) -> pa.Schema:
        """The types of these columns, which hold the values of all vintages."""
        types = {
            name: [
                content.schema.field(name).type
                for content in self.contents
                if name in content.definitions.keys
            ]
            for name in self.key_names
        }
        return pa.schema([(name, key_type(each)) for name, each in types.items()])

    @cached_property
    def value_types(self) -> dict[str, pa.DataType | None]:
        """The value columns that are wanted, at types for all vintages; None for objects."""
        types: dict[str, list[pa.DataType]] = {}
        for content in reversed(self.contents):
            for name in content.schema.names:
                if name not in content.definitions.keys:
                    types.setdefault(name, []).append(content.schema.field(name).type)
        wanted = self.question.query.values
        order = self.question.definitions.names if wanted is None else wanted
        return {name: common_type(types[name]) for name in order if name in types}

    def origin(self, rows: int) -> dict[str, Any]:
        """Return where a frame with the keys of this dataset comes from, for its attributes."""
        newest = self.contents[-1].definitions
        return {
            "dataset_id": self.folder.number,
            "name": newest_name(self.folder),
            "date": newest.date.name if newest.date is not None else None,
            "entities": [column.name for column in newest.entities],
            "rows": rows,
        }

    def changes(self, number: int) -> Changes:
        """Return what happened between a vintage and the one before it."""
        old, new = self.contents[number - 1], self.contents[number]
        only_old, only_new = differing_blocks(old, new) if self.is_rowwise else (None, None)
        old_table, new_table = self.table(number - 1, only_old), self.table(number, only_new)
        keys = old.definitions.keys, new.definitions.keys
        return compare_tables(old_table, new_table, *keys)

    def table(self, number: int, blocks: Iterable[Block] | None = None) -> pa.Table:
        """Return the rows of a vintage that match, or those of some of its blocks."""
        content = self.contents[number]
        if blocks is None or not self.is_rowwise:
            blocks = content.blocks
        try:
            table = self.folder.join(content, blocks)
        except DamageError as error:
            raise damage_report(self.folder, error) from error
        return self._matching(table)

    def keys_of(self, number: int, table: pa.Table) -> pa.Table:
        """Return the keys of rows of a vintage, in all columns that identify rows in any."""
        own = self.contents[number].definitions.keys
        columns = [
            table.column(field.name).cast(field.type)
            if field.name in own
            else pa.chunked_array([pa.nulls(table.num_rows, field.type)])
            for field in self.key_schema
        ]
        return pa.table(columns, schema=self.key_schema)

    @cached_property
    def is_rowwise(self) -> bool:
        """Whether every row can be judged by itself, so that blocks can."""
        condition = self.question.query.condition
        return condition is None or is_rowwise(condition)

    def _matching(self, table: pa.Table) -> pa.Table:
        condition = self.question.query.condition
        if condition is None:
            return table
        needed = columns_of(condition)
        schema = self.question.table.schema
        columns = {name: _at_type(table, name, schema.field(name).type) for name in needed}
        others = {name: table.column(name) for name in table.column_names if name not in columns}
        rows = row_mask(self.question, pa.table({**others, **columns}))
        return table.filter(rows)


def open_archive(
    dataset_id: Id,
    *,
    select: Any = None,
    filter: Any = None,  # noqa: A002 - the name of the public keyword
    store: Any,
    client: Client | None,
) -> Archive:
    """Return the vintages of a dataset, or raise if there are none or a name is not a column."""
    options = check_options(select=select, filter=filter)
    folder = resolve_folder(open_store(store), dataset_id, client)
    vintages = known_vintages(folder)
    known: dict[str, Content] = {}
    try:
        for vintage in vintages:
            if vintage.content not in known:
                known[vintage.content] = folder.read_content(vintage.content)
    except DamageError as error:
        raise damage_report(folder, error) from error
    contents = [known[vintage.content] for vintage in vintages]
    definitions, nothing = _every_column(contents)
    question = answer_from_whole(folder.number, options, definitions, nothing)
    question = replace(question, table=nothing)
    return Archive(folder, vintages, contents, question)


def _every_column(contents: Sequence[Content]) -> tuple[Definitions, pa.Table]:
    """Return definitions with the columns of all contents, the newest's first, and their types."""
    columns: dict[str, Column] = {}
    types: dict[str, pa.DataType] = {}
    for content in reversed(contents):
        for name in content.schema.names:
            if name in columns:
                continue
            types[name] = content.schema.field(name).type
            column = content.definitions.get(name) or Column(name)
            columns[name] = replace(column, type=type_of_arrow(types[name]).name)
    definitions = Definitions(tuple(columns.values()), complete=True, header=tuple(columns))
    return definitions, pa.schema(list(types.items())).empty_table()


def _at_type(table: pa.Table, name: str, type_: pa.DataType) -> pa.ChunkedArray:
    """Return a column as the filter takes it: text that is no number is missing as a number."""
    if name not in table.column_names:
        return pa.chunked_array([pa.nulls(table.num_rows, type_)])
    column = table.column(name)
    if column.type == type_:
        return column
    if is_number(type_) and pa.types.is_string(column.type):
        texts = pd.Series(column.to_pandas().to_numpy(object), dtype=object)
        numbers = pd.to_numeric(texts, errors="coerce").to_numpy(np.float64)
        column = pa.chunked_array([pa.array(numbers, from_pandas=True)])
    return column.cast(type_, safe=False)
