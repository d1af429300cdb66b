"""Asks the service what columns a dataset has, from every place that may tell."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from alphacast_pandas.api.csv_head import read_head
from alphacast_pandas.api.definitions import Definitions, define
from alphacast_pandas.api.identifiers import data_path
from alphacast_pandas.api.records import Column
from alphacast_pandas.column_types import DATE, STRING
from alphacast_pandas.errors import APIError, DecodeError, NotFoundError
from alphacast_pandas.names import canonical_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.responses import Answer


T = TypeVar("T")
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?")
PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+([eE][-+]?\d+)?|[eE][-+]\d+)?")


def learn(client: Client, dataset_id: int) -> Definitions:
    """Return the definitions that the service states, asked for at the same time."""
    with ThreadPoolExecutor(1) as pool:
        columns = pool.submit(_unless_refused, lambda: client.datasets.columns(dataset_id))
        dataset, missing = _unless_refused(lambda: client.datasets.get(dataset_id))
        stored, refused = columns.result()
    if isinstance(missing, NotFoundError) and isinstance(refused, NotFoundError):
        raise missing
    return define(dataset, stored)


def complete(
    client: Client,
    dataset_id: int,
    definitions: Definitions,
    names: Iterable[str] = (),
    *,
    every: bool = False,
) -> Definitions:
    """Return the definitions with every column of the dataset, if some of `names` are unknown."""
    unknown = every or any(name not in definitions.names for name in names)
    if definitions.stated and (definitions.complete or not unknown):
        return definitions
    if definitions.header is not None:
        return definitions
    return prove(definitions, *_look(client, dataset_id))


def known(client: Client, dataset_id: int, names: Iterable[object]) -> Definitions:
    """Return what a dataset holds as far as `names` need it; it may hold nothing yet."""
    definitions = learn(client, dataset_id)
    if all(name is None or name in definitions.names for name in names):
        return definitions
    try:
        header, first_row = _look(client, dataset_id)
    except DecodeError:
        # A dataset without data may have no header either.
        return replace(definitions, has_rows=False)
    stored = {*definitions.names}
    seen = [Column(name) for name in header if name not in stored]
    return replace(
        definitions,
        columns=(*definitions.columns, *seen),
        complete=True,
        has_rows=first_row is not None,
    )


def _look(client: Client, dataset_id: int) -> tuple[list[str], list[str] | None]:
    """Return the header of the dataset and its first row."""
    return client.transport.fetch(data_path(dataset_id), {"$format": "csv", "$top": 1}, _head)


def prove(
    definitions: Definitions, header: Sequence[str], first_row: Sequence[str] | None
) -> Definitions:
    """Return definitions that agree with the header of a whole answer, or raise."""
    folded = {canonical_name(name) for name in header}
    absent = [name for name in definitions.names if canonical_name(name) not in folded]
    if absent:
        msg = (
            f"The answer lacks the column {absent[0]!r}, which the dataset's definitions promise; "
            f"it has {', '.join(map(repr, header[:10]))}{', ...' if len(header) > 10 else ''}."
        )
        raise DecodeError(msg)
    proved = definitions.with_header(header)
    if proved.stated or proved.date is not None:
        return proved
    return replace(proved, columns=_guessed(proved.columns, first_row))


def _head(answer: Answer) -> tuple[list[str], list[str] | None]:
    return read_head(answer.stream)


def _guessed(columns: Sequence[Column], first_row: Sequence[str] | None) -> tuple[Column, ...]:
    """Return roles where nothing states them: the date comes first, then the entities."""
    values = [*(first_row or [])] + [""] * len(columns)
    guessed = [*columns]
    is_date = ISO_DATE.fullmatch(values[0]) or (
        not first_row and canonical_name(str(columns[0].name)) == "date"
    )
    if not is_date:
        return tuple(columns)
    guessed[0] = replace(columns[0], type=DATE.name, is_entity=True)
    for position in range(1, len(columns)):
        if not values[position] or PLAIN_NUMBER.fullmatch(values[position]):
            break
        guessed[position] = replace(columns[position], type=STRING.name, is_entity=True)
    return tuple(guessed)


def _unless_refused(ask: Callable[[], T]) -> tuple[T | None, APIError | None]:
    """Return the answer, or the error if the service will not tell."""
    try:
        return ask(), None
    except APIError as error:
        if error.status_code in {403, 404, 405, 501}:
            return None, error
        raise
