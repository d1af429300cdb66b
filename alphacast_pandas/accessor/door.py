"""``df.alphacast``: what a DataFrame can do with Alphacast."""

# Every import of the package brings this file, so its methods load the writing room when called.

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import pandas as pd

from alphacast_pandas.accessor.contracts import FrameContracts
from alphacast_pandas.accessor.diffs import FrameDiffs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.writing.diff import Diff
    from alphacast_pandas.writing.result import PushResult

    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]
    Mode = Literal["append", "upsert", "replace", "mirror"]


@pd.api.extensions.register_dataframe_accessor("alphacast")
class AlphacastAccessor(FrameContracts, FrameDiffs):
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

    @overload
    def push(
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
        wait: bool = True,
        timeout: float = 600.0,
        dry_run: Literal[False] = False,
        only_changes: bool = False,
        max_delete: int | float | None = None,
        verify: bool = False,
        if_unchanged: pd.DataFrame | None = None,
        progress: bool | None = None,
        client: Client | None = None,
    ) -> PushResult: ...

    @overload
    def push(
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
        wait: bool = True,
        timeout: float = 600.0,
        dry_run: Literal[True],
        only_changes: bool = False,
        max_delete: int | float | None = None,
        verify: bool = False,
        if_unchanged: pd.DataFrame | None = None,
        progress: bool | None = None,
        client: Client | None = None,
    ) -> Diff: ...

    @overload
    def push(
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
        wait: bool = True,
        timeout: float = 600.0,
        dry_run: bool,
        only_changes: bool = False,
        max_delete: int | float | None = None,
        verify: bool = False,
        if_unchanged: pd.DataFrame | None = None,
        progress: bool | None = None,
        client: Client | None = None,
    ) -> PushResult | Diff: ...

    def push(
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
        wait: bool = True,
        timeout: float = 600.0,
        dry_run: bool = False,
        only_changes: bool = False,
        max_delete: int | float | None = None,
        verify: bool = False,
        if_unchanged: pd.DataFrame | None = None,
        progress: bool | None = None,
        client: Client | None = None,
    ) -> PushResult | Diff:
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
            Whether to follow the process to its end. Of several uploads all but the last
            are followed in any case.
        timeout : float, default 600.0
            Seconds until the process must have ended; of several uploads, each.
        dry_run : bool, default False
            Whether to compare, send nothing and return a `Diff`, whose ``push()`` sends
            it; `only_changes`, `max_delete` and `verify` hold there too.
        only_changes : bool, default False
            Whether to send only rows that are new or differ from the dataset's. Not with
            "replace" and "mirror", which delete every row that the upload lacks.
        max_delete : int or float, optional
            Refuse if more rows of the dataset (int), or a larger share of them (float),
            would be deleted. Entities and columns that would vanish are named.
        verify : bool, default False
            Whether to read the pushed keys back, past every cached file, and compare them
            with what was meant: what was sent, or in the modes that keep values, what was
            there.
        if_unchanged : DataFrame, optional
            A frame as `read_alphacast` gave it, whole or a part of the dataset: refuse if
            what it holds has changed there since. The data are compared, not times, which
            the service need not tell. It is an argument of its own because attributes of
            a frame travel with copies of it, and are lost when frames are joined.
        progress : bool, optional
            Whether to show how far it has come: rows written, bytes uploaded
            and their rate, then the status of the service's process. By default on a
            terminal or in a notebook, unless the environment variable
            ``ALPHACAST_PROGRESS`` is ``0``, ``false``, ``no`` or ``off``; with True
            everywhere, with False nowhere. Only what takes more than a second is shown.
        client : Client, optional
            The connection to use, by default that of `get_client`.

        Returns
        -------
        PushResult or Diff
            How it ended; with ``wait=False`` how it began. With ``dry_run=True`` what it
            would do.

        Raises
        ------
        ValidationError
            If the frame breaks its contract, more would go than `max_delete` says, or it
            takes several uploads in a mode that deletes; nothing has been sent.
        QueryError
            If an argument makes no sense for this frame or dataset.
        ConflictError
            If the dataset is not as `if_unchanged`, or an upload to it is under way that
            a comparison would have to know of; nothing has been sent.
        VerificationError
            With `verify`, if the dataset does not hold what was meant, or could not be
            read back; the push itself has ended well.
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
            If a value column holds empty text, which comes back as missing; if the roles
            are not those of a dataset that holds rows; if something would vanish within
            the limit of `max_delete`.

        See Also
        --------
        read_alphacast : The way back.
        DataFrame.alphacast.diff : What it would change.
        DataFrame.alphacast.validate : Check without sending.

        Notes
        -----
        Floats are sent as the shortest text that reads back to the same double, missing
        values as empty fields, dates as ``YYYY-MM-DD`` (with time if a row is not at
        midnight), a Period as its first day, Decimal objects digit for digit.

        The service takes files of up to 50 MB. A frame that is larger as gzip CSV goes in
        parts by rows, in order, each process followed to its end before the next part is
        written; the result lists them in ``parts``. If one fails, the error says which rows
        are in, ``error.parts`` has them, and ``error.resume()`` goes on from there. In the
        modes "replace" and "mirror" each upload would delete the rows of the others, so
        such a frame is refused unless the dataset holds nothing yet: use "upsert" or
        "append", or push to a new dataset and delete the old one.

        Examples
        --------
        >>> import alphacast_pandas
        >>> result = df.alphacast.push(name="Prices", repository="Examples")
        >>> result.rows
        3
        >>> df.alphacast.push(result.dataset_id, only_changes=True).status
        'Nothing to send'
        """
        from alphacast_pandas.writing import push as writing

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
            dry_run=dry_run,
            only_changes=only_changes,
            max_delete=max_delete,
            verify=verify,
            if_unchanged=if_unchanged,
            progress=progress,
            client=client,
        )
