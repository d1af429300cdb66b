"""`push_dask`: a frame of Dask to a dataset, partition by partition."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import dask.dataframe as dd
import pandas as pd
from dask.dataframe.dispatch import make_meta

from alphacast_pandas.api.client import resolve_client
from alphacast_pandas.dask.check_partitions import check_partitions, digest
from alphacast_pandas.dask.partitions import ReadPlan
from alphacast_pandas.display import plural
from alphacast_pandas.errors import (
    AlphacastError,
    ConflictError,
    ProcessError,
    ProcessTimeout,
    PushInterrupted,
    QueryError,
    ValidationError,
)
from alphacast_pandas.reading.options import check_flag
from alphacast_pandas.text import error_text
from alphacast_pandas.tracebacks import short_traceback
from alphacast_pandas.writing.check_frame import FrameOptions
from alphacast_pandas.writing.guards import check_guards
from alphacast_pandas.writing.plan import (
    check_mode,
    check_place,
    fetch_definitions,
    resolve_target,
)
from alphacast_pandas.writing.push import push
from alphacast_pandas.writing.result import PushPart, PushResult, combine_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Literal

    import pandera.pandas as pa

    from alphacast_pandas.api.client import Client
    from alphacast_pandas.api.identifiers import Id
    from alphacast_pandas.dask.check_partitions import CheckedPartition
    from alphacast_pandas.difference.modes import Mode
    from alphacast_pandas.writing.plan import Target

    Schema = pa.DataFrameSchema | type[pa.DataFrameModel]


@short_traceback
def push_dask(
    ddf: dd.DataFrame,
    dataset_id: Id | None = None,
    *,
    name: str | None = None,
    repository: Id | None = None,
    create: bool | None = None,
    mode: Literal["append", "upsert"] = "upsert",
    date: str | None = None,
    entities: str | Sequence[str] | None = None,
    schema: Schema | None = None,
    accept_new_columns: bool = False,
    index: bool | None = None,
    timeout: float = 600.0,
    only_changes: bool = False,
    missing: Literal["send", "keep"] = "send",
    verify: bool = False,
    progress: bool | None = None,
    client: Client | None = None,
) -> PushResult:
    """
    Push a frame of Dask to a dataset, partition by partition.

    Every partition is computed twice, one at a time: first all of them are checked, and their
    keys compared with each other; then each is pushed as `push` does, in order, and the process
    of one has ended before the next one is computed. Whatever can be known to be wrong is said
    before anything is sent.

    Needs the extra ``dask``: ``pip install 'alphacast-pandas[dask]'``.

    Parameters
    ----------
    ddf : dask.dataframe.DataFrame
        The frame; it is never changed. Partitions without rows are left out.
    dataset_id : int, str or Dataset, optional
        Number, address, record or exact name of the dataset, as for `push`.
    name : str, optional
        Instead of `dataset_id`: exact name of the dataset in `repository`; it is created with the
        first partition if there is none of this name.
    repository : int, str or Repository, optional
        With `name`: the repository, as for `push`.
    create : bool, optional
        With `name`: whether what is missing is created, as for `push`.
    mode : {"append", "upsert"}, default "upsert"
        What happens to rows by their key (date and entities). New keys are added. Of keys that the
        dataset has already, "append" keeps its values and "upsert" updates them.
    date : str, optional
        The date column, as for `push`.
    entities : str or sequence of str, optional
        The columns that identify a row together with the date, as for `push`. By default those of
        the first partition are those of all.
    schema : DataFrameSchema or DataFrameModel, optional
        A pandera contract for each partition, as for `push`.
    accept_new_columns : bool, default False
        Whether columns that the dataset does not have are added to it.
    index : bool, optional
        Whether index levels are columns, as for `push`.
    timeout : float, default 600.0
        Seconds until each process must have ended.
    only_changes : bool, default False
        Whether to send only rows that are new or differ from the dataset's.
    missing : {"send", "keep"}, default "send"
        What becomes of stored values where the frame has none, as for `push`.
    verify : bool, default False
        Whether to read the pushed keys of each partition back and compare them, as for `push`.
    progress : bool, optional
        Whether to show how far each partition has come, as for `push`.
    client : Client, optional
        The connection to use, by default that of `get_client`. Uploads are sent by this process,
        not by workers.

    Returns
    -------
    PushResult
        How it ended; ``parts`` are the uploads in their order, whose rows are counted through all
        partitions.

    Raises
    ------
    ValidationError
        If a partition breaks its contract, does not have the columns of the first one or has
        another type in one of them, or rows of different partitions have the same key; nothing has
        been sent. The failures of single partitions have a column ``partition`` besides.
    QueryError
        If `mode` deletes: each partition would delete the rows of the others. If the frame was made
        by `read_dask` of the same dataset, or another argument makes no sense.
    NotFoundError
        If the dataset does not exist and is not to be created.
    PushInterrupted
        If an error stops it after the check: ``error.cause`` is that error, the message says which
        partitions are in, and ``error.resume()`` goes on with the one that failed.
    ImportError
        If Dask is not installed.

    See Also
    --------
    push : Push a frame of pandas.
    read_dask : Read a dataset as a frame of Dask.

    Notes
    -----
    A partition must give the same rows both times that it is computed; if it does not, the push
    stops there. Frames that take long to compute, such as those that were shuffled, are better
    kept first: ``ddf = ddf.persist()``. That is also how a frame that `read_dask` made of a dataset
    can be pushed to the same dataset, which changes with the first partition.

    The memory of this process holds one partition; and while partitions are checked, 16 bytes for
    each row of the frame.

    ``ddf.alphacast.push(...)`` is this function.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import alphacast_pandas as ap
    >>> ddf = dd.from_pandas(df, npartitions=2)
    >>> result = ap.push_dask(ddf, name="Prices", repository="Examples")
    >>> result.rows, len(result.parts)
    (3, 2)
    """
    _check_is_dask(ddf)
    chosen = _check_keeps(check_mode(mode))
    guards = check_guards(
        chosen,
        only_changes=only_changes,
        max_delete=None,
        missing=missing,
        verify=verify,
        wait=True,
        timeout=timeout,
    )
    accepts_new = check_flag(accept_new_columns, "accept_new_columns")
    check_place(dataset_id, name)
    client = resolve_client(client)
    target = resolve_target(client, dataset_id, name, repository, create=create)
    _check_not_source(ddf, client, target.dataset_id)
    definitions = fetch_definitions(client, target.dataset_id, make_meta(ddf))
    options = FrameOptions(index, date, entities, schema, accepts_new)
    partitions = check_partitions(ddf, options, definitions)
    words = _Words(
        repository=repository,
        create=create,
        mode=mode,
        schema=schema,
        accept_new_columns=accepts_new,
        index=index,
        only_changes=guards.only_changes,
        missing=missing,
        verify=guards.verify,
        progress=progress,
    )
    return _PartitionsPush(ddf, client, target, words, partitions).send(guards.timeout)


def _check_is_dask(ddf: Any) -> None:
    if not isinstance(ddf, dd.DataFrame):
        kind = f"{type(ddf).__module__.partition('.')[0]}.{type(ddf).__qualname__}"
        remedy = "Make one with dask.dataframe.from_pandas, from_map or read_parquet."
        if isinstance(ddf, pd.DataFrame):
            remedy = "A DataFrame of pandas is pushed with df.alphacast.push()."
        elif isinstance(ddf, dd.Series):
            remedy = "Push the frame that has the date and the entities of its values too."
        msg = f"A DataFrame of Dask is expected, not {kind.removeprefix('builtins.')}. {remedy}"
        raise ValidationError(msg)


def _check_keeps(mode: Mode) -> Mode:
    """Return a mode that deletes nothing, or raise."""
    if mode.deletes:
        remedy = "upsert" if mode.updates else "append"
        msg = (
            f"mode {mode.name!r} deletes every row that an upload lacks, so each partition would "
            f"delete the rows of the others. Use mode={remedy!r}. If rows are to go, push to a new "
            "dataset, name='...', and delete this one."
        )
        raise QueryError(msg)
    return mode


def _check_not_source(ddf: dd.DataFrame, client: Client, dataset_id: int | None) -> None:
    """Raise if partitions are still to be read from the dataset that they are pushed to."""
    plans = [
        value
        for expression in ddf.expr.walk()
        for operand in expression.operands
        if isinstance(operand, dict)
        for value in operand.values()
        if isinstance(value, ReadPlan)
    ]
    if any(p.dataset_id == dataset_id and p.base_url == client.base_url for p in plans):
        msg = (
            f"The frame is read from dataset {dataset_id} while it is pushed to it, and with the "
            "first partition the dataset changes. Keep what was read first: ddf = ddf.persist()."
        )
        raise QueryError(msg)


@dataclass(frozen=True, kw_only=True)
class _Words:
    """The keywords of `push` that are the same for every partition."""

    repository: Any
    create: bool | None
    mode: Literal["append", "upsert"]
    schema: Any
    accept_new_columns: bool
    index: bool | None
    only_changes: bool
    missing: Literal["send", "keep"]
    verify: bool
    progress: bool | None


@contextmanager
def _told_on_ctrl_c(describe: Callable[[], str]) -> Iterator[None]:
    """Let a Ctrl-C say which partitions are in, after what it says of the upload under way."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        again = "Push the frame again with only_changes=True, which leaves out the rows that are in"
        raise KeyboardInterrupt(f"{interrupt} {describe()} {again}.".lstrip()) from interrupt


class _PartitionsPush:
    """Pushes checked partitions one after the other, and remembers which are in."""

    def __init__(
        self,
        ddf: dd.DataFrame,
        client: Client,
        target: Target,
        words: _Words,
        partitions: Sequence[CheckedPartition],
    ) -> None:
        self._ddf, self._client, self._target, self._words = ddf, client, target, words
        self._partitions = partitions
        self._clock = client._connection.clock
        self._started_at = self._clock.monotonic()
        self._timeout = 600.0
        self._results: list[PushResult] = []  # of the first partitions, in their order
        self._parts: tuple[PushPart, ...] = ()
        self._stopped_by: AlphacastError | None = None

    def send(self, timeout: float) -> PushResult:
        """Push the partitions that are not in."""
        self._timeout = timeout
        with _told_on_ctrl_c(self._describe_progress):
            while len(self._results) < len(self._partitions):
                try:
                    result = self._push_next(timeout)
                except AlphacastError as error:
                    raise self._interrupted(error) from error
                self._add(result)
        return self._result()

    def resume(self, timeout: float | None) -> PushResult:
        """Go on where an error has stopped it."""
        return self.send(self._timeout if timeout is None else timeout)

    def _push_next(self, timeout: float) -> PushResult:
        """Push the next partition, or go on with it if that has stopped half way."""
        stopped_by, self._stopped_by = self._stopped_by, None
        if isinstance(stopped_by, PushInterrupted):
            return stopped_by.resume(timeout=timeout)
        if isinstance(stopped_by, ProcessTimeout) and stopped_by.process is not None:
            self._follow(stopped_by, timeout)
        partition, words = self._partitions[len(self._results)], self._words
        frame = self._compute(partition.number)
        if digest(frame) != partition.digest:
            msg = (
                f"Partition {partition.number} does not hold the rows any more that were checked, "
                "so it was not sent. Push a frame that gives the same rows whenever it is "
                "computed, such as ddf.persist()."
            )
            raise ConflictError(msg)
        number = self._results[0].dataset_id if self._results else self._target.dataset_id
        is_named = number is None
        return push(
            frame,
            number,
            name=self._target.name if is_named else None,
            repository=words.repository if is_named else None,
            create=words.create if is_named else None,
            mode=words.mode,
            date=partition.roles.date,
            entities=[*partition.roles.entities],
            schema=words.schema,
            accept_new_columns=words.accept_new_columns,
            index=words.index,
            timeout=timeout,
            only_changes=words.only_changes,
            missing=words.missing,
            verify=words.verify,
            progress=words.progress,
            client=self._client,
        )

    def _compute(self, number: int) -> pd.DataFrame:
        """Return the rows of a partition, or raise; any error of it leaves the push resumable."""
        try:
            frame: pd.DataFrame = self._ddf.partitions[number].compute()
        except AlphacastError:
            raise
        except Exception as error:
            # Of Dask, of files, or of functions of the user.
            msg = f"Partition {number} could not be computed again: {error_text(error)}."
            raise AlphacastError(msg) from error
        return frame

    def _follow(self, stopped_by: ProcessTimeout, timeout: float) -> None:
        """Wait for a process whose end is not known; its rows are sent again in any case."""
        try:
            if stopped_by.process is not None:
                stopped_by.process.wait(timeout=timeout)
        except ProcessTimeout:
            raise
        except ProcessError:
            return  # which is what the rows are sent again for

    def _add(self, result: PushResult) -> None:
        first = self._first_row(len(self._results))
        moved = (
            replace(part, first_row=part.first_row + first, last_row=part.last_row + first)
            for part in result.parts
        )
        self._results.append(result)
        self._parts = (*self._parts, *moved)

    def _first_row(self, place: int) -> int:
        """Return the position of the first row of a partition among those of all."""
        return sum(each.rows for each in self._partitions[:place])

    def _result(self) -> PushResult:
        first, last = self._results[0], self._results[-1]
        seconds = self._clock.monotonic() - self._started_at
        name = self._target.name or first.name
        if not self._parts:  # with only_changes
            return replace(last, name=name, seconds=seconds)
        return combine_parts(
            self._parts,
            name=name,
            repository=first.repository,
            created=first.created,
            dataset_id=first.dataset_id,
            seconds=seconds,
            url=first.url,
            wait=None,
        )

    def _interrupted(self, error: AlphacastError) -> PushInterrupted:
        self._stopped_by = error
        cause = error.cause if isinstance(error, PushInterrupted) else error
        first = self._first_row(len(self._results))
        inner = error.parts if isinstance(error, PushInterrupted) else ()
        parts = [
            replace(part, first_row=part.first_row + first, last_row=part.last_row + first)
            for part in inner
        ]
        then = "error.resume() goes on from there."
        if isinstance(cause, ConflictError) and cause.status_code is None and not cause.retryable:
            then = "error.resume() stops there again unless the frame gives the checked rows."
        return PushInterrupted(
            f"{cause} {self._describe_progress()} {then}".lstrip(),
            parts=(*self._parts, *parts),
            cause=cause if isinstance(cause, AlphacastError) else error,
            push=self,
        )

    def _describe_progress(self) -> str:
        """Return which partitions are in, and which is under way."""
        done = len(self._results)
        rows = self._first_row(done)
        in_text = f"{plural(done, 'partition')} with {plural(rows, 'row')} are in"
        if done == 1:
            in_text = in_text.replace(" are in", " is in")
        if not done:
            in_text = "No partition is known to be in"
        if done == len(self._partitions):
            return f"{in_text}, which are all."
        number = self._partitions[done].number
        rest = "" if done + 1 == len(self._partitions) else ", and nothing after it was sent"
        return f"{in_text}; the push has stopped at partition {number}{rest}."
