"""Push, diff, validate, schema and manifest: what a user can do with a frame."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, overload

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.api.identifiers import resolve_dataset
from alphacast_pandas.contracts.schemas import frame_schema
from alphacast_pandas.difference.diff import Diff
from alphacast_pandas.display import plural
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.user_warnings import warn
from alphacast_pandas.writing.check_files import check_files
from alphacast_pandas.writing.check_frame import FrameOptions, check_frame, check_is_frame
from alphacast_pandas.writing.comparison import (
    Comparison,
    compare_plan,
    diff_notes,
    keep_stored_values,
)
from alphacast_pandas.writing.guards import (
    Guards,
    check_dates_covered,
    check_deletions,
    check_guards,
    check_missing,
    check_of_files,
    refuse_for_files,
)
from alphacast_pandas.writing.manifest import Manifest, describe_changed_roles, needed_manifest
from alphacast_pandas.writing.parquet_files import ParquetFiles, open_files
from alphacast_pandas.writing.plan import (
    Plan,
    check_mode,
    create_missing,
    fetch_definitions,
    plan_push,
)
from alphacast_pandas.writing.result import PushResult
from alphacast_pandas.writing.unchanged import (
    check_no_upload_running,
    check_unchanged_since_comparison,
    check_unchanged_since_read,
)
from alphacast_pandas.writing.uploads import Uploads, on_ctrl_c
from alphacast_pandas.writing.verification import expected_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, TypeVar

    import pandas as pd
    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.definitions import Definitions
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.difference.difference import Difference

    Mode = Literal["append", "upsert", "replace", "mirror"]
    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]
    PathT = TypeVar("PathT", bound=str | PathLike[str])


@short_traceback
def push(
    df: pd.DataFrame | str | PathLike[str],
    dataset_id: Id | None = None,
    *,
    name: str | None = None,
    repository: Id | None = None,
    create: bool | None = None,
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
    missing: Literal["send", "keep"] = "send",
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
    df : DataFrame, str or path
        The frame; it is never changed. `ap.push` also takes the path of a Parquet file, or
        of a folder of them, which may be larger than memory: see the notes.
    dataset_id : int, str or Dataset, optional
        Number of the dataset, the address of its page, a record of it, or its exact name,
        unique among the datasets that the key may list. None is created.
    name : str, optional
        Instead of `dataset_id`: exact name of the dataset in `repository`; it is created
        if the repository has none of this name.
    repository : int, str or Repository, optional
        With `name`: number, address, record or exact name of the repository, which is
        created if it is missing; by default the Home repository.
    create : bool, optional
        With `name`: whether a dataset or a repository that is missing is created. By
        default it is, unless there is one whose name differs only in case, accents,
        blanks, or in one or two characters that are no digits; True creates it all the
        same, False never.
        Names with blanks at their ends are always refused.
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
        By default "replace" and "mirror" are refused if the dataset reaches beyond the
        first or the last date of the frame; 1.0 lets everything go.
    missing : {"send", "keep"}, default "send"
        What becomes of stored values where the frame has none. With "send" the cells are
        empty in the upload; whether that erases what is stored is not documented. With
        "keep" the stored values of those keys are read and sent in the gaps, so that they
        stay.
    verify : bool, default False
        Whether to read the pushed keys back, past every cached file, and compare them
        with what they should be: what was sent, or in the modes that keep values, what
        was there.
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
        If an argument makes no sense for this frame or dataset, or a name is nearly that of a
        dataset or repository that exists; if a path leads to no Parquet file, or a keyword needs
        all rows of it at once.
    NotFoundError
        If the dataset does not exist and is not to be created; the nearest names are in the
        message.
    ConflictError
        If the dataset is not as `if_unchanged`, or an upload to it is under way that
        a comparison would have to know of; nothing has been sent.
    VerificationError
        With `verify`, if the dataset does not hold what it should, or could not be
        read back; the push itself has ended well.
    ProcessError
        If the service ends the process with an error.
    ProcessTimeout
        If the process was still running at `timeout`; it goes on.
    ConnectionFailed
        With ``in_doubt=True`` if the answer was lost and the dataset's processes do
        not tell whether the upload was taken.
    PushInterrupted
        If an error, such as one of these, has stopped a push that went in parts: it is
        ``error.cause``, and ``error.resume()`` goes on.

    Warns
    -----
    UserWarning
        If a value column holds empty text, which comes back as missing; if the roles
        are not those of a dataset that holds rows; if something would vanish within
        the limit of `max_delete`; if `schema` drops rows, with their number; if the
        service reports deleted values in a mode that deletes nothing.

    See Also
    --------
    read_alphacast : The way back.
    to_parquet : The way back to a file.
    DataFrame.alphacast.diff : What it would change.
    DataFrame.alphacast.validate : Check without sending.

    Notes
    -----
    Floats are sent as the shortest text that reads back to the same double, missing
    values as empty fields, dates as ``YYYY-MM-DD`` (with time if a row is not at
    midnight), a Period as its first day, Decimal objects digit for digit.

    The service takes files of up to 50 MB. A frame that is larger as gzip CSV goes in
    parts by rows, in order, each process followed to its end before the next part is
    written; the result lists them in ``parts``. If one fails, `PushInterrupted` says which
    rows are in, ``error.parts`` has them, and ``error.resume()`` goes on from there. In the
    modes "replace" and "mirror" each upload would delete the rows of the others, so
    such a frame is refused unless the dataset holds nothing yet: use "upsert" or
    "append", or push to a new dataset and delete the old one.

    The rows of a Parquet file are those of ``pandas.read_parquet(path)``, index and attributes
    included, but for categories of text, which are text. They are read twice, some at a time:
    once to check all of them, once to send them. A file that has changed in between is not
    sent. Two rows with one key are found wherever they stand; of a file whose rows do not come
    by date, eight bytes a row are held for that. The files of a folder go in the order of their
    names, those of its folders too, and names that begin with ``.`` or ``_`` are left out. All of
    them need the same columns, in any order; a folder that is partitioned (``year=2020``) is
    refused, since no file says what the values in its names are, and so are links to folders.
    `schema`, `only_changes`, `verify`, ``missing="keep"`` and a `max_delete` that limits
    something need all rows at once, so they are refused for a file; everything else means the
    same. `if_unchanged` reads the whole dataset into memory for files too.

    Ctrl-C ends the call, and not what the service does with an upload that it has. The message
    of the KeyboardInterrupt says what has been sent, which process goes on, and how to follow it.

    Examples
    --------
    >>> import alphacast_pandas
    >>> result = df.alphacast.push(name="Prices", repository="Examples")
    >>> result.rows
    3
    >>> df.alphacast.push(result.dataset_id, only_changes=True).status
    'Nothing to send'
    """
    chosen = check_mode(mode)
    guards = check_guards(
        chosen,
        only_changes=only_changes,
        max_delete=max_delete,
        missing=missing,
        verify=verify,
        wait=wait,
        timeout=timeout,
    )
    rows = _open_rows(df, schema)
    if isinstance(rows, ParquetFiles):
        check_of_files(rows, guards, chosen)
    with ExitStack() as turn:
        with on_ctrl_c(_nothing_sent):
            plan = plan_push(
                rows,
                resolve_client(client),
                dataset_id,
                name=name,
                repository=repository,
                create=create,
                mode=chosen,
                options=FrameOptions(index, date, entities, schema, accept_new_columns),
                progress=progress,
            )
            turn.enter_context(plan.turn(plan.dataset_id))
            if if_unchanged is not None:
                check_unchanged_since_read(plan, if_unchanged)
            _warn_of(plan.changed_roles)
            if guards.max_delete is None:
                check_dates_covered(plan)
            plan, difference = _compare(plan, guards)
        return _send(plan, guards, difference)


@short_traceback
def diff(
    df: pd.DataFrame,
    dataset_id: Id | None = None,
    *,
    name: str | None = None,
    repository: Id | None = None,
    create: bool | None = None,
    mode: Mode = "upsert",
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Schema | None = None,
    accept_new_columns: bool = False,
    index: bool | None = None,
    missing: Literal["send", "keep"] = "send",
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
    dataset_id : int, str or Dataset, optional
        Number, address, record or exact name of the dataset, as for `push`.
    name : str, optional
        Instead of `dataset_id`: exact name of the dataset, as for `push`.
    repository : int, str or Repository, optional
        With `name`: the repository, as for `push`.
    create : bool, optional
        With `name`: whether the dataset may be missing, as for `push`.
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
    missing : {"send", "keep"}, default "send"
        What would become of stored values where the frame has none, as for `push`: with
        "keep" they are read and sent in the gaps, so that they do not change.
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
    check_is_frame(df)
    chosen = check_mode(mode)
    keep_stored = check_missing(missing)
    plan = plan_push(
        df,
        resolve_client(client),
        dataset_id,
        name=name,
        repository=repository,
        create=create,
        mode=chosen,
        options=FrameOptions(index, date, entities, schema, accept_new_columns),
        progress=progress,
    )
    comparison = compare_plan(plan)
    if keep_stored and chosen.updates:
        plan, comparison = keep_stored_values(plan, comparison)
    place = repr(plan.target.name) if plan.dataset_id is None else plan.dataset_id
    return Diff(
        f"Diff of {plural(len(plan.frame), 'row')} with dataset {place}, mode {mode!r}",
        mode,
        plan.dataset_id,
        diff_notes(plan, comparison),
        comparison.difference,
        partial(_push_diff, plan, comparison),
    )


@overload
def validate(
    df: pd.DataFrame,
    dataset_id: Id | None = None,
    *,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Schema | None = None,
    index: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame: ...


@overload
def validate(
    df: PathT,
    dataset_id: Id | None = None,
    *,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Schema | None = None,
    index: bool | None = None,
    client: Client | None = None,
) -> PathT: ...


@short_traceback
def validate(
    df: pd.DataFrame | str | PathLike[str],
    dataset_id: Id | None = None,
    *,
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Schema | None = None,
    index: bool | None = None,
    client: Client | None = None,
) -> pd.DataFrame | str | PathLike[str]:
    """
    Check the frame as `push` does, without sending it.

    Parameters
    ----------
    df : DataFrame, str or path
        The frame; it is never changed. `ap.validate` also takes the path of a Parquet file, or of
        a folder of them, as `ap.push` does.
    dataset_id : int, str or Dataset, optional
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
    DataFrame, str or path
        The frame itself, or the path as it was given.

    Raises
    ------
    ValidationError
        If the frame breaks its contract.
    QueryError
        If a path leads to no Parquet file; if it is given with `schema`, which needs all rows.

    See Also
    --------
    DataFrame.alphacast.push : Check and send.

    Examples
    --------
    >>> import alphacast_pandas
    >>> df.alphacast.validate() is df
    True
    """
    options = FrameOptions(index, date, entities, schema)
    rows = _open_rows(df, schema)
    if isinstance(rows, ParquetFiles):
        check_files(rows, options, _definitions_of(dataset_id, client, rows.empty_frame))
    else:
        check_frame(rows, options, _definitions_of(dataset_id, client, rows))
    return df


@short_traceback
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
    check_is_frame(df)
    checked = check_frame(df, FrameOptions(index, date, entities), None)
    roles = dict.fromkeys(checked.roles.entities, "entity") | {checked.roles.date: "date"}
    return frame_schema(checked.frame, roles)


@short_traceback
def manifest(
    df: pd.DataFrame,
    dataset_id: Id | None = None,
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
    dataset_id : int, str or Dataset, optional
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
    check_is_frame(df)
    definitions = _definitions_of(dataset_id, client, df)
    options = FrameOptions(index, date, entities, schema, accept_new_columns)
    checked = check_frame(df, options, definitions)
    _warn_of(describe_changed_roles(checked.roles, definitions))
    needed = needed_manifest(checked.roles, checked.types, checked.date_format, definitions)
    return needed or []


def _open_rows(
    df: pd.DataFrame | str | PathLike[str], schema: Schema | None
) -> pd.DataFrame | ParquetFiles:
    """Return the frame, or the files that a path leads to."""
    if not isinstance(df, str | PathLike):
        check_is_frame(df)
        return df
    files = open_files(df)
    if schema is not None:
        refuse_for_files(files, "schema", "Leave it out, and state roles in date= and entities=")
    return files


def _definitions_of(
    dataset_id: Id | None, client: Client | None, df: pd.DataFrame
) -> Definitions | None:
    """Return what is known of a dataset, None if there is none."""
    if dataset_id is None:
        return None
    client = resolve_client(client)
    return fetch_definitions(client, resolve_dataset(client, dataset_id), df)


def _warn_of(changed_roles: str | None) -> None:
    """Warn, before anything is sent, that the upload changes the key of the dataset."""
    if changed_roles is not None:
        warn(changed_roles)


def _push_diff(
    plan: Plan,
    comparison: Comparison,
    *,
    wait: bool,
    timeout: float,
    only_changes: bool,
    max_delete: int | float | None,
    verify: bool,
) -> PushResult:
    """Send what a diff has shown, unless the dataset has changed since."""
    guards = check_guards(
        plan.mode,
        only_changes=only_changes,
        max_delete=max_delete,
        missing="send",
        verify=verify,
        wait=wait,
        timeout=timeout,
    )
    plan = replace(plan, started_at=plan.clock.monotonic())
    with ExitStack() as turn:
        with on_ctrl_c(_nothing_sent):
            turn.enter_context(plan.turn(plan.dataset_id))
            check_unchanged_since_comparison(plan, comparison)
            _warn_of(plan.changed_roles)
        return _send(plan, guards, comparison.difference)


def _compare(plan: Plan, guards: Guards) -> tuple[Plan, Difference | None]:
    """Return the plan with the difference it makes, if a guard needs that."""
    if not guards.need_comparison(plan.mode):
        return plan, None
    comparison = compare_plan(plan)
    check_no_upload_running(comparison.state)
    if guards.keep_stored and plan.mode.updates:
        plan, comparison = keep_stored_values(plan, comparison)
    return plan, comparison.difference


def _nothing_sent() -> str:
    return "Nothing was sent."


def _send(plan: Plan, guards: Guards, difference: Difference | None) -> PushResult:
    """Send the rows of a plan whose turn it is; no difference: no guard needed a comparison."""
    positions = None
    with on_ctrl_c(_nothing_sent):
        if difference is not None:
            check_deletions(difference, guards.max_delete)
            positions = difference.rows_to_send if guards.only_changes else None
            if positions is not None and not len(positions) and plan.dataset_id is not None:
                return _nothing_to_send(plan, plan.dataset_id, difference.new_columns)
        expected = expected_rows(plan, difference) if guards.verify else None
        if positions is not None:
            plan = plan.select_rows(positions)
            expected = None if expected is None else expected.take(positions)
    with on_ctrl_c(partial(_describe_creation, plan)):
        target = create_missing(plan.client, plan.target)
    uploads = Uploads(plan, target, guards, positions=positions, expected=expected)
    if plan.dataset_id is not None:
        return uploads.send_all(guards.timeout)
    with plan.turn(target.dataset_id):  # of a dataset that did not exist when the turn was taken
        return uploads.send_all(guards.timeout)


def _describe_creation(plan: Plan) -> str:
    """Return what a Ctrl-C has left while a dataset that is missing was being created."""
    target = plan.target
    if target.dataset_id is not None:
        return _nothing_sent()
    repository = f"The repository {target.repository_name!r} and the dataset"
    what = "The dataset" if target.repository_id is not None else repository
    return (
        f"No rows were sent. {what} {target.name!r} may have been created, without rows: "
        "alphacast_pandas.datasets() and alphacast_pandas.repositories() show it."
    )


def _nothing_to_send(plan: Plan, dataset_id: int, new_columns: Sequence[str]) -> PushResult:
    """Return the result of a push that has nothing to send; new columns hold nothing then."""
    names = ", ".join(map(repr, new_columns))
    empty = f" New columns without values were not added: {names}." if names else ""
    return PushResult(
        name=plan.name,
        repository=plan.target.repository_name,
        created=(),
        dataset_id=dataset_id,
        process_id=None,
        status="Nothing to send",
        description=f"The dataset holds these rows already; nothing was uploaded.{empty}",
        rows=0,
        inserted=0,
        updated=0,
        deleted=0,
        bytes_sent=0,
        seconds=plan.clock.monotonic() - plan.started_at,
        url=plan.client._connection.page_of(dataset_id),
    )
