"""`info`: what one dataset is, without its data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.csv_head import EmptyTableError
from alphacast_pandas.api.discovery import fetch_definitions, with_every_column
from alphacast_pandas.api.identifiers import resolve_dataset
from alphacast_pandas.api.records import Column, Dataset, Record, Records
from alphacast_pandas.api.search import repository_name
from alphacast_pandas.display import plural
from alphacast_pandas.errors import NotFoundError, PermissionDenied, QuotaError
from alphacast_pandas.finding.columns import instant_of, integers, text_column
from alphacast_pandas.reading.expected import check_expect, check_expected, warn_of_other_words
from alphacast_pandas.reading.fetch import in_order
from alphacast_pandas.tracebacks import short_traceback, short_tracebacks

if TYPE_CHECKING:
    import datetime

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.identifiers import Id

# The record can be shown all the same.
_DATA_REFUSED = (NotFoundError, PermissionDenied, QuotaError)


@dataclass(frozen=True, repr=False)
@short_tracebacks
class DatasetInfo(Record):
    """
    What a dataset is, as `info` gives it; what the service does not tell is None.

    Parameters
    ----------
    id : int
        Number of the dataset.
    name, description : str or None
        Its texts.
    repository_id : int or None
        Number of its repository.
    repository : str or None
        Name of its repository, if the answer has it.
    source, source_url : str or None
        Where the data come from.
    frequency : str or None
        The service's word for how often there are values.
    start, end : datetime.date or None
        First and last date.
    updated_at : datetime.datetime or None
        When the record of the dataset changed last, as the service says; naive, and in UTC if the
        service names a zone.
    permission : str or None
        What the key may do with it.
    url : str
        Address of its page.
    columns : DataFrame
        One row a column, in the order of a frame that is read: ``name``, ``role`` ("date",
        "entity" or "value"), ``type``, ``id`` (Int64).

    See Also
    --------
    alphacast_pandas.info : Gives it.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> ap.info(dataset_id).columns[["name", "role", "type"]]
                  name    role     type
    0             Date    date     Date
    1          country  entity   String
    2        continent   value   String
    3       iso_alpha2   value   String
    4  life_expectancy   value  Decimal
    5       population   value  Decimal
    6   gdp_per_capita   value  Decimal
    """

    words: ClassVar[tuple[str, str]] = ("dataset", "datasets")
    only_alone = frozenset(
        {"description", "source", "source_url", "permission", "updated_at", "url"}
    )

    id: int
    name: str | None
    description: str | None
    repository_id: int | None
    repository: str | None
    source: str | None
    source_url: str | None
    frequency: str | None
    start: datetime.date | None
    end: datetime.date | None
    updated_at: datetime.datetime | None
    permission: str | None
    url: str
    columns: pd.DataFrame = field(compare=False)

    def facts(self) -> dict[str, object]:
        """Return what is shown of it."""
        updated_at = self.updated_at
        return {
            "id": self.id,
            "name": self.name,
            "repository_id": self.repository_id,
            "repository": self.repository,
            "frequency": self.frequency,
            "start": self.start,
            "end": self.end,
            "updated_at": updated_at and updated_at.isoformat(" ", "minutes"),
            "permission": self.permission,
            "source": self.source,
            "source_url": self.source_url,
            "description": self.description,
            "url": self.url,
        }

    def _shown(self) -> list[str]:
        columns = [plural(len(self.columns), "column")] if len(self.columns) else []
        return [*super()._shown(), *columns]

    def _repr_html_(self) -> str:
        rows = self.columns.astype(object).where(self.columns.notna(), None)
        columns = Records(
            Column(name, type_, role == "entity", number)
            for name, role, type_, number in rows.itertuples(index=False)
        )
        return super()._repr_html_() + (columns._repr_html_() or "")


@short_traceback
def info(dataset_id: Id, *, expect: str | None = None, client: Client | None = None) -> DatasetInfo:
    """
    Return what a dataset is, without reading its data.

    Parameters
    ----------
    dataset_id : int, str, Dataset, DatasetInfo or SearchResult
        Number of the dataset (``5515`` or ``"5515"``), the address of its page, a record of
        it, or its exact name, unique among the datasets that the key may list.
    expect : str, optional
        What the name must be; ``*`` and ``?`` stand for any text and any character. Case and
        accents are ignored.
    client : Client, optional
        The connection to use, by default that of `get_client`.

    Returns
    -------
    DatasetInfo
        Name, texts, dates and columns. It takes two small requests at the same time, and one more
        where the service leaves out columns or dates; a name as `dataset_id` is looked up first.

    Raises
    ------
    QueryError
        If the name does not match `expect`, or `dataset_id` is the name of several datasets.
    NotFoundError
        If the dataset does not exist or the key may not see it; of a name, the nearest that
        exist are in the message.

    Warns
    -----
    UserWarning
        If `dataset_id` is an address whose words are not those of the dataset's name.

    See Also
    --------
    coverage : What a dataset really holds.
    search : Find datasets by words.

    Examples
    --------
    >>> import alphacast_pandas as ap
    >>> world = ap.info(dataset_id, expect="World - *")
    >>> print(world.name, world.start, world.end, sep="; ")
    World - Life expectancy, population and income; 1952-01-01; 2007-01-01
    """
    client = resolve_client(client)
    pattern = check_expect(expect)
    number = resolve_dataset(client, dataset_id)
    definitions = fetch_definitions(client.datasets, number)
    check_expected(pattern, number, definitions)
    warn_of_other_words(dataset_id, definitions)
    definitions = _completed(client, number, definitions)
    return _record(client, number, definitions)


def _completed(client: Client, number: int, definitions: Definitions) -> Definitions:
    """Return definitions with what one more request tells: every column, or else the dates."""
    dataset = definitions.dataset
    if not definitions.complete:
        try:
            return with_every_column(client, number, definitions)
        except (*_DATA_REFUSED, EmptyTableError):
            return definitions
    if dataset is None or dataset.min_date is not None:
        return definitions
    try:
        stats = client.datasets.date_stats(number)
    except _DATA_REFUSED:
        return definitions
    dated = replace(
        dataset,
        min_date=stats.min_date,
        max_date=stats.max_date,
        frequency=dataset.frequency or stats.frequency,
    )
    return replace(definitions, dataset=dated)


def _record(client: Client, number: int, definitions: Definitions) -> DatasetInfo:
    dataset = definitions.dataset or Dataset(number, "")
    return DatasetInfo(
        id=number,
        name=dataset.name or None,
        description=dataset.description,
        repository_id=dataset.repository_id,
        repository=repository_name(dataset.raw),
        source=dataset.source_name,
        source_url=dataset.source_url,
        frequency=dataset.frequency,
        start=dataset.min_date,
        end=dataset.max_date,
        updated_at=instant_of(dataset.updated_at),
        permission=dataset.permission,
        url=client._connection.page_of(number),
        columns=_columns_frame(definitions),
    )


def _columns_frame(definitions: Definitions) -> pd.DataFrame:
    columns = [definitions.get(name) or Column(name) for name in in_order(definitions)]
    types = [definitions.type_of(str(column.name)) for column in columns]
    return pd.DataFrame(
        {
            "name": text_column([column.name for column in columns]),
            "role": text_column([column.role for column in columns]),
            "type": text_column([None if type_ is None else type_.name for type_ in types]),
            "id": integers([column.id for column in columns]),
        }
    )
