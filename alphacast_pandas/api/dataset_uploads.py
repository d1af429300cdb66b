"""The endpoints of uploads to a dataset, with the processes they start."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.following import wait_for
from alphacast_pandas.api.identifiers import resolve_id
from alphacast_pandas.api.paths import data_path, dataset_path
from alphacast_pandas.api.records import Process
from alphacast_pandas.api.responses import list_of
from alphacast_pandas.api.uploading import File, opened, send_file
from alphacast_pandas.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alphacast_pandas.api.multipart import Payload
    from alphacast_pandas.api.transport import Transport


class DatasetUploads:
    """The part of `Datasets` that uploads, and follows what becomes of it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def processes(self, id: int | str) -> list[Process]:  # noqa: A002 - the service's own word
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
        answer = self._transport.get(f"{dataset_path(id)}/processes/{process_id}")
        return self._process(answer, resolve_id(id))

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
        stream: Payload,
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

    def _follow(
        self,
        process: Process,
        timeout: float,
        on_status: Callable[[str], None] | None = None,
    ) -> Process:
        again = partial(self.process, process.dataset_id or 0, process.id)
        return wait_for(process, again, self._transport.clock, timeout, on_status)
