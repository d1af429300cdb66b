"""Discovery of a dataset's columns: what the service states, completed by a header."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from alphacast_pandas.api.csv_head import (
    ISO_DATE,
    EmptyTableError,
    Head,
    check_table_answer,
    read_head,
)
from alphacast_pandas.api.definitions import Definitions, define
from alphacast_pandas.api.identifiers import data_path
from alphacast_pandas.api.parameters import FORMAT, TOP
from alphacast_pandas.api.records import Column
from alphacast_pandas.column_types import DATE, STRING
from alphacast_pandas.errors import (
    AlphacastError,
    APIError,
    DecodeError,
    NotFoundError,
    QueryError,
    QuotaError,
)
from alphacast_pandas.names import canonical_name
from alphacast_pandas.parallel import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from types import TracebackType

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.datasets import Datasets
    from alphacast_pandas.api.transport import Transport

T = TypeVar("T")
PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+([eE][-+]?\d+)?|[eE][-+]\d+)?")
# How the service may answer a request for the data of a dataset that holds nothing.
NO_TABLE = (EmptyTableError, NotFoundError)
# Statuses that refuse definitions, while the data may still be readable.
_REFUSALS = frozenset({403, 404, 405, 501})


def fetch_definitions(datasets: Datasets, dataset_id: int) -> Definitions:
    """Return the definitions that the service states, from two requests at the same time."""
    columns = in_background(_unless_refused, lambda: datasets.column_definitions(dataset_id))
    dataset, missing = _unless_refused(lambda: datasets.get(dataset_id))
    stored, refused = columns.result()
    if isinstance(missing, NotFoundError) and isinstance(refused, NotFoundError):
        raise missing
    return define(dataset, stored)


def fetch_every_column(
    datasets: Datasets, transport: Transport, dataset_id: int
) -> tuple[Column, ...]:
    """Return all columns: those that the service states, and if need be those of the header."""
    stated = fetch_definitions(datasets, dataset_id)
    if stated.stated and stated.complete:
        return stated.columns
    try:
        head = _fetch_head(transport, dataset_id)
    except EmptyTableError:
        return stated.columns
    except APIError as error:
        is_refusal = isinstance(error, QuotaError) or error.status_code in _REFUSALS
        if is_refusal and stated.columns:
            return stated.columns
        raise
    return with_header(stated, head).columns


@dataclass(frozen=True)
class DefinitionsSource:
    """
    Where one try of a read takes its definitions from, as a context manager.

    What is remembered may be out of date. An error that this would explain is suppressed, and
    the definitions forgotten, so that the loop over the sources goes on to fresh ones.
    """

    client: Client
    dataset_id: int
    definitions: Definitions | None
    future: Future[Definitions] | None = None
    is_remembered: bool = False

    def result(self) -> Definitions:
        """Return the definitions; wait for those that are being fetched."""
        if self.definitions is not None:
            return self.definitions
        if self.future is None:  # pragma: no cover - one of the two is there
            raise AssertionError
        return self.future.result()

    def __enter__(self) -> DefinitionsSource:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if not self.is_remembered or not isinstance(error, DecodeError | QueryError):
            return False
        self.client._connection.remember(self.dataset_id, None)
        return True


def definitions_sources(
    client: Client, dataset_id: int, *, are_needed_first: bool
) -> Iterator[DefinitionsSource]:
    """
    Yield what definitions a read may use, the cheapest first.

    Unless a query must be checked against them before it is sent, fresh definitions are fetched
    while the data are.
    """
    remembered = client._connection.recall(dataset_id)
    if remembered is not None:
        yield DefinitionsSource(client, dataset_id, remembered, is_remembered=True)
    if are_needed_first:
        yield DefinitionsSource(client, dataset_id, fetch_definitions(client.datasets, dataset_id))
    else:
        future = in_background(fetch_definitions, client.datasets, dataset_id)
        yield DefinitionsSource(client, dataset_id, None, future)


def with_every_column(
    client: Client, dataset_id: int, definitions: Definitions, names: Iterable[str] | None = None
) -> Definitions:
    """
    Return the definitions with every column of the dataset.

    Value columns need not be among the definitions, so the header of the data is looked at,
    unless all `names` are known already.
    """
    unknown = names is None or any(name not in definitions.names for name in names)
    if definitions.stated and (definitions.complete or not unknown):
        return definitions
    if definitions.header is not None:
        return definitions
    try:
        head = _fetch_head(client._connection.transport, dataset_id)
    except NO_TABLE:
        if not is_new(client, dataset_id, definitions):
            raise
        return replace(definitions, complete=True, has_rows=False)
    return with_header(definitions, head)


def fetch_new(client: Client, dataset_id: int) -> Definitions | None:
    """Return the definitions of a dataset to which nothing was uploaded yet, None of others."""
    definitions = fetch_definitions(client.datasets, dataset_id)
    if not is_new(client, dataset_id, definitions):
        return None
    return replace(definitions, complete=True, has_rows=False)


def is_new(client: Client, dataset_id: int, definitions: Definitions) -> bool:
    """
    Tell whether the service's own records prove that a dataset holds nothing yet.

    Its record and its statistics state no date, and no process has done anything else than fail.
    """
    dataset = definitions.dataset
    if dataset is None or dataset.min_date is not None or dataset.max_date is not None:
        return False
    try:
        stats = client.datasets.date_stats(dataset_id)
        processes = client.datasets.processes(dataset_id)
    except AlphacastError:
        return False
    is_dated = stats.min_date is not None or stats.max_date is not None
    return not is_dated and all(process.failed for process in processes)


def fetch_target(client: Client, dataset_id: int, names: Iterable[object]) -> Definitions:
    """Return the definitions of a dataset that is pushed to; it may hold nothing yet."""
    definitions = fetch_definitions(client.datasets, dataset_id)
    if all(name is None or name in definitions.names for name in names):
        return definitions
    try:
        head = _fetch_head(client._connection.transport, dataset_id)
    except EmptyTableError:
        return replace(definitions, has_rows=False)
    except NotFoundError:
        if not is_new(client, dataset_id, definitions):
            raise
        return replace(definitions, has_rows=False)
    head.check_is_of(definitions.names)
    stored = {*definitions.names}
    seen = [Column(name) for name in head.header if name not in stored]
    return replace(
        definitions,
        columns=(*definitions.columns, *seen),
        complete=True,
        has_rows=head.first_row is not None,
    )


def with_header(definitions: Definitions, head: Head) -> Definitions:
    """Return definitions that agree with the header of a whole answer, or raise."""
    header = head.header
    head.check_is_of(definitions.names)
    folded = {canonical_name(name) for name in header}
    absent = [name for name in definitions.names if canonical_name(name) not in folded]
    if absent:
        msg = (
            f"The answer lacks the column {absent[0]!r}, which the dataset's definitions promise; "
            f"it has {', '.join(map(repr, header[:10]))}{', ...' if len(header) > 10 else ''}."
        )
        raise DecodeError(msg)
    completed = definitions.with_header(header)
    if completed.stated or completed.date is not None:
        return completed
    return replace(completed, columns=_inferred_roles(completed.columns, head.first_row))


def _fetch_head(transport: Transport, dataset_id: int) -> Head:
    """Return the head of the dataset, which one row is enough for."""
    params = {FORMAT.name: "csv", TOP.name: 1}
    path = data_path(dataset_id)
    for attempt in transport.attempts(path):
        with attempt, transport.open(path, params) as answer:
            return read_head(answer.stream, check_table_answer(answer))
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _inferred_roles(
    columns: Sequence[Column], first_row: Sequence[str] | None
) -> tuple[Column, ...]:
    """Return roles where nothing states them: the date comes first, then the entities."""
    values = [*(first_row or [])] + [""] * len(columns)
    roles = [*columns]
    is_date = ISO_DATE.fullmatch(values[0]) or (
        not first_row and canonical_name(str(columns[0].name)) == "date"
    )
    if not is_date:
        return tuple(columns)
    roles[0] = replace(columns[0], type=DATE.name, is_entity=True)
    for position in range(1, len(columns)):
        if not values[position] or PLAIN_NUMBER.fullmatch(values[position]):
            break
        roles[position] = replace(columns[position], type=STRING.name, is_entity=True)
    return tuple(roles)


def _unless_refused(request: Callable[[], T]) -> tuple[T | None, APIError | None]:
    """Return the answer, or the error if the service will not tell."""
    try:
        return request(), None
    except APIError as error:
        if error.status_code in _REFUSALS:
            return None, error
        raise
