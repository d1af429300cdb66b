"""``DataFrame.alphacast``: a door, not a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from alphacast_pandas.writing import push as writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.writing.result import PushResult

    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]


@pd.api.extensions.register_dataframe_accessor("alphacast")
class AlphacastAccessor:
    """
    What a DataFrame can do with Alphacast, as ``df.alphacast``.

    Parameters
    ----------
    frame : DataFrame
        The frame; it is never changed.

    See Also
    --------
    read_alphacast : Read a dataset into a DataFrame.

    Examples
    --------
    >>> import alphacast_pandas
    >>> df.alphacast.manifest()[0]["dataType"]
    'Date'
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def push(
        self,
        dataset_id: int | str | None = None,
        *,
        name: str | None = None,
        repository: int | str | None = None,
        mode: Literal["append", "upsert", "replace", "mirror"] = "upsert",
        date: str | None = None,
        entities: str | Sequence[str] | None = None,
        schema: Schema | None = None,
        accept_new_columns: bool = False,
        index: bool | None = None,
        wait: bool = True,
        timeout: float = 600.0,
        progress: bool | None = None,
        client: Client | None = None,
    ) -> PushResult:
        """
        Push the frame to a dataset.

        The frame is checked, written as gzip CSV, uploaded, and the service's process
        followed to its end. Whatever can be known to be wrong is said before anything
        is sent, all of it at once.

        Parameters
        ----------
        dataset_id : int or str, optional
            Number of the dataset, or the address of its page.
        name : str, optional
            Instead of `dataset_id`: exact name of the dataset; it is created if the
            repository has none of this name.
        repository : int or str, optional
            With `name`: number or exact name of the repository, which is created if it
            is missing; by default the Home repository.
        mode : {"append", "upsert", "replace", "mirror"}, default "upsert"
            What happens to rows by their key (date and entities). New keys are always
            added. Keys on both sides: "append" and "mirror" keep the dataset's values,
            "upsert" and "replace" update them. Keys only in the dataset: "replace" and
            "mirror" **delete** them.
        date : str, optional
            The date column. By default that of `schema`, then of the dataset, then the
            only column that holds dates.
        entities : str or sequence of str, optional
            The columns that identify a row together with the date. By default those of
            `schema`, then of the dataset, then the only text column.
        schema : DataFrameSchema or DataFrameModel, optional
            A pandera contract that is checked together with the dataset's; roles are
            read from the metadata (``{"alphacast": "entity"}``).
        accept_new_columns : bool, default False
            Whether columns that the dataset does not have are added to it.
        index : bool, optional
            Whether index levels are columns. By default named ones are, and a nameless
            RangeIndex is not.
        wait : bool, default True
            Whether to follow the process to its end.
        timeout : float, default 600.0
            Seconds until the process must have ended.
        progress : bool, optional
            Whether to show a bar. By default on a terminal or in a notebook, when the
            upload takes more than a second.
        client : Client, optional
            The connection to use, by default that of `get_client`.

        Returns
        -------
        PushResult
            How it ended; with ``wait=False`` how it began.

        Raises
        ------
        ValidationError
            If the frame breaks its contract; nothing has been sent.
        QueryError
            If an argument makes no sense for this frame or dataset.
        ProcessError
            If the service ends the process with an error.
        ProcessTimeout
            If the process was still running at `timeout`; it goes on.
        ConnectionFailed
            With ``in_doubt=True`` if the answer was lost and the dataset's processes do
            not tell whether the upload was taken.

        Warns
        -----
        UserWarning
            If a value column holds empty text, which comes back as missing.

        See Also
        --------
        read_alphacast : The way back.
        DataFrame.alphacast.validate : Check without sending.

        Notes
        -----
        Floats are sent as the shortest text that reads back to the same double, missing
        values as empty fields, dates as ``YYYY-MM-DD`` (with time if a row is not at
        midnight), a Period as its first day, Decimal objects digit for digit.

        Examples
        --------
        >>> import alphacast_pandas
        >>> result = df.alphacast.push(name="Prices", repository="Examples")
        >>> result.rows
        3
        """
        return writing.push(
            self._frame,
            dataset_id,
            name=name,
            repository=repository,
            mode=mode,
            date=date,
            entities=entities,
            schema=schema,
            accept_new_columns=accept_new_columns,
            index=index,
            wait=wait,
            timeout=timeout,
            progress=progress,
            client=client,
        )

    def validate(
        self,
        dataset_id: int | str | None = None,
        *,
        date: str | None = None,
        entities: str | Sequence[str] | None = None,
        schema: Schema | None = None,
        index: bool | None = None,
        client: Client | None = None,
    ) -> pd.DataFrame:
        """
        Check the frame as `push` does, without sending it.

        Parameters
        ----------
        dataset_id : int or str, optional
            Check against the definitions of this dataset too.
        date : str, optional
            The date column, as for `push`.
        entities : str or sequence of str, optional
            The columns that identify a row together with the date, as for `push`.
        schema : DataFrameSchema or DataFrameModel, optional
            A pandera contract that is checked too, and that may state roles.
        index : bool, optional
            Whether index levels are columns, as for `push`.
        client : Client, optional
            The connection to use if `dataset_id` is given.

        Returns
        -------
        DataFrame
            The frame itself.

        Raises
        ------
        ValidationError
            If the frame breaks its contract.

        See Also
        --------
        DataFrame.alphacast.push : Check and send.

        Examples
        --------
        >>> import alphacast_pandas
        >>> df.alphacast.validate() is df
        True
        """
        writing.check(
            self._frame,
            dataset_id,
            date=date,
            entities=entities,
            schema=schema,
            index=index,
            client=client,
        )
        return self._frame

    def schema(
        self,
        *,
        date: str | None = None,
        entities: str | Sequence[str] | None = None,
        index: bool | None = None,
    ) -> pa.DataFrameSchema:
        """
        Return the contract of the frame as a pandera schema.

        Parameters
        ----------
        date : str, optional
            The date column, as for `push`.
        entities : str or sequence of str, optional
            The columns that identify a row together with the date, as for `push`.
        index : bool, optional
            Whether index levels are columns, as for `push`.

        Returns
        -------
        DataFrameSchema
            The frame's own types, date and entities not missing, the key unique; roles
            are in the metadata.

        Raises
        ------
        ValidationError
            If the frame could not be pushed.

        See Also
        --------
        alphacast_pandas.schema : The contract of a dataset.

        Examples
        --------
        >>> import alphacast_pandas
        >>> df.alphacast.schema().columns["country"].metadata
        {'alphacast': 'entity'}
        """
        checked = writing.check(self._frame, None, date=date, entities=entities, index=index)
        return writing.schema_of_frame(checked)

    def manifest(
        self,
        *,
        date: str | None = None,
        entities: str | Sequence[str] | None = None,
        schema: Schema | None = None,
        index: bool | None = None,
    ) -> list[dict[str, Any]]:
        """
        Return the manifest that would be sent with the frame to a new dataset.

        Parameters
        ----------
        date : str, optional
            The date column, as for `push`.
        entities : str or sequence of str, optional
            The columns that identify a row together with the date, as for `push`.
        schema : DataFrameSchema or DataFrameModel, optional
            A pandera contract that is checked too, and that may state roles.
        index : bool, optional
            Whether index levels are columns, as for `push`.

        Returns
        -------
        list of dict
            One object per column, in the service's words.

        Raises
        ------
        ValidationError
            If the frame could not be pushed.

        See Also
        --------
        DataFrame.alphacast.push : Sends it where it is needed.

        Examples
        --------
        >>> import alphacast_pandas
        >>> [column["sourceName"] for column in df.alphacast.manifest()]
        ['Date', 'country', 'price']
        """
        checked = writing.check(
            self._frame, None, date=date, entities=entities, schema=schema, index=index
        )
        return writing.manifest_of(checked)
