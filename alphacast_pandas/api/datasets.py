"""The endpoints of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from alphacast_pandas.api.following import wait_for
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.records import Column, Dataset, DateStats, Process, columns_from_json
from alphacast_pandas.api.repositories import only_one
from alphacast_pandas.api.responses import list_of
from alphacast_pandas.api.tables import check_table_body
from alphacast_pandas.api.uploading import File, opened, send_file
from alphacast_pandas.errors import DecodeError, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alphacast_pandas.api.transport import Answer, Transport

FORMATS = ("csv", "json", "tsv", "xlsx")
# `list` is a method below, so the builtin is named here.
_Datasets = list[Dataset]
_Columns = list[Column]
_Processes = list[Process]


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
    >>> [dataset.name for dataset in client.datasets.list()]
    ['US macro data', 'World development']
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, repository_id: int | str | None = None) -> _Datasets:
        """
        Return the datasets the key owns or shares.

        Parameters
        ----------
        repository_id : int or str, optional
            Only those of this repository.

        Returns
        -------
        list of Dataset
            In the order of the service; ``columns`` is empty in lists.
        """
        return self._list(repository_id, {})

    def get(self, id: int | str) -> Dataset:  # noqa: A002 - the service's own word
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
        """
        return Dataset.from_json(self._transport.get(_path(id)))

    def find(self, name: str, repository_id: int | str | None = None) -> Dataset | None:
        """
        Return the dataset of exactly this name.

        Names are compared here, since the service may answer more than it was asked for.

        Parameters
        ----------
        name : str
            The whole name, case and accents included.
        repository_id : int or str, optional
            Look in this repository only.

        Returns
        -------
        Dataset or None
            None if the key sees no dataset of this name.

        Raises
        ------
        QueryError
            If several datasets have this name.
        """
        found = [item for item in self._list(repository_id, {"name": name}) if item.name == name]
        dataset: Dataset | None = only_one(found, f"datasets are called {name!r}")
        return dataset

    def create(
        self,
        name: str,
        *,
        repository_id: int | str,
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
        """
        fields = _fields(name, repository_id, description, source_name, source_url)
        return Dataset.from_json(self._transport.send("POST", "/datasets", json=fields))

    def update(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        *,
        name: str | None = None,
        repository_id: int | str | None = None,
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
        """
        now = self.get(id)
        place = now.repository_id if repository_id is None else repository_id
        fields = _fields(name or now.name, place, description, source_name, source_url)
        answer = self._transport.send("PUT", _path(id), json=fields)
        # What this endpoint answers is not documented.
        return Dataset.from_json(answer) if answer and "id" in answer else self.get(id)

    def delete(self, id: int | str) -> None:  # noqa: A002 - the service's own word
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
        """
        self._transport.send("DELETE", _path(id))

    def columns(self, id: int | str) -> _Columns:  # noqa: A002 - the service's own word
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
        """
        return [*columns_from_json(self._transport.get(f"{_path(id)}/columns") or [])]

    def initialize_columns(
        self,
        id: int | str,  # noqa: A002 - the service's own word
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
            Format of the dates in uploaded files, in `strftime` codes.

        Returns
        -------
        list of Column
            The definitions as stored.
        """
        if isinstance(entities, str):
            entities = [entities]
        fields = {
            "dateColumnName": date,
            "entitiesColumnNames": [*entities],
            "dateFormat": date_format,
        }
        answer = self._transport.send("PUT", f"{_path(id)}/columns/initializer", json=fields)
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
        """
        return DateStats.from_json(self._transport.get(f"{_path(id)}/date-stats"))

    def processes(self, id: int | str) -> _Processes:  # noqa: A002 - the service's own word
        """
        Return the processes of a dataset's uploads.

        Parameters
        ----------
        id : int or str
            The dataset.

        Returns
        -------
        list of Process
            Newest first.
        """
        answer = list_of(self._transport.get(f"{_path(id)}/processes"))
        return [self._process(item, resolve_id(id)) for item in answer]

    def process(self, id: int | str, process_id: int) -> Process:  # noqa: A002 - the service's own word
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
        """
        answer = self._transport.get(f"{_path(id)}/processes/{process_id}")
        return self._process(answer, resolve_id(id))

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
        """
        if format not in FORMATS:
            msg = f"format is one of {', '.join(FORMATS)}, not {format!r}."
            raise QueryError(msg)
        query = {"$format": format, **(params or {})}

        def whole(answer: Answer) -> bytes:
            return check_table_body(answer.stream.read_all(), format)

        return self._transport.fetch(data_path(id), query, whole)

    def upload(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        file: File,
        *,
        manifest: Sequence[Mapping[str, Any]] | None = None,
        delete_missing: bool = False,
        update_on_conflict: bool = False,
        accept_new_columns: bool = False,
    ) -> Process:
        """
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
        """
        flags = {
            "deleteMissingFromDB": delete_missing,
            "onConflictUpdateDB": update_on_conflict,
            "acceptNewColumns": accept_new_columns,
        }
        with opened(file) as stream:
            return self.send_file(id, stream, manifest=manifest, flags=flags)

    def send_file(
        self,
        id: int | str,  # noqa: A002 - the service's own word
        stream: BinaryIO,
        *,
        manifest: Sequence[Mapping[str, Any]] | None,
        flags: Mapping[str, bool],
        on_read: Callable[[int], None] | None = None,
    ) -> Process:
        """Upload as `upload` does, with the service's flags and a witness of the bytes sent."""
        answer = send_file(
            self._transport,
            data_path(id),
            stream,
            manifest=manifest,
            flags=flags,
            on_read=on_read,
        )
        try:
            return self._process(answer, resolve_id(id))
        except DecodeError as error:
            error.in_doubt = True
            raise

    def _process(self, value: Any, dataset_id: int) -> Process:
        return Process.from_json(value, dataset_id=dataset_id, follow=self._follow)

    def _follow(self, process: Process, timeout: float) -> Process:
        def ask() -> Process:
            return self.process(process.dataset_id or 0, process.id)

        return wait_for(process, ask, self._transport.clock, timeout)

    def _list(self, repository_id: int | str | None, params: dict[str, Any]) -> _Datasets:
        wanted = None if repository_id is None else resolve_id(repository_id, "repository")
        if wanted is not None:
            params["repositoryId"] = wanted
        answer = list_of(self._transport.get("/datasets", params))
        found = [Dataset.from_json(item) for item in answer]
        return [item for item in found if wanted is None or item.repository_id == wanted]


def data_path(dataset_id: int | str) -> str:
    """Return the path of a dataset's data."""
    return f"{_path(dataset_id)}/data"


def _path(id_: int | str) -> str:
    return f"/datasets/{resolve_id(id_)}"


def _fields(
    name: str,
    repository_id: int | str | None,
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
