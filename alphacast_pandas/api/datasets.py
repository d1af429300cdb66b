"""The endpoints of datasets."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from alphacast_pandas.api.csv_head import check_table_body
from alphacast_pandas.api.discovery import fetch_every_column
from alphacast_pandas.api.identifiers import data_path, dataset_path, resolve_id
from alphacast_pandas.api.multipart import File, Multipart, UploadFlags, open_stream, upload_form
from alphacast_pandas.api.named import check_text, not_found, only_one
from alphacast_pandas.api.parameters import FORMAT
from alphacast_pandas.api.processes import Process, check_process_id, wait_for
from alphacast_pandas.api.records import Column, Dataset, DateStats, Records, columns_from_json
from alphacast_pandas.api.responses import list_of
from alphacast_pandas.cache_files.folders import DatasetFolder
from alphacast_pandas.errors import DecodeError, QueryError
from alphacast_pandas.text import value_text
from alphacast_pandas.tracebacks import short_tracebacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.api.transport import Transport


FORMATS = ("csv", "json", "tsv", "xlsx")


# `list` is a method of the class below, so its types are named here.
_Columns = Records[Column]
_Datasets = Records[Dataset]
_Processes = Records[Process]


@short_tracebacks
class Datasets:
    """
    Datasets of the service: one method an endpoint.

    Reached as ``client.datasets``. `id` is always the number of the dataset, as
    int or text, or the address of its page.

    Parameters
    ----------
    transport : Transport
        The connection of the client.

    See Also
    --------
    read_alphacast : Read a dataset into a DataFrame.

    Examples
    --------
    >>> for dataset in client.datasets.list():
    ...     print(dataset.name)
    United States - Macroeconomic data, quarterly
    United States - Nonfarm employment, monthly
    World - Life expectancy, population and income
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"Datasets(base_url={self._transport.settings.base_url!r})"

    def list(self, repository_id: Id | None = None) -> _Datasets:
        """
        Return the datasets the key owns or shares.

        Parameters
        ----------
        repository_id : int or str, optional
            Only those of this repository.

        Returns
        -------
        list of Dataset
            In the order of the service; it shows itself as a table. ``columns`` is empty in lists.

        Raises
        ------
        QueryError
            If `repository_id` is not the number or address of a repository.

        Examples
        --------
        >>> dataset_id in [dataset.id for dataset in client.datasets.list()]
        True
        """
        return self._list(repository_id, {})

    def get(self, id: Id) -> Dataset:  # noqa: A002 - the service's own word
        """
        Return one dataset.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        Dataset
            The dataset with its columns.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> client.datasets.get(dataset_id).columns[0].name
        'Date'
        """
        return Dataset.from_json(self._transport.get(dataset_path(id)))

    def find(self, name: str, repository_id: Id | None = None) -> Dataset:
        """
        Return the dataset of exactly this name.

        Names are compared here, since the service may answer more than it was asked for.

        Parameters
        ----------
        name : str
            The whole name, case and accents included.
        repository_id : int, str or Repository, optional
            Look in this repository only.

        Returns
        -------
        Dataset
            The only one that the key may list.

        Raises
        ------
        NotFoundError
            If the key may list no dataset of this name; the nearest names, and datasets of this
            name in other repositories, are in the message with their numbers.
        QueryError
            If several datasets have this name, or `name` is no text.

        Examples
        --------
        >>> client.datasets.find("World - Life expectancy, population and income").id == dataset_id
        True
        """
        listed = self._list(repository_id, {"name": check_text(name, "dataset")})
        dataset = only_one(listed, name, "dataset")
        if dataset is None:
            is_any = repository_id is None
            place = "" if is_any else f" in repository {resolve_id(repository_id, 'repository')}"
            raise not_found(name, "dataset", self.list(), place)
        return dataset

    def create(
        self,
        name: str,
        *,
        repository_id: Id,
        description: str | None = None,
        source_name: str | None = None,
        source_url: str | None = None,
    ) -> Dataset:
        """
        Create an empty dataset.

        Parameters
        ----------
        name : str
            Name of the dataset, unique in its repository.
        repository_id : int or str
            Where to create it.
        description, source_name, source_url : str, optional
            What it holds and where that comes from.

        Returns
        -------
        Dataset
            The new dataset.

        Raises
        ------
        ConflictError
            If the repository has a dataset of this name.
        PermissionDenied
            If the repository does not exist or may not be written to.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> client.datasets.create("Wages", repository_id=home.id).permission
        'Admin'
        """
        fields = _fields(name, repository_id, description, source_name, source_url)
        return Dataset.from_json(self._transport.send("POST", "/datasets", json=fields))

    def update(
        self,
        id: Id,  # noqa: A002 - the service's own word
        *,
        name: str | None = None,
        repository_id: Id | None = None,
        description: str | None = None,
        source_name: str | None = None,
        source_url: str | None = None,
    ) -> Dataset:
        """
        Rename, move or describe a dataset; what is not given stays as it is.

        Parameters
        ----------
        id : int or str
            The dataset.
        name : str, optional
            The new name.
        repository_id : int or str, optional
            The repository to move it to.
        description, source_name, source_url : str, optional
            The new texts.

        Returns
        -------
        Dataset
            The dataset after the change.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> dataset = client.datasets.create("Draft", repository_id=home.id)
        >>> client.datasets.update(dataset.id, name="Final").name
        'Final'
        """
        now = self.get(id)
        place = now.repository_id if repository_id is None else repository_id
        fields = _fields(name or now.name, place, description, source_name, source_url)
        with self._changing(id):
            answer = self._transport.send("PUT", dataset_path(id), json=fields)
        # What this endpoint answers is not documented.
        return Dataset.from_json(answer) if answer and "id" in answer else self.get(id)

    def delete(self, id: Id) -> None:  # noqa: A002 - the service's own word
        """
        Delete a dataset with all its data, for good.

        Parameters
        ----------
        id : int or str
            The dataset.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.
        PermissionDenied
            If the key may not write to it.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> client.datasets.delete(client.datasets.create("Trial", repository_id=home.id).id)
        """
        with self._changing(id):
            self._transport.send("DELETE", dataset_path(id))

    def columns(self, id: Id) -> _Columns:  # noqa: A002 - the service's own word
        """
        Return every column of a dataset.

        The stored definitions and the record of the dataset are asked for, side by side. Value
        columns need not be among them; if they do not state all columns, a third request reads
        one row of the data, for its header. A column that only the header shows has no ``type``:
        it is a value column. Where the service refuses one of the requests, the columns are
        those that the others show.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        list of Column
            In the order of the data, or of the definitions if these state all; it shows itself as
            a table.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        See Also
        --------
        Datasets.column_definitions : The definitions as stored, in one request.

        Examples
        --------
        >>> for column in client.datasets.columns(dataset_id):
        ...     print(column.name, column.role)
        Date date
        country entity
        continent value
        iso_alpha2 value
        life_expectancy value
        population value
        gdp_per_capita value
        """
        return Records(fetch_every_column(self, self._transport, resolve_id(id)))

    def column_definitions(self, id: Id) -> _Columns:  # noqa: A002 - the service's own word
        """
        Return the stored column definitions.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        list of Column
            Those of the last manifest, ignored columns of its file included; it shows itself as a
            table. Value columns need not be among them.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        See Also
        --------
        Datasets.columns : Every column of the dataset.

        Examples
        --------
        >>> [column.role for column in client.datasets.column_definitions(dataset_id)][:2]
        ['date', 'entity']
        """
        return Records(columns_from_json(self._transport.get(f"{dataset_path(id)}/columns") or []))

    def initialize_columns(
        self,
        id: Id,  # noqa: A002 - the service's own word
        *,
        date: str,
        entities: Sequence[str],
        date_format: str = "%Y-%m-%d",
    ) -> _Columns:
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
        path = f"{dataset_path(id)}/columns/initializer"
        with self._changing(id):
            answer = self._transport.send("PUT", path, json=fields)
        return Records(columns_from_json(answer or []))

    def date_stats(self, id: Id) -> DateStats:  # noqa: A002 - the service's own word
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
        id: Id,  # noqa: A002 - the service's own word
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
        check_format(format)
        query = {FORMAT.name: format, **(params or {})}
        path = data_path(id)
        for attempt in self._transport.attempts(path):
            with attempt, self._transport.open(path, query) as answer:
                return check_table_body(answer.stream.read_all(), format)
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def processes(self, id: Id) -> _Processes:  # noqa: A002 - the service's own word
        """
        Return the processes of a dataset's uploads.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        list of Process
            Newest first; it shows itself as a table.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> [process.dataset_id == dataset_id for process in client.datasets.processes(dataset_id)]
        [True]
        """
        answer = list_of(self._transport.get(f"{dataset_path(id)}/processes"))
        return Records(self._process(item, resolve_id(id)) for item in answer)

    def process(self, id: Id, process_id: int) -> Process:  # noqa: A002 - the service's own word
        """
        Return one process.

        Parameters
        ----------
        id : int or str
            The dataset.
        process_id : int
            The process.

        Returns
        -------
        Process
            As it stands now.

        Raises
        ------
        NotFoundError
            If it does not exist or the key may not see it.

        Examples
        --------
        >>> newest = client.datasets.processes(dataset_id)[0]
        >>> client.datasets.process(dataset_id, newest.id).status
        'Processed'
        """
        number = check_process_id(process_id)
        answer = self._transport.get(f"{dataset_path(id)}/processes/{number}")
        return self._process(answer, resolve_id(id))

    def upload(
        self,
        id: Id,  # noqa: A002 - the service's own word
        file: File,
        *,
        manifest: Sequence[Mapping[str, Any]] | None = None,
        delete_missing: bool = False,
        update_on_conflict: bool = False,
        accept_new_columns: bool = False,
    ) -> Process:
        r"""
        Upload a CSV file; the service works on it in the background.

        Parameters
        ----------
        id : int or str
            The dataset.
        file : bytes, path or binary file
            CSV with a header row, plain or gzip. A file is read from where it stands
            and must be seekable.
        manifest : sequence of mappings, optional
            Column definitions; needed once, later only to replace the stored ones.
        delete_missing : bool, default False
            **Deletes** stored rows whose keys the file lacks.
        update_on_conflict : bool, default False
            Rows whose key exists get the new values; otherwise they keep the old ones.
        accept_new_columns : bool, default False
            Columns the dataset does not have are added; otherwise they fail the upload.

        Returns
        -------
        Process
            As requested; follow it with `process`.

        Raises
        ------
        ConnectionFailed
            With ``in_doubt=True`` if the service may have taken the file all the same.

        Examples
        --------
        >>> home = client.repositories.home()
        >>> dataset = client.datasets.create("Tides", repository_id=home.id)
        >>> process = client.datasets.upload(
        ...     dataset.id,
        ...     b"Date,height\n2020-01-01,1.5\n",
        ...     manifest=[{"sourceName": "Date", "dataType": "Date", "isEntity": True}],
        ... )
        >>> process.wait(timeout=60.0).status
        'Processed'
        """
        flags = UploadFlags(delete_missing, update_on_conflict, accept_new_columns)
        with open_stream(file) as stream:
            return self.send_form(id, upload_form(stream, manifest), flags)

    def send_form(
        self,
        id: Id,  # noqa: A002 - the service's own word
        form: Multipart,
        flags: UploadFlags,
    ) -> Process:
        """Send the form of an upload; return the process that the service starts."""
        with self._changing(id):
            answer = self._transport.send(
                "PUT", data_path(id), params=flags.to_params(), content=form
            )
        try:
            return self._process(answer, resolve_id(id))
        except DecodeError as error:
            error.in_doubt = True
            raise

    def _process(self, value: Any, dataset_id: int) -> Process:
        return Process.from_json(value, dataset_id=dataset_id, follow=self._follow)

    def _follow(
        self,
        process: Process,
        timeout: float,
        on_status: Callable[[str], None] | None = None,
    ) -> Process:
        again = partial(self.process, process.dataset_id or 0, process.id)
        try:
            return wait_for(process, again, self._transport.clock, timeout, on_status)
        finally:  # the rows were in at some moment before its end was seen
            self._forget(process.dataset_id or 0)

    @contextmanager
    def _changing(self, dataset_id: Id) -> Iterator[None]:
        """
        Let the cache forget a dataset before and after a request that may change it.

        After it once more: a read that has begun meanwhile must not keep what it has read.
        """
        self._forget(resolve_id(dataset_id))
        try:
            yield
        finally:
            self._forget(resolve_id(dataset_id))

    def _forget(self, dataset_id: int) -> None:
        settings = self._transport.settings
        DatasetFolder.of(
            dataset_id, api_key=settings.api_key, base_url=settings.base_url, is_made=False
        ).forget()

    def _list(self, repository_id: Id | None, params: dict[str, Any]) -> _Datasets:
        wanted = None if repository_id is None else resolve_id(repository_id, "repository")
        if wanted is not None:
            params["repositoryId"] = wanted
        answer = list_of(self._transport.get("/datasets", params))
        found = [Dataset.from_json(item) for item in answer]
        return Records(item for item in found if wanted is None or item.repository_id == wanted)


def check_format(format_: Any) -> None:
    """Raise for a format that the service does not send data in."""
    if format_ not in FORMATS:
        msg = f"format is one of {', '.join(FORMATS)}, not {value_text(format_)}."
        raise QueryError(msg)


def _fields(
    name: str,
    repository_id: Id | None,
    description: str | None,
    source_name: str | None,
    source_url: str | None,
) -> dict[str, Any]:
    fields = {
        "name": name,
        "repositoryId": None if repository_id is None else resolve_id(repository_id, "repository"),
        "description": description,
        "sourceName": source_name,
        "sourceUrl": source_url,
    }
    return {key: value for key, value in fields.items() if value is not None}
