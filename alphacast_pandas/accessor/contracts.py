"""The part of ``df.alphacast`` that sends nothing: checks, schemas, manifests."""

# Every import of the package brings this file, so its methods load the writing room when called.

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client

    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]


class FrameContracts:
    """What a frame must be, and what the service is told about it."""

    _frame: pd.DataFrame

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
        from alphacast_pandas.writing import push as writing

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
        from alphacast_pandas.writing import push as writing

        checked = writing.check(self._frame, None, date=date, entities=entities, index=index)
        return writing.schema_of_frame(checked)

    def manifest(
        self,
        dataset_id: int | str | None = None,
        *,
        date: str | None = None,
        entities: str | Sequence[str] | None = None,
        schema: Schema | None = None,
        accept_new_columns: bool = False,
        index: bool | None = None,
        client: Client | None = None,
    ) -> list[dict[str, Any]]:
        """
        Return the manifest that would be sent with the frame.

        It is made from the roles and the types of the columns. A dataset that knows them
        already is sent none; one that knows them in part, or otherwise, is sent all of it,
        with the columns that it has besides.

        Parameters
        ----------
        dataset_id : int or str, optional
            The dataset it would be sent to; by default a new one.
        date : str, optional
            The date column, as for `push`.
        entities : str or sequence of str, optional
            The columns that identify a row together with the date, as for `push`.
        schema : DataFrameSchema or DataFrameModel, optional
            A pandera contract that is checked too, and that may state roles.
        accept_new_columns : bool, default False
            Whether columns that the dataset does not have would be added to it.
        index : bool, optional
            Whether index levels are columns, as for `push`.
        client : Client, optional
            The connection to use if `dataset_id` is given.

        Returns
        -------
        list of dict
            One object per column, in the service's words; empty if none would be sent.

        Raises
        ------
        ValidationError
            If the frame could not be pushed.

        Warns
        -----
        UserWarning
            If the roles are not those of a dataset that holds rows: the upload would
            change the key of all of them.

        See Also
        --------
        DataFrame.alphacast.push : Sends it where it is needed.

        Examples
        --------
        >>> import alphacast_pandas
        >>> [column["sourceName"] for column in df.alphacast.manifest()]
        ['Date', 'country', 'price']
        >>> result = df.alphacast.push(name="Prices", repository="Examples")
        >>> df.alphacast.manifest(result.dataset_id)
        []
        """
        from alphacast_pandas.writing import push as writing

        return writing.manifest(
            self._frame,
            dataset_id,
            date=date,
            entities=entities,
            schema=schema,
            accept_new_columns=accept_new_columns,
            index=index,
            client=client,
        )
