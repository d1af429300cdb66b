"""A compared plan to its end: guarded, sent, read back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from alphacast_pandas.api.client import get_client
from alphacast_pandas.contracts.schemas import frame_schema
from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.writing.arrow import date_format
from alphacast_pandas.writing.comparison import (
    Compared,
    check_settled,
    check_unchanged,
    compare_plan,
    notes_of,
)
from alphacast_pandas.writing.guards import (
    Guards,
    check_as_read,
    check_deletions,
    check_guards,
    meant,
    verify,
)
from alphacast_pandas.writing.manifest import Manifest, changed_roles, needed_manifest
from alphacast_pandas.writing.plan import Plan, in_turn, plan_check, plan_push
from alphacast_pandas.writing.uploads import nothing_to_send, point_out, send

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.difference.difference import Difference
    from alphacast_pandas.writing.result import PushResult

    Mode = Literal["append", "upsert", "replace", "mirror"]
    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]


def carry_out(plan: Plan, difference: Difference | None, guards: Guards) -> PushResult:
    """Return the result of a push whose frame is checked; None: nothing needed to be compared."""
    if difference is not None:
        check_deletions(difference, guards.max_delete)
    expected = meant(plan, difference) if guards.verify else None
    positions = None
    if guards.only_changes and difference is not None:
        positions = difference.rows_to_send
        if not len(positions) and plan.dataset_id is not None:
            return nothing_to_send(plan, plan.dataset_id, difference.new_columns)
        frame = plan.checked.frame.iloc[positions]
        plan = replace(plan, checked=replace(plan.checked, frame=frame))
        expected = None if expected is None else expected.take(positions)
    then = None if expected is None else partial(verify, plan, expected)
    return send(plan, wait=guards.wait, timeout=guards.timeout, positions=positions, then=then)


def is_compared(plan: Plan, guards: Guards) -> bool:
    """Tell whether the guards need to know what the dataset holds before."""
    keeps_or_deletes = not plan.mode.updates or plan.mode.deletes
    limited = guards.max_delete is not None and plan.mode.deletes
    return guards.only_changes or limited or (guards.verify and keeps_or_deletes)


def guards_of_diff(
    plan: Plan,
    planned: Guards,
    *,
    wait: bool,
    timeout: float,
    max_delete: int | float | None,
    verify: bool,
) -> Guards:
    """Return the guards of a difference that is pushed: those planned, and those given now."""
    return check_guards(
        plan.mode.name,
        only_changes=planned.only_changes,
        max_delete=planned.max_delete if max_delete is None else max_delete,
        verify=verify or planned.verify,
        wait=wait,
        timeout=timeout,
    )


def push(
    df: pd.DataFrame,
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
    only_changes: bool = False,
    max_delete: int | float | None = None,
    verify: bool = False,
    if_unchanged: pd.DataFrame | None = None,
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
    df : DataFrame
        The frame; it is never changed.
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
        A pandera contract that is checked together with the dataset's; what it makes
        of the frame is what is sent. Roles are read from the metadata
        (``{"alphacast": "entity"}``), that of a pattern for every column it matches.
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
    PushResult
        How it ended; with ``wait=False`` how it began.

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
        the limit of `max_delete`; if `schema` drops rows, with their number.

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
    guards = check_guards(
        mode,
        only_changes=only_changes,
        max_delete=max_delete,
        verify=verify,
        wait=wait,
        timeout=timeout,
    )
    plan = plan_push(
        df,
        client or get_client(),
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
    )
    with in_turn(plan):
        if if_unchanged is not None:
            check_as_read(plan, if_unchanged)
        point_out(plan.changed_roles)
        if not is_compared(plan, guards):
            return carry_out(plan, None, guards)
        compared = compare_plan(plan)
        check_settled(compared)
        return carry_out(plan, compared.difference, guards)


def diff(
    df: pd.DataFrame,
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
    df : DataFrame
        The frame; it is never changed.
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
    DataFrame.alphacast.push : Send without a look at the difference first.

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
    plan = plan_push(
        df,
        client or get_client(),
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
    )
    return _diff(plan, compare_plan(plan), Guards())


def validate(
    df: pd.DataFrame,
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
    df : DataFrame
        The frame; it is never changed.
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
    asked = None if dataset_id is None else client or get_client()
    plan_check(df, asked, dataset_id, date=date, entities=entities, schema=schema, index=index)
    return df


def schema_of_frame(
    df: pd.DataFrame,
    *,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    index: bool | None = None,
) -> pa.DataFrameSchema:
    """
    Return the contract of the frame as a pandera schema.

    Parameters
    ----------
    df : DataFrame
        The frame; it is never changed.
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
        are in the metadata. Index levels that are pushed are columns in it.

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
    checked, _ = plan_check(df, None, None, date=date, entities=entities, schema=None, index=index)
    roles = dict.fromkeys(checked.roles.entities, "entity") | {checked.roles.date: "date"}
    return frame_schema(checked.frame, roles)


def manifest(
    df: pd.DataFrame,
    dataset_id: int | str | None = None,
    *,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Schema | None = None,
    accept_new_columns: bool = False,
    index: bool | None = None,
    client: Client | None = None,
) -> Manifest:
    """
    Return the manifest that would be sent with the frame.

    It is made from the roles and the types of the columns. A dataset that knows them
    already is sent none; one that knows them in part, or otherwise, is sent all of it,
    with the columns that it has besides.

    Parameters
    ----------
    df : DataFrame
        The frame; it is never changed.
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
    asked = None if dataset_id is None else client or get_client()
    checked, definitions = plan_check(
        df,
        asked,
        dataset_id,
        date=date,
        entities=entities,
        schema=schema,
        index=index,
        accept_new_columns=accept_new_columns,
    )
    point_out(changed_roles(checked.roles, definitions))
    format_ = date_format(checked.frame[checked.roles.date])
    return needed_manifest(checked.roles, checked.types, format_, definitions) or []


def _diff(plan: Plan, compared: Compared, guards: Guards) -> Diff:
    place = plan.dataset_id if plan.dataset_id is not None else plan.target.name
    return Diff(
        f"Diff of {len(plan.checked.frame):,} rows with dataset {place}, mode {plan.mode.name!r}",
        plan.mode.name,
        plan.dataset_id,
        notes_of(plan, compared, guards),
        compared.difference,
        partial(_push_diff, plan, compared, guards),
    )


def _push_diff(plan: Plan, compared: Compared, planned: Guards, **given: Any) -> PushResult:
    guards = guards_of_diff(plan, planned, **given)
    plan = replace(plan, begun=plan.client._connection.clock.monotonic())
    with in_turn(plan):
        check_unchanged(plan, compared)
        point_out(plan.changed_roles)
        return carry_out(plan, compared.difference, guards)
