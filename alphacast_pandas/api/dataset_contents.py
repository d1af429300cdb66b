"""The endpoints of what a dataset holds: columns, dates and data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alphacast_pandas.api.paths import data_path, dataset_path
from alphacast_pandas.api.records import Column, DateStats, columns_from_json
from alphacast_pandas.api.tables import check_table_body
from alphacast_pandas.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alphacast_pandas.api.transport import Transport

FORMATS = ("csv", "json", "tsv", "xlsx")


class DatasetContents:
    """The part of `Datasets` that tells what a dataset holds."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def columns(self, id: int | str) -> list[Column]:  # noqa: A002 - the service's own word
        """
        Return the stored column definitions.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        list of Column
            Value columns need not be among them: the service implies Decimal.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> [column.role for column in client.datasets.columns(dataset_id)][:2]
        ['date', 'entity']
        """
        return [*columns_from_json(self._transport.get(f"{dataset_path(id)}/columns") or [])]

    def initialize_columns(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        *,
        date: str,
        entities: Sequence[str],
        date_format: str = "%Y-%m-%d",
    ) -> list[Column]:
        """
        Set the date and entity columns of a dataset before its first upload.

        Parameters
        ----------
        id : int or str
            The dataset.
        date : str
            Name of the date column, as in the header of the files to come.
        entities : sequence of str
            Names of the entity columns; with the date they form the row key.
        date_format : str, default "%Y-%m-%d"
            Format of the dates in the files to come, in `strftime` codes.

        Returns
        -------
        list of Column
            The definitions as stored.

        Raises
        ------
        PermissionDenied
            If the key may not write to it.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> dataset = client.datasets.create("Rates", repository_id=home.id)
        >>> columns = client.datasets.initialize_columns(
        ...     dataset.id, date="Date", entities=["country"]
        ... )
        >>> [column.name for column in columns]
        ['Date', 'country']
        """
        if isinstance(entities, str):
            entities = [entities]
        fields = {
            "dateColumnName": date,
            "entitiesColumnNames": [*entities],
            "dateFormat": date_format,
        }
        answer = self._transport.send("PUT", f"{dataset_path(id)}/columns/initializer", json=fields)
        return [*columns_from_json(answer or [])]

    def date_stats(self, id: int | str) -> DateStats:  # noqa: A002 - the service's own word
        """
        Return first date, last date and frequency.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        DateStats
            All None for a dataset without rows.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> client.datasets.date_stats(dataset_id).min_date
        datetime.date(1952, 1, 1)
        """
        return DateStats.from_json(self._transport.get(f"{dataset_path(id)}/date-stats"))

    def download(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        *,
        format: Literal["csv", "json", "tsv", "xlsx"] = "csv",  # noqa: A002 - the service's own word
        params: Mapping[str, Any] | None = None,
    ) -> bytes:
        """
        Return the data of a dataset as the service sends it.

        Parameters
        ----------
        id : int or str
            The dataset.
        format : {"csv", "json", "tsv", "xlsx"}, default "csv"
            The format asked for.
        params : mapping, optional
            Query options of the service: ``$filter``, ``$select``, ``$top``, ``$last``.

        Returns
        -------
        bytes
            The whole body, decompressed.

        Raises
        ------
        QueryError
            If the format is unknown.
        QuotaError
            If the plan is used up, in either form the service says it.

        Examples
        --------
        >>> client.datasets.download(dataset_id, params={"$top": 1}).splitlines()[0][:12]
        b'Date,country'
        """
        if format not in FORMATS:
            msg = f"format is one of {', '.join(FORMATS)}, not {format!r}."
            raise QueryError(msg)
        query = {"$format": format, **(params or {})}

        body = self._transport.fetch(data_path(id), query, lambda answer: answer.stream.read_all())
        return check_table_body(body, format)
