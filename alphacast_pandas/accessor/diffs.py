"""The part of ``df.alphacast`` that compares."""

# Every import of the package brings this file, so its methods load the writing room when called.

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.writing.diff import Diff

    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]
    Mode = Literal["append", "upsert", "replace", "mirror"]


class FrameDiffs:
    """What a frame would change in a dataset."""

    _frame: pd.DataFrame

    def diff(
        self,
        dataset_id: int | str | None = None,
        *,
        name: str | None = None,
        repository: int | str | None = None,
        mode: Mode = "upsert",
        date: str | None = None,
        entities: str | Sequence[str] | None = None,
        schema: Schema | None = None,
        accept_new_columns: bool = False,
        index: bool | None = None,
        progress: bool | None = None,
        client: Client | None = None,
    ) -> Diff:
        """
        Compare the frame with a dataset: what a push would change, value by value.

        The frame is checked as `push` does. Rows are compared by their key as the service
        will hold them; missing equals missing, numbers are compared by value. Nothing is
        sent.

        Parameters
        ----------
        dataset_id : int or str, optional
            Number of the dataset, or the address of its page.
        name : str, optional
            Instead of `dataset_id`: exact name of the dataset, as for `push`.
        repository : int or str, optional
            With `name`: number or exact name of the repository, as for `push`.
        mode : {"append", "upsert", "replace", "mirror"}, default "upsert"
            The mode of the push, as for `push`.
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
        progress : bool, optional
            Whether to show a bar, as for `push`.
        client : Client, optional
            The connection to use, by default that of `get_client`.

        Returns
        -------
        Diff
            Counts and frames of what would be added, changed and deleted; ``push()``
            sends it.

        Raises
        ------
        ValidationError
            If the frame breaks its contract, or the dataset's rows cannot be told apart by
            this key.
        QueryError
            If an argument makes no sense for this frame or dataset.

        See Also
        --------
        DataFrame.alphacast.push : With ``dry_run=True`` the same.

        Notes
        -----
        In the modes "append" and "upsert" only the dates of the frame are read. The
        frame is taken as it is now: later changes to it are not sent.

        Examples
        --------
        >>> import alphacast_pandas
        >>> result = df.alphacast.push(name="Prices", repository="Examples")
        >>> revised = df.assign(price=[1.5, None, 3.0])
        >>> revised.alphacast.diff(result.dataset_id)  # doctest: +ELLIPSIS
        Diff of 3 rows with dataset ..., mode 'upsert'
          added                0 rows
          changed              1 row, 1 value
          deleted              0 rows
          unchanged            2 rows
          dates touched: 2024-02-01
          values                                        added      changed      deleted
          price                                             0            1            0
          largest revisions                               old    new
          2024-02-01, Argentina, price                    2.5 -> 3                 +20%
        """
        from alphacast_pandas.writing import push as writing

        return writing.diff(
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
            progress=progress,
            client=client,
        )
